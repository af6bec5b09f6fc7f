// SPDX-License-Identifier: LGPL-2.1-or-later
// Bundles the page. `node build.mjs --out DIR` needs `npm ci` done here;
// with --npm DIR the packages are installed there first, once per lock file,
// so that the source tree stays clean. --depfile FILE tells ninja what the
// result was made of; --debug keeps the code readable, with a source map.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const NPM_FILES = ['package.json', 'package-lock.json', '.npmrc'];
const TARGETS = ['chrome123', 'firefox120', 'safari17.5'];

function fail(text) {
  console.error(`web: ${text}`);
  process.exit(1);
}

const lockHash = () => createHash('sha256')
  .update(readFileSync(join(HERE, 'package-lock.json'))).digest('hex');

/** Installs the packages of the lock file in `dir`, unless they are there. */
function install(dir, npm) {
  const stamp = join(dir, 'installed');

  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) return;

  mkdirSync(dir, { recursive: true });
  rmSync(stamp, { force: true });
  for (const file of NPM_FILES) copyFileSync(join(HERE, file), join(dir, file));

  const done = spawnSync(
    npm, ['ci', '--loglevel=error', '--prefer-offline'],
    { cwd: dir, stdio: ['ignore', 'inherit', 'inherit'] });

  if (done.error || done.status !== 0) {
    fail('npm ci failed, so the demo page is not built. It needs the npm ' +
      'registry once; `meson configure -Dweb=false` builds without the page.');
  }
  writeFileSync(stamp, lockHash());
}

/** Package folders that ended up in the bundle, by name. */
function packagesOf(inputs) {
  const folder = 'node_modules/';
  const found = new Map();

  for (const input of inputs) {
    const at = input.lastIndexOf(folder) + folder.length;

    if (at < folder.length) continue;

    const path = input.slice(at);
    const name = path.split('/').slice(0, path[0] === '@' ? 2 : 1).join('/');

    found.set(name, resolve(HERE, input.slice(0, at), name));
  }

  return Array.from(found).sort(([a], [b]) => a.localeCompare(b));
}

/** The licences of the bundled packages ask to travel with them. */
function licences(packages) {
  return packages.map(([name, dir]) => {
    const { version, license } =
      JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const file = readdirSync(dir).find((entry) =>
      /^(licen[cs]e|copying)/i.test(entry));
    const text = file ? readFileSync(join(dir, file), 'utf8').trim() : '';

    return `${name} ${version} (${license})\n\n${text}\n`;
  }).join(`\n${'-'.repeat(72)}\n\n`);
}

const escape = (path) => path.replace(/[ #$]/g, '\\$&');

async function main() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'dist' },
      npm: { type: 'string' },
      'npm-program': { type: 'string', default: 'npm' },
      depfile: { type: 'string' },
      debug: { type: 'boolean', default: false },
    },
  });
  const home = values.npm ? resolve(values.npm) : HERE;
  const out = resolve(values.out);

  if (values.npm) install(home, values['npm-program']);

  const modules = join(home, 'node_modules');
  const require = createRequire(join(home, 'package.json'));
  const { build } = require('esbuild');
  const { metafile } = await build({
    absWorkingDir: HERE,
    entryPoints: { app: 'src/main.js', admin: 'src/admin/main.js' },
    nodePaths: [modules],
    outdir: out,
    bundle: true,
    format: 'esm',
    target: TARGETS,
    minify: !values.debug,
    sourcemap: values.debug ? 'linked' : false,
    // The licences go into a file of their own, whole.
    legalComments: 'none',
    metafile: true,
    write: true,
    logLevel: 'warning',
  });
  const inputs = Object.keys(metafile.inputs)
    .filter((input) => existsSync(resolve(HERE, input)));
  const assets = readdirSync(join(HERE, 'assets'));

  for (const file of assets) {
    copyFileSync(join(HERE, 'assets', file), join(out, file));
  }
  writeFileSync(
    join(out, 'licences.txt'), licences(packagesOf(inputs)));

  if (values.depfile) {
    const sources = [
      ...inputs.map((input) => resolve(HERE, input)),
      ...assets.map((file) => join(HERE, 'assets', file)),
      ...NPM_FILES.map((file) => join(HERE, file)),
      join(HERE, 'build.mjs'),
    ];

    writeFileSync(values.depfile,
      `${escape(relative(process.cwd(), join(out, 'app.js')))}: ` +
      `${sources.map(escape).join(' ')}\n`);
  }
}

await main();

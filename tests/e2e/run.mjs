// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs test files: node run.mjs [--reporter=spec] FILE... Installs the npm
// packages first when they are missing or older than the lock file. Imports
// nothing but node, because it runs before there are packages.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const lock = `${here}package-lock.json`;
const installed = `${here}node_modules/.package-lock.json`;

function fresh () {
  return existsSync(installed)
    && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}

function run (command, args, options) {
  const result = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (result.error)
    console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

if (!fresh()) {
  // stdout is the test report: npm's words go to stderr.
  const status = run('npm', ['ci', '--ignore-scripts'],
    { cwd: here, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error('the e2e tests need their npm packages (npm ci)');
    process.exit(status);
  }
}

const words = process.argv.slice(2);
const files = words.filter((word) => !word.startsWith('--'));
const reporter = words.find((word) => word.startsWith('--reporter='))
  ?.split('=')[1] ?? 'tap';
let status = 0;
// One after the other: a call needs both cores of a small machine.
for (const file of files) {
  status = run(process.execPath,
    ['--test', `--test-reporter=${reporter}`, file]) || status;
}
process.exit(status);

// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a program of examples/dialects as its reader would.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { guard } from './process.mjs';

const folder = fileURLToPath(new URL('../../../examples/dialects/',
  import.meta.url));
const DEADLINE_MS = 30000;

/** Its packages, as the lock file has them. */
function install () {
  const mark = `${folder}node_modules/.package-lock.json`;
  const lock = `${folder}package-lock.json`;
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(lock).mtimeMs)
    return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'],
    { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error('npm ci failed in examples/dialects');
}

/** Resolves with { code, out, err } when it has ended. */
export function runExample (file, args, env) {
  install();
  const child = spawn(process.execPath, [`${folder}${file}`, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  guard(child);
  const timer = setTimeout(() => child.kill(), DEADLINE_MS);
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => { out += data; });
  child.stderr.on('data', (data) => { err += data; });
  return new Promise((resolve) => child.on('close', (code) => {
    clearTimeout(timer);
    resolve({ code, out, err });
  }));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Where figures come from, for those who read them later.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

function version (command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

export function describeMachine () {
  const debian = (name) => version('dpkg-query', '-W', '-f=${Version}', name);
  return { cpu: cpus()[0].model.trim(), cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30), kernel: release(),
    node: process.version, janus: debian('janus'),
    gstreamer: debian('libgstreamer1.0-0'), openssl: debian('libssl3') };
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// One sio-echo-server of the build under test: Socket.IO without an SFU.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ended, guard, watchLines } from './process.mjs';
import { buildDir } from './server.mjs';
import { until } from './until.mjs';

const START_TIMEOUT_MS = 20000;
const CLOSED_TIMEOUT_MS = 10000;

export class Echo {
  /** args: of the program; see its head. Stopped when the test t ends. */
  static async start (t, ...args) {
    const self = new Echo();
    const program = join(buildDir(), 'tests', 'server', 'sio-echo-server');
    self.closings = [];
    self.child = guard(spawn(program, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, G_DEBUG: 'fatal-criticals' },
    }));
    const [, port] = await watchLines(self.child, [self.child.stdout],
      /^port (\d+)$/, START_TIMEOUT_MS, (line) => {
        const [, ns, reason] = /^closed (.*) (\w+)$/.exec(line) ?? [];
        if (ns)
          self.closings.push({ ns, reason });
      });
    self.port = Number(port);
    self.url = `http://127.0.0.1:${port}`;
    t.after(() => self.stop());
    return self;
  }

  /** Resolves with why the server says that a socket of ns has ended. */
  async closed (ns) {
    const found = await until(
      () => this.closings.find((closing) => closing.ns === ns),
      CLOSED_TIMEOUT_MS, () => `${ns} is closed; were: `
        + JSON.stringify(this.closings));
    this.closings.splice(this.closings.indexOf(found), 1);
    return found.reason;
  }

  /** As a service manager does it. Throws when it does not end cleanly. */
  async stop () {
    this.child.stdin.end();
    const { code, signal } = await ended(this.child);
    if (code !== 0)
      throw new Error(`sio-echo-server ended with ${signal ?? code}`);
  }
}

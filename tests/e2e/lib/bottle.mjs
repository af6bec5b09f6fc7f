// SPDX-License-Identifier: LGPL-2.1-or-later
// A bad network between a browser and the server: sfu-bottle of the build.
// What the settings mean: tests/support/bottle-settings.h.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { guard, stopProcess, watchLines } from './process.mjs';
import { buildDir } from './server.mjs';

const START_TIMEOUT_MS = 5000;

export class Bottle {
  #waiting = [];

  /**
   * In front of a server's media port; a peer goes through it when its join
   * gets viaPort: bottle.port. options: seed (1), up (towards the server),
   * down (towards the clients): settings.
   */
  static async start (server, options = {}) {
    const { seed = 1, up = '', down = '' } = options;
    const program = join(buildDir(), 'tests', 'support', 'sfu-bottle');
    if (!existsSync(program))
      throw new Error(`${program} is not built`);
    const self = new Bottle();
    // In the server's own network namespace, if it has one.
    const command = [...server.wrap, program, '--listen', `${server.host}:0`,
      '--to', `${server.host}:${server.rtcPort}`, '--seed', String(seed),
      '--up', up, '--down', down];
    self.child = spawn(command[0], command.slice(1),
      { stdio: ['pipe', 'pipe', 'inherit'] });
    guard(self.child);
    const [, port] = await watchLines(self.child, [self.child.stdout],
      /^sfu-bottle ready port=(\d+)$/, START_TIMEOUT_MS);
    self.port = Number(port);
    createInterface({ input: self.child.stdout }).on('line',
      (line) => self.#waiting.shift()?.(line));
    return self;
  }

  /** One command, one line of answer. */
  #ask (command) {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.child.stdin.write(`${command}\n`);
    });
  }

  async #set (which, settings) {
    const answer = await this.#ask(`${which} ${settings}`);
    if (answer !== 'ok')
      throw new Error(`sfu-bottle: ${which} ${settings}: ${answer}`);
  }

  /** From now on; what is not named stays as it is. */
  up (settings) {
    return this.#set('up', settings);
  }

  down (settings) {
    return this.#set('down', settings);
  }

  both (settings) {
    return this.#set('both', settings);
  }

  /** Another source port towards the server, as a NAT may give at any time. */
  async rebind () {
    const answer = await this.#ask('rebind');
    if (answer !== 'ok')
      throw new Error(`sfu-bottle: rebind: ${answer}`);
  }

  /** { up: { received, sent, lost, ... }, down }: see bottle-core.h. */
  async stats () {
    return JSON.parse(await this.#ask('stats'));
  }

  stop () {
    return stopProcess(this.child);
  }
}

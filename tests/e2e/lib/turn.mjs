// SPDX-License-Identifier: LGPL-2.1-or-later
// A coturn on a free loopback port, with a shared secret as sfu-server mints
// credentials for (docs/accounts.md), stopped by pid.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync,
  writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guard, stopProcess, watchLines } from './process.mjs';
import { outputDir } from './server.mjs';

const START_TIMEOUT_MS = 20000;
/** coturn cannot be given port 0: between finding a free one and its taking it
 * another program may be faster. */
const TRIES = 3;

async function freePort () {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

export class Turn {
  /** name: of the log file. secret: shared with sfu-server. */
  static async start (name, secret) {
    const self = new Turn();
    self.secret = secret;
    self.dir = mkdtempSync(join(tmpdir(), 'sfu-turn-'));
    self.logFile = join(outputDir(), `${name}.turn.log`);
    for (let left = TRIES; ; left--) {
      try {
        await self.#run(await freePort());
        return self;
      } catch (error) {
        if (left > 1)
          continue;
        self.#clean();
        throw error;
      }
    }
  }

  async #run (port) {
    const config = join(this.dir, 'turnserver.conf');
    writeFileSync(config, ['listening-ip=127.0.0.1', 'relay-ip=127.0.0.1',
      `listening-port=${port}`, 'realm=test', 'use-auth-secret',
      `static-auth-secret=${this.secret}`, 'allow-loopback-peers', 'no-cli',
      'no-tls', 'no-dtls', 'log-file=stdout', 'simple-log', 'verbose',
      `pidfile=${join(this.dir, 'pid')}`, `userdb=${join(this.dir, 'db')}`,
      ''].join('\n'), { mode: 0o600 });
    const log = createWriteStream(this.logFile);
    this.port = port;
    this.child = guard(spawn('turnserver', ['-c', config],
      { stdio: ['ignore', 'pipe', 'pipe'] }));
    await watchLines(this.child, [this.child.stdout, this.child.stderr],
      /UDP listener opened on: 127\.0\.0\.1:/, START_TIMEOUT_MS,
      (line) => log.write(`${line}\n`));
  }

  get url () {
    return `turn:127.0.0.1:${this.port}?transport=udp`;
  }

  /** Credentials made here, by other code than the server's. */
  credentials (user, expiresInS, secret = this.secret) {
    const username = `${Math.floor(Date.now() / 1000) + expiresInS}:${user}`;
    return { username, credential:
      createHmac('sha1', secret).update(username).digest('base64') };
  }

  log () {
    return readFileSync(this.logFile, 'utf8');
  }

  #clean () {
    rmSync(this.dir, { recursive: true, force: true });
  }

  async stop () {
    await stopProcess(this.child);
    this.#clean();
  }
}

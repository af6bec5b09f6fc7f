// SPDX-License-Identifier: LGPL-2.1-or-later
// One sfu-server of the build under test, on free ports, stopped by pid.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync,
  writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guard, stopProcess, watchLines } from './process.mjs';

const START_TIMEOUT_MS = 20000;
const WORKER_DIED = /worker=\d+ .*; another is started$/;

/** Where the build is; meson tells. */
export function buildDir () {
  const dir = process.env.SFU_BUILD_DIR;
  if (!dir)
    throw new Error('SFU_BUILD_DIR must name the meson build folder');
  return dir;
}

/** A folder for logs and results inside the build folder. */
export function outputDir () {
  const dir = join(buildDir(), 'tests', 'e2e', 'out');
  mkdirSync(dir, { recursive: true });
  return dir;
}

function serverBinary (dir) {
  const path = (!dir && process.env.SFU_SERVER)
    || join(dir ?? buildDir(), 'server', 'sfu-server');
  if (!existsSync(path))
    throw new Error(`${path} is not built`);
  return path;
}

/** Children of a process that run the named program. */
export function childrenOf (pid, name) {
  const pids = [];
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const list = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8');
    pids.push(...list.split(' ').filter(Boolean).map(Number));
  }
  return pids.filter((child) => {
    const comm = readFileSync(`/proc/${child}/comm`, 'utf8').trim();
    return comm === name;
  });
}

export class Server {
  /**
   * options: dir (another build's folder), name (of the log file), args, env, host (where it is reached,
   * 127.0.0.1), listen (where it listens, host), ports (of media: --rtc-port 0),
   * wrap (command in front, say ip netns exec NAME), mortal (its workers may
   * die; otherwise a death fails the test that is running).
   */
  static async start (options = {}) {
    const { dir, name = 'server', args = [], env = {}, host = '127.0.0.1',
      listen = host, ports = ['--rtc-port', '0'], wrap = [],
      mortal = false } = options;
    const self = new Server();
    const out = outputDir();
    self.host = host;
    self.wrap = wrap;
    self.token = randomBytes(24).toString('hex');
    const tokenFile = join(out, `${name}.token`);
    writeFileSync(tokenFile, `${self.token}\n`, { mode: 0o600 });
    self.logFile = join(out, `${name}.log`);
    const log = createWriteStream(self.logFile);

    // How busy this machine is says nothing about the server.
    const command = [...wrap, serverBinary(dir), '--http-port', '0', ...ports,
      '--listen-ip', listen, '--admin-token-file', tokenFile,
      '--room-linger', '0', '--workers', '1', '--no-spare-worker',
      '--worker-cpu-limit', '0', '--audio-only-above-cpu', '0', ...args];
    self.child = spawn(command[0], command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, G_DEBUG: 'fatal-criticals',
        GST_PLUGIN_PATH: join(buildDir(), 'plugins'),
        GST_REGISTRY: join(out, 'registry.bin'), ...env },
    });
    guard(self.child);
    const [, http, rtc, workers] = await watchLines(self.child,
      [self.child.stdout, self.child.stderr],
      /^sfu-server ready http=(\d+)\S* rtc=(\S+) workers=(\d+)$/,
      START_TIMEOUT_MS, (line) => {
        log.write(`${line}\n`);
        if (!mortal && WORKER_DIED.test(line))
          setImmediate(() => {
            throw new Error(`${line}\n${self.tail()}`);
          });
      });
    // Thrown where nobody catches it: fails the test that is running.
    self.child.once('exit', (code, signal) => {
      if (!self.stopping)
        throw new Error(`sfu-server ended by itself with ${signal ?? code}\n`
          + self.tail());
    });
    self.httpPort = Number(http);
    self.rtcPort = rtc;
    self.workers = Number(workers);
    const inUrl = host.includes(':') ? `[${host}]` : host;
    self.wsUrl = `ws://${inUrl}:${http}`;
    self.httpUrl = `http://${inUrl}:${http}`;
    return self;
  }

  /** pid of sfu-server itself; with `wrap` ip-netns(8) has become it. */
  get pid () {
    return this.child.pid;
  }

  workerPids () {
    return childrenOf(this.pid, 'sfu-worker');
  }

  /** GET of an admin route; the parsed JSON, or null when not found. */
  async admin (path) {
    const response = await fetch(`${this.httpUrl}${path}`,
      { headers: { authorization: `Bearer ${this.token}` } });
    if (response.status === 404)
      return null;
    if (!response.ok)
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return /json/.test(response.headers.get('content-type'))
      ? JSON.parse(text) : text;
  }

  /** Everything a worker has for a room. */
  dump (roomId) {
    return this.admin(`/rooms/${roomId}/dump`);
  }

  log () {
    return readFileSync(this.logFile, 'utf8');
  }

  tail (lines = 40) {
    return this.log().split('\n').slice(-lines).join('\n');
  }

  /** Graceful stop; throws when the server did not end cleanly. */
  async stop () {
    const early = this.child.exitCode !== null || this.child.signalCode !== null;
    this.stopping = true;
    const how = await stopProcess(this.child);
    if (how.code !== 0 && !early)
      throw new Error(`sfu-server ended with ${how.signal ?? how.code}\n`
        + this.tail());
  }
}

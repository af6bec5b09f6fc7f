// SPDX-License-Identifier: LGPL-2.1-or-later
// Drives one loadgen process: commands as promises, events by name.
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const EVENT_TIMEOUT_MS = 15000;

export class Loadgen extends EventEmitter {
  #sequence = 0;
  #pending = new Map();
  #past = new Map(); // endpoint id -> events so far
  #receivers = 0;
  #over = null; // why there is no loadgen any more

  /**
   * options: cpu (pinned to it), profiles (use_srtp list), decryptEvery (of
   * receiving endpoints), kernelTimes, buildDir, patienceMs (for an event).
   */
  constructor (options = {}) {
    super();
    this.setMaxListeners(0);
    const { cpu, profiles, decryptEvery = 1, kernelTimes = false,
      patienceMs = EVENT_TIMEOUT_MS,
      buildDir = process.env.SFU_BUILD_DIR } = options;
    const binary = join(buildDir, 'tests', 'bench', 'loadgen', 'loadgen');
    if (!existsSync(binary))
      throw new Error(`${binary} is not built`);
    this.patienceMs = patienceMs;
    this.decryptEvery = decryptEvery;
    const command = [binary, '--decrypt-every', String(decryptEvery)];
    if (profiles)
      command.push('--profiles', profiles);
    if (kernelTimes)
      command.push('--rxts');
    if (cpu !== undefined)
      command.unshift('taskset', '-c', String(cpu));
    this.child = spawn(command[0], command.slice(1),
      { stdio: ['pipe', 'pipe', 'inherit'] });
    this.pid = this.child.pid; // taskset has become loadgen
    this.child.stdin.on('error', () => {}); // it has ended, see there
    this.child.on('exit', (code) => this.#fail(
      new Error(`loadgen ended with ${code}`)));
    createInterface({ input: this.child.stdout }).on('line',
      (line) => this.#onMessage(JSON.parse(line)));
  }

  #onMessage (message) {
    if (message.ev) {
      this.#past.get(message.id)?.push(message);
      this.emit(`${message.ev}:${message.id}`, message);
      return;
    }
    const waiting = this.#pending.get(message.seq);
    if (!waiting)
      return;
    this.#pending.delete(message.seq);
    if (message.ok)
      waiting.resolve(message);
    else
      waiting.reject(new Error(
        `${message.re} ${message.id}: ${message.error}`));
  }

  #fail (error) {
    this.#over = error;
    for (const { reject } of this.#pending.values())
      reject(error);
    this.#pending.clear();
  }

  command (cmd, fields = {}) {
    if (this.#over)
      return Promise.reject(this.#over);
    const seq = String(++this.#sequence);
    return new Promise((resolve, reject) => {
      this.#pending.set(seq, { resolve, reject });
      this.child.stdin.write(`${JSON.stringify({ cmd, seq, ...fields })}\n`);
    });
  }

  create (id, fields = {}) {
    this.#past.set(id, []);
    return this.command('create', { id, ...fields });
  }

  /** An endpoint that receives: every n-th decrypts, one that sends never. */
  createReceiver (id) {
    return this.create(id,
      { decrypt: this.#receivers++ % this.decryptEvery === 0 });
  }

  createSender (id) {
    return this.create(id, { decrypt: false });
  }

  /** Resolves when the first genuine packets of so many streams have come. */
  flowing (id, streams) {
    const past = this.#past.get(id);
    const firsts = () => past.filter((m) => m.ev === 'first' && m.ok).length;
    if (firsts() >= streams)
      return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onFirst = () => {
        if (firsts() < streams)
          return;
        clearTimeout(timer);
        this.off(`first:${id}`, onFirst);
        resolve();
      };
      const timer = setTimeout(() => {
        this.off(`first:${id}`, onFirst);
        reject(new Error(`${id}: ${firsts()} of ${streams} streams flow after `
          + `${this.patienceMs} ms`));
      }, this.patienceMs);
      this.on(`first:${id}`, onFirst);
    });
  }

  close (id) {
    this.#past.delete(id);
    return this.command('close', { id });
  }

  /** Resolves with an event of an endpoint, also one that was already. */
  event (name, id) {
    const past = (ev) => this.#past.get(id)?.find((m) => m.ev === ev);
    if (past(name))
      return Promise.resolve(past(name));
    if (past('failed'))
      return Promise.reject(new Error(`${id}: ${past('failed').why}`));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(
        `no ${name} of ${id} within ${this.patienceMs} ms`)),
      this.patienceMs);
      this.once(`${name}:${id}`, (message) => {
        clearTimeout(timer);
        resolve(message);
      });
      this.once(`failed:${id}`, (message) => {
        clearTimeout(timer);
        reject(new Error(`${id}: ${message.why}`));
      });
    });
  }

  stats (fields = {}) {
    return this.command('stats', fields);
  }

  /** Connects an endpoint to a transport as ORTC describes it. */
  async connect (id, transport, role = 'client') {
    const candidate = transport.iceCandidates.find((c) => c.protocol === 'udp');
    const { fingerprints } = transport.dtlsParameters;
    await this.command('connect', {
      id,
      ip: candidate.address ?? candidate.ip,
      port: candidate.port,
      ufrag: transport.iceParameters.usernameFragment,
      pwd: transport.iceParameters.password,
      fingerprint: fingerprints.find((f) => f.algorithm === 'sha-256').value,
      role,
    });
  }

  async quit () {
    await this.command('quit').catch(() => {});
  }
}

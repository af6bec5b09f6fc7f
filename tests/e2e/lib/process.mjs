// SPDX-License-Identifier: LGPL-2.1-or-later
// Child processes: wait for the line that says they are ready, stop them by pid.
import { createInterface } from 'node:readline';

const TERM_GRACE_MS = 10000;
const KEPT_LINES = 40;

/**
 * Resolves with the match of the first line of one of the streams that
 * matches; rejects with the last lines when the child ends or time is over.
 * Goes on draining the streams; onLine gets every line.
 */
export function watchLines (child, streams, pattern, timeoutMs, onLine) {
  const tail = [];
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(
      `${child.spawnfile}: ${why}\n${tail.join('\n')}`));
    const timer = setTimeout(
      () => fail(`not ready after ${timeoutMs} ms`), timeoutMs);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${signal ?? code} before it was ready`);
    });
    for (const stream of streams) {
      createInterface({ input: stream }).on('line', (line) => {
        onLine?.(line);
        tail.push(line);
        if (tail.length > KEPT_LINES)
          tail.shift();
        const match = pattern.exec(line);
        if (match) {
          clearTimeout(timer);
          resolve(match);
        }
      });
    }
  });
}

const guarded = new Set();
let guarding = false;

function killGuarded () {
  for (const child of guarded)
    child.kill('SIGKILL');
}

/** The child ends with us, also when we are cut off or throw. */
export function guard (child) {
  if (!guarding) {
    guarding = true;
    process.once('exit', killGuarded);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
      process.once(signal, () => process.exit(1));
  }
  guarded.add(child);
  child.once('exit', () => guarded.delete(child));
  return child;
}

/** Resolves with { code, signal } once the child has ended. */
export function ended (child) {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** SIGTERM, and SIGKILL when that does not help; how it ended. */
export async function stopProcess (child) {
  const end = ended(child);
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), TERM_GRACE_MS);
  const result = await end;
  clearTimeout(timer);
  return { ...result, killed: result.signal === 'SIGKILL' };
}

const EVENT_TIMEOUT_MS = 15000;

/** JSON lines of a child, each an object with `event`, awaited by name. */
export class LineEvents {
  #seen = [];
  #waiting = [];

  constructor (stream) {
    createInterface({ input: stream }).on('line', (line) => {
      const event = JSON.parse(line);
      const taker = this.#waiting.find((w) => w.fits(event));
      if (taker)
        taker.resolve(event);
      else
        this.#seen.push(event);
    });
  }

  /** Resolves with the next event that fits, and takes it out. */
  take (name, match = {}) {
    const fits = (event) => event.event === name
      && Object.entries(match).every(([key, value]) => event[key] === value);
    const at = this.#seen.findIndex(fits);
    if (at >= 0)
      return Promise.resolve(this.#seen.splice(at, 1)[0]);
    return new Promise((resolve, reject) => {
      const done = (settle) => (value) => {
        clearTimeout(timer);
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        settle(value);
      };
      const waiter = { fits, resolve: done(resolve) };
      const timer = setTimeout(() => done(reject)(new Error(
        `no event ${name}; seen: ${JSON.stringify(this.#seen)}`)),
      EVENT_TIMEOUT_MS);
      this.#waiting.push(waiter);
    });
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for a condition with a deadline.
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 20;
/** More between two looks is time that nobody had: the machine stood still. */
const STEP_MS = 5000;

/**
 * Resolves with the first value of probe() that is not null or undefined;
 * rejects with what() when there is none within timeoutMs.
 */
export async function until (probe, timeoutMs, what) {
  let left = timeoutMs;
  for (let looked = performance.now(); ;) {
    const value = await probe();
    if (value !== null && value !== undefined)
      return value;
    const now = performance.now();
    left -= Math.min(now - looked, STEP_MS);
    looked = now;
    if (left < 0)
      throw new Error(`not within ${timeoutMs} ms: ${what()}`);
    await wait(POLL_MS);
  }
}

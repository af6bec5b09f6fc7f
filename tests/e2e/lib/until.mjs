// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for a condition with a deadline.
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Resolves with the first value of probe() that is not null or undefined;
 * rejects with what() when there is none within timeoutMs.
 */
export async function until (probe, timeoutMs, what) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== null && value !== undefined)
      return value;
    if (performance.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms: ${what()}`);
    await wait(POLL_MS);
  }
}

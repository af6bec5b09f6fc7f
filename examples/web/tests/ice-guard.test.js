// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ATTEMPTS_MAX, GRACE_MS, IceGuard } from '../src/ice-guard.js';

/** A guard whose clock and restarts the test owns. */
function harness({ restart = async () => {} } = {}) {
  const pending = new Map();
  const seen = { restarts: 0, lost: 0 };
  let next = 0;
  const guard = new IceGuard({
    restart: () => {
      seen.restarts += 1;

      return restart();
    },
    onLost: () => { seen.lost += 1; },
    timers: {
      set: (callback, ms) => {
        pending.set(++next, { callback, ms });

        return next;
      },
      clear: (id) => pending.delete(id),
    },
  });

  return {
    guard,
    seen,
    waits: () => Array.from(pending.values(), ({ ms }) => ms),
    /** Fires every timer that is set now, and lets promises settle. */
    async fire() {
      const due = Array.from(pending);

      pending.clear();
      for (const [, { callback }] of due) callback();
      await new Promise(setImmediate);
    },
    settle: () => new Promise(setImmediate),
  };
}

test('a short interruption heals by itself', async () => {
  const { guard, seen, waits } = harness();

  guard.onState('disconnected');
  assert.deepEqual(waits(), [GRACE_MS]);
  guard.onState('connected');
  assert.deepEqual(waits(), []);
  assert.equal(seen.restarts, 0);
});

test('disconnected for longer restarts ICE once', async () => {
  const { guard, seen, fire } = harness();

  guard.onState('disconnected');
  guard.onState('disconnected');
  await fire();
  assert.equal(seen.restarts, 1);
});

test('failed restarts at once, then with growing pauses', async () => {
  const { guard, seen, waits, fire, settle } = harness();
  const pauses = [];

  guard.onState('failed');
  await settle();
  assert.equal(seen.restarts, 1);

  for (let i = 0; i < ATTEMPTS_MAX; i++) {
    pauses.push(waits()[0]);
    await fire();
  }
  assert.equal(seen.restarts, ATTEMPTS_MAX);
  assert.deepEqual(pauses, pauses.slice().sort((a, b) => a - b));
  assert.equal(seen.lost, 1);
});

test('a success starts the count anew', async () => {
  const { guard, seen, fire, settle } = harness();

  for (let round = 0; round < 3; round++) {
    guard.onState('failed');
    await settle();
    for (let i = 0; i < ATTEMPTS_MAX - 1; i++) await fire();
    guard.onState('connected');
  }
  assert.equal(seen.restarts, 3 * ATTEMPTS_MAX);
  assert.equal(seen.lost, 0);
});

test('a refused restart is an attempt like any other', async () => {
  const { guard, seen, fire, settle } = harness({
    restart: async () => { throw new Error('refused'); },
  });

  guard.onState('failed');
  await settle();
  for (let i = 0; i < ATTEMPTS_MAX; i++) await fire();
  assert.equal(seen.restarts, ATTEMPTS_MAX);
  assert.equal(seen.lost, 1);
});

test('a nudge acts only when something is wrong', async () => {
  const { guard, seen, settle } = harness();

  guard.onState('connected');
  guard.nudge();
  await settle();
  assert.equal(seen.restarts, 0);
  guard.onState('disconnected');
  guard.nudge();
  await settle();
  assert.equal(seen.restarts, 1);
});

test('a closed guard does nothing any more', async () => {
  const { guard, seen, waits, settle } = harness();

  guard.onState('disconnected');
  guard.close();
  assert.deepEqual(waits(), []);
  guard.onState('failed');
  await settle();
  assert.equal(seen.restarts, 0);
});

// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Redial } from '../src/retry.js';

test('a good call comes back at once', () => {
  const redial = new Redial();

  redial.onJoined(1000);
  assert.equal(redial.onLost(60_000), 0);
  assert.equal(redial.shortLives, 0);
});

test('a server that throws everybody out is left in peace', () => {
  const redial = new Redial();
  const waits = [];

  for (let now = 0; waits.length < 20; now += 10) {
    redial.onJoined(now);
    waits.push(redial.onLost(now + 5));
  }
  assert.equal(waits[0], 400);
  assert.deepEqual(waits, waits.slice().sort((a, b) => a - b));
  assert.equal(waits.at(-1), 5000);
});

test('never joined counts as short, a good call forgives', () => {
  const redial = new Redial();

  redial.onLost(0);
  redial.onLost(100_000);
  assert.equal(redial.shortLives, 2);
  redial.onJoined(200_000);
  assert.equal(redial.onLost(300_000), 0);
  assert.equal(redial.onLost(300_001), 400);
});

test('a call goes on after a break, but not after break on break', () => {
  const redial = new Redial();

  assert.equal(redial.mayResume(0), false, 'never joined');
  redial.onJoined(1000);
  for (let i = 0; i < 4; i += 1) assert.ok(redial.mayResume(2000 + i));
  assert.equal(redial.mayResume(2100), false);
  assert.ok(redial.mayResume(12_050), 'later again');
  redial.onLost(13_000);
  assert.equal(redial.mayResume(30_000), false, 'hung up meanwhile');
});

// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  PictureWatch, RESUME_SAMPLES, STALL_SAMPLES,
} from '../src/picture-watch.js';

const feed = (watch, samples) =>
  samples.map(([frames, freezes, paused = false]) =>
    watch.update({ frames, freezes, paused }));

test('a picture stalls after some samples without a frame', () => {
  const watch = new PictureWatch();
  const same = Array.from({ length: STALL_SAMPLES }, () => [20, 0]);
  const states = feed(watch, [[20, 0], ...same]).map(({ stalled }) => stalled);

  assert.equal(states.at(-2), false);
  assert.equal(states.at(-1), true);
  assert.equal(feed(watch, [[21, 0]])[0].stalled, false);
});

test('no frame yet, or paused: not stalled', () => {
  const none = feed(new PictureWatch(), Array(9).fill([0, 0]));
  const paused = feed(new PictureWatch(), Array(9).fill([20, 0, true]));

  assert.equal(none.at(-1).stalled, false);
  assert.equal(paused.at(-1).stalled, false);
});

test('freezes count, those of a pause do not', () => {
  const watch = new PictureWatch();
  const counts = feed(watch, [
    [20, 0], [40, 1],
    [40, 1, true], [40, 1, true],
    // Resumed: the browser adds the pause as one freeze.
    [45, 2], [65, 2], [85, 2],
    // A real one again.
    [95, 3], [115, 3],
  ]).map(({ freezes }) => freezes);

  assert.deepEqual(counts, [0, 1, 1, 1, 1, 1, 1, 2, 2]);
});

test('the grace after a pause ends', () => {
  const watch = new PictureWatch();

  feed(watch, [[20, 0, true]]);
  for (let i = 1; i <= RESUME_SAMPLES; i++) {
    assert.equal(feed(watch, [[20 + i, i]])[0].freezes, 0);
  }
  assert.equal(feed(watch, [[90, RESUME_SAMPLES + 1]])[0].freezes, 1);
});

test('a browser without the counter', () => {
  assert.equal(feed(new PictureWatch(), [[20, null]])[0].freezes, null);
});

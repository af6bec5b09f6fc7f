// SPDX-License-Identifier: LGPL-2.1-or-later
// How a change of layers looks on the screen of the one who receives.
import assert from 'node:assert/strict';

/** Before and behind a change: what of it belongs to it. */
const AROUND_MS = 400;

/** The longest time without a new picture around the change, and how many of
 * the pictures that the rate would have made in it were not seen. */
export function gapAround (frames, changedAt, fps) {
  const near = frames.filter(({ at }) =>
    Math.abs(at - changedAt) < AROUND_MS + 2000);
  let gapMs = 0;
  for (let i = 1; i < near.length; i++) {
    if (near[i].at > changedAt - AROUND_MS
        && near[i - 1].at < changedAt + AROUND_MS)
      gapMs = Math.max(gapMs, near[i].at - near[i - 1].at);
  }
  return { gapMs: Math.round(gapMs),
    framesLost: Math.max(0, Math.round(gapMs * fps / 1000) - 1) };
}

/** Asks for a layer and waits for its width; what was seen of it. */
export async function change (viewer, of, spatial, width, fps, temporal) {
  const asked = await viewer.preferLayers(of, spatial, temporal);
  const frame = await viewer.frameOfWidth(of, width, asked, 15000);
  await new Promise((resolve) => setTimeout(resolve, AROUND_MS));
  const frames = await viewer.framesOf(of, asked - 2000);
  return { to: spatial, ms: Math.round(frame.at - asked),
    ...gapAround(frames, frame.at, fps) };
}

/** The longest time between two pictures that were shown. */
function longestGap (frames) {
  return Math.round(Math.max(0,
    ...frames.slice(1).map(({ at }, i) => at - frames[i].at)));
}

/** Frames per second decoded, and the width, over a window. Freezes are no
 * measure here: Chromium takes fewer pictures a second for one. */
export async function rate (viewer, of, ms) {
  const from = await viewer.now();
  const before = await viewer.received(of, 'video');
  await new Promise((resolve) => setTimeout(resolve, ms));
  const after = await viewer.received(of, 'video');
  const seconds = (after.timestamp - before.timestamp) / 1000;
  return {
    width: after.frameWidth,
    fps: Math.round((after.framesDecoded - before.framesDecoded) / seconds),
    maxGapMs: longestGap(await viewer.framesOf(of, from)),
    plis: after.pliCount - before.pliCount,
    lost: after.packetsLost - before.packetsLost,
  };
}

export function assertNear (value, wanted, tolerance, what) {
  assert.ok(Math.abs(value - wanted) <= tolerance,
    `${what}: ${value}, expected ${wanted} ± ${tolerance}`);
}

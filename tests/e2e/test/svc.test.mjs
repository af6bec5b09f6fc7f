// SPDX-License-Identifier: LGPL-2.1-or-later
// One stream in layers: a viewer who gets fewer of them sees a smaller picture,
// or fewer of them a second, and decodes without a fault.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { CAMERA_FPS } from '../lib/expect.mjs';
import { assertNear, change, rate } from '../lib/layers.mjs';
import { record } from '../lib/results.mjs';

/** Chromium gives up layers of small pictures: three begin at 540 lines. */
const SIZES = { 1: [640, 360], 2: [640, 360], 3: [960, 540] };
const WINDOW_MS = 2000;
const RAMP_MS = 30000;
/** An encoder on a machine that has no time drops pictures. */
const FPS_TOLERANCE = 0.35;
/** Nor may it be on its way for so long: without key frames nothing is shown. */
const GAP_MS = 700;

const modes = [
  ['VP9', 'L1T3'], ['VP9', 'L2T3'], ['VP9', 'L3T3'], ['VP9', 'L3T3_KEY'],
  ['AV1', 'L1T3'], ['AV1', 'L3T3_KEY'],
];

/** What the whole of them makes, of what the encoder made. */
function assertRate (seen, part, full, what) {
  const wanted = full * part;
  assertNear(seen.fps, wanted, Math.max(2, wanted * FPS_TOLERANCE),
    `${what}: pictures a second`);
  assert.ok(seen.maxGapMs <= GAP_MS, `${what}: ${JSON.stringify(seen)}`);
}

/** Pictures that the publisher made a second, over the same window. Chromium
 * counts a frame for each spatial layer. */
async function made (a, spatialLayers, ms) {
  const [before] = await a.sentEncodings();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const [after] = await a.sentEncodings();
  return (after.framesEncoded - before.framesEncoded) / spatialLayers
    / ((after.timestamp - before.timestamp) / 1000);
}

async function temporal (a, b, layers, seen) {
  for (let layer = 0; layer < 3; layer++) {
    await b.preferLayers('a', layers - 1, layer);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [got, full] = await Promise.all([rate(b, 'a', WINDOW_MS),
      made(a, layers, WINDOW_MS)]);
    seen.push({ temporal: layer, made: Math.round(full), ...got });
    assertRate(got, 1 / 2 ** (2 - layer), full, `temporal layer ${layer}`);
  }
}

async function spatial (b, layers, width, seen) {
  // The caller goes back up to the best.
  for (const layer of layers > 2 ? [0, 2, 1] : [0]) {
    const wanted = width / 2 ** (layers - 1 - layer);
    const changed = await change(b, 'a', layer, wanted, CAMERA_FPS);
    const got = await rate(b, 'a', WINDOW_MS);
    seen.push({ spatial: layer, ...changed, ...got });
    assert.equal(got.width, wanted);
    assert.ok(got.maxGapMs <= GAP_MS, JSON.stringify(got));
  }
}

for (const [codec, mode] of modes) {
  test(`${codec} ${mode}`, async (t) => {
    const layers = Number(mode[1]);
    const [width, height] = SIZES[layers];
    const call = await Call.start(t);
    const a = await call.peer('a');
    const b = await call.peer('b');
    await a.publish({ audio: false, codec, width, height,
      encodings: [{ scalabilityMode: mode, maxBitrate: 1500000 }],
      startBitrateKbps: 1500 });
    const { video } = await b.hear('a', ['video']);
    assert.equal(video.type, 'svc');
    await b.firstFrame('a');
    await b.frameOfWidth('a', width, 0, RAMP_MS);
    const [sent] = await a.sentEncodings();
    assert.equal(sent.scalabilityMode, mode, JSON.stringify(sent));
    const seen = [];
    seen.push({ best: true, ...await rate(b, 'a', WINDOW_MS) });
    try {
      if (layers > 1)
        await spatial(b, layers, width, seen);
      await change(b, 'a', layers - 1, width, CAMERA_FPS);
      await temporal(a, b, layers, seen);
    } finally {
      record('svc', { codec, mode, encoder: sent.encoderImplementation, seen });
    }
  });
}

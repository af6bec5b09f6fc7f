// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames that the browsers encrypt with a key which the server has not: they
// arrive as they were. Layers are chosen by what RTP says of them: the payload
// descriptors of VP8 and VP9, the dependency descriptor of AV1, which is all
// that there is to read of it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees, assertShows, CAMERA_FPS }
  from '../lib/expect.mjs';
import { change, rate } from '../lib/layers.mjs';
import { record } from '../lib/results.mjs';

const WINDOW_MS = 4000;
const RAMP_MS = 30000;
const KEY_BYTES = 32;
const SIMULCAST = [
  { scaleResolutionDownBy: 2, maxBitrate: 300000, scalabilityMode: 'L1T3' },
  { scaleResolutionDownBy: 1, maxBitrate: 1000000, scalabilityMode: 'L1T3' },
];
const SVC = [{ scalabilityMode: 'L2T3_KEY', maxBitrate: 1300000 }];
const CODECS = [['VP8', SIMULCAST], ['VP9', SVC], ['AV1', SVC]];
/** A lower temporal layer of three is a quarter of the pictures. */
const QUARTER = 0.45;

const newKey = () => randomBytes(KEY_BYTES).toString('hex');

test('the server carries what it cannot read', async (t) => {
  const secret = newKey();
  const call = await Call.start(t);
  const a = await call.peer('a', { secret });
  const b = await call.peer('b', { secret });
  const stranger = await call.peer('stranger', { secret: newKey() });
  await a.publish({});
  await b.firstFrame('a');
  await stranger.hear('a');
  const window = await b.watch('a', WINDOW_MS);
  assertSees(window, 'b sees a');
  assertHears(window, 'b hears a');
  await assertShows(a, b);
  const read = await b.secretCounts();
  assert.ok(read.decrypted > 0, JSON.stringify(read));
  assert.equal(read.refused, 0, JSON.stringify(read));

  const unread = await stranger.secretCounts();
  assert.ok(unread.refused > 0 && unread.decrypted === 0,
    `another key: ${JSON.stringify(unread)}`);
  const { framesDecoded } = await stranger.received('a', 'video');
  assert.equal(framesDecoded ?? 0, 0, 'nobody else sees anything');
});

for (const [codec, encodings] of CODECS) {
  test(`layers of encrypted ${codec}`, async (t) => {
    const secret = newKey();
    const call = await Call.start(t);
    const a = await call.peer('a', { secret });
    const b = await call.peer('b', { secret });
    await a.publish({ audio: false, codec, width: 640, height: 360, encodings,
      startBitrateKbps: 1500 });
    await b.firstFrame('a');
    await b.frameOfWidth('a', 640, 0, RAMP_MS);
    const changes = [];
    for (const [layer, width] of [[0, 320], [1, 640], [0, 320], [1, 640]])
      changes.push(await change(b, 'a', layer, width, CAMERA_FPS));
    const full = await rate(b, 'a', WINDOW_MS);
    await b.preferLayers('a', 1, 0);
    await b.notification('consumerLayersChanged', { temporalLayer: 0 });
    const low = await rate(b, 'a', WINDOW_MS);
    record('end-to-end', { codec, changes, full, low });
    assert.equal(low.width, 640);
    assert.ok(low.fps > 0 && low.fps <= QUARTER * full.fps,
      `${low.fps} of ${full.fps} pictures a second`);
    const { refused } = await b.secretCounts();
    assert.equal(refused, 0, 'every frame that came could be read');
    await assertShows(a, b, { colours: codec === 'VP8' });
  });
}

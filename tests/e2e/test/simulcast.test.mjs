// SPDX-License-Identifier: LGPL-2.1-or-later
// Three encodings of one camera: a viewer gets the one it asks for, changes
// without a torn picture, and comes down by itself when the publisher stops
// sending what it had.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { CAMERA_FPS } from '../lib/expect.mjs';
import { change } from '../lib/layers.mjs';
import { record } from '../lib/results.mjs';

const WIDTH = 960;
const HEIGHT = 540;
const WIDTHS = [WIDTH / 4, WIDTH / 2, WIDTH];
const ENCODINGS = [
  { scaleResolutionDownBy: 4, maxBitrate: 150000 },
  { scaleResolutionDownBy: 2, maxBitrate: 400000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1200000 },
];
/** The publisher's estimate must have grown to all three. */
const RAMP_MS = 30000;
/** Asking, a key frame of an encoder on a machine that has no time, its way. */
const CHANGE_MS = 2500;
/** What stops is noticed within a second; then a key frame. */
const DOWN_MS = 1000 + CHANGE_MS;
/** While it changes upwards the old encoding goes on. */
const GAP_MS = 1000;

const sizes = [0, 2, 1, 2, 0, 1];

for (const codec of ['VP8', 'H264']) {
  test(`simulcast ${codec}`, async (t) => {
    const call = await Call.start(t);
    const a = await call.peer('a');
    const b = await call.peer('b');
    await a.publish({ audio: false, codec, width: WIDTH, height: HEIGHT,
      encodings: ENCODINGS, startBitrateKbps: 2000 });
    const { video } = await b.hear('a', ['video']);
    assert.equal(video.type, 'simulcast');
    await b.firstFrame('a');
    await b.frameOfWidth('a', WIDTHS[2], 0, RAMP_MS);
    await b.notification('consumerLayersChanged',
      { consumerId: video.id, spatialLayer: 2 });

    const changes = [];
    for (const layer of sizes) {
      await b.forget();
      const seen = await change(b, 'a', layer, WIDTHS[layer], CAMERA_FPS);
      changes.push(seen);
      await b.notification('consumerLayersChanged',
        { consumerId: video.id, spatialLayer: layer });
    }
    record('simulcast', { codec, changes });
    for (const { to, ms, gapMs } of changes) {
      assert.ok(ms <= CHANGE_MS, `to layer ${to} after ${ms} ms`);
      assert.ok(gapMs <= GAP_MS, `no picture for ${gapMs} ms to layer ${to}`);
    }

    await change(b, 'a', 2, WIDTHS[2], CAMERA_FPS);
    await b.forget();
    const stopped = await a.sendUpTo(1);
    const down = await b.frameOfWidth('a', WIDTHS[1], stopped);
    await b.notification('consumerLayersChanged',
      { consumerId: video.id, spatialLayer: 1 });
    await a.notification('producerScore');
    const again = await a.sendUpTo(2);
    const up = await b.frameOfWidth('a', WIDTHS[2], again, RAMP_MS);
    record('simulcast-stopped', { codec, downMs: Math.round(down.at - stopped),
      upMs: Math.round(up.at - again) });
    assert.ok(down.at - stopped <= DOWN_MS,
      `down only after ${Math.round(down.at - stopped)} ms`);

    const stats = await a.request('getProducerStats',
      { producerId: video.producerId });
    assert.deepEqual(stats.map(({ type, rid }) => [type, rid]),
      ['r0', 'r1', 'r2'].map((rid) => ['inbound-rtp', rid]));
    stats.forEach(({ packetCount, ssrc }) => {
      assert.ok(packetCount > 0 && ssrc > 0, JSON.stringify(stats));
    });
  });
}

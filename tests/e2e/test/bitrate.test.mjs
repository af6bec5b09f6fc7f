// SPDX-License-Identifier: LGPL-2.1-or-later
// The server's feedback lets a browser's sender reach its target: without any
// it would stay at 250 kbit/s for ever. Writes the curve.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Call } from '../lib/call.mjs';
import { record } from '../lib/results.mjs';
import { outputDir } from '../lib/server.mjs';

const TARGET_BPS = 1500000;
const BOUND_BPS = 700000;
/** Parts of a bound: what is sent at most, because an encoder meets its target
 * in the mean only, and at least, because Chromium keeps some for audio. */
const OVERSHOOT = 1.1;
const RESERVED = 0.7;
const WINDOW_MS = 15000;
const SAMPLE_MS = 500;
/** The mean of the last samples has to reach this part of the target: the
 * encoder undershoots a little. */
const ENOUGH = 0.85;
const END_SAMPLES = 6;

const mean = (list) => Math.round(
  list.reduce((sum, value) => sum + value, 0) / list.length);

/** What the browser sent and reckoned with, over the window. */
async function measure (peer) {
  const started = performance.now();
  const curve = [];
  let last = await peer.sent('video');
  while (performance.now() - started < WINDOW_MS) {
    await wait(SAMPLE_MS); // the measuring step
    const report = await peer.sent('video');
    const seconds = (report.timestamp - last.timestamp) / 1000;
    curve.push({
      seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
      sentBps: Math.round(8 * (report.bytesSent - last.bytesSent) / seconds),
      targetBps: Math.round(report.targetBitrate ?? 0),
      availableBps: Math.round(report.availableOutgoingBitrate ?? 0),
      height: report.frameHeight,
      limited: report.qualityLimitationReason,
    });
    last = report;
  }
  const end = curve.slice(-END_SAMPLES);
  return { curve, sentBps: mean(end.map((sample) => sample.sentBps)),
    availableBps: mean(end.map((sample) => sample.availableBps)) };
}

test('the sender ramps up to its target', async (t) => {
  const call = await Call.start(t);
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({ noise: true, maxBitrate: TARGET_BPS });
  await b.firstFrame('a');

  const { curve, sentBps, availableBps } = await measure(a);
  writeFileSync(join(outputDir(), 'bitrate-curve.json'),
    JSON.stringify(curve, null, 1));
  const reached = curve.find((sample) =>
    sample.sentBps >= ENOUGH * TARGET_BPS);
  record('bitrate', { sentBps, availableBps,
    reachedAfterSeconds: reached?.seconds ?? null });
  const text = JSON.stringify(curve);
  assert.ok(sentBps >= ENOUGH * TARGET_BPS, `sends ${sentBps} bit/s: ${text}`);
  assert.ok(availableBps >= ENOUGH * TARGET_BPS,
    `reckons with ${availableBps} bit/s: ${text}`);
});

test('the sender keeps to the bound that the server tells', async (t) => {
  const call = await Call.start(t,
    { args: ['--max-incoming-bitrate', String(BOUND_BPS)] });
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({ noise: true, maxBitrate: TARGET_BPS });
  await b.firstFrame('a');

  const { curve, sentBps, availableBps } = await measure(a);
  record('bitrate-bound', { sentBps, availableBps });
  const text = JSON.stringify(curve);
  assert.ok(availableBps <= BOUND_BPS,
    `reckons with ${availableBps} bit/s: ${text}`);
  assert.ok(sentBps <= OVERSHOOT * BOUND_BPS,
    `sends ${sentBps} bit/s: ${text}`);
  assert.ok(sentBps >= RESERVED * BOUND_BPS, `sends ${sentBps} bit/s: ${text}`);
});

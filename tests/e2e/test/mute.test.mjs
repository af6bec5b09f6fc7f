// SPDX-License-Identifier: LGPL-2.1-or-later
// Mute and unmute, from both ends of a stream: while it is paused not one
// packet is forwarded, afterwards the picture is back without waiting for the
// sender's next regular key frame.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees, assertShows } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';

/** Signalling is local: this is a lot. */
const TOLD_WITHIN_MS = 1000;
const PICTURE_WITHIN_MS = 1000;
const QUIET_MS = 2000;
const WINDOW_MS = 3000;

async function twoPeers (t) {
  const call = await Call.start(t);
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({});
  await b.hear('a');
  await b.firstFrame('a');
  return [a, b];
}

async function assertQuiet (peer, from, kind) {
  const before = await peer.received(from, kind);
  const window = await peer.watch(from, QUIET_MS);
  const after = await peer.received(from, kind);
  assert.equal(after.packetsReceived, before.packetsReceived,
    `${kind} was forwarded while paused: ${JSON.stringify(window)}`);
}

for (const kind of ['video', 'audio']) {
  test(`mute and unmute of ${kind}`, async (t) => {
    const [a, b] = await twoPeers(t);
    const consumers = await b.hear('a');
    const match = { consumerId: consumers[kind].id };

    const muted = await a.mute(kind, true);
    const paused = await b.notification('consumerPaused', match);
    assert.ok(paused.at - muted <= TOLD_WITHIN_MS, 'told too late');
    await assertQuiet(b, 'a', kind);

    await b.forget();
    const nextFrame = kind === 'video' ? b.nextFrame('a') : null;
    const unmuted = await a.mute(kind, false);
    const resumed = await b.notification('consumerResumed', match);
    assert.ok(resumed.at - unmuted <= TOLD_WITHIN_MS, 'told too late');
    if (nextFrame) {
      const ms = Math.round(await nextFrame - unmuted);
      record('mute', { kind, pictureBackMs: ms });
      assert.ok(ms <= PICTURE_WITHIN_MS, `picture back only after ${ms} ms`);
    }
    const window = await b.watch('a', WINDOW_MS);
    if (kind === 'video') {
      assertSees(window, 'after unmuting');
      await assertShows(a, b);
    } else {
      assertHears(window, 'after unmuting');
    }
  });
}

test('the viewer pauses and resumes its own consumer', async (t) => {
  const [a, b] = await twoPeers(t);
  const { video } = await b.hear('a');
  await b.request('pauseConsumer', { consumerId: video.id });
  await assertQuiet(b, 'a', 'video');

  const nextFrame = b.nextFrame('a');
  const asked = await b.now();
  await b.request('resumeConsumer', { consumerId: video.id });
  const ms = Math.round(await nextFrame - asked);
  record('mute', { kind: 'consumer', pictureBackMs: ms });
  assert.ok(ms <= PICTURE_WITHIN_MS, `picture back only after ${ms} ms`);
  assertSees(await b.watch('a', WINDOW_MS), 'after resuming');
  await assertShows(a, b);
});

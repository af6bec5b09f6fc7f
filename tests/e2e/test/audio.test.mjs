// SPDX-License-Identifier: LGPL-2.1-or-later
// Who speaks, as the clients are told; and that a microphone which sends next to
// nothing because nobody speaks (Opus DTX) is not taken for a broken one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { AppServer } from '../lib/app-server.mjs';
import { Call } from '../lib/call.mjs';
import { assertHears } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';
import { until } from '../lib/until.mjs';

/** DTX sends every 400 ms, or a little more often; speech every 20 ms. */
const SILENCE_THRESHOLD_MS = 2000;
const WINDOW_MS = 6000;
const LISTEN_MS = 2000;
const MAX_PACKETS = WINDOW_MS / 50;

test('native clients are told who speaks', async (t) => {
  const call = await Call.start(t);
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({ clapper: 'loud', source: 'person' });
  const said = await b.notification('activeSpeaker', { peerId: 'a' }, 10000);
  assert.ok(said.data.volume > -60 && said.data.volume <= 0,
    JSON.stringify(said));
  await a.notification('activeSpeaker', { peerId: 'a' });
  const { audio } = await b.hear('a');
  await a.request('pauseProducer', { producerId: audio.producerId });
  await b.forget();
  const silence = await b.notification('activeSpeaker', { peerId: null });
  assert.deepEqual(silence.data, { peerId: null });
});

test('only the loudest is heard', async (t) => {
  const call = await Call.start(t, { args: ['--loudest', '1'] });
  const [a, b, c] = [await call.peer('a'), await call.peer('b'),
    await call.peer('c')];
  await a.publish({ clapper: 'loud', source: 'person' });
  await b.publish({ clapper: 'low', source: 'person' });
  await Promise.all([c.firstFrame('a'), c.firstFrame('b')]);
  const hears = async (loud, quiet) => {
    const [heard, unheard] = await Promise.all([
      c.watch(loud, LISTEN_MS), c.watch(quiet, LISTEN_MS)]);
    record('loudest', { loud, heard, unheard });
    assertHears(heard, loud);
    assert.equal(unheard.audioPackets, 0, JSON.stringify(unheard));
    // Nothing of it is missing to the one who listens, and pictures come.
    assert.equal(unheard.audioLost, 0, JSON.stringify(unheard));
    assert.ok(unheard.framesDecoded > 0, JSON.stringify(unheard));
  };
  await hears('a', 'b');
  const { audio } = await c.hear('a');
  await a.request('pauseProducer', { producerId: audio.producerId });
  await until(async () => (await c.watch('b', 500)).audioPackets || null, 10000,
    () => 'the other one is heard');
  await hears('b', 'a');
});

test('a silent microphone with DTX is neither lossy nor silent', async (t) => {
  const call = await Call.start(t, { roomId: 'call-d',
    args: ['--rpc-silence-threshold', String(SILENCE_THRESHOLD_MS)] });
  const app = await AppServer.start(t, call.server.wsUrl, call.roomId);
  const join = (id) => call.peer(id, { page: 'app', serverUrl: app.url });
  const a = await join('a');
  await join('b');
  await a.publishSilence();
  const before = await until(async () => await a.audioPacketsSent() || null,
    10000, () => 'packets');
  await wait(WINDOW_MS);
  const packets = await a.audioPacketsSent() - before;
  const [{ score, packetsLost, jitter }] = await app.rpc.call('getStats',
    { producerId: 'a-audio' });
  record('dtx', { packets, seconds: WINDOW_MS / 1000, score, packetsLost,
    jitter });
  assert.ok(packets > 0 && packets < MAX_PACKETS, `${packets} packets: no DTX`);
  assert.equal(score, 10);
  assert.equal(packetsLost, 0);
  assert.deepEqual(app.rpc.notifications.filter(({ method }) =>
    method !== 'heartbeat'), []);
});

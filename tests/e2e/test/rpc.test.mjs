// SPDX-License-Identifier: LGPL-2.1-or-later
// The media-server RPC behind an application server in Node (ws), which relays
// between Chromium pages with mediasoup-client; a native client in the same
// room; the REST with a token.
import assert from 'node:assert/strict';
import test from 'node:test';
import { AppServer, Rpc } from '../lib/app-server.mjs';
import { Call } from '../lib/call.mjs';
import { assertHears, assertShows } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';
import { mintToken } from '../lib/token.mjs';
import { until } from '../lib/until.mjs';

const WINDOW_MS = 6000;
/** Of 120: how smooth a call is on a machine to itself, others measure. */
const FRAMES_WANTED = 60;
const SECRET = 'a secret of the tests, and of nobody else';

const join = (call, app, id) =>
  call.peer(id, { page: 'app', serverUrl: app.url });

test('two users of an application, and a native client', async (t) => {
  const call = await Call.start(t, { roomId: 'call-x',
    args: ['--rpc-heartbeat-interval', '500'] });
  const app = await AppServer.start(t, call.server.wsUrl, call.roomId);
  const a = await join(call, app, 'a');
  await a.publish();
  const b = await join(call, app, 'b');
  await b.publish();
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  const [atA, atB] = await Promise.all([
    a.watch('b', WINDOW_MS), b.watch('a', WINDOW_MS)]);
  record('rpc', { atA, atB });
  for (const [window, what] of [[atA, 'A sees B'], [atB, 'B sees A']]) {
    assert.ok(window.framesDecoded >= FRAMES_WANTED && window.lost === 0,
      `${what}: ${JSON.stringify(window)}`);
    assertHears(window, what);
  }
  await assertShows(a, b);
  assert.deepEqual(app.rpc.notifications.filter(({ method }) =>
    method !== 'heartbeat'), [], 'nobody was silent');
  assert.deepEqual(app.rpc.notifications.at(-1), { method: 'heartbeat',
    params: { workers: 1, routers: 1, transports: 4, producers: 4,
      consumers: 4 } });

  const n = await call.peer('n');
  await n.publish({});
  await Promise.all([n.firstFrame('a'), n.firstFrame('b'), a.firstFrame('n')]);
  const atN = await n.watch('a', WINDOW_MS);
  assert.ok(atN.framesDecoded > 0 && atN.audioPackets > 0,
    `the native client sees and hears A: ${JSON.stringify(atN)}`);

  // The application server restarts: nobody notices, and it goes on.
  await app.rpc.close();
  await app.connect();
  const { reused } = await app.rpc.call('createTransport', {
    routerId: call.roomId, transportId: 'a-send', requesterUserId: 'a',
    otherUserId: 'b' });
  assert.equal(reused, true);

  await b.close();
  await n.notification('peerClosed', { peerId: 'b' });
  await a.event('producerClosed', { userId: 'b' });
  const { routers: [left] } = await call.server.dump(call.roomId);
  assert.equal(left.producers.length, 4);
  assert.deepEqual(await a.failures(), []);
  await app.rpc.call('closeRouter', { routerId: call.roomId });
  await until(async () => await call.server.dump(call.roomId) === null, 5000,
    () => 'the room is closed');
});

test('a silent producer, and its return', async (t) => {
  const call = await Call.start(t, { roomId: 'call-y',
    args: ['--rpc-silence-threshold', '1000'] });
  const app = await AppServer.start(t, call.server.wsUrl, call.roomId);
  const a = await join(call, app, 'a');
  await a.publish();
  const told = (method) => app.rpc.notifications.filter((n) =>
    n.method === method && n.params.producerId === 'a-video');
  // The camera is taken away without a word to anybody.
  await a.holdVideo(true);
  await until(() => told('producerSilent')[0], 10000, () => 'silent');
  assert.ok(told('producerSilent')[0].params.silentMs >= 1000);
  assert.deepEqual(told('producerActive'), []);
  await a.holdVideo(false);
  await until(() => told('producerActive')[0], 10000, () => 'active');
});

test('REST and RPC about the same transport', async (t) => {
  const call = await Call.start(t, { env: { JWT_SECRET: SECRET } });
  const headers = { authorization: `Bearer ${mintToken(SECRET,
    { userId: 'a' })}`, 'content-type': 'application/json' };
  const ask = async (direction, more = {}) => (await fetch(
    `${call.server.httpUrl}/rtc/transports`, { method: 'POST', headers,
      body: JSON.stringify({ callId: 'z', direction, ...more }) })).json();
  const first = await ask('send');
  assert.equal(first.success, true);
  assert.equal(first.reused, false);
  assert.deepEqual(await ask('send'), { ...first, reused: true });
  const rpc = await Rpc.connect(`${call.server.wsUrl}/rpc`);
  t.after(() => rpc.socket.terminate());
  const stats = await rpc.call('getStats',
    { transportId: first.transport.id });
  assert.equal(stats[0].transportId, first.transport.id);
  await rpc.call('closeRouter', { routerId: 'call-z' });
  assert.equal((await ask('send')).reason, 'INVALID_STATE');
  await rpc.call('createRouter', { routerId: 'call-z' });
  assert.equal((await ask('send')).reused, false);
});

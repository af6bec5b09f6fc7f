// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls with the clients that people have: socket.io-client and
// mediasoup-client in Chromium.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees, assertShows } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';
import { until } from '../lib/until.mjs';

const WINDOW_MS = 8000;

/** An application's backend that keeps what it is told. */
async function startBackend (t) {
  const told = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request)
      body += part;
    told.push({ method: request.method, url: request.url,
      type: request.headers['content-type'], body: JSON.parse(body) });
    response.end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { told, url: `http://127.0.0.1:${server.address().port}/api/` };
}

async function assertBothWays (test, a, b) {
  const [atA, atB] = await Promise.all([
    a.watch(b.id, WINDOW_MS), b.watch(a.id, WINDOW_MS)]);
  record(test, { atA, atB });
  for (const [window, what] of [[atA, 'A sees B'], [atB, 'B sees A']]) {
    assertSees(window, what);
    assertHears(window, what);
  }
}

test('a call of two, by polling and by WebSocket', async (t) => {
  const backend = await startBackend(t);
  const call = await Call.start(t, { env: { BACKEND_URL: backend.url } });
  const a = await call.peer('a', { page: 'calls' });
  assert.deepEqual(a.joined.peers, []);
  await a.upgraded();
  await a.publish();
  const b = await call.peer('b',
    { page: 'calls', transports: ['websocket'] });
  assert.deepEqual(b.joined.peers, [{ peerId: a.joined.id, userId: 'a' }]);
  await a.event('peerJoined', { peerId: b.joined.id, userId: 'b' });
  await b.publish();
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  await assertBothWays('calls', a, b);
  await assertShows(a, b);

  const { routers } = await call.server.dump(call.roomId);
  await until(() => backend.told[0], 5000, () => 'the backend is told');
  assert.deepEqual(backend.told, [{ method: 'POST',
    url: `/api/calls/${call.roomId}/setWebRtcRoomId`,
    type: 'application/json', body: { webrtcRoomId: routers[0].id } }]);

  // Leaves, and joins another call on the same socket.
  await a.leave();
  await b.event('peerLeft', { peerId: a.joined.id, userId: 'a' });
  await b.event('producerClosed', { userId: 'a' });
  assert.deepEqual(await a.joinAnother('other', 'a'), []);
  assert.equal((await call.server.dump('other')).routers[0].transports.length,
    2);
  const left = (await call.server.dump(call.roomId)).routers[0];
  assert.equal(left.transports.length, 2);
  assert.equal(left.producers.length, 2);
  assert.equal(left.consumers.length, 0);
  assert.deepEqual([...await a.failures(), ...await b.failures()], []);
});

test('beside a client of the native protocol, and of study rooms',
  async (t) => {
    const call = await Call.start(t);
    const a = await call.peer('a', { page: 'calls' });
    const n = await call.peer('n');
    const s = await call.peer('s', { page: 'study' });
    await a.event('peerJoined', { peerId: 'n', userId: 'n' });
    await a.event('peerJoined', { peerId: s.joined.id, userId: s.joined.id });
    await a.publish();
    await n.publish({});
    await Promise.all([a.firstFrame('n'), n.firstFrame(a.joined.id),
      s.firstFrame('n'), s.firstFrame(a.joined.id)]);
    const window = await a.watch('n', WINDOW_MS);
    assertSees(window, 'the call sees the native peer');
    assertHears(window, 'the call hears the native peer');
    await a.close();
    await n.notification('peerClosed', { peerId: a.joined.id });
    await s.event('producer-closed', { participantId: a.joined.id });
    assert.deepEqual(await s.failures(), []);
  });

// SPDX-License-Identifier: LGPL-2.1-or-later
// Study rooms with the clients that people have: socket.io-client and
// mediasoup-client in Chromium.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees, assertShows } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';

const WINDOW_MS = 8000;

class Room {
  /** options: those of Server.start. */
  static async start (t, options) {
    const self = new Room();
    self.call = await Call.start(t, options);
    self.server = self.call.server;
    return self;
  }

  /** A participant is known by the id of its socket. */
  async enter (name, options = {}) {
    const peer = await this.call.peer(name, { page: 'study', ...options });
    peer.id = peer.joined.id;
    return peer;
  }

  async router () {
    return (await this.server.dump(this.call.roomId)).routers[0];
  }
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

test('a study room of two, by polling and by WebSocket', async (t) => {
  const room = await Room.start(t);
  const a = await room.enter('a');
  await a.upgraded();
  const sent = await a.publish();
  // Who comes late is told of what is there.
  const b = await room.enter('b', { transports: ['websocket'] });
  const told = await b.event('new-producer', { kind: 'video' });
  assert.deepEqual(told.data,
    { producerId: sent.video, participantId: a.id, kind: 'video' });
  await b.publish();
  await Promise.all([a.firstFrame(b.id), b.firstFrame(a.id)]);
  await assertBothWays('study', a, b);
  await assertShows(a, b);

  const list = await (await fetch(`${room.server.httpUrl}/api/rooms`)).json();
  assert.deepEqual(list,
    { rooms: [{ id: 'room1', participantCount: 2, producerCount: 4 }] });
  await b.stopSending('video');
  await a.event('producer-closed', { participantId: b.id });
  await a.close();
  await b.event('producer-closed', { producerId: sent.video });
  const router = await room.router();
  assert.equal(router.transports.length, 2);
  assert.equal(router.producers.length, 1);
  assert.equal(router.consumers.length, 0);
  assert.deepEqual(await b.failures(), []);
});

test('beside a client of the native protocol', async (t) => {
  const room = await Room.start(t);
  const a = await room.enter('a');
  const n = await room.call.peer('n');
  await a.publish();
  await n.publish({});
  await Promise.all([a.firstFrame('n'), n.firstFrame(a.id)]);
  await assertBothWays('study-native', a, n);
  const consumed = await n.consumers();
  assert.deepEqual([...new Set(consumed.map(({ peerId }) => peerId))], [a.id]);
  await n.close();
  await a.event('producer-closed', { participantId: 'n' });
  assert.deepEqual(await a.failures(), []);
});

test('a full room says so, and a worker that dies is come back from',
  async (t) => {
    const room = await Room.start(t, { mortal: true,
      args: ['--study-rooms-max-peers', '1', '--room-linger', '0'] });
    const a = await room.enter('a');
    await assert.rejects(room.enter('b'), /Room is full \(1 participants\)/);
    process.kill(room.server.workerPids()[0], 'SIGKILL');
    // The client's own reconnection: no disconnect packet, after which it would
    // stay away.
    const { data } = await a.event('disconnect');
    assert.equal(data, 'transport close');
    await a.reconnected();
    await a.request('get-rtp-capabilities');
  });

// SPDX-License-Identifier: LGPL-2.1-or-later
// The meetings' protocol with the clients that people have: socket.io-client
// and mediasoup-client in Chromium, python3-socketio.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees, assertShows } from '../lib/expect.mjs';
import { guard } from '../lib/process.mjs';
import { record } from '../lib/results.mjs';
import { TcpProxy } from '../lib/tcp-proxy.mjs';
import { mintToken } from '../lib/token.mjs';
import { until } from '../lib/until.mjs';

const SECRET = 'a secret of the tests, and of nobody else';
const WINDOW_MS = 4000;
/** From asking for a consumer to its first picture, with media on its way
 * before the client knows of it. */
const PICTURE_WITHIN_MS = 2000;
/** Between the last picture before a reconnection and the first one after. */
const GAP_MS = 3000;
const PYTHON = process.env.SFU_PYTHON ?? '/usr/bin/python3';

class Meeting {
  static async start (t, args = []) {
    const self = new Meeting();
    self.call = await Call.start(t, { env: { JWT_SECRET: SECRET }, args });
    self.server = self.call.server;
    return self;
  }

  enter (id, options = {}) {
    return this.call.peer(id, { page: 'meetings',
      token: mintToken(SECRET, { userId: id }), ...options });
  }

  async router () {
    const dump = await this.server.dump(this.call.roomId);
    return dump.routers[0];
  }
}

async function assertBothWays (a, b) {
  const [atA, atB] = await Promise.all([
    a.watch(b.id, WINDOW_MS), b.watch(a.id, WINDOW_MS)]);
  for (const [window, what] of [[atA, `${a.id} sees ${b.id}`],
    [atB, `${b.id} sees ${a.id}`]]) {
    assertSees(window, what);
    assertHears(window, what);
  }
}

test('a meeting of two, by polling and by WebSocket', async (t) => {
  const meeting = await Meeting.start(t);
  const a = await meeting.enter('a');
  const b = await meeting.enter('b', { transports: ['websocket'] });
  assert.deepEqual(b.joined.participants.map((p) => p.userId), ['a']);
  assert.equal(b.joined.transport, 'websocket');
  await a.upgraded();
  assert.deepEqual((await a.event('user-joined', { userId: 'b' })).data,
    { userId: 'b', name: 'B', email: 'b@example.org', picture: '' });
  await a.publish();
  await b.publish();
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  await assertBothWays(a, b);
  await assertShows(a, b);

  await a.request('chat-message', { text: 'hello' });
  const line = await b.event('chat-message', { text: 'hello' });
  assert.equal(line.data.userId, 'a');
  assert.equal(line.data.name, 'A');
  await b.stopSending('video');
  await a.event('producer-closed', { userId: 'b' });
  await a.leave();
  await b.event('user-left', { userId: 'a' });
  const router = await meeting.router();
  assert.equal(router.transports.length, 2);
  assert.equal(router.producers.length, 1);
  assert.equal(router.consumers.length, 0);
  assert.deepEqual([...await a.failures(), ...await b.failures()], []);
});

test('consumers begin at once: pictures come all the same', async (t) => {
  const meeting = await Meeting.start(t);
  const others = [];
  for (const id of ['a', 'b', 'c']) {
    const other = await meeting.enter(id);
    await other.publish();
    others.push(other);
  }
  await others[0].firstFrame('c');
  // The first video brings the transport up; the media of the others flows
  // while the client has not made its consumer yet.
  const late = await meeting.enter('late');
  const times = {};
  for (const { id } of others)
    await late.firstFrame(id);
  for (const { peerId, kind, asked, firstFrame } of await late.seen()) {
    if (kind === 'video')
      times[peerId] = Math.round(firstFrame - asked);
  }
  record('meetings-late', times);
  for (const [id, ms] of Object.entries(times))
    assert.ok(ms <= PICTURE_WITHIN_MS, `${id} was seen only after ${ms} ms`);
  for (const { id } of others) {
    const window = await late.watch(id, WINDOW_MS);
    assertSees(window, `late sees ${id}`);
    assertHears(window, `late hears ${id}`);
  }
  assert.deepEqual(await late.failures(), []);
});

test('a transport goes with its DTLS connection', async (t) => {
  const meeting = await Meeting.start(t);
  const a = await meeting.enter('a');
  const b = await meeting.enter('b');
  await a.publish();
  await b.publish();
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  await a.closeTransport('send');
  await until(async () => await b.count('producer-closed',
    { userId: 'a' }) === 2 || null, 5000, () => 'both tracks are closed');
  let router = await meeting.router();
  assert.equal(router.transports.length, 3);
  assert.equal(router.producers.length, 2);
  assert.equal(router.consumers.length, 2);
  await a.closeTransport('recv');
  await until(async () => {
    router = await meeting.router();
    return router.transports.length === 2 || null;
  }, 5000, () => 'the receiving transport is closed');
  assert.equal(router.producers.length, 2);
  assert.equal(router.consumers.length, 0);
  assert.equal(await b.count('user-left'), 0);
});

test('a connection that breaks in mid-call', async (t) => {
  const meeting = await Meeting.start(t);
  const proxy = await TcpProxy.start(meeting.server.host,
    meeting.server.httpPort);
  t.after(() => proxy.stop());
  const b = await meeting.enter('b');
  const a = await meeting.enter('a',
    { serverUrl: `ws://127.0.0.1:${proxy.port}` });
  await a.publish();
  await b.publish();
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  const joinedBefore = await b.count('user-joined');

  proxy.cut();
  await a.event('disconnect');
  // Away: both still see each other, nobody is told.
  await assertBothWays(a, b);
  assert.equal(await b.count('producer-closed'), 0);

  proxy.open();
  await a.joinedTimes(2);
  const fresh = await until(async () => (await b.seen()).find((entry) =>
    entry.peerId === 'a' && entry.kind === 'video' && entry.firstFrame),
  5000, () => 'b sees a again');
  const old = (await b.seenBefore()).find((entry) =>
    entry.peerId === 'a' && entry.kind === 'video');
  const gap = Math.round(fresh.firstFrame - old.lastFrame);
  record('meetings-reconnect', { gap });
  assert.ok(gap <= GAP_MS, `no picture for ${gap} ms`);
  await a.firstFrame('b');
  await assertBothWays(a, b);
  assert.equal(await b.count('user-left'), 0);
  assert.equal(await b.count('user-joined'), joinedBefore);
  assert.equal(await b.count('producer-closed', { userId: 'a' }), 2);
  const router = await meeting.router();
  assert.equal(router.transports.length, 4);
  assert.equal(router.producers.length, 4);
  assert.equal(router.consumers.length, 4);
  assert.deepEqual([...await a.failures(), ...await b.failures()], []);
});

test('who stays away is gone, who leaves is gone at once', async (t) => {
  const meeting = await Meeting.start(t, ['--meetings-grace', '1']);
  const proxy = await TcpProxy.start(meeting.server.host,
    meeting.server.httpPort);
  t.after(() => proxy.stop());
  const b = await meeting.enter('b');
  const a = await meeting.enter('a',
    { serverUrl: `ws://127.0.0.1:${proxy.port}` });
  const c = await meeting.enter('c');
  await a.publish();
  await b.firstFrame('a');
  await c.disconnect();
  await b.event('user-left', { userId: 'c' });
  proxy.cut();
  await b.event('user-left', { userId: 'a' });
  assert.equal((await meeting.router()).transports.length, 2);
  // Then it is a new one.
  proxy.open();
  await a.joinedTimes(2);
  assert.equal(await b.count('user-joined', { userId: 'a' }), 2);
});

test('beside a client of the native protocol', async (t) => {
  const meeting = await Meeting.start(t);
  const a = await meeting.enter('a');
  const n = await meeting.call.peer('n');
  await a.publish();
  await n.publish({});
  await Promise.all([a.firstFrame('n'), n.firstFrame('a')]);
  await assertBothWays(a, n);
  await n.close();
  await a.event('user-left', { userId: 'n' });
});

/** The lines of a run of meetings.py, one after the other. */
function python (t, server, token, room) {
  const script = fileURLToPath(new URL('../python/meetings.py',
    import.meta.url));
  const child = spawn(PYTHON, [script, server.httpUrl, token, room],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  guard(child);
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout })[
    Symbol.asyncIterator]();
  return async () => JSON.parse((await lines.next()).value);
}

test('python3-socketio joins, talks and leaves', async (t) => {
  const meeting = await Meeting.start(t);
  const a = await meeting.enter('a');
  const refused = python(t, meeting.server, 'x', 'room1');
  const { what, data } = await refused();
  assert.equal(what, 'connect_error');
  assert.equal(data.message ?? data, 'Authentication error');

  const next = python(t, meeting.server,
    mintToken(SECRET, { userId: 'python' }), meeting.call.roomId);
  assert.deepEqual(await next(),
    { what: 'joined', data: { success: true, users: ['a'] } });
  assert.deepEqual((await next()).data,
    ['dtlsParameters', 'iceCandidates', 'iceParameters', 'id']);
  const own = [await next(), await next()];
  assert.deepEqual(own.map((line) => line.what).sort(),
    ['ack', 'chat-message']);
  assert.deepEqual(own.find((line) => line.what === 'ack').data,
    { success: true });
  const said = await a.event('chat-message', { userId: 'python' });
  assert.equal(said.data.text, 'hello from Python');
  await a.request('chat', { text: 'hello back' });
  assert.equal((await next()).data.text, 'hello back');
  assert.deepEqual(await next(), { what: 'left', data: { success: true } });
  await a.event('user-left', { userId: 'python' });
});

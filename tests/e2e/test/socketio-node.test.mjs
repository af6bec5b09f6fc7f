// SPDX-License-Identifier: LGPL-2.1-or-later
// The real socket.io-client in Node, over every transport.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { io } from 'socket.io-client';
import { Echo } from '../lib/echo.mjs';

const DEADLINE_MS = 10000;
/** What the server takes for one message. */
const MAX_PAYLOAD = 64 * 1024;
const WAYS = {
  'polling and upgrade': ['polling', 'websocket'],
  'WebSocket only': ['websocket'],
  'polling only': ['polling'],
};

/** A client that nobody waits for any more when the test is over. */
function client (t, echo, ns, options = {}) {
  const socket = io(echo.url + ns, { forceNew: true,
    reconnectionDelay: 50, reconnectionDelayMax: 100, ...options });
  t.after(() => socket.disconnect());
  return socket;
}

/** Another namespace over the connection of socket. */
function beside (t, socket, ns) {
  const other = socket.io.socket(ns);
  t.after(() => other.disconnect());
  return other;
}

/** Resolves with the arguments of the next such event. */
function next (emitter, event) {
  return once(emitter, event, { signal: AbortSignal.timeout(DEADLINE_MS) });
}

/** Resolves when the client has reached the transport it wants. */
async function settled (socket, transports) {
  const wanted = transports.at(-1);
  if (socket.io.engine.transport.name !== wanted)
    await next(socket.io.engine, 'upgrade');
  assert.equal(socket.io.engine.transport.name, wanted);
}

for (const [way, transports] of Object.entries(WAYS)) {
  test(`${way}: events and acks, both ways`, async (t) => {
    const echo = await Echo.start(t);
    const socket = client(t, echo, '/echo',
      { transports, query: { name: 'Jörg & 😀' } });
    await next(socket, 'connect');
    // From here on an upgrade is under way; nothing may be lost or reordered.
    const seen = [];
    socket.on('said', (n) => seen.push(n));
    for (let n = 0; n < 200; n++)
      socket.emit('say', n);
    await socket.emitWithAck('echo');
    assert.deepEqual(seen, [...seen.keys()]);
    assert.equal(seen.length, 200);
    await settled(socket, transports);

    const ack = (...args) => new Promise((resolve) => {
      socket.emit('echo', ...args, (...answer) => resolve(answer));
    });
    for (const args of [[], [1, 'two', { three: [null, true, -1.5] }],
      ['żółć 漢字 😀 \u001e " \\ </script>'], [[[]], {}],
      [Number.MAX_SAFE_INTEGER, 1e21]])
      assert.deepEqual(await ack(...args), args);
    assert.deepEqual(await ack('cut \ud83d in half'), ['cut \ufffd in half']);

    socket.on('question', (text, answer) => answer(`${text} 42`, { a: 1 }));
    socket.emit('ask-me');
    assert.deepEqual(await next(socket, 'answered'), ['how old? 42', { a: 1 }]);

    const me = await socket.emitWithAck('whoami');
    assert.deepEqual(me, { id: socket.id, namespace: '/echo',
      address: '127.0.0.1', origin: '', name: 'Jörg & 😀' });
    await assert.rejects(socket.timeout(100).emitWithAck('nobody-answers'),
      /timed out/);

    const counted = [];
    socket.on('count', (n) => counted.push(n));
    await socket.emitWithAck('burst', 2000);
    assert.deepEqual(counted, [...Array(2000).keys()]);
    socket.disconnect();
    assert.equal(await echo.closed('/echo'), 'client');
  });

  test(`${way}: large messages, and larger ones`, async (t) => {
    const echo = await Echo.start(t);
    const socket = client(t, echo, '/echo', { transports });
    await next(socket, 'connect');
    await settled(socket, transports);
    const large = 'é'.repeat((MAX_PAYLOAD - 200) / 2);
    assert.equal(await socket.emitWithAck('echo', large), large);
    // Many at once: the client cuts them into bodies of maxPayload.
    const answers = await Promise.all([...Array(20).keys()].map(
      (n) => socket.emitWithAck('echo', n + large.slice(0, 10000))));
    assert.deepEqual(answers.map((text) => Number.parseInt(text, 10)),
      [...answers.keys()]);
    const refused = await socket.emitWithAck('echo', 'x'.repeat(MAX_PAYLOAD));
    assert.deepEqual(refused,
      { error: `the message is longer than ${MAX_PAYLOAD} bytes` });
    // Far too large ends the connection; the client comes back.
    const lost = next(socket, 'disconnect');
    socket.emit('say', 'x'.repeat(5 * MAX_PAYLOAD));
    await lost;
    await next(socket, 'connect');
    assert.equal(await socket.emitWithAck('echo', 'back'), 'back');
  });

  test(`${way}: binary is refused, the other namespaces go on`, async (t) => {
    const echo = await Echo.start(t);
    const socket = client(t, echo, '/echo', { transports });
    const room = beside(t, socket, '/room/1');
    await Promise.all([next(socket, 'connect'), next(room, 'connect')]);
    await settled(socket, transports);
    const refused = { error: 'binary data are not supported' };
    assert.deepEqual(
      await socket.emitWithAck('echo', Buffer.from([1, 2, 3])), refused);
    assert.deepEqual(await socket.emitWithAck('echo',
      { a: new Uint8Array(5), b: [new ArrayBuffer(7)] }), refused);
    socket.emit('say', Buffer.from('nobody hears this'));
    assert.equal(await socket.emitWithAck('echo', 'still'), 'still');
    assert.equal(await room.emitWithAck('echo', 'here'), 'here');
    assert.deepEqual(echo.closings, []);
  });

  test(`${way}: namespaces share a connection`, async (t) => {
    const echo = await Echo.start(t);
    const one = client(t, echo, '/echo', { transports });
    const two = beside(t, one, '/room/one two');
    const three = beside(t, one, '/nowhere');
    const refused = next(three, 'connect_error');
    await Promise.all([next(one, 'connect'), next(two, 'connect')]);
    assert.equal((await refused)[0].message, 'Invalid namespace');
    assert.notEqual(one.id, two.id);
    assert.equal((await two.emitWithAck('whoami')).namespace, '/room/one two');
    two.on('said', () => assert.fail('said in another namespace'));
    one.emit('say', 1);
    await next(one, 'said');
    two.disconnect();
    assert.equal(await echo.closed('/room/one two'), 'client');
    assert.equal(await one.emitWithAck('echo', 1), 1);
    // The server throws one out; the client may not come back by itself.
    two.connect();
    await next(two, 'connect');
    two.emit('disconnect-me');
    assert.deepEqual((await next(two, 'disconnect'))[0],
      'io server disconnect');
    assert.equal(await echo.closed('/room/one two'), 'server');
    assert.equal(await one.emitWithAck('echo', 2), 2);
    // And all of it.
    one.emit('close-me');
    assert.equal((await next(one, 'disconnect'))[0], 'io server disconnect');
    assert.equal(await echo.closed('/echo'), 'server');
    assert.equal(one.active, false);
  });

  test(`${way}: auth, and connect_error with data`, async (t) => {
    const echo = await Echo.start(t);
    let token = 'guess';
    const socket = client(t, echo, '/auth',
      { transports, auth: (give) => give({ token }) });
    const [error] = await next(socket, 'connect_error');
    assert.equal(error.message, 'Authentication error');
    assert.equal(error.data, 'the token is wrong');
    assert.equal(socket.active, false, 'it must not try again by itself');
    token = 'secret';
    socket.connect();
    await next(socket, 'connect');
    assert.equal(await socket.emitWithAck('echo', 1), 1);
  });

  test(`${way}: pings, lost connections, a new server`, async (t) => {
    const args = ['--ping-interval', '100', '--ping-timeout', '2000'];
    const echo = await Echo.start(t, ...args);
    const socket = client(t, echo, '/echo', { transports });
    await next(socket, 'connect');
    for (let n = 0; n < 4; n++)
      await next(socket.io, 'ping');
    assert.equal(await socket.emitWithAck('echo', 1), 1);
    await settled(socket, transports);

    const first = socket.id;
    socket.io.engine.close();
    await next(socket, 'connect');
    assert.notEqual(socket.id, first);
    assert.equal(await echo.closed('/echo'), 'transport');

    // What is said while nobody is there is said later. Not in the middle of an
    // upgrade: a client whose probe is closed between the pong and the answer to
    // its GET polls no more, and knows by the missing ping only.
    await settled(socket, transports);
    const away = next(socket, 'disconnect');
    await echo.stop();
    assert.match((await away)[0], /^transport (close|error)$/);
    socket.emit('say', 'later');
    await Echo.start(t, ...args, '--port', String(echo.port));
    assert.deepEqual(await next(socket, 'said'), ['later']);
  });
}

test('WebSocket first, polling where there is none', async (t) => {
  const echo = await Echo.start(t);
  const socket = client(t, echo, '/echo',
    { transports: ['websocket', 'polling'], tryAllTransports: true });
  await next(socket, 'connect');
  assert.equal(socket.io.engine.transport.name, 'websocket');
});

test('another path; retries that count on acks', async (t) => {
  const echo = await Echo.start(t, '--path', '/socket');
  const socket = client(t, echo, '/echo',
    { path: '/socket', retries: 3, ackTimeout: 2000 });
  await next(socket, 'connect');
  assert.equal(await socket.emitWithAck('echo', 7), 7);
  const lost = client(t, echo, '/echo', { reconnection: false });
  assert.match((await next(lost, 'connect_error'))[0].message, /poll error/);
});

test('an answer that comes late', async (t) => {
  const echo = await Echo.start(t);
  const slow = client(t, echo, '/slow');
  const other = beside(t, slow, '/echo');
  await next(other, 'connect');
  assert.equal(slow.connected, false);
  slow.emit('echo', 1, () => {});
  other.emit('let-in');
  await next(slow, 'connect');
  assert.equal(await slow.emitWithAck('echo', 2), 2);
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// The programs of examples/dialects do what the pages of the protocols say.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { io } from 'socket.io-client';
import { runExample } from '../lib/example.mjs';
import { Server } from '../lib/server.mjs';

const SECRET = 'a secret of the tests, and of nobody else';

test('meetings.mjs', async (t) => {
  const server = await Server.start({ name: 'example-meetings',
    env: { JWT_SECRET: SECRET } });
  t.after(() => server.stop());
  const run = (secret) => runExample('meetings.mjs',
    [server.httpUrl, 'room1', 'reader'], { JWT_SECRET: secret });

  const { code, out, err } = await run(SECRET);
  assert.equal(err, '');
  assert.equal(code, 0);
  assert.match(out, /^joined with 0 others; codecs: audio\/opus, video\/VP8/);
  assert.match(out, /^media would go to 127\.0\.0\.1, UDP port \d+$/m);
  assert.match(out, /^Client reader: hello$/m);
  assert.match(out, /^left$/m);

  const refused = await run('another secret that is long enough');
  assert.equal(refused.err, 'cannot connect: Authentication error\n');
  assert.equal(refused.code, 1);
});

const OPUS = { codecs: [{ mimeType: 'audio/opus', payloadType: 111,
  clockRate: 48000, channels: 2 }], encodings: [{ ssrc: 1 }] };

/** A socket whose request (event, data) resolves with the ack. */
function open (t, url, options = {}) {
  const socket = io(url, { transports: ['websocket'], ...options });
  t.after(() => socket.disconnect());
  return (event, data = {}) => socket.timeout(10000).emitWithAck(event, data);
}

test('study-rooms.mjs', async (t) => {
  const server = await Server.start({ name: 'example-study' });
  t.after(() => server.stop());
  const ask = open(t, `${server.httpUrl}/room/room%201`);
  const { transport } = await ask('create-transport', { direction: 'send' });
  await ask('produce', { transportId: transport.id, kind: 'audio',
    rtpParameters: OPUS });

  const { code, out, err } = await runExample('study-rooms.mjs',
    [server.httpUrl, 'room 1', 'reader', '1']);
  assert.equal(err, '');
  assert.equal(code, 0);
  assert.match(out, /^joined as \S+\ncodecs: audio\/opus, video\/VP8/);
  assert.match(out, /^\S+ sends audio: audio\/opus$/m);
  assert.match(out, /^leaving\n$/m);

  const refused = await runExample('study-rooms.mjs',
    [server.httpUrl, '%00'.repeat(50)]);
  assert.match(refused.err, /^cannot join: not the name of a room/);
  assert.equal(refused.code, 1);
});

test('calls.mjs', async (t) => {
  const server = await Server.start({ name: 'example-calls' });
  t.after(() => server.stop());
  const ask = open(t, server.httpUrl);
  await ask('joinRoom', { callId: 'call1', userId: 'ada' });
  const { data } = await ask('createTransport', { direction: 'send' });
  await ask('produce', { transportId: data.id, kind: 'audio',
    rtpParameters: OPUS });

  const { code, out, err } = await runExample('calls.mjs',
    [server.httpUrl, 'call1', 'reader']);
  assert.equal(err, '');
  assert.equal(code, 0);
  assert.match(out, /^codecs: audio\/opus, video\/VP8.*\njoined with 1 others: ada$/m);
  assert.match(out, /^ada sends audio: audio\/opus$/m);
  assert.match(out, /^left$/m);
});

test('media-server-rpc.mjs', async (t) => {
  const server = await Server.start({ name: 'example-rpc',
    args: ['--rpc-heartbeat-interval', '200', '--rpc-silence-threshold',
      '300'] });
  t.after(() => server.stop());

  const { code, out, err } = await runExample('media-server-rpc.mjs',
    [server.wsUrl, 'call1', '2']);
  assert.equal(err, '');
  assert.equal(code, 0);
  assert.match(out, /^call-call1: audio\/opus, video\/VP8/);
  assert.match(out, /^ada sends to 127\.0\.0\.1, UDP port \d+$/m);
  assert.match(out, /^ben receives from 127\.0\.0\.1, UDP port \d+$/m);
  assert.match(out, /^ben hears ada-microphone: audio\/opus$/m);
  assert.match(out, /^heartbeat: 1 routers on 1 workers$/m);
  assert.match(out, /^ada-microphone silent for \d+ ms$/m);
  assert.match(out, /^2 transports, 1 producers, 1 consumers$/m);
  assert.match(out, /^closed$/m);
  assert.equal((await fetch(`${server.httpUrl}/stats`).then((r) => r.json()))
    .rooms, 0);
});

test('media-server-rpc.mjs with a token', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gst-sfu-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(`${folder}/token`, `${SECRET}\n`);
  const server = await Server.start({ name: 'example-rpc-token',
    args: ['--rpc-token-file', `${folder}/token`] });
  t.after(() => server.stop());
  const run = (token) => runExample('media-server-rpc.mjs', [server.wsUrl],
    { RPC_TOKEN: token });

  assert.equal((await run(SECRET)).code, 0);
  const refused = await run('another token');
  assert.match(refused.err, /401/);
  assert.equal(refused.code, 1);
});

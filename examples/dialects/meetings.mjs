// SPDX-License-Identifier: LGPL-2.1-or-later
// A minimal client of the meetings' protocol (docs/dialects/meetings.md): joins a
// room, tells who is there, says a line, makes a transport, leaves.
//
//   JWT_SECRET=the-server's node meetings.mjs http://127.0.0.1:4000 room1 [userId]
//
// In an application the token comes from your own server: the secret must not be
// in a client. The media half is mediasoup-client's and runs in a browser: see the
// comments.
import { createHmac } from 'node:crypto';
import { io } from 'socket.io-client';

const [url = 'http://127.0.0.1:4000', roomCode = 'room1', userId = 'node'] =
  process.argv.slice(2);
const secret = process.env.JWT_SECRET;
if (!secret) {
  console.error('JWT_SECRET must be what sfu-server has');
  process.exit(2);
}

/** JWT, HS256. */
function mintToken (claims) {
  const part = (value) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body)
    .digest('base64url')}`;
}

const now = Math.floor(Date.now() / 1000);
const socket = io(url, { path: '/socket',
  auth: { token: mintToken({ userId, exp: now + 3600 }) } });

socket.on('connect_error', (error) => {
  console.error(`cannot connect: ${error.message}`);
  // The server said no: socket.io-client does not try again by itself.
  if (!socket.active)
    process.exitCode = 1;
});
socket.on('user-joined', ({ name }) => console.log(`${name} came`));
socket.on('user-left', ({ userId: id }) => console.log(`${id} left`));
// Here: consume (below), then recvTransport.consume() with the ack.
socket.on('new-producer', ({ userId: id, kind }) =>
  console.log(`${id} sends ${kind}`));
socket.on('chat-message', ({ name, text }) => console.log(`${name}: ${text}`));

/** The ack; one with an error is thrown. */
async function request (event, data) {
  const ack = await socket.timeout(10000).emitWithAck(event, data);
  if (ack.error)
    throw new Error(`${event}: ${ack.error}`);
  return ack;
}

// Also when the connection is back after it broke: within the grace period the
// others have not noticed.
socket.on('connect', async () => {
  try {
    const { rtpCapabilities, participants } = await request('joinRoom',
      { roomCode, name: `Client ${userId}`, email: `${userId}@example.org` });
    console.log(`joined with ${participants.length} others; codecs: `
      + rtpCapabilities.codecs.map((c) => c.mimeType).join(', '));
    for (const { name, producers } of participants)
      console.log(`${name} is here, sending ${producers.length} tracks`);
    // device.load({ routerRtpCapabilities: rtpCapabilities });
    // device.createSendTransport(await request('createTransport', …)), and in its
    // events: 'connect' → connectTransport, 'produce' → produce.
    const { iceCandidates } = await request('createTransport',
      { isProducer: true });
    console.log(`media would go to ${iceCandidates[0].address}, UDP port `
      + iceCandidates[0].port);
    await request('chat-message', { text: 'hello' });
    await request('leaveRoom');
    console.log('left');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    socket.disconnect();
  }
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// A minimal client of study rooms (docs/dialects/study-rooms.md): joins a room,
// tells what others send and asks for it, then leaves.
//
//   node study-rooms.mjs http://127.0.0.1:8100 room1 [name] [seconds to stay]
//
// The media half is mediasoup-client's and runs in a browser: see the comments.
import { io } from 'socket.io-client';

const [url = 'http://127.0.0.1:8100', room = 'room1', displayName = 'node',
  seconds = '0'] = process.argv.slice(2);

// Connecting to the namespace is joining the room. Where tokens are required:
// auth: { displayName, token }.
const socket = io(`${url}/room/${encodeURIComponent(room)}`,
  { auth: { displayName } });

/** The ack; one with an error is thrown. */
async function request (event, data = {}) {
  const ack = await socket.timeout(10000).emitWithAck(event, data);
  if (ack.error)
    throw new Error(`${event}: ${ack.error}`);
  return ack;
}

let ready; // resolves with what consuming needs
let work;  // one producer after the other

async function prepare () {
  // device.load({ routerRtpCapabilities: rtpCapabilities }), and from then on
  // device.rtpCapabilities; we say that we can receive all that the room has.
  const { rtpCapabilities } = await request('get-rtp-capabilities');
  console.log('codecs: '
    + rtpCapabilities.codecs.map((c) => c.mimeType).join(', '));
  // device.createRecvTransport(transport), and in its event 'connect':
  // connect-transport. To send: direction 'send', and 'produce'.
  const { transport } = await request('create-transport',
    { direction: 'recv' });
  return { rtpCapabilities, transportId: transport.id };
}

async function consume ({ producerId, participantId, kind }) {
  const { consumer } = await request('consume',
    { ...await ready, producerId });
  // recvTransport.consume(consumer), then: resume-consumer.
  console.log(`${participantId} sends ${kind}: `
    + consumer.rtpParameters.codecs[0].mimeType);
}

// Each time: after a reconnection we are somebody new in the room.
socket.on('connect', () => {
  console.log(`joined as ${socket.id}`);
  ready = prepare();
  work = ready;
  setTimeout(leave, Number(seconds) * 1000);
});
socket.on('connect_error', (error) => {
  console.error(`cannot join: ${error.message}`);
  // The server said no: socket.io-client does not try again by itself.
  if (!socket.active)
    process.exitCode = 1;
});
// Also for what was there before us.
socket.on('new-producer', (producer) => {
  work = work.then(() => consume(producer)).catch(fail);
});
socket.on('producer-closed', ({ participantId }) =>
  console.log(`${participantId} sends less`));
socket.on('recommend-audio-only', ({ participantCount, threshold }) =>
  console.log(`${participantCount} are here, more than ${threshold}: `
    + 'better without video'));

function fail (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function leave () {
  await work.catch(fail);
  console.log('leaving');
  socket.disconnect();
}

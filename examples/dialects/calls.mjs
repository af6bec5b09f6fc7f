// SPDX-License-Identifier: LGPL-2.1-or-later
// A minimal client of calls (docs/dialects/calls.md): makes a call, joins it,
// tells who is there and asks for what they send, then leaves.
//
//   node calls.mjs http://127.0.0.1:4000 call1 [userId] [seconds to stay]
//
// The media half is mediasoup-client's and runs in a browser: see the comments.
import { setTimeout as wait } from 'node:timers/promises';
import { io } from 'socket.io-client';

const [url = 'http://127.0.0.1:4000', callId = 'call1', userId = 'node',
  seconds = '0'] = process.argv.slice(2);

// Where tokens are required: io(url, { auth: { token } }).
const socket = io(url);

/** What stands in the envelope; an error is thrown. */
async function request (event, ...data) {
  const ack = await socket.timeout(10000).emitWithAck(event, ...data);
  if (!ack.success)
    throw new Error(`${event}: ${ack.error}`);
  return ack.data;
}

let receive; // what consuming needs

async function consume ({ producerId, userId: id, kind }) {
  const { consumer } = await request('consume', { ...receive, producerId });
  // recvTransport.consume(consumer), then: resumeConsumer.
  console.log(`${id} sends ${kind}: `
    + consumer.rtpParameters.codecs[0].mimeType);
}

async function join () {
  // device.load({ routerRtpCapabilities: rtpCapabilities }), and from then on
  // device.rtpCapabilities; we say that we can receive all that the call has.
  const { rtpCapabilities } = await request('createRoom', { callId });
  console.log('codecs: '
    + rtpCapabilities.codecs.map((c) => c.mimeType).join(', '));
  const { peers } = await request('joinRoom',
    { callId, userId, rtpCapabilities });
  console.log(`joined with ${peers.length} others: `
    + peers.map((peer) => peer.userId).join(', '));
  // device.createRecvTransport(transport), and in its event 'connect':
  // connectTransport. To send: direction 'send', and 'produce'.
  const transport = await request('createTransport', { direction: 'recv' });
  receive = { rtpCapabilities, transportId: transport.id };
  const { producers } = await request('getProducers', { callId });
  for (const producer of producers)
    await consume(producer);
}

socket.on('peerJoined', (peer) => console.log(`${peer.userId} came`));
socket.on('peerLeft', (peer) => console.log(`${peer.userId} left`));
socket.on('newProducer', (producer) => consume(producer).catch(fail));
socket.on('connect_error', (error) => {
  console.error(`cannot connect: ${error.message}`);
  // The server said no: socket.io-client does not try again by itself.
  if (!socket.active)
    process.exitCode = 1;
});

function fail (error) {
  console.error(error.message);
  process.exitCode = 1;
}

// Each time: after a reconnection we are somebody new in the call.
socket.on('connect', async () => {
  try {
    await join();
    await wait(Number(seconds) * 1000);
    await request('leaveRoom');
    console.log('left');
  } catch (error) {
    fail(error);
  } finally {
    socket.disconnect();
  }
});

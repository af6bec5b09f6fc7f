// SPDX-License-Identifier: LGPL-2.1-or-later
// A minimal application server (docs/dialects/media-server-rpc.md): makes a
// call, a transport for each of two users, lets one hear the other, and ends
// the call.
//
//   node media-server-rpc.mjs ws://127.0.0.1:8888 call1 [seconds to stay]
//
// Where a token is configured it stands in RPC_TOKEN. What the users' clients
// would do is mediasoup-client's business: see the comments.
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';

const [url = 'ws://127.0.0.1:8888', callId = 'call1', seconds = '0'] =
  process.argv.slice(2);
const routerId = `call-${callId}`;

const token = process.env.RPC_TOKEN;
const socket = new WebSocket(url,
  token ? { headers: { authorization: `Bearer ${token}` } } : {});
const waiting = new Map(); // id -> { resolve, reject }
let lastId = 0;

/** The result; an error is thrown. */
function call (method, params) {
  const id = ++lastId;
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

function onNotification (method, params) {
  if (method === 'heartbeat')
    console.log(`heartbeat: ${params.routers} routers on ${params.workers} `
      + 'workers');
  else if (method === 'producerSilent')
    console.log(`${params.producerId} silent for ${params.silentMs} ms`);
  else if (method === 'producerActive')
    console.log(`${params.producerId} is back`);
}

socket.on('message', (data) => {
  const { id, method, params, result, error } = JSON.parse(data);
  if (method)
    return onNotification(method, params);
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (error)
    reject(new Error(`${error.message}: ${error.data.reason}`));
  else
    resolve(result);
});

/** What goes to the user's client, for device.createSendTransport(transport) or
 * createRecvTransport. In its event 'connect' the client sends dtlsParameters,
 * and we call connectTransport; in 'produce', createProducer. */
async function makeTransport (user, other, direction) {
  const transport = await call('createTransport', { routerId,
    transportId: `${callId}-${user}-${direction}`, requesterUserId: user,
    otherUserId: other, direction });
  const [{ ip, port }] = transport.iceCandidates;
  const verb = direction === 'send' ? 'sends to' : 'receives from';
  console.log(`${user} ${verb} ${ip}, UDP port ${port}`);
  return transport;
}

// What a client's producer would say of itself.
const rtpParameters = { codecs: [{ mimeType: 'audio/opus', payloadType: 111,
  clockRate: 48000, channels: 2 }], encodings: [{ ssrc: 1111 }] };

async function run () {
  // To the clients: device.load({ routerRtpCapabilities: rtpCapabilities }).
  const { rtpCapabilities } = await call('createRouter', { routerId });
  console.log(`${routerId}: `
    + rtpCapabilities.codecs.map((codec) => codec.mimeType).join(', '));
  const send = await makeTransport('ada', 'ben', 'send');
  const receive = await makeTransport('ben', 'ada', 'recv');
  const { id: producerId } = await call('createProducer',
    { transportId: send.id, producerId: 'ada-microphone', kind: 'audio',
      rtpParameters });
  // With the rtpCapabilities of ben's device; then, in his client,
  // transport.consume(consumer), and only then resumeConsumer.
  const consumer = await call('createConsumer',
    { transportId: receive.id, producerId, rtpCapabilities });
  await call('resumeConsumer', { consumerId: consumer.id });
  console.log(`ben hears ${consumer.producerId}: `
    + consumer.rtpParameters.codecs[0].mimeType);
  await wait(Number(seconds) * 1000);
  const { transports, producers, consumers } =
    await call('getStats', { routerId });
  console.log(`${transports} transports, ${producers} producers, `
    + `${consumers} consumers`);
  await call('closeRouter', { routerId });
  console.log('closed');
}

function fail (error) {
  console.error(error.message);
  process.exitCode = 1;
}

socket.on('open', () => run().catch(fail).finally(() => socket.close()));
socket.on('error', fail);

// SPDX-License-Identifier: LGPL-2.1-or-later
// A client of calls as their apps are written: makes the call, joins it, takes
// what there is and what comes.
import { Media, now } from './media.js';
import { SioSession } from './sio.js';

const media = new Media();
const session = new SioSession((event, ack) => {
  if (!ack.success)
    throw new Error(`${event}: ${ack.error}`);
  return ack.data;
});
const { request } = session.verbs();

async function makeTransport (direction) {
  session.addTransport(direction,
    await request('createTransport', { direction }), {
      connect: (data) => request('connectTransport', data),
      produce: async (data) => (await request('produce', data)).producerId,
    });
}

async function consume ({ producerId, userId }) {
  const asked = now();
  const { consumer } = await request('consume', { producerId,
    transportId: session.transports.recv.id,
    rtpCapabilities: session.device.rtpCapabilities });
  await session.show(media, userId, consumer, asked);
  await request('resumeConsumer', { consumerId: consumer.id });
}

function onEvent (event, data) {
  if (event === 'newProducer')
    session.inTurn(() => consume(data));
  else if (event === 'producerClosed')
    session.inTurn(() => media.hide(data.producerId));
}

async function enter (callId, userId) {
  const { rtpCapabilities } = await request('createRoom', { callId });
  if (!session.device.loaded)
    await session.device.load({ routerRtpCapabilities: rtpCapabilities });
  const { peers } = await request('joinRoom', { callId, userId,
    rtpCapabilities: session.device.rtpCapabilities });
  await makeTransport('send');
  await makeTransport('recv');
  const { producers } = await request('getProducers', { callId });
  for (const producer of producers)
    await consume(producer);
  return peers;
}

/** Connected again, as somebody new who is in no call. */
async function comeBack (callId, userId) {
  session.dropMedia(media);
  await enter(callId, userId);
  if (media.tracks.length > 0)
    await media.publish(session.transports.send);
}

/** options: serverUrl, roomId (the call), peerId (the user), and those of
 * socket.io-client. */
async function join ({ serverUrl, roomId, peerId, ...options }) {
  await session.connect(serverUrl.replace(/^ws/, 'http'), options, onEvent,
    () => session.inTurn(() => comeBack(roomId, peerId)));
  let peers;
  await session.inTurn(async () => { peers = await enter(roomId, peerId); });
  if (session.failures.length > 0)
    throw new Error(session.failures.join('; '));
  return { id: session.socket.id, peers };
}

/** Only the ack is sent with it. */
async function leave () {
  await request('leaveRoom');
  Object.values(session.transports).forEach((transport) => transport.close());
  media.hideAll();
}

window.e2e = {
  ...media.verbs(),
  ...session.verbs(),
  join, leave,
  joinAnother: (callId, userId) => enter(callId, userId),
  publish: async () => {
    await media.openCamera();
    return media.publish(session.transports.send);
  },
};

// SPDX-License-Identifier: LGPL-2.1-or-later
// A client of study rooms as their apps are written: connecting to the room's
// namespace is joining; every producer it is told of is consumed.
import { Media, now, until } from './media.js';
import { SioSession } from './sio.js';

const media = new Media();
const session = new SioSession((event, ack) => {
  if (ack.error)
    throw new Error(`${event}: ${ack.error}`);
  return ack;
});
const { request } = session.verbs();

async function makeTransport (direction) {
  const { transport } = await request('create-transport', { direction });
  session.addTransport(direction, transport, {
    connect: (data) => request('connect-transport', data),
    produce: async ({ transportId, kind, rtpParameters }) => (
      await request('produce', { transportId, kind, rtpParameters })
    ).producerId,
  });
}

async function consume ({ producerId, participantId }) {
  const asked = now();
  const answer = await request('consume', { producerId,
    transportId: session.transports.recv.id,
    rtpCapabilities: session.device.rtpCapabilities });
  await session.show(media, participantId, answer.consumer, asked);
  await request('resume-consumer', { consumerId: answer.id });
}

function onEvent (event, data) {
  if (event === 'new-producer')
    session.inTurn(() => consume(data));
  else if (event === 'producer-closed')
    session.inTurn(() => media.hide(data.producerId));
}

async function prepare () {
  const { rtpCapabilities } = await request('get-rtp-capabilities');
  if (!session.device.loaded)
    await session.device.load({ routerRtpCapabilities: rtpCapabilities });
  await makeTransport('send');
  await makeTransport('recv');
}

/** Connected again, which is having joined: all of it anew. */
async function comeBack () {
  session.dropMedia(media);
  await prepare();
  if (media.tracks.length > 0)
    await media.publish(session.transports.send);
}

/** options: serverUrl, roomId, peerId (the display name), and those of
 * socket.io-client. */
async function join ({ serverUrl, roomId, peerId, ...options }) {
  let connected;
  // In front of what is told at once of who is there.
  session.inTurn(() => connected.then(prepare));
  connected = session.connect(
    `${serverUrl.replace(/^ws/, 'http')}/room/${roomId}`,
    { auth: { displayName: peerId }, ...options }, onEvent,
    () => session.inTurn(comeBack));
  await connected;
  await session.queue;
  if (session.failures.length > 0)
    throw new Error(session.failures.join('; '));
  return { id: session.socket.id };
}

window.e2e = {
  ...media.verbs(),
  ...session.verbs(),
  join,
  /** Resolves when the socket is connected again. */
  reconnected: (timeoutMs = 10000) => until(() => session.socket.connected,
    timeoutMs, 'connected again'),
  publish: async () => {
    await media.openCamera();
    return media.publish(session.transports.send);
  },
  stopSending: (kind) => {
    const producer = media.producers.get(kind);
    producer.close();
    return request('close-producer', { producerId: producer.id });
  },
};

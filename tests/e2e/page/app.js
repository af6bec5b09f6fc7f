// SPDX-License-Identifier: LGPL-2.1-or-later
// A client of an application that does its own signalling and has the media
// server behind it (lib/app-server.mjs): it never speaks to the media server
// itself.
import { Media, now } from './media.js';
import { SioSession } from './sio.js';

const media = new Media();

/** The same session over another wire: {id, method, data} and its answer
 * {id, data} or {id, error}; {event, data} without being asked. */
class AppSession extends SioSession {
  connect (url, onEvent) {
    this.waiting = new Map();
    this.socket = new WebSocket(url);
    this.socket.onmessage = (message) => {
      const { id, event, data, error } = JSON.parse(message.data);
      if (event) {
        this.events.push({ event, data, at: now() });
        onEvent(event, data);
        return;
      }
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (error)
        reject(new Error(error));
      else
        resolve(data);
    };
    return new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onerror = () => reject(new Error('no connection'));
    });
  }

  request (method, data = {}) {
    const id = ++this.lastId;
    this.socket.send(JSON.stringify({ id, method, data }));
    return new Promise((resolve, reject) =>
      this.waiting.set(id, { resolve, reject }));
  }

  lastId = 0;
}

const session = new AppSession();
const { request } = session.verbs();

async function consume ({ producerId, userId }) {
  const asked = now();
  const consumer = await request('consume', { producerId,
    rtpCapabilities: session.device.rtpCapabilities });
  await session.show(media, userId, consumer, asked);
  await request('resume', { consumerId: consumer.id });
}

function onEvent (event, data) {
  if (event === 'newProducer')
    session.inTurn(() => consume(data));
  else if (event === 'producerClosed')
    session.inTurn(() => media.hide(data.producerId));
}

/** options: serverUrl (the application's), peerId (the user). */
async function join ({ serverUrl, peerId }) {
  await session.connect(serverUrl, onEvent);
  const { rtpCapabilities, send, recv, producers } =
    await request('join', { userId: peerId });
  await session.device.load({ routerRtpCapabilities: rtpCapabilities });
  const verbs = { connect: (data) => request('connect', data),
    produce: async (data) => (await request('produce', data)).id };
  session.addTransport('send', send, verbs);
  session.addTransport('recv', recv, verbs);
  producers.forEach((producer) => session.inTurn(() => consume(producer)));
  return { id: peerId };
}

/** Takes the camera away from the producer, and gives it back: nothing is sent,
 * and nobody is told. */
async function holdVideo (hold) {
  const producer = media.producers.get('video');
  const [track] = media.tracks.filter((one) => one.kind === 'video');
  await producer.replaceTrack({ track: hold ? null : track });
}

/** A microphone in a room without a sound, coded with DTX. */
async function publishSilence () {
  const audio = new AudioContext();
  const sink = new MediaStreamAudioDestinationNode(audio);
  const nothing = new ConstantSourceNode(audio, { offset: 0 });
  nothing.connect(sink);
  nothing.start();
  await audio.resume();
  const [track] = sink.stream.getTracks();
  media.producers.set('audio', await session.transports.send.produce({ track,
    stopTracks: false, codecOptions: { opusDtx: true } }));
}

async function audioPacketsSent () {
  const reports = await media.producers.get('audio').getStats();
  return [...reports.values()].find(({ type }) => type === 'outbound-rtp')
    .packetsSent;
}

window.e2e = {
  ...media.verbs(),
  ...session.verbs(),
  join, holdVideo, publishSilence, audioPacketsSent,
  publish: async () => {
    await media.openCamera();
    return media.publish(session.transports.send);
  },
};

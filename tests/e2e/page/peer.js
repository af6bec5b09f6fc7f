// SPDX-License-Identifier: LGPL-2.1-or-later
// One peer of a room, for tests: mediasoup-client and protoo-client as they
// come from npm, driven through window.e2e. Keeps what happened and when, so
// that a test asks afterwards and never has to catch a moment. What it holds
// stands in peer-state.js, what getStats() says of it in peer-stats.js.
import { Device } from 'mediasoup-client';
import * as protoo from 'protoo-client';
import { Watch, picturesMade, readPicture } from './watch.js';
import { noiseStream } from './noise.js';
import { keepSecret, secretCounts } from './secret.js';
import { clapperStream, Eyewitness, leadOf } from './clapper.js';
import { POLL_MS, find, now, request, state, until } from './peer-state.js';
import { packetsOf, received, security, selectedPairs, sent, sentEncodings,
  sentTogether, statsOf } from './peer-stats.js';

/** What Chromium's fake camera gives by default. */
const FPS = 20;
/** Of each video: a minute and more. */
const FRAMES_KEPT = 2000;

/** What mediasoup-client calls with each new sender or receiver. */
const secretly = (side) => state.secret
  ? (half) => keepSecret(side, half, state.secret) : undefined;

/** As the demo page knocks at a server that is away. */
const RETRY = { retries: 120, factor: 1.6, minTimeout: 400, maxTimeout: 5000 };

function openProtoo (url) {
  const retry = state.options.comeBack ? RETRY : { retries: 0 };
  const transport = new protoo.WebSocketTransport(url, { retry });
  const peer = new protoo.Peer(transport);
  state.protoo = peer;
  peer.on('notification', ({ method, data }) => {
    state.notifications.push({ method, data, at: now() });
    onNotification(method, data);
  });
  peer.on('request', (message, accept, reject) => {
    onRequest(message).then(accept, (error) => {
      console.error(`request ${message.method}: ${error.message}`);
      reject(500, error.message);
    });
  });
  return new Promise((resolve, reject) => {
    peer.once('open', () => {
      resolve();
      peer.on('open', comeBack);
    });
    peer.on('failed', () => reject(new Error(`cannot connect to ${url}`)));
    peer.on('disconnected', () => reject(new Error(`refused by ${url}`)));
  });
}

async function onRequest ({ method, data }) {
  if (method !== 'newConsumer')
    throw new Error(`unknown request ${method}`);
  const asked = now();
  const consumer = await state.transports.recv.consume({
    id: data.id, producerId: data.producerId, kind: data.kind,
    rtpParameters: data.rtpParameters, appData: data.appData,
    // Chromium synchronises what shares a stream id.
    streamId: `${data.peerId}-${data.appData?.source ?? 'main'}`,
    onRtpReceiver: secretly('decrypt'),
  });
  const element = document.createElement(data.kind);
  element.autoplay = true;
  element.muted = data.kind === 'video';
  element.srcObject = new MediaStream([consumer.track]);
  document.body.append(element);
  const entry = { consumer, element, peerId: data.peerId, type: data.type,
    kind: data.kind, producerPaused: data.producerPaused, asked,
    firstFrame: null, frames: [] };
  const onFrame = (time, { width, presentedFrames }) => {
    const at = now();
    entry.firstFrame ??= at;
    entry.frames.push({ at, width, presentedFrames });
    entry.frames.splice(0, entry.frames.length - FRAMES_KEPT);
    element.requestVideoFrameCallback(onFrame);
  };
  element.requestVideoFrameCallback?.(onFrame);
  state.consumers.set(data.id, entry);
}

/** Closes a consumer, but not without asking what it has received. */
async function retire (entry) {
  state.retired.push(entry);
  const report = await statsOf(entry.consumer, 'inbound-rtp');
  entry.packets = report?.packetsReceived ?? 0;
  entry.consumer.close();
  entry.element.remove();
}

function onNotification (method, data) {
  const entry = state.consumers.get(data?.consumerId);
  if (!entry)
    return;
  if (method === 'consumerClosed') {
    state.consumers.delete(data.consumerId);
    retire(entry);
  } else if (method === 'consumerPaused') {
    entry.consumer.pause();
  } else if (method === 'consumerResumed') {
    entry.consumer.resume();
  }
}

/** Of join's options: nothing but a relay, with given credentials or the
 * server's. */
function iceOptions (options, iceServers) {
  if (!options.relay)
    return { iceServers: [] };
  return { iceTransportPolicy: 'relay', iceServers: iceServers.map(
    (server) => ({ ...server, ...options.credentials })) };
}

/** The server's candidates; with viaPort through something in front of it,
 * which knows UDP alone. */
function throughPort (answer, { viaPort }) {
  return viaPort ? { ...answer, iceCandidates: answer.iceCandidates.filter(
    ({ protocol }) => protocol === 'udp').map(
    (candidate) => ({ ...candidate, port: viaPort })) } : answer;
}

/** tamper: gets the dtlsParameters before they are signalled. */
async function makeTransport (direction, tamper, options) {
  const answer = await request('createWebRtcTransport', {
    forceTcp: options.forceTcp === true,
    producing: direction === 'send',
    consuming: direction === 'recv',
  });
  const make = direction === 'send' ? 'createSendTransport'
    : 'createRecvTransport';
  const transport = state.device[make]({ ...throughPort(answer, options),
    ...iceOptions(options, answer.iceServers) });
  state.transports[direction] = transport;
  state.states[direction] = [];
  state.iceErrors[direction] = [];
  state.userNames[direction] = answer.iceParameters.usernameFragment;
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    request('connectWebRtcTransport', { transportId: transport.id,
      dtlsParameters: tamper(dtlsParameters) }).then(done, failed);
  });
  transport.on('connectionstatechange', (value) => {
    state.states[direction].push({ value, at: now() });
  });
  transport.on('icecandidateerror', ({ errorCode, errorText, url }) => {
    state.iceErrors[direction].push({ errorCode, errorText, url });
  });
  transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
    request('produce', { transportId: transport.id, kind, rtpParameters,
      appData }).then(({ id }) => done({ id }), failed);
  });
}

/** A fingerprint that no certificate has: the first byte is inverted. */
function wrongFingerprint (dtlsParameters) {
  return { ...dtlsParameters,
    fingerprints: dtlsParameters.fingerprints.map(({ algorithm, value }) => {
      const first = 0xff ^ parseInt(value.slice(0, 2), 16);
      const hex = first.toString(16).padStart(2, '0').toUpperCase();
      return { algorithm, value: hex + value.slice(2) };
    }) };
}

/** Transports, and join. */
async function enter () {
  const { options } = state;
  const tamper = options.wrongFingerprint ? wrongFingerprint : (p) => p;
  await makeTransport('send', tamper, options);
  await makeTransport('recv', tamper, options);
  return request('join', {
    displayName: options.displayName ?? options.peerId.toUpperCase(),
    device: { flag: 'test', name: state.device.handlerName, version: '1' },
    rtpCapabilities: state.device.rtpCapabilities,
  });
}

/** A new connection: what ran over the old one is gone. */
async function comeBack () {
  Object.values(state.transports).forEach((transport) => transport.close());
  state.consumers.forEach(({ element }) => element.remove());
  state.consumers.clear();
  await enter();
  for (const { track, options } of state.sending)
    await send(track, options);
}

/**
 * options: serverUrl, roomId, peerId, displayName, wrongFingerprint, token (of
 * an account), relay (only through TURN), viaPort (of a forwarder in front of
 * the server's media port), credentials ({ username, credential }, instead of
 * the server's), forceTcp, secret (key of end-to-end encryption, see secret.js),
 * comeBack (when the connection breaks, as somebody new).
 */
async function join (options) {
  const { serverUrl, roomId, peerId } = options;
  const started = now();
  state.options = options;
  state.secret = options.secret ?? null;
  const token = options.token ? `&token=${options.token}` : '';
  const room = encodeURIComponent(roomId);
  await openProtoo(`${serverUrl}/?roomId=${room}&peerId=${peerId}${token}`);
  state.device = new Device();
  await state.device.load({
    routerRtpCapabilities: await request('getRouterRtpCapabilities') });
  const { peers } = await enter();
  return { peers, started, handler: state.device.handlerName,
    codecs: state.device.rtpCapabilities.codecs.map((c) => c.mimeType) };
}

async function produceVideo (track, options) {
  const mimeType = `video/${options.codec ?? 'VP8'}`.toLowerCase();
  const codec = state.device.rtpCapabilities.codecs.find(
    (c) => c.mimeType.toLowerCase() === mimeType);
  if (!codec)
    throw new Error(`this browser and the room share no ${mimeType}`);
  return state.transports.send.produce({
    track,
    codec,
    stopTracks: false,
    onRtpSender: secretly('encrypt'),
    encodings: options.encodings
      ?? [{ maxBitrate: options.maxBitrate ?? 1000000 }],
    codecOptions: options.startBitrateKbps
      ? { videoGoogleStartBitrate: options.startBitrateKbps } : {},
    appData: { source: options.source ?? 'camera' },
  });
}

/** The id of the producer. */
async function send (track, options) {
  const producer = track.kind === 'video'
    ? await produceVideo(track, options)
    : await state.transports.send.produce({ track, stopTracks: false,
      onRtpSender: secretly('encrypt'),
      appData: { source: options.source ?? 'mic' } });
  state.producers.set(track.kind, producer);
  return producer.id;
}

/** Amplitudes: -9 and -37 dBov. */
const TONES = { loud: 0.5, low: 0.02 };

/**
 * options: audio, video (booleans), codec, width, height, maxBitrate bit/s or
 * encodings (simulcast, SVC), noise (video that no encoder can squeeze, instead
 * of the camera), clapper (flashes and tones, instead of both; 'loud', 'low': a
 * tone without end), source (of both tracks: the viewer's browser synchronises what
 * has the same).
 */
async function publish (options) {
  const { audio = true, video = true, width = 640, height = 480 } = options;
  const stream = options.noise ? noiseStream(width, height)
    : options.clapper ? await clapperStream(width, height,
      TONES[options.clapper]) : await navigator.mediaDevices.getUserMedia({
      audio, video: video && { width, height, frameRate: FPS } });
  const ids = {};
  for (const track of stream.getTracks()) {
    ids[track.kind] = await send(track, options);
    state.sending.push({ track, options });
    if (track.kind === 'video') {
      state.local = document.createElement('video');
      Object.assign(state.local, { muted: true, autoplay: true,
        srcObject: new MediaStream([track]) });
      document.body.append(state.local);
    }
  }
  return ids;
}

/** Stops or goes on sending, as a mute button does. */
async function mute (kind, muted) {
  const producer = state.producers.get(kind);
  const at = now();
  if (muted)
    producer.pause();
  else
    producer.resume();
  await request(muted ? 'pauseProducer' : 'resumeProducer',
    { producerId: producer.id });
  return at;
}

/** Both transports; the server's old and new ICE user names. */
async function restartIce () {
  const names = [];
  for (const [direction, transport] of Object.entries(state.transports)) {
    const iceParameters = await request('restartIce',
      { transportId: transport.id });
    await transport.restartIce({ iceParameters });
    names.push({ direction, before: state.userNames[direction],
      after: iceParameters.usernameFragment });
    state.userNames[direction] = iceParameters.usernameFragment;
  }
  return names;
}

const describe = (entry) => ({ id: entry.consumer.id, peerId: entry.peerId,
  producerId: entry.consumer.producerId, kind: entry.kind, type: entry.type,
  producerPaused: entry.producerPaused, paused: entry.consumer.paused,
  asked: entry.asked, firstFrame: entry.firstFrame });

/** Resolves with { audio, video } of a peer once both have arrived. */
async function hear (peerId, kinds = ['audio', 'video'], timeoutMs = 10000) {
  const found = {};
  for (const kind of kinds) {
    found[kind] = describe(await until(() => find(peerId, kind), timeoutMs,
      `${kind} consumer of ${peerId}`));
  }
  return found;
}

/** Resolves when the first picture of a peer is on the screen. */
async function firstFrame (peerId, timeoutMs = 10000) {
  return until(() => find(peerId, 'video')?.firstFrame, timeoutMs,
    `first picture of ${peerId}`);
}

/** When the first picture was on the screen of anybody whose video was offered
 * after that time. */
async function pictureAfter (at, timeoutMs = 15000) {
  return until(() => [...state.consumers.values()].find((entry) =>
    entry.kind === 'video' && entry.asked > at && entry.firstFrame)?.firstFrame,
  timeoutMs, 'a picture of somebody new');
}

/** Resolves when the next picture of a peer is on the screen. */
function nextFrame (peerId) {
  return new Promise((resolve) => {
    find(peerId, 'video').element.requestVideoFrameCallback(
      () => resolve(now()));
  });
}

/** What was shown of a peer since then: { at, width, presentedFrames }. */
const framesOf = (peerId, since = 0) =>
  find(peerId, 'video').frames.filter(({ at }) => at >= since);

/** Resolves with the first frame shown since then that has this width. */
const frameOfWidth = (peerId, width, since, timeoutMs = 10000) => until(
  () => framesOf(peerId, since).find((frame) => frame.width === width),
  timeoutMs, `a picture ${width} wide of ${peerId}; last: `
    + JSON.stringify(framesOf(peerId).at(-1)));

/** Asks for layers of a peer's video; when it did. */
async function preferLayers (peerId, spatialLayer, temporalLayer) {
  const at = now();
  await request('setConsumerPreferredLayers', {
    consumerId: find(peerId, 'video').consumer.id, spatialLayer,
    temporalLayer });
  return at;
}

/** No encoding of the own video above this one; when it said so. */
async function sendUpTo (spatialLayer) {
  const at = now();
  await state.producers.get('video').setMaxSpatialLayer(spatialLayer);
  return at;
}

/** Resolves once media can flow. */
async function connected (direction, timeoutMs = 10000) {
  await until(() => state.transports[direction].connectionState === 'connected',
    timeoutMs, `${direction} transport connected`);
}

/** Resolves with the error once gathering is over and has found nothing. */
async function iceDenied (direction, timeoutMs) {
  const transport = state.transports[direction];
  return until(() => transport.iceGatheringState === 'complete'
    && state.iceErrors[direction].at(-1), timeoutMs, 'a refusal by TURN');
}

/** What the own camera shows over some time. */
async function ownPictures (ms) {
  const pictures = [];
  const end = now() + ms;
  do {
    pictures.push(readPicture(state.local));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  } while (now() < end);
  return pictures;
}

/** Watches a peer for some time: see watch.js. */
async function watch (peerId, ms) {
  const video = find(peerId, 'video');
  const audio = find(peerId, 'audio');
  return new Watch(video, audio, statsOf).run(ms);
}

/** Watches and listens to a peer who publishes a clapper. */
async function witness (peerId) {
  const video = find(peerId, 'video');
  state.witness = new Eyewitness(video.element,
    find(peerId, 'audio').consumer.track);
  await state.witness.listening;
}

/** See leadOf. */
const playoutLead = async (peerId) => leadOf(
  await received(peerId, 'audio'), await received(peerId, 'video'));

async function notification (method, match = {}, timeoutMs = 5000) {
  const fits = (n) => n.method === method && Object.entries(match).every(
    ([key, value]) => n.data?.[key] === value);
  return until(() => state.notifications.find(fits), timeoutMs,
    `notification ${method} ${JSON.stringify(match)}`);
}

window.e2e = {
  now, join, publish, mute, restartIce, request, hear, firstFrame, nextFrame,
  pictureAfter,
  received, packetsOf, security, sent, watch, notification, selectedPairs, iceDenied,
  connected, sentTogether, witness, playoutLead, sentEncodings, framesOf,
  frameOfWidth, preferLayers, sendUpTo,
  lags: (since) => state.witness.lags(since),
  forget: () => { state.notifications.length = 0; },
  notifications: () => state.notifications,
  consumers: () => [...state.consumers.values()].map(describe),
  connectionStates: () => state.states,
  transportIds: () => ({ send: state.transports.send.id,
    recv: state.transports.recv.id }),
  picture: (peerId) => readPicture(find(peerId, 'video').element),
  ownPictures, secretCounts,
  picturesMade: () => picturesMade(state.producers.get('video')),
  leave: () => state.protoo.close(),
};

// SPDX-License-Identifier: LGPL-2.1-or-later
// A client of the meetings' protocol as its apps are written: socket.io-client
// and mediasoup-client as they come from npm. When the connection breaks,
// socket.io-client comes back by itself; then it joins again and makes its
// transports anew, as the contract says.
import { Device } from 'mediasoup-client';
import { io } from 'socket.io-client';
import { Media, now, until } from './media.js';

const media = new Media();
const state = {
  socket: null,
  options: null,
  device: null,
  transports: {}, // send, recv
  participants: [],
  publishing: false,
  events: [],     // { event, data, at }
  rounds: 0,      // how often it has joined
  failures: [],   // what went wrong on the way
};

/** Emits and waits for the ack; one that says error is thrown. */
async function request (event, data) {
  const ack = await state.socket.timeout(10000).emitWithAck(event, data);
  if (ack.error)
    throw new Error(`${event}: ${ack.error}`);
  return ack;
}

async function makeTransport (direction) {
  const parameters = await request('createTransport',
    { isProducer: direction === 'send' });
  const make = direction === 'send' ? 'createSendTransport'
    : 'createRecvTransport';
  const transport = state.device[make](parameters);
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    request('connectTransport', { transportId: transport.id, dtlsParameters })
      .then(() => done(), fail);
  });
  transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
    request('produce', { transportId: transport.id, kind, rtpParameters,
      appData }).then(done, fail);
  });
  state.transports[direction] = transport;
}

async function consume (userId, producerId) {
  const asked = now();
  const { id, kind, rtpParameters } = await request('consume', {
    transportId: state.transports.recv.id, producerId,
    rtpCapabilities: state.device.rtpCapabilities });
  const consumer = await state.transports.recv.consume({ id, producerId, kind,
    rtpParameters, streamId: userId });
  media.show(consumer, userId, asked);
}

/** One after the other, as apps do: a track at a time. */
let queue = Promise.resolve();
function inTurn (task) {
  queue = queue.then(task).catch((error) => {
    state.failures.push(error.message);
  });
  return queue;
}

/** The first time and each time that the connection is back. */
async function enter () {
  const { roomId, peerId } = state.options;
  const joined = await request('joinRoom', { roomCode: roomId,
    name: peerId.toUpperCase(), email: `${peerId}@example.org` });
  Object.values(state.transports).forEach((transport) => transport.close());
  media.hideAll();
  if (!state.device) {
    state.device = new Device();
    await state.device.load({ routerRtpCapabilities: joined.rtpCapabilities });
  }
  await makeTransport('send');
  await makeTransport('recv');
  state.participants = joined.participants;
  for (const { userId, producers } of joined.participants)
    for (const { producerId } of producers)
      await consume(userId, producerId);
  if (state.publishing)
    await media.publish(state.transports.send);
  state.rounds++;
}

function onEvent (event, data) {
  state.events.push({ event, data, at: now() });
  if (event === 'new-producer')
    inTurn(() => consume(data.userId, data.producerId));
  else if (event === 'producer-closed')
    inTurn(() => media.hide(data.producerId));
}

/**
 * options: serverUrl, roomId, peerId (the token's userId), token,
 * transports (of socket.io-client; default: its own).
 */
async function join (options) {
  const started = now();
  state.options = options;
  state.socket = io(options.serverUrl.replace(/^ws/, 'http'), {
    path: '/socket', auth: { token: options.token },
    transports: options.transports ?? ['polling', 'websocket'],
    reconnectionDelay: 100, reconnectionDelayMax: 300 });
  state.socket.onAny(onEvent);
  state.socket.on('disconnect', (reason) =>
    state.events.push({ event: 'disconnect', data: reason, at: now() }));
  const first = new Promise((resolve, reject) => {
    state.socket.on('connect', () => inTurn(enter).then(resolve));
    state.socket.on('connect_error', (error) => {
      if (!state.socket.active)
        reject(error);
    });
  });
  await first;
  if (state.failures.length > 0)
    throw new Error(state.failures.join('; '));
  return { started, participants: state.participants,
    transport: state.socket.io.engine.transport.name };
}

async function publish () {
  await media.openCamera();
  state.publishing = true;
  return media.publish(state.transports.send);
}

const count = (event, match = {}) => state.events.filter((e) =>
  e.event === event && Object.entries(match).every(
    ([key, value]) => e.data?.[key] === value)).length;

window.e2e = {
  ...media.verbs(),
  join, publish, request,
  count,
  event: (event, match, timeoutMs = 10000) => until(
    () => state.events.find((e) => e.event === event && count(event, match)),
    timeoutMs, `event ${event} ${JSON.stringify(match)}`),
  /** Resolves once it has joined so often. */
  joinedTimes: (n, timeoutMs = 15000) => until(() => state.rounds >= n,
    timeoutMs, `joining ${n} times`),
  failures: () => state.failures,
  upgraded: (timeoutMs = 5000) => until(
    () => state.socket.io.engine.transport.name === 'websocket', timeoutMs,
    'upgrade to WebSocket'),
  stopSending: (kind) => {
    const producer = media.producers.get(kind);
    producer.close();
    return request('closeProducer', { producerId: producer.id });
  },
  /** As a page does that says nothing: only DTLS tells the server. */
  closeTransport: (direction) => { state.transports[direction].close(); },
  leave: () => request('leaveRoom'),
  disconnect: () => { state.socket.disconnect(); },
};

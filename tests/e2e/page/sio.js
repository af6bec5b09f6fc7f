// SPDX-License-Identifier: LGPL-2.1-or-later
// What pages of Socket.IO protocols share: the socket as socket.io-client makes
// it, what it was told and when, and a send and a receive transport whose
// signalling is given.
import { Device } from 'mediasoup-client';
import { io } from 'socket.io-client';
import { now, until } from './media.js';

const ACK_TIMEOUT_MS = 10000;

export class SioSession {
  /** unwrap: from an ack to what it brings; throws when it is an error. */
  constructor (unwrap) {
    this.unwrap = unwrap;
    this.events = [];   // { event, data, at }
    this.failures = []; // what went wrong on the way
    this.queue = Promise.resolve();
    this.device = new Device();
    this.transports = {}; // send, recv
  }

  /**
   * Resolves once connected; onEvent (event, data) gets what is told. again ():
   * the connection broke and is back, by itself.
   */
  connect (url, options, onEvent, again = () => {}) {
    this.socket = io(url, { reconnectionDelay: 100, reconnectionDelayMax: 300,
      ...options });
    this.socket.onAny((event, data) => {
      this.events.push({ event, data, at: now() });
      onEvent(event, data);
    });
    this.socket.on('disconnect', (reason) =>
      this.events.push({ event: 'disconnect', data: reason, at: now() }));
    return new Promise((resolve, reject) => {
      this.socket.once('connect', () => {
        resolve();
        this.socket.on('connect', again);
      });
      this.socket.on('connect_error', (error) => {
        if (!this.socket.active)
          reject(error);
      });
    });
  }

  /** Emits and waits for the ack. data undefined: only the ack. */
  async request (event, data) {
    const args = data === undefined ? [] : [data];
    return this.unwrap(event,
      await this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, ...args));
  }

  /** One after the other, as apps do: a track at a time. */
  inTurn (task) {
    this.queue = this.queue.then(task).catch((error) => {
      this.failures.push(error.message);
    });
    return this.queue;
  }

  /** connect (transportId, dtlsParameters), produce (transportId, ...): the
   * signalling; produce resolves with the id. */
  addTransport (direction, parameters, { connect, produce }) {
    const make = direction === 'send' ? 'createSendTransport'
      : 'createRecvTransport';
    const transport = this.device[make](parameters);
    transport.on('connect', ({ dtlsParameters }, done, fail) => {
      connect({ transportId: transport.id, dtlsParameters })
        .then(() => done(), fail);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
      produce({ transportId: transport.id, kind, rtpParameters, appData })
        .then((id) => done({ id }), fail);
    });
    this.transports[direction] = transport;
  }

  /** Takes what consume (of the protocol) answers, and shows it. */
  async show (media, peerId, answer, asked) {
    const { id, producerId, kind, rtpParameters } = answer;
    const consumer = await this.transports.recv.consume(
      { id, producerId, kind, rtpParameters, streamId: peerId });
    media.show(consumer, peerId, asked);
  }

  /** What ran over the lost connection is gone. */
  dropMedia (media) {
    Object.values(this.transports).forEach((transport) => transport.close());
    this.transports = {};
    media.hideAll();
  }

  /** For window.e2e. */
  verbs () {
    const fits = (event, match) => (e) => e.event === event
      && Object.entries(match).every(([key, value]) => e.data?.[key] === value);
    return {
      request: (event, data) => this.request(event, data),
      count: (event, match = {}) =>
        this.events.filter(fits(event, match)).length,
      event: (event, match = {}, timeoutMs = 10000) => until(
        () => this.events.find(fits(event, match)), timeoutMs,
        `event ${event} ${JSON.stringify(match)}`),
      failures: () => this.failures,
      upgraded: (timeoutMs = 5000) => until(
        () => this.socket.io.engine.transport.name === 'websocket', timeoutMs,
        'upgrade to WebSocket'),
      disconnect: () => { this.socket.disconnect(); },
    };
  }
}

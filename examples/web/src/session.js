// SPDX-License-Identifier: LGPL-2.1-or-later
// One joined life in a room: a mediasoup Device, its two transports, the
// producers and consumers. A lost signalling connection ends the session and
// the next one starts from nothing, so no half-state survives a reconnect.

import { Device } from 'mediasoup-client';

import { produceOptions } from './encodings.js';
import { IceGuard } from './ice-guard.js';
import { Sender } from './sender.js';
import { sourceOf } from './tiles.js';

export class Session {
  /**
   * @param {object} options
   * @param {(method: string, data?: object) => Promise<object>} options.request
   * @param {object} options.params typed parameters of the address
   * @param {(direction: string, state: string) => void} options.onTransport
   * @param {() => void} options.onLost a transport could not be restored
   */
  constructor({ request, params, onTransport, onLost }) {
    this._request = request;
    this._params = params;
    this._onTransport = onTransport;
    this._onLost = onLost;
    this._device = new Device();
    this._transports = new Map();
    this._opening = new Map();
    this._guards = new Map();
    this._senders = new Map();
    this._mutedIds = new Set();
    this.consumers = new Map();
    this.closed = false;
  }

  get producers() {
    return Array.from(this._senders.values(), ({ producer }) => producer)
      .filter(Boolean);
  }

  /** The server says that a moderator (un)muted this producer of ours. */
  noteMute(producerId, muted) {
    if (muted) this._mutedIds.add(producerId);
    else this._mutedIds.delete(producerId);
  }

  /** @returns {string|null} null: not known yet, or not any more */
  sourceOf(producerId) {
    return this.producers.find(({ id }) => id === producerId)
      ?.appData.source ?? null;
  }

  mutedSources() {
    return new Set(this.producers
      .filter(({ id }) => this._mutedIds.has(id))
      .map(({ appData }) => appData.source));
  }

  transport(direction) {
    return this._transports.get(direction) ?? null;
  }

  /** Capabilities, receiving transport, join. @returns {object[]} peers */
  async join({ displayName, device }) {
    const routerRtpCapabilities =
      await this._request('getRouterRtpCapabilities');

    await this._device.load({ routerRtpCapabilities });
    await this._open('recv');

    const { peers } = await this._request('join', {
      displayName,
      device,
      rtpCapabilities: this._device.rtpCapabilities,
    });

    return peers;
  }

  /** The transport of a direction, made on first use: viewers need one. */
  _open(direction) {
    if (!this._opening.has(direction)) {
      this._opening.set(direction, this._create(direction));
    }

    return this._opening.get(direction);
  }

  async _create(direction) {
    const info = await this._request('createWebRtcTransport', {
      forceTcp: this._params.forceTcp,
      producing: direction === 'send',
      consuming: direction === 'recv',
    });

    if (this.closed) throw new Error('session closed');

    const options = {
      id: info.id,
      iceParameters: info.iceParameters,
      iceCandidates: info.iceCandidates,
      dtlsParameters: info.dtlsParameters,
      iceServers: info.iceServers ?? [],
    };
    const transport = direction === 'send'
      ? this._device.createSendTransport(options)
      : this._device.createRecvTransport(options);

    this._transports.set(direction, transport);
    this._bind(direction, transport);

    return transport;
  }

  _bind(direction, transport) {
    const guard = new IceGuard({
      restart: async () => {
        const answer = await this._request(
          'restartIce', { transportId: transport.id });

        await transport.restartIce({
          iceParameters: answer.iceParameters ?? answer,
        });
      },
      onLost: () => !this.closed && this._onLost(),
    });

    this._guards.set(direction, guard);
    transport.on('connect', ({ dtlsParameters }, done, fail) => {
      this._request('connectWebRtcTransport', {
        transportId: transport.id, dtlsParameters,
      }).then(done, fail);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
      this._request('produce', {
        transportId: transport.id, kind, rtpParameters, appData,
      }).then(done, fail);
    });
    transport.on('connectionstatechange', (state) => {
      if (this.closed) return;
      this._onTransport(direction, state);
      guard.onState(state);
    });
  }

  /** The network came back: do not wait for the timers. */
  nudge() {
    for (const guard of this._guards.values()) guard.nudge();
  }

  async restartIce() {
    await Promise.all(
      Array.from(this._guards.values(), (guard) => guard.restart()));
  }

  /** Makes what is sent of a source equal to what is wanted: see Sender. */
  async sync(source, wanted) {
    if (this.closed) return;
    if (!this._senders.has(source)) {
      this._senders.set(source, new Sender({
        produce: (track) => this._produce(source, track),
        request: this._request,
        closeWhenOff: source === 'screen',
      }));
    }
    await this._senders.get(source).sync(wanted);
  }

  async _produce(source, track) {
    const kind = source === 'mic' ? 'audio' : 'video';
    const transport = await this._open('send');

    if (!this._device.canProduce(kind)) {
      throw new Error(`this room takes no ${kind} that this browser can send`);
    }

    return transport.produce({
      track,
      ...produceOptions(
        source, this._params, this._device.rtpCapabilities.codecs),
      // The tracks are LocalMedia's; they outlive this session.
      stopTracks: false,
      appData: { source, ...(source === 'screen' ? { share: true } : {}) },
    });
  }

  /** Answers the server's newConsumer. @returns {object} as in the store */
  async consume(data) {
    const { peerId, id, producerId, kind, rtpParameters, appData } = data;
    const source = sourceOf(kind, appData);
    const transport = await this._open('recv');
    const consumer = await transport.consume({
      id,
      producerId,
      kind,
      rtpParameters,
      // One stream per person: browsers keep the tracks of a stream in sync.
      streamId: `${peerId}-${source === 'screen' ? 'screen' : 'person'}`,
      appData: { ...appData, peerId },
    });

    // A paused producer only changes what is shown. Pausing the consumer too
    // would take its m-line out and in, and could miss the first key frame.
    this.consumers.set(id, consumer);

    return {
      id,
      peerId,
      producerId,
      kind,
      source,
      paused: Boolean(data.producerPaused),
      track: consumer.track,
    };
  }

  closeConsumer(id) {
    this.consumers.get(id)?.close();
    this.consumers.delete(id);
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    for (const guard of this._guards.values()) guard.close();
    for (const transport of this._transports.values()) transport.close();
    for (const sender of this._senders.values()) sender.close();
    this.consumers.clear();
  }
}

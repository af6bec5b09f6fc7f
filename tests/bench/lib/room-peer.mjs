// SPDX-License-Identifier: LGPL-2.1-or-later
// A peer of a room whose media is loadgen: joins over protoo-client, publishes
// streams on one endpoint, receives everything on another.
import protoo from '../../e2e/lib/protoo.mjs';
import { receiveCapabilities, sendFields, sendParameters }
  from './parameters.mjs';

const CONSUMERS_TIMEOUT_MS = 120000;

export class RoomPeer {
  /** options: url (ws://host:port), roomId, peerId. */
  static async join (loadgen, options) {
    const self = new RoomPeer();
    const { url, roomId, peerId } = options;
    Object.assign(self, { loadgen, id: peerId, endpoints: [], consumed: [],
      produced: [], tracks: 0 });
    const transport = new protoo.WebSocketTransport(
      `${url}/?roomId=${roomId}&peerId=${peerId}`, { retry: { retries: 0 } });
    self.protoo = new protoo.Peer(transport);
    await new Promise((resolve, reject) => {
      self.protoo.on('open', resolve);
      self.protoo.on('failed', () => reject(new Error(`no way to ${url}`)));
    });
    self.protoo.on('request', (request, accept, reject) => {
      self.#onRequest(request).then(accept,
        (error) => reject(500, error.message));
    });
    try {
      self.capabilities = await self.request('getRouterRtpCapabilities');
    } catch (error) {
      self.protoo.close(); // it would dial again
      throw error;
    }
    return self;
  }

  request (method, data) {
    return this.protoo.request(method, data);
  }

  async #onRequest ({ method, data }) {
    if (method !== 'newConsumer')
      throw new Error(`unknown request ${method}`);
    const { ssrc } = data.rtpParameters.encodings[0];
    await this.loadgen.command('recv',
      { id: this.receiving.endpoint, ssrc, kind: data.kind });
    this.consumed.push(data);
    this.#onConsumer?.();
  }

  #onConsumer = null;

  /** Resolves when this many consumers have come in all. */
  consumers (count) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(
        `${this.id}: ${this.consumed.length} of ${count} consumers after `
        + `${CONSUMERS_TIMEOUT_MS} ms`)), CONSUMERS_TIMEOUT_MS);
      this.#onConsumer = () => {
        if (this.consumed.length < count)
          return;
        clearTimeout(timer);
        resolve();
      };
      this.#onConsumer();
    });
  }

  async #connect (direction) {
    const transport = await this.request('createWebRtcTransport', {
      forceTcp: false, producing: direction === 'send',
      consuming: direction === 'recv' });
    const endpoint = `${this.id}-${direction}`;
    const own = await (direction === 'recv'
      ? this.loadgen.createReceiver(endpoint)
      : this.loadgen.createSender(endpoint));
    this.endpoints.push(endpoint);
    await this.loadgen.connect(endpoint, transport);
    await this.request('connectWebRtcTransport', {
      transportId: transport.id,
      dtlsParameters: { role: 'client', fingerprints: [
        { algorithm: 'sha-256', value: own.fingerprint }] },
    });
    return { endpoint, transport };
  }

  /** Becomes a member of the room; receive: with a receiving transport. */
  async enter ({ receive = true } = {}) {
    if (receive)
      this.receiving = await this.#connect('recv');
    await this.request('join', { displayName: this.id,
      device: { name: 'loadgen' },
      rtpCapabilities: receive ? receiveCapabilities(this.capabilities)
        : { codecs: [], headerExtensions: [] } });
    if (receive)
      await this.loadgen.event('connected', this.receiving.endpoint);
  }

  /** A stream of loadgen for each encoding of a track; what ORTC calls them. */
  async #send (endpoint, mid, { encodings, ...track }) {
    const described = [];
    for (const { rid, ...fields } of encodings ?? [{}]) {
      const { ssrc } = await this.loadgen.command('send', { id: endpoint,
        ...sendFields(track.kind, mid, { rid, level: track.level }), ...track,
        ...fields });
      described.push(rid ? { rid } : { ssrc });
    }
    return described;
  }

  /**
   * tracks: [{ kind, ...fields of loadgen's send }], and for simulcast
   * encodings: [{ rid, ...fields }], the lowest first; they do not run yet.
   */
  async publish (tracks) {
    this.sending = await this.#connect('send');
    this.tracks = tracks.length;
    const { endpoint, transport } = this.sending;
    await this.loadgen.event('connected', endpoint);
    for (const [i, track] of tracks.entries()) {
      const mid = String(i);
      const encodings = await this.#send(endpoint, mid, track);
      const { id } = await this.request('produce', {
        transportId: transport.id, kind: track.kind, appData: {},
        rtpParameters: sendParameters(track.kind, mid, encodings,
          this.id) });
      this.produced.push(id);
    }
  }

  /** Pauses those of its consumers that `which` (a predicate) says. */
  async pause (which = () => true) {
    const paused = this.consumed.filter(which);
    await Promise.all(paused.map(({ id }) => this.request('pauseConsumer',
      { consumerId: id })));
    return paused.length;
  }

  /** Asks for the lowest encoding of everything that has several. */
  async preferLow () {
    await Promise.all(this.consumed.filter(({ type }) => type === 'simulcast')
      .map(({ id }) => this.request('setConsumerPreferredLayers',
        { consumerId: id, spatialLayer: 0 })));
  }

  start () {
    return this.loadgen.command('start', { id: this.sending.endpoint });
  }

  /** Closes the connection as a vanished client does, then the sockets. */
  async leave () {
    this.protoo.close();
    for (const endpoint of this.endpoints)
      await this.loadgen.close(endpoint);
  }
}

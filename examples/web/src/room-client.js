// SPDX-License-Identifier: LGPL-2.1-or-later
// The signalling of one room: protoo over a WebSocket that comes back by
// itself, and one Session. When a connection breaks the server keeps the
// session for a while: "resumed" says that it goes on, anything else that a new
// one begins. Everything that the server says ends up in the store; the view
// never talks to the server.

import { Peer, WebSocketTransport } from 'protoo-client';

import { endText, requestErrorText } from './error-texts.js';
import { signallingUrl } from './params.js';
import { RETRY, Redial } from './retry.js';
import { Session } from './session.js';
import { withEntry } from './store.js';

/** protoo's code for a close after which nobody comes back. */
const CLOSED_BY_SERVER = 4000;

const SOURCES = ['mic', 'camera', 'screen'];

const NO_TRANSPORTS = { send: null, recv: null };

/** "Chromium 156" and the like, for the others' information. */
function deviceInfo() {
  const agent = navigator.userAgent;
  const match = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(agent);
  const flags = {
    Firefox: 'firefox', Edg: 'edge', Chrome: 'chrome', Version: 'safari',
  };
  const flag = flags[match?.[1]] ?? 'other';

  return { flag, name: flag, version: match?.[2] ?? '' };
}

/** By what the server knows that it is still us. */
function makeSecret() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));

  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

export class RoomClient {
  /**
   * @param {object} store
   * @param {{params: object, notify: Function}} options
   */
  constructor(store, { params, notify }) {
    this._store = store;
    this._params = params;
    this._notify = notify;
    this._socket = null;
    this._redial = new Redial();
    this._timer = null;
    // The connection is new, and has not said whether the session goes on.
    this._unsure = false;
    this._lastWords = '';
    this.session = null;
    // For the console and for tests: how often a session went on.
    this.resumes = 0;
    window.addEventListener('online', () => this.session?.nudge());
  }

  /** Joins the store's room as the store's me. Never throws: see the store. */
  connect() {
    this.close();
    this._store.set({
      connection: 'connecting', closedBecause: null, attempt: 0,
    });
    this._dial();
  }

  _dial() {
    const { room, me } = this._store.get();
    const url = signallingUrl(new URL(location.href), room, me.id,
      { token: this._params.token, resume: makeSecret() });
    const transport = new WebSocketTransport(url, { retry: RETRY });
    const socket = new Peer(transport);

    this._socket = socket;
    this._unsure = false;
    socket.on('open', () => {
      if (socket !== this._socket) return;
      this._listenForLastWords(transport);
      if (!this._unsure) this._join(socket);
    });
    socket.on('failed', (attempt) => this._store.set({ attempt }));
    socket.on('disconnected', () => this._onDisconnected());
    socket.on('close', () => {
      if (socket !== this._socket) return;
      // All attempts are used up, or the server said that it means it.
      this._end(endText(Boolean(this.session), this._lastWords));
    });
    socket.on('request', (request, accept, reject) =>
      this._onRequest(request, accept, reject));
    socket.on('notification', ({ method, data }) =>
      this._onNotification(method, data ?? {}));
  }

  /** protoo-client does not pass on why a connection was closed. */
  _listenForLastWords(transport) {
    this._lastWords = '';
    // Capturing: before protoo-client's own listener.
    transport._ws.addEventListener('close', ({ code, reason }) => {
      this._lastWords = code === CLOSED_BY_SERVER ? reason : '';
    }, { capture: true });
  }

  _onDisconnected() {
    if (!this.session || !this._redial.mayResume(performance.now())) {
      this._comeBack();

      return;
    }
    // protoo-client dials again by itself; picture and sound go on meanwhile.
    this._unsure = true;
    this._store.set({ connection: 'reconnecting', attempt: 0 });
  }

  _onResumed() {
    if (!this._unsure) return;
    this._unsure = false;
    this.resumes += 1;
    this._store.set({ connection: 'connected', attempt: 0 });
    this.session.nudge();
    for (const source of SOURCES) this.sync(source);
  }

  /** The first words of a session: if there was one, it is gone. */
  _onNewSession() {
    if (!this._unsure) return;
    this._unsure = false;
    this._join(this._socket);
  }

  request(method, data) {
    return this._socket
      ? this._socket.request(method, data)
      : Promise.reject(new Error('not connected'));
  }

  async _join(socket) {
    this._dropSession();

    const session = this._newSession(socket);

    if (!session) return;

    this.session = session;
    try {
      const peers = await session.join({
        displayName: this._store.get().me.name,
        device: deviceInfo(),
      });

      if (session.closed) return;
      this._redial.onJoined(performance.now());
      this._store.set({
        connection: 'connected',
        attempt: 0,
        peers: new Map(peers.map((peer) => [peer.id, peer])),
      });
      for (const source of SOURCES) this.sync(source);
    } catch (error) {
      if (session.closed) return;
      this._end(requestErrorText('The room could not be joined', error));
    }
  }

  _newSession(socket) {
    try {
      return new Session({
        params: this._params,
        request: (method, data) => socket.request(method, data),
        onTransport: (direction, state) => this._store.set(
          ({ transports }) => ({
            transports: { ...transports, [direction]: state },
          })),
        onLost: () => this._comeBack(),
      });
    } catch {
      this._end('This browser does not know WebRTC as this page needs it.');

      return null;
    }
  }

  /** Sends what the person's own tracks are now. Failures become toasts. */
  sync(source) {
    const { session } = this;

    if (!session || this._store.get().connection !== 'connected') return;

    const wanted = () => {
      const { me } = this._store.get();

      return { track: me.tracks[source], paused: me[source] !== 'on' };
    };

    session.sync(source, wanted).then(() => this._showMutes()).catch((error) => {
      if (session.closed) return;
      this._notify({
        kind: 'error',
        text: requestErrorText(`Your ${source} is not being sent`, error),
      });
    });
  }

  _onProducerMuted({ producerId, muted }) {
    const { session } = this;

    if (!session) return;
    session.noteMute(producerId, muted);
    this._showMutes();

    const source = session.sourceOf(producerId);

    this._notify({
      kind: 'info',
      text: `A moderator has ${muted ? 'muted' : 'unmuted'} ` +
        `your ${source ?? 'track'}`,
    });
    // What was wished for meanwhile.
    if (!muted && source) this.sync(source);
  }

  /** Which of our sources a moderator has muted. */
  _showMutes() {
    this._store.set({ muted: this.session?.mutedSources() ?? new Set() });
  }

  _onRoomLocked({ locked }) {
    this._notify({
      kind: 'info',
      text: locked
        ? 'A moderator has locked the room: nobody new can join'
        : 'A moderator has unlocked the room',
    });
  }

  _onAudioOnly({ recommended }) {
    this._notify({
      kind: 'info',
      text: recommended
        ? 'The server is very busy: please switch your camera off'
        : 'The server has room for video again',
    });
  }

  _dropSession() {
    this.session?.close();
    this.session = null;
    this._unsure = false;
    this._store.set({
      muted: new Set(),
      consumers: new Map(),
      transports: NO_TRANSPORTS,
      figures: new Map(),
      speaker: null,
    });
  }

  /**
   * Signalling is lost, or the media path is beyond repair: hang up whatever
   * is left and come back as a new peer, after a pause that grows.
   */
  _comeBack() {
    const wait = this._redial.onLost(performance.now());

    this._hangUp();
    this._dropSession();
    this._store.set(({ connection }) => ({
      connection: connection === 'connecting' ? connection : 'reconnecting',
      attempt: this._redial.shortLives,
    }));
    this._timer = setTimeout(() => this._dial(), wait);
  }

  _hangUp() {
    const socket = this._socket;

    clearTimeout(this._timer);
    this._socket = null;
    socket?.close();
  }

  _end(reason) {
    this.close();
    this._store.set({ connection: 'closed', closedBecause: reason });
  }

  /** Leaves the room. The person's own tracks are not touched. */
  close() {
    this._hangUp();
    this._dropSession();
    this._store.set({
      connection: 'idle', peers: new Map(), pinned: null,
    });
  }

  async _onRequest({ method, data }, accept, reject) {
    const { session } = this;

    if (method !== 'newConsumer' || !session) {
      reject(session ? 405 : 409, `this page cannot take ${method} now`);

      return;
    }

    try {
      const consumer = await session.consume(data);

      if (session.closed) return;
      this._store.set(({ consumers }) => ({
        consumers: withEntry(consumers, consumer.id, consumer),
      }));
      // The server sends once it has this answer.
      accept();
    } catch (error) {
      if (session.closed) return;
      reject(500, error.message);
      this._notify({
        kind: 'error',
        text: requestErrorText('A stream cannot be shown', error),
      });
    }
  }

  _patchConsumer(id, patch) {
    const consumer = this._store.get().consumers.get(id);

    if (!consumer) return;
    this._store.set(({ consumers }) => ({
      consumers: withEntry(consumers, id, { ...consumer, ...patch }),
    }));
  }

  _onNotification(method, data) {
    const handler = NOTIFICATIONS[method];

    // Servers may know more than this page: that is not an error.
    if (handler) handler(this, data);
  }

  _removePeer(peerId) {
    const peer = this._store.get().peers.get(peerId);

    this._store.set(({ peers, consumers, speaker }) => ({
      peers: withEntry(peers, peerId, undefined),
      consumers: new Map(Array.from(consumers).filter(
        ([, consumer]) => consumer.peerId !== peerId)),
      speaker: speaker === peerId ? null : speaker,
    }));
    for (const consumer of Array.from(this.session?.consumers.values() ?? [])) {
      if (consumer.appData.peerId === peerId) {
        this.session.closeConsumer(consumer.id);
      }
    }
    if (peer) this._notify({ kind: 'info', text: `${peer.displayName} left` });
  }

  _removeConsumer(consumerId) {
    this.session?.closeConsumer(consumerId);
    this._store.set(({ consumers }) => ({
      consumers: withEntry(consumers, consumerId, undefined),
    }));
  }

  _addPeer(peer) {
    // What came just before a break may come again.
    const known = this._store.get().peers.has(peer.id);

    this._store.set(({ peers }) => ({ peers: withEntry(peers, peer.id, peer) }));
    if (known) return;
    this._notify({ kind: 'info', text: `${peer.displayName} joined` });
  }

  _renamePeer({ peerId, displayName }) {
    const peer = this._store.get().peers.get(peerId);

    if (!peer) return;
    this._store.set(({ peers }) => ({
      peers: withEntry(peers, peerId, { ...peer, displayName }),
    }));
  }

  _setSpeaker(peerId) {
    this._store.set({ speaker: peerId ?? null });
  }
}

const NOTIFICATIONS = {
  'mediasoup-version': (client) => client._onNewSession(),
  resumed: (client) => client._onResumed(),
  producerMuted: (client, data) => client._onProducerMuted(data),
  roomLocked: (client, data) => client._onRoomLocked(data),
  audioOnlyRecommended: (client, data) => client._onAudioOnly(data),
  newPeer: (client, data) => client._addPeer(data),
  peerClosed: (client, data) => client._removePeer(data.peerId),
  peerDisplayNameChanged: (client, data) => client._renamePeer(data),
  consumerClosed: (client, data) => client._removeConsumer(data.consumerId),
  consumerPaused: (client, data) =>
    client._patchConsumer(data.consumerId, { paused: true }),
  consumerResumed: (client, data) =>
    client._patchConsumer(data.consumerId, { paused: false }),
  consumerLayersChanged: (client, data) =>
    client._patchConsumer(data.consumerId, {
      layers: [data.spatialLayer ?? null, data.temporalLayer ?? null],
    }),
  consumerScore: (client, data) =>
    client._patchConsumer(data.consumerId, { score: data.score }),
  activeSpeaker: (client, data) => client._setSpeaker(data.peerId),
};

// SPDX-License-Identifier: LGPL-2.1-or-later
// Adaptor: Debian's Janus with its videoroom plugin, over WebSocket, SDP
// written by hand. A publisher has one handle, a subscriber one more (with
// all streams on one transport), as Janus' own clients do it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from '../../e2e/lib/websocket.mjs';
import { guard, stopProcess } from '../../e2e/lib/process.mjs';
import { answerSdp, offerSdp, parseSdp } from './janus-sdp.mjs';
import { parallel } from './parallel.mjs';

const PLUGINS = '/usr/lib/x86_64-linux-gnu/janus';
const OPEN_RETRIES = 100;
const RETRY_MS = 100;
const KEEP_ALIVE_MS = 20000;
const CONNECTING = 8;

function freePort () {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Configuration files; everything that is not needed is off. */
function configure (dir, port, eventLoops) {
  const loops = eventLoops ? `event_loops = ${eventLoops}` : '';
  writeFileSync(join(dir, 'janus.jcfg'), `
general: {
  configs_folder = "${dir}"
  plugins_folder = "${PLUGINS}/plugins"
  transports_folder = "${PLUGINS}/transports"
  events_folder = "${PLUGINS}/events"
  loggers_folder = "${PLUGINS}/loggers"
  debug_level = 2
  session_timeout = 0
  ${loops}
}
media: { rtp_port_range = "31000-45000" }
nat: { ice_enforce_list = "127.0.0.1", ice_lite = true }
plugins: { disable = "${['audiobridge', 'duktape', 'echotest', 'lua', 'nosip',
    'recordplay', 'sip', 'streaming', 'textroom', 'videocall', 'voicemail']
    .map((name) => `libjanus_${name}.so`).join()}" }
transports: { disable = "${['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq']
    .map((name) => `libjanus_${name}.so`).join()}" }
loggers: { disable = "libjanus_jsonlog.so" }
events: { broadcast = false }
`);
  writeFileSync(join(dir, 'janus.plugin.videoroom.jcfg'), 'general: { }\n');
  writeFileSync(join(dir, 'janus.transport.websockets.jcfg'), `
general: { json = "compact", ws = true, ws_port = ${port},
  ws_ip = "127.0.0.1", wss = false }
admin: { admin_ws = false, admin_wss = false }
`);
}

export class Janus {
  #transactions = 0;
  #pending = new Map();
  #up = new Map(); // handle -> what waits for its transport
  #feeds = [];   // { feed, mid, room } of every stream
  #members = []; // { loadgen, id, room, except }, subscribed when all are there
  #handles = new Map(); // id -> { loadgen, handle, media, feed? }
  #rooms = new Map();   // name -> promise of Janus' number
  #control = null;      // promise of the handle that makes rooms
  #silent = null;       // promise of the publisher that idle ones listen to

  constructor ({ name = 'janus', eventLoops = 0 } = {}) {
    this.eventLoops = eventLoops;
    this.name = name;
  }

  /** It forwards everybody's microphone, and is one process. */
  supports (kind) {
    return kind !== 'town';
  }

  async start ({ cpu }) {
    this.dir = mkdtempSync(join(tmpdir(), 'sfu-bench-janus-'));
    const port = await freePort();
    configure(this.dir, port, this.eventLoops);
    this.child = spawn('taskset', ['-c', String(cpu), '/usr/bin/janus',
      '-F', this.dir, '-C', join(this.dir, 'janus.jcfg'), '-o'], {
      stdio: 'ignore',
      env: { ...process.env, LD_PRELOAD: join(process.env.SFU_BUILD_DIR,
        'tests', 'bench', 'janus-lo-only.so') },
    });
    guard(this.child);
    this.pid = this.child.pid; // taskset has become janus
    this.pids = [this.pid];
    await this.#open(`ws://127.0.0.1:${port}`);
    this.session = (await this.#request({ janus: 'create' })).data.id;
    this.keepAlive = setInterval(() => this.#request(
      { janus: 'keepalive', session_id: this.session }), KEEP_ALIVE_MS);
    this.#control = this.#attach();
  }

  async #open (url) {
    for (let i = 0; ; i++) {
      try {
        this.socket = new WebSocket(url, 'janus-protocol');
        await new Promise((resolve, reject) => {
          this.socket.once('open', resolve);
          this.socket.once('error', reject);
        });
        break;
      } catch (error) {
        if (i === OPEN_RETRIES)
          throw error;
        await wait(RETRY_MS); // Janus says nowhere that it is ready
      }
    }
    this.socket.on('message', (data) => this.#onMessage(JSON.parse(data)));
  }

  #onMessage (message) {
    if (message.janus === 'webrtcup')
      this.#up.get(message.sender)?.();
    const waiting = this.#pending.get(message.transaction);
    if (!waiting || (message.janus === 'ack' && waiting.asynchronous))
      return;
    this.#pending.delete(message.transaction);
    if (message.janus === 'error')
      waiting.reject(new Error(JSON.stringify(message.error)));
    else
      waiting.resolve(message);
  }

  #request (body, asynchronous = false) {
    const transaction = `t${++this.#transactions}`;
    return new Promise((resolve, reject) => {
      this.#pending.set(transaction, { resolve, reject, asynchronous });
      this.socket.send(JSON.stringify({ ...body, transaction }));
    });
  }

  async #attach () {
    const answer = await this.#request({ janus: 'attach',
      session_id: this.session, plugin: 'janus.plugin.videoroom' });
    return answer.data.id;
  }

  async #message (handle, body, jsep) {
    const answer = await this.#request({ janus: 'message',
      session_id: this.session, handle_id: handle, body,
      ...(jsep && { jsep }) }, true);
    const data = answer.plugindata?.data;
    if (data?.error)
      throw new Error(JSON.stringify(data));
    return { data, jsep: answer.jsep };
  }

  /** Resolves when Janus, too, knows that the transport is connected. */
  async #connect (loadgen, id, handle, sdp) {
    const up = new Promise((resolve) => { this.#up.set(handle, resolve); });
    await loadgen.command('connect', { id, ip: sdp.candidate.ip,
      port: sdp.candidate.port, ufrag: sdp.ufrag, pwd: sdp.pwd,
      fingerprint: sdp.fingerprint, role: 'client', ice: 'controlling' });
    await loadgen.event('connected', id);
    await up;
  }

  /** Resolves with the number that Janus knows a room by; made when missing. */
  #room (name) {
    if (!this.#rooms.has(name)) {
      const number = this.#rooms.size + 1;
      const made = this.#control.then((handle) => this.#message(handle, {
        request: 'create', room: number, publishers: 5000, bitrate: 0,
        fir_freq: 0, audiocodec: 'opus', videocodec: 'vp8',
        notify_joining: false, audiolevel_ext: true,
        transport_wide_cc_ext: false, playoutdelay_ext: false,
        videoorient_ext: false }));
      this.#rooms.set(name, made.then(() => number));
    }
    return this.#rooms.get(name);
  }

  /** A publisher; its streams wait for loadgen's start. */
  async publish (loadgen, id, tracks, { room = 'bench' } = {}) {
    const number = await this.#room(room);
    const own = await loadgen.createSender(id);
    const handle = await this.#attach();
    this.#present(id, loadgen, handle);
    const joined = await this.#message(handle, { request: 'join',
      ptype: 'publisher', room: number, display: id });
    const { sdp, streams } = await offerSdp(loadgen, id, own, tracks);
    const answer = await this.#message(handle, { request: 'publish' },
      { type: 'offer', sdp });
    await this.#connect(loadgen, id, handle, parseSdp(answer.jsep.sdp));
    const feeds = streams.map(({ mid }) => (
      { feed: joined.data.id, mid, room }));
    this.#feeds.push(...feeds);
    this.#handles.get(id).feed = joined.data.id;
    return feeds.length;
  }

  #present (id, loadgen, handle) {
    this.#handles.set(id, { loadgen, handle, media: [] });
  }

  /**
   * A subscriber to everything that is published in the room, but `except` one
   * feed. Resolves with the name of its endpoint, once it is connected.
   */
  async subscribe (loadgen, id, streams, { room = 'bench', except } = {}) {
    const number = await this.#room(room);
    const own = await loadgen.createReceiver(id);
    const handle = await this.#attach();
    this.#present(id, loadgen, handle);
    const wanted = this.#feeds.filter(
      (f) => f.room === room && f.feed !== except);
    const offer = await this.#message(handle, { request: 'join',
      ptype: 'subscriber', room: number,
      streams: wanted.map(({ feed, mid }) => ({ feed, mid })) });
    const sdp = parseSdp(offer.jsep.sdp);
    this.#handles.get(id).media = sdp.media;
    for (const media of sdp.media) {
      await loadgen.command('recv',
        { id, ssrc: media.ssrcs[0], kind: media.kind });
    }
    await this.#message(handle, { request: 'start' },
      { type: 'answer', sdp: answerSdp(own, sdp) });
    await this.#connect(loadgen, id, handle, sdp);
    return id;
  }

  /** A connected transport; Janus has none without a stream: a silent one. */
  async idle (loadgen, id) {
    this.#silent ??= this.publish(loadgen, 'silent', [{ kind: 'audio' }],
      { room: 'idle' });
    await this.#silent;
    await this.subscribe(loadgen, id, 1, { room: 'idle' });
  }

  async member (loadgen, id, tracks, { room = 'bench' } = {}) {
    await this.publish(loadgen, `${id}-send`, tracks, { room });
    const { feed } = this.#handles.get(`${id}-send`);
    this.#members.push({ loadgen, id, room, except: feed });
  }

  async complete () {
    await parallel(this.#members.length, CONNECTING, async (i) => {
      const { loadgen, id, room, except } = this.#members[i];
      await this.subscribe(loadgen, id, 0, { room, except });
    });
  }

  async #configure (id, media, settings) {
    const { handle } = this.#handles.get(id);
    await this.#message(handle, { request: 'configure',
      streams: media.map(({ mid }) => ({ mid, ...settings })) });
    return media.length;
  }

  /** Pauses all that a subscriber receives. */
  pause (id) {
    return this.#configure(id, this.#handles.get(id).media, { send: false });
  }

  preferLow (id) {
    const media = this.#handles.get(id).media.filter((m) => m.kind === 'video');
    return this.#configure(id, media, { substream: 0 });
  }

  async leave (id) {
    const { loadgen, handle } = this.#handles.get(id);
    this.#handles.delete(id);
    this.#up.delete(handle);
    await this.#request({ janus: 'detach', session_id: this.session,
      handle_id: handle });
    await loadgen.close(id);
  }

  async stop () {
    clearInterval(this.keepAlive);
    this.socket.close();
    await stopProcess(this.child);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

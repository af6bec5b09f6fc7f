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

const PLUGINS = '/usr/lib/x86_64-linux-gnu/janus';
const OPEN_RETRIES = 100;
const RETRY_MS = 100;
const KEEP_ALIVE_MS = 20000;
const ROOM = 1;

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
  #feeds = [];   // { feed, mid } of every stream
  #members = []; // { loadgen, id, own } to be subscribed when all are there

  constructor ({ eventLoops = 0 } = {}) {
    this.eventLoops = eventLoops;
    this.name = eventLoops ? `janus (${eventLoops} loop)` : 'janus';
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
    await this.#open(`ws://127.0.0.1:${port}`);
    this.session = (await this.#request({ janus: 'create' })).data.id;
    this.keepAlive = setInterval(() => this.#request(
      { janus: 'keepalive', session_id: this.session }), KEEP_ALIVE_MS);
    await this.#message(await this.#attach(), { request: 'create', room: ROOM,
      publishers: 2000, bitrate: 0, fir_freq: 0, audiocodec: 'opus',
      videocodec: 'vp8', notify_joining: false, audiolevel_ext: true,
      transport_wide_cc_ext: false, playoutdelay_ext: false,
      videoorient_ext: false });
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

  /** A publisher; its streams wait for loadgen's start. */
  async publish (loadgen, id, tracks) {
    const own = await loadgen.create(id);
    const handle = await this.#attach();
    const joined = await this.#message(handle, { request: 'join',
      ptype: 'publisher', room: ROOM, display: id });
    const { sdp, streams } = await offerSdp(loadgen, id, own, tracks);
    const answer = await this.#message(handle, { request: 'publish' },
      { type: 'offer', sdp });
    await this.#connect(loadgen, id, handle, parseSdp(answer.jsep.sdp));
    const feeds = streams.map((mid) => ({ feed: joined.data.id, mid }));
    this.#feeds.push(...feeds);
    return feeds.length;
  }

  /** A subscriber to everything that is published, but `except` one feed. */
  async subscribe (loadgen, id, streams, except) {
    const own = await loadgen.create(id);
    const handle = await this.#attach();
    const offer = await this.#message(handle, { request: 'join',
      ptype: 'subscriber', room: ROOM,
      streams: this.#feeds.filter(({ feed }) => feed !== except) });
    const sdp = parseSdp(offer.jsep.sdp);
    for (const media of sdp.media) {
      await loadgen.command('recv',
        { id, ssrc: media.ssrcs[0], kind: media.kind });
    }
    await this.#message(handle, { request: 'start' },
      { type: 'answer', sdp: answerSdp(own, sdp) });
    await this.#connect(loadgen, id, handle, sdp);
  }

  async member (loadgen, id, tracks) {
    await this.publish(loadgen, `${id}-send`, tracks);
    this.#members.push({ loadgen, id, feed: this.#feeds.at(-1).feed });
  }

  async complete () {
    for (const { loadgen, id, feed } of this.#members)
      await this.subscribe(loadgen, `${id}-recv`, 0, feed);
  }

  async stop () {
    clearInterval(this.keepAlive);
    this.socket.close();
    await stopProcess(this.child);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Adaptor: sfu-server over its native protocol. The measured processes are the
// workers, where all media is; `controlPid` is the server, which sees none.
import { Server } from '../../e2e/lib/server.mjs';
import { parallel } from './parallel.mjs';
import { RoomPeer } from './room-peer.mjs';

/** A benchmark's clients are one address and more than anybody expects; and a
 * worker without any CPU left may look as if it hung. */
const NO_LIMITS = Object.entries({ 'connections-per-second-per-address': 0,
  'max-connections-per-address': 0, 'max-peers-per-room': 100000,
  'max-consumers-per-peer': 100000, 'worker-stream-limit': 0,
  'worker-memory-limit': 0, 'requests-per-second': 0,
  'max-pending-requests': 10000, 'request-timeout': 120,
  'worker-watchdog': 0, 'max-queue-bytes': 64 << 20, 'log-level': 'warning' })
  .flatMap(([name, value]) => [`--${name}`, String(value)]);
const LEAVING = 50;

export class GstSfu {
  /** flags: further ones of sfu-server; dir: its build; name: of the row. */
  constructor ({ name = 'gst-sfu', dir, flags = [] } = {}) {
    this.name = name;
    this.dir = dir;
    this.flags = flags;
  }

  supports () {
    return true;
  }

  /** flags: those that the case needs. */
  async start ({ cpu, workers = 1, flags = [] }) {
    this.server = await Server.start({ dir: this.dir,
      name: `bench-${this.name.replace(/[^a-z0-9]+/gi, '-')}`,
      args: [...NO_LIMITS, '--workers', String(workers), ...flags,
        ...this.flags],
      env: { G_DEBUG: '' }, wrap: ['taskset', '-c', String(cpu)] });
    this.pids = this.server.workerPids();
    [this.pid] = this.pids;
    this.controlPid = this.server.pid;
    this.peers = new Map(); // id -> { peer, room }
  }

  async #join (loadgen, id, room) {
    const peer = await RoomPeer.join(loadgen,
      { url: this.server.wsUrl, roomId: room, peerId: id });
    this.peers.set(id, { peer, room });
    return peer;
  }

  /** A publisher; its streams wait for loadgen's start. */
  async publish (loadgen, id, tracks, { room = 'bench' } = {}) {
    const peer = await this.#join(loadgen, id, room);
    await peer.enter({ receive: false });
    await peer.publish(tracks);
    return tracks.length;
  }

  /**
   * A subscriber to everything: streams is how many there are. Resolves with
   * the name of its endpoint, once it is connected and has all of them.
   */
  async subscribe (loadgen, id, streams, { room = 'bench' } = {}) {
    const peer = await this.#join(loadgen, id, room);
    await peer.enter();
    await peer.consumers(streams);
    return peer.receiving.endpoint;
  }

  /** A connected transport for receiving, of somebody alone. */
  async idle (loadgen, id, { room }) {
    const peer = await this.#join(loadgen, id, room);
    await peer.enter();
  }

  /** Publishes and receives what all others publish, now and later. */
  async member (loadgen, id, tracks, { room = 'bench' } = {}) {
    const peer = await this.#join(loadgen, id, room);
    await peer.enter();
    await peer.publish(tracks);
  }

  /** Resolves when every member has the streams of all others. */
  async complete () {
    const sent = new Map();
    for (const { peer, room } of this.peers.values())
      sent.set(room, (sent.get(room) ?? 0) + peer.tracks);
    await Promise.all([...this.peers.values()].map(
      ({ peer, room }) => peer.consumers(sent.get(room) - peer.tracks)));
  }

  /** Pauses what a peer receives; which: of { kind, peerId }, default all. */
  pause (id, which) {
    return this.peers.get(id).peer.pause(which);
  }

  /** Lowest encodings only, for one who receives. */
  preferLow (id) {
    return this.peers.get(id).peer.preferLow();
  }

  async leave (id) {
    await this.peers.get(id).peer.leave();
    this.peers.delete(id);
  }

  async stop () {
    const ids = [...this.peers.keys()];
    await parallel(ids.length, LEAVING, (i) => this.leave(ids[i]));
    await this.server.stop();
  }
}

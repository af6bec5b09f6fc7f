// SPDX-License-Identifier: LGPL-2.1-or-later
// Adaptor: sfu-server over its native protocol. The measured process is the
// worker, where all media is.
import { Server } from '../../e2e/lib/server.mjs';
import { RoomPeer } from './room-peer.mjs';

export class GstSfu {
  room = 'bench';

  /** args: more of the server's. */
  constructor ({ name = 'gst-sfu', args = [] } = {}) {
    this.name = name;
    this.args = args;
  }

  async start ({ cpu }) {
    this.server = await Server.start({ name: 'bench',
      // One media process, as Janus is one.
      args: ['--workers', '1', ...this.args], env: { G_DEBUG: '' },
      wrap: ['taskset', '-c', String(cpu)] });
    [this.pid] = this.server.workerPids();
    this.peers = [];
  }

  async #join (loadgen, peerId) {
    const peer = await RoomPeer.join(loadgen,
      { url: this.server.wsUrl, roomId: this.room, peerId });
    this.peers.push(peer);
    return peer;
  }

  /** A publisher; its streams wait for loadgen's start. */
  async publish (loadgen, id, tracks) {
    const peer = await this.#join(loadgen, id);
    await peer.enter({ receive: false });
    await peer.publish(tracks);
    return tracks.length;
  }

  /** A subscriber to everything: streams is how many there are. */
  async subscribe (loadgen, id, streams) {
    const peer = await this.#join(loadgen, id);
    await peer.enter();
    await peer.consumers(streams);
  }

  /** Publishes and receives what all others publish, now and later. */
  async member (loadgen, id, tracks) {
    const peer = await this.#join(loadgen, id);
    await peer.enter();
    await peer.publish(tracks);
  }

  /** Resolves when every member has the streams of all others. */
  async complete () {
    const sent = (peer) => peer.tracks;
    const all = this.peers.reduce((sum, peer) => sum + sent(peer), 0);
    await Promise.all(this.peers.map(
      (peer) => peer.consumers(all - sent(peer))));
  }

  async stop () {
    for (const peer of this.peers)
      await peer.leave();
    await this.server.stop();
  }
}

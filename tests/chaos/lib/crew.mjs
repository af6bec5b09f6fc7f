// SPDX-License-Identifier: LGPL-2.1-or-later
// The people of the chaos: native peers whose media is loadgen, sockets of
// study rooms. What each of them does may fail, because a worker may have died
// under it; what must not happen is asked by invariants.mjs.
import { joinStudy } from '../../bench/lib/join-clients.mjs';
import { RoomPeer } from '../../bench/lib/room-peer.mjs';

const CAMERA = { kind: 'video', fps: 10, pkts: 2, kfMs: 3000 };
const MICROPHONE = { kind: 'audio', fps: 50 };
/** A request that is not answered by then is a fault of the server. */
const ANSWER_MS = 20000;
const JOIN_MS = 30000;

/** Fails with its name when it takes too long. */
export function within (promise, ms, what) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: nothing after ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

class NativeMember {
  static async join (chaos, room, name) {
    const self = new NativeMember();
    self.room = room;
    self.name = name;
    self.produced = [];
    self.peer = await RoomPeer.join(chaos.loadgen,
      { url: chaos.server.wsUrl, roomId: room, peerId: name });
    // protoo-client would dial again, but not enter the room.
    for (const event of ['close', 'disconnected', 'failed'])
      self.peer.protoo.on(event, () => self.leave());
    self.peer.protoo.on('notification', ({ method, data }) => {
      if (method === 'consumerClosed')
        self.peer.consumed = self.peer.consumed.filter(
          ({ id }) => id !== data.consumerId);
    });
    try {
      await within(self.#publish(), JOIN_MS, `${name} joins ${room}`);
    } catch (error) {
      await self.leave();
      throw error;
    }
    return self;
  }

  async #publish () {
    await this.peer.enter();
    await this.peer.publish([CAMERA, MICROPHONE]);
    await this.peer.start();
  }

  request (method, data) {
    return within(this.peer.request(method, data), ANSWER_MS,
      `${this.name} ${method}`);
  }

  /** As a tab that is closed; once, though closing says so itself. */
  leave () {
    this.gone ??= Promise.resolve().then(() => this.peer.leave());
    return this.gone;
  }

  // ---- what they do; random: of the chaos ----

  async pauseProducer (random) {
    const id = random.pick(this.peer.produced);
    await this.request('pauseProducer', { producerId: id });
    await this.request('resumeProducer', { producerId: id });
  }

  async closeProducer (random) {
    const id = random.pick(this.peer.produced);
    this.peer.produced = this.peer.produced.filter((one) => one !== id);
    await this.request('closeProducer', { producerId: id });
  }

  async pauseConsumer (random) {
    const { id: consumerId } = random.pick(this.peer.consumed);
    await this.request('pauseConsumer', { consumerId });
    await this.request('resumeConsumer', { consumerId });
  }

  async layers (random) {
    await this.request('setConsumerPreferredLayers', {
      consumerId: random.pick(this.peer.consumed).id,
      spatialLayer: random.below(3), temporalLayer: random.below(3) });
  }

  async keyFrame (random) {
    await this.request('requestConsumerKeyFrame',
      { consumerId: random.pick(this.peer.consumed).id });
  }

  async rename () {
    await this.request('changeDisplayName', { displayName: `${this.name}!` });
  }

  async restartIce () {
    await this.request('restartIce',
      { transportId: this.peer.sending.transport.id });
  }

  async statistics (random) {
    await this.request('getTransportStats',
      { transportId: this.peer.sending.transport.id });
    await this.request('getConsumerStats',
      { consumerId: random.pick(this.peer.consumed).id });
  }

  /** Somebody else's, and what never was. */
  async foreign (random, others) {
    const other = random.pick(others)?.peer?.sending?.transport.id ?? 'nobody';
    try {
      await this.request('produce', { transportId: other, kind: 'audio',
        rtpParameters: {}, appData: {} });
    } catch {
      return;
    }
    throw Object.assign(new Error('a stranger may produce'), { fault: true });
  }
}

class StudyMember {
  static async join (chaos, room, name) {
    const self = new StudyMember();
    self.room = room;
    self.name = name;
    self.client = await joinStudy(chaos.server, room);
    self.client.closed.then(() => { self.gone = true; });
    return self;
  }

  async leave () {
    this.gone = true;
    this.client.socket.terminate();
    await this.client.closed;
  }
}

export const MEMBERS = { native: NativeMember, study: StudyMember };
/** What native members do, and how often. */
export const DEEDS = { pauseProducer: 3, pauseConsumer: 3, layers: 2,
  keyFrame: 2, rename: 1, restartIce: 1, statistics: 2, foreign: 1,
  closeProducer: 1 };

// SPDX-License-Identifier: LGPL-2.1-or-later
// Thirty peers that come and go: afterwards the worker is as big as it was.
// SFU_CHURN_JOINS makes the churn longer or shorter (200); how the worker grew
// on the way stands among the results.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Loadgen } from '../../bench/lib/loadgen.mjs';
import { footprint } from '../../bench/lib/process.mjs';
import { RoomPeer } from '../../bench/lib/room-peer.mjs';
import { record } from '../lib/results.mjs';
import { Server } from '../lib/server.mjs';

const JOINS = Number(process.env.SFU_CHURN_JOINS ?? 200);
const PEERS = 30;
/** A room this large makes 9 * 2 consumers for every one that comes. */
const ROOM_SIZE = 10;
const STEP_MS = 50;
/** The same before the first measurement, so that what is made once (classes,
 * caches, thread pools, the allocator's arenas) is there. Seen: 66 MB after 30
 * joins, 69 after 90, 70 after 300. */
const WARM_UP_JOINS = 100;
const JOINS_PER_SAMPLE = 50;
const GROWTH_MAX = 1.05;
const SETTLE_MS = 15000;
/** Little media: this is about who comes and goes, beside other tests. */
const CAMERA = { kind: 'video', fps: 10, pkts: 2 };
const MICROPHONE = { kind: 'audio', fps: 10 };
const PATIENCE_MS = 60000;

class Churn {
  constructor (loadgen, server, pid) {
    Object.assign(this, { loadgen, server, pid });
    this.present = new Map(); // seat -> peer
    this.joined = 0;
    this.curve = []; // { joined, rssKb, threads, fds }, everybody present
  }

  async come (seat) {
    const peer = await RoomPeer.join(this.loadgen, {
      url: this.server.wsUrl, roomId: `room${Math.floor(seat / ROOM_SIZE)}`,
      peerId: `p${seat}-${this.joined++}` });
    this.present.set(seat, peer);
    await peer.enter();
    await peer.publish([CAMERA, MICROPHONE]);
    await peer.start();
  }

  async go (seat) {
    const peer = this.present.get(seat);
    this.present.delete(seat);
    await peer.leave();
  }

  async fill () {
    for (let seat = 0; seat < PEERS; seat++)
      await this.come(seat);
  }

  /** One after the other leaves and another one comes. */
  async run (joins) {
    for (let i = 0; i < joins; i++) {
      // A step that does not divide the number of seats visits all of them.
      const seat = (i * 7) % PEERS;
      await this.go(seat);
      await this.come(seat);
      await wait(STEP_MS);
      if (this.joined % JOINS_PER_SAMPLE === 0)
        this.curve.push({ joined: this.joined, ...footprint(this.pid) });
    }
  }

  async empty () {
    for (const seat of [...this.present.keys()])
      await this.go(seat);
  }
}

/** Waits until the server has no rooms, then until the footprint is small
 * enough or the time is up: memory is given back in the background. */
async function settle (server, pid, fits) {
  const deadline = performance.now() + SETTLE_MS;
  let print;
  do {
    await wait(STEP_MS);
    print = footprint(pid);
  } while (performance.now() < deadline && !fits(print));
  return print;
}

test(`${PEERS} peers come and go, ${JOINS} times`, async (t) => {
  const server = await Server.start({ name: 'churn' });
  t.after(() => server.stop());
  const loadgen = new Loadgen(
    { decryptEvery: 10, patienceMs: PATIENCE_MS });
  t.after(() => loadgen.quit());
  const [pid] = server.workerPids();
  const churn = new Churn(loadgen, server, pid);
  await churn.fill();
  await churn.run(WARM_UP_JOINS);
  await churn.empty();
  // The first measurement has no goal: it takes its settling time.
  const before = await settle(server, pid, () => false);

  await churn.fill();
  const full = footprint(pid);
  await churn.run(JOINS);
  const stats = await loadgen.stats();
  await churn.empty();
  const names = Object.keys(before);
  const after = await settle(server, pid, (print) => names.every(
    (name) => print[name] <= before[name] * GROWTH_MAX));
  record('churn', { joined: churn.joined, before, full, after,
    curve: churn.curve, received: stats.recv, authFail: stats.authFail });

  assert.ok(stats.recv > 0, 'media flowed');
  assert.equal(stats.authFail, 0, 'packets that were not genuine');
  assert.deepEqual(server.workerPids(), [pid], 'the worker is the same');
  for (const name of names) {
    assert.ok(after[name] <= before[name] * GROWTH_MAX,
      `${name}: ${before[name]} before, ${after[name]} after `
      + `${churn.joined} joins`);
  }
});

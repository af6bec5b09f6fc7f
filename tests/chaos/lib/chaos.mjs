// SPDX-License-Identifier: LGPL-2.1-or-later
// One run: people come, act and go while mischief is done; invariants are asked
// all along, and at the end nothing may be left.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { Loadgen } from '../../bench/lib/loadgen.mjs';
import { footprint } from '../../bench/lib/process.mjs';
import { Server } from '../../e2e/lib/server.mjs';
import { until } from '../../e2e/lib/until.mjs';
import { DEEDS, MEMBERS } from './crew.mjs';
import { checkDump, checkLog, checkReport, checkSizes, sizes }
  from './invariants.mjs';
import { babble, floodTcp, floodUdp, killWorker, Redis } from './mischief.mjs';
import { Random } from './random.mjs';

const STEP_MS = 50;
const CHECK_EVERY_MS = 5000;
const END_MS = 30000;
/** That a server may have more at the end than at the start: connections that
 * are being closed. */
const SPARE_FDS = 10;
/** Generous: growth is seen in the figures, these are for what runs away. */
const LIMITS = { rssKb: 600 * 1024, threads: 600, fds: 2000 };

/** How often what happens; the rest of the steps are deeds of members. */
const EVENTS = { deed: 60, join: 16, leave: 8, babble: 4, floodTcp: 2,
  floodUdp: 2, killWorker: 0.4, redis: 0.4 };

export class Chaos {
  /** options: seconds, seed, rooms, members (at most), workers, log. */
  constructor (options) {
    Object.assign(this, { seconds: 1200, seed: 1, rooms: 4, members: 16,
      workers: 2, log: () => {} }, options);
    this.random = new Random(this.seed);
    this.crew = [];
    this.counts = {};
    this.failed = {};   // name -> { why: count }: deeds that did not work
    this.faults = [];   // what must not be
    this.figures = [];
    this.joined = 0;
  }

  async run () {
    this.redis = new Redis();
    await this.redis.start();
    this.server = await Server.start({ name: `chaos-${this.seed}`, mortal: true,
      args: ['--workers', String(this.workers), '--redis-url', this.redis.url,
        '--connections-per-second-per-address', '0'],
      // A dead worker is this test's own doing.
      env: { G_DEBUG: 'fatal-criticals' } });
    this.loadgen = new Loadgen({ decryptEvery: 10 });
    try {
      await this.#course();
      await this.#end();
    } finally {
      await this.loadgen.quit();
      await this.server.stop();
      await this.redis.stop();
    }
    checkLog(this.server.logFile);
    return { seed: this.seed, seconds: this.seconds, counts: this.counts,
      failed: this.failed, figures: this.figures, faults: this.faults };
  }

  async #course () {
    const end = performance.now() + this.seconds * 1000;
    let check = performance.now();
    const running = new Set();
    while (performance.now() < end) {
      const task = this.#step().finally(() => running.delete(task));
      running.add(task);
      await wait(STEP_MS);
      if (performance.now() > check) {
        check += CHECK_EVERY_MS;
        await this.#check();
      }
    }
    await Promise.all(running);
  }

  /** One event, whose failure is counted, not thrown. */
  async #step () {
    const name = this.random.weighted(EVENTS);
    const what = name === 'deed' ? this.random.weighted(DEEDS) : name;
    this.counts[what] = (this.counts[what] ?? 0) + 1;
    try {
      await this.#do(name, what);
    } catch (error) {
      if (error.fault || /nothing after/.test(error.message))
        this.faults.push(`${what}: ${error.message}`);
      const why = error.message.replace(/[0-9a-f]{8}-[0-9a-f-]+|\d+/g, 'N');
      this.failed[what] ??= {};
      this.failed[what][why] = (this.failed[what][why] ?? 0) + 1;
    }
  }

  async #do (name, what) {
    if (name === 'deed')
      await this.#deed(what);
    else if (name === 'join')
      await this.#join();
    else if (name === 'leave')
      await this.#leave();
    else if (name === 'redis')
      await this.#redisAway();
    else
      await { babble, floodTcp, floodUdp, killWorker }[name](this);
  }

  async #join () {
    this.crew = this.crew.filter((member) => !member.gone || !member.ready);
    if (this.crew.length >= this.members)
      return;
    const room = `chaos${this.random.below(this.rooms)}`;
    const kind = this.random.next() < 0.75 ? 'native' : 'study';
    const name = `m${this.joined++}`;
    const place = { room, name };
    this.crew.push(place);
    try {
      const member = await MEMBERS[kind].join(this, room, name);
      member.ready = true;
      this.crew.push(member);
    } finally {
      this.crew = this.crew.filter((one) => one !== place);
    }
  }

  async #leave () {
    const ready = this.crew.filter(({ ready: is }) => is);
    const member = this.random.pick(ready);
    if (!member)
      return;
    this.crew = this.crew.filter((one) => one !== member);
    await member.leave();
  }

  async #deed (what) {
    const ready = this.crew.filter((m) => m.ready && !m.gone && m.peer
      && m.peer.consumed.length > 0 && m.peer.produced.length > 0);
    const member = this.random.pick(ready);
    if (member)
      await member[what](this.random, ready.filter((one) => one !== member));
  }

  async #redisAway () {
    if (this.redisBusy)
      return;
    this.redisBusy = true;
    this.log('kills Redis');
    await this.redis.kill();
    await wait(1000 + this.random.below(3000));
    await this.redis.start();
    this.redisBusy = false;
  }

  async #check () {
    for (let i = 0; i < this.rooms; i++) {
      const room = `chaos${i}`;
      checkDump(await this.server.dump(room).catch(() => null), room);
    }
    for (const member of this.crew.filter((m) => m.ready && m.peer && !m.gone)) {
      for (const { id } of member.peer.consumed.slice(-2)) {
        const reports = await member.request('getConsumerStats',
          { consumerId: id }).catch(() => []);
        reports.forEach(checkReport);
      }
    }
    const seen = sizes(this.server);
    checkSizes(seen, LIMITS);
    checkLog(this.server.logFile);
    this.figures.push({ second: Math.round(performance.now() / 1000),
      members: this.crew.length, ...seen });
    this.log(`${this.crew.length} members, server ${seen.server.rssKb} kB, `
      + `workers ${seen.workers.map(({ rssKb }) => rssKb).join(' ')} kB, `
      + `${this.faults.length} faults`);
  }

  async #end () {
    for (const member of this.crew)
      await member.leave?.();
    let stats;
    await until(async () => {
      stats = await this.server.admin('/stats');
      return stats.rooms === 0 && stats.peers === 0 ? stats : null;
    }, END_MS, () => `everybody is gone: ${JSON.stringify(stats)}`);
    for (const name of ['transports', 'producers', 'consumers'])
      assert.equal(stats[name], 0, JSON.stringify(stats));
    await until(() => this.server.workerPids().length === this.workers || null,
      END_MS, () => 'all workers are back');
    // Whoever has gone left no descriptor behind.
    const [{ server: { fds } }] = this.figures;
    const left = () => footprint(this.server.pid).fds;
    await until(() => left() <= fds + SPARE_FDS || null, END_MS,
      () => `the server has ${left()} descriptors, ${fds} at the start`);
  }
}

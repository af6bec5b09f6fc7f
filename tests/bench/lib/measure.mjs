// SPDX-License-Identifier: LGPL-2.1-or-later
// Windows of time, and what the server did in them.
import { setTimeout as wait } from 'node:timers/promises';
import { cpuBusySeconds, cpuSeconds, cpuSecondsAll, footprint }
  from './process.mjs';

/** A window counts as quiet when others used less than this of the CPU. */
const FOREIGN_MAX = 0.03;
const WARM_UP_MS = 2000;
const REST_MS = 1500;
/** GLib's thread pools keep an idle thread for 15 s: what a handshake borrowed
 * must not count as what a connection needs. */
const SETTLE_MS = 17000;

const sum = (list) => list.reduce((all, x) => all + x, 0);

/** CPU seconds of the live threads of the media processes. */
const mediaSeconds = (sfu) => sum(sfu.pids.map(cpuSeconds));
const controlSeconds = (sfu) => sfu.controlPid ? cpuSeconds(sfu.controlPid) : 0;

/**
 * One window: figures per packet that reached a subscriber and per packet that
 * publishers sent. Of media processes only; `control` is sfu-server's.
 */
export async function measure ({ sfu, loadgen, options }) {
  await loadgen.command('reset');
  const started = performance.now();
  const cpu = mediaSeconds(sfu);
  const control = controlSeconds(sfu);
  const busy = cpuBusySeconds(options.cpus.server);
  await wait(options.seconds * 1000);
  const stats = await loadgen.stats();
  const used = mediaSeconds(sfu) - cpu;
  const controlUsed = controlSeconds(sfu) - control;
  const wall = (performance.now() - started) / 1000;
  const foreign = (cpuBusySeconds(options.cpus.server) - busy - used
    - controlUsed) / wall;
  const sent = stats.sentVideo + stats.sentAudio;
  return {
    usPerPacket: 1e6 * used / Math.max(1, stats.recv),
    usPerReceived: 1e6 * used / Math.max(1, sent),
    cpuPercent: 100 * used / wall,
    controlPercent: 100 * controlUsed / wall,
    foreignPercent: Math.max(0, 100 * foreign),
    loadgenPercent: 100 * stats.cpu / stats.t,
    packetsPerSecond: stats.recv / stats.t,
    inPerSecond: sent / stats.t,
    p50us: stats.p50us, p90us: stats.p90us, p99us: stats.p99us,
    p999us: stats.p999us,
    lost: stats.lost, expected: stats.expected, authFail: stats.authFail,
    silent: stats.silent, quiet: foreign < FOREIGN_MAX,
  };
}

/** Everybody begins to send, and a while passes. */
export async function begin ({ loadgen }) {
  await loadgen.command('start');
  await wait(WARM_UP_MS);
}

/** Nobody sends, and what follows from that (scores, reports) is over, too. */
export async function rest ({ loadgen }) {
  await loadgen.command('stop');
  await wait(REST_MS);
}

export async function windows (context) {
  const list = [];
  for (let i = 0; i < context.options.windows; i++)
    list.push(await measure(context));
  return list;
}

/** Memory, threads and descriptors of all media processes. */
export function weight (sfu) {
  const all = sfu.pids.map(footprint);
  const of = (name) => sum(all.map((one) => one[name]));
  return { rssKb: of('rssKb'), threads: of('threads'), fds: of('fds') };
}

/** The same, once nothing borrowed counts any more. */
export async function settled (sfu) {
  await wait(SETTLE_MS);
  return weight(sfu);
}

/** What each of so many more weighs. */
export function weightEach (before, after, count) {
  const each = (name) => Number(
    ((after[name] - before[name]) / count).toFixed(2));
  return { rssKbEach: each('rssKb'), threadsEach: each('threads'),
    fdsEach: each('fds') };
}

/**
 * CPU of all processes of both sides, those of threads that have ended
 * included: for joins. To a hundredth of a second.
 */
export function look ({ sfu, loadgen }) {
  const server = sfu.controlPid ? [...sfu.pids, sfu.controlPid] : sfu.pids;
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), server: sum(server.map(cpuSecondsAll)),
    client: cpuSecondsAll(loadgen.pid) + (user + system) / 1e6 };
}

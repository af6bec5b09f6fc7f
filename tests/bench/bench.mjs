// SPDX-License-Identifier: LGPL-2.1-or-later
// CPU per forwarded packet, latency, memory and threads, of sfu-server and of
// Janus in turn:
//   bench.mjs [--sfu=gst-sfu,janus] [--case=fan:50,room:8] [--windows=5]
//             [--seconds=4] [--rounds=1] [--profile=SRTP_AEAD_AES_128_GCM]
// Cases: fan:N - one publisher of 120 video packets/s to N subscribers;
// room:K - K members who send audio and video and receive everybody else.
// gst-sfu-stock is gst-sfu with GStreamer's DTLS and SRTP; Janus and that have
// no other profile than the default. JSON lines on stdout, a table on stderr.
import { setTimeout as wait } from 'node:timers/promises';
import { GstSfu } from './lib/gst-sfu.mjs';
import { Janus } from './lib/janus.mjs';
import { Loadgen } from './lib/loadgen.mjs';
import { cpuBusySeconds, cpuSeconds, footprint } from './lib/process.mjs';

/** The server has one CPU of its own, the load generator the other. */
const SERVER_CPU = 0;
const LOADGEN_CPU = 1;
/** A window counts as quiet when others used less than this of the CPU. */
const FOREIGN_MAX = 0.03;
/** What everybody can do; Janus' libsrtp in Debian has no GCM. */
const PROFILE = 'SRTP_AES128_CM_SHA1_80';
/** Decrypting is for latency: a sample of the endpoints is enough. */
const DECRYPTED = 5;
const WARM_UP_MS = 2000;
/** GLib's thread pools keep an idle thread for 15 s: what a handshake borrowed
 * must not count as what a connection needs. */
const SETTLE_MS = 17000;

const CAMERA = { kind: 'video', fps: 30, pkts: 4, kfPkts: 4 };
const MICROPHONE = { kind: 'audio', fps: 50 };

const SFUS = {
  'gst-sfu': () => new GstSfu(),
  'gst-sfu-stock': () => new GstSfu({ name: 'gst-sfu-stock',
    args: ['--dtls', 'stock'] }),
  janus: () => new Janus(),
  'janus-1-loop': () => new Janus({ eventLoops: 1 }),
};

function options () {
  const given = Object.fromEntries(process.argv.slice(2).map((word) => {
    const [, name, value] = /^--([a-z]+)=(.*)$/.exec(word) ?? [];
    if (!name)
      throw new Error(`what is ${word}? See the head of bench.mjs`);
    return [name, value];
  }));
  return {
    sfus: (given.sfu ?? 'gst-sfu,janus,janus-1-loop').split(','),
    cases: (given.case ?? 'fan:50,room:8').split(','),
    windows: Number(given.windows ?? 5),
    seconds: Number(given.seconds ?? 4),
    rounds: Number(given.rounds ?? 1),
    profile: given.profile ?? PROFILE,
  };
}

/** Sets the case up, streams not yet running; what a subscriber weighs. */
async function build (sfu, loadgen, kind, count) {
  if (kind === 'room') {
    for (let i = 0; i < count; i++)
      await sfu.member(loadgen, `m${i}`, [CAMERA, MICROPHONE]);
    await sfu.complete();
    return {};
  }
  const streams = await sfu.publish(loadgen, 'pub', [CAMERA]);
  // The first subscriber pays for what is made once.
  await sfu.subscribe(loadgen, 'warm', streams);
  await wait(SETTLE_MS);
  const before = footprint(sfu.pid);
  for (let i = 1; i < count; i++)
    await sfu.subscribe(loadgen, `s${i}`, streams);
  await wait(SETTLE_MS);
  const after = footprint(sfu.pid);
  const each = (name) => Number(
    ((after[name] - before[name]) / (count - 1)).toFixed(2));
  return { rssKbEach: each('rssKb'), threadsEach: each('threads'),
    fdsEach: each('fds') };
}

/** One window: figures per packet that reached a subscriber. */
async function measure (sfu, loadgen, seconds) {
  await loadgen.command('reset');
  const started = performance.now();
  const cpu = cpuSeconds(sfu.pid);
  const busy = cpuBusySeconds(SERVER_CPU);
  await wait(seconds * 1000);
  const stats = await loadgen.stats();
  const used = cpuSeconds(sfu.pid) - cpu;
  const wall = (performance.now() - started) / 1000;
  const foreign = (cpuBusySeconds(SERVER_CPU) - busy - used) / wall;
  return {
    usPerPacket: 1e6 * used / Math.max(1, stats.recv),
    cpuPercent: 100 * used / wall,
    foreignPercent: Math.max(0, 100 * foreign),
    packetsPerSecond: stats.recv / stats.t,
    inPerSecond: (stats.sentVideo + stats.sentAudio) / stats.t,
    p50us: stats.p50us, p99us: stats.p99us,
    lost: stats.lost, authFail: stats.authFail, silent: stats.silent,
    quiet: foreign < FOREIGN_MAX,
  };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const round = (value) => Number(value.toFixed(2));

function summarize (windows) {
  const quiet = windows.filter((w) => w.quiet);
  const used = quiet.length > 0 ? quiet : windows;
  const of = (name) => used.map((w) => w[name]);
  return {
    windows: windows.length,
    quietWindows: quiet.length,
    usPerPacketMin: round(Math.min(...of('usPerPacket'))),
    usPerPacketMedian: round(median(of('usPerPacket'))),
    cpuPercent: round(median(of('cpuPercent'))),
    inPerSecond: Math.round(median(of('inPerSecond'))),
    packetsPerSecond: Math.round(median(of('packetsPerSecond'))),
    p50us: Math.round(median(of('p50us'))),
    p99us: Math.round(median(of('p99us'))),
    lost: windows.reduce((sum, w) => sum + w.lost, 0),
    authFail: windows.reduce((sum, w) => sum + w.authFail, 0),
    silent: windows.at(-1).silent,
  };
}

async function run (name, what, { windows, seconds, profile }) {
  const [kind, count] = what.split(':');
  const sfu = SFUS[name]();
  await sfu.start({ cpu: SERVER_CPU });
  const loadgen = new Loadgen({ cpu: LOADGEN_CPU, profiles: profile,
    decryptEvery: Math.max(1, Math.floor(count / DECRYPTED)),
    kernelTimes: true });
  const weight = await build(sfu, loadgen, kind, Number(count));
  await loadgen.command('start');
  await wait(WARM_UP_MS);
  const list = [];
  for (let i = 0; i < windows; i++)
    list.push(await measure(sfu, loadgen, seconds));
  const { rssKb, threads } = footprint(sfu.pid);
  await sfu.stop();
  await loadgen.quit();
  return { sfu: sfu.name, case: what, ...summarize(list), ...weight, rssKb,
    threads };
}

function table (rows) {
  const columns = ['sfu', 'case', 'usPerPacketMin', 'usPerPacketMedian',
    'packetsPerSecond', 'p50us', 'p99us', 'lost', 'rssKbEach', 'threadsEach',
    'rssKb', 'threads', 'quietWindows'];
  const cells = [columns, ...rows.map(
    (row) => columns.map((name) => String(row[name] ?? '-')))];
  const widths = columns.map((_, i) => Math.max(
    ...cells.map((line) => line[i].length)));
  return cells.map((line) => line.map(
    (cell, i) => cell.padEnd(widths[i])).join('  ')).join('\n');
}

const chosen = options();
const rows = [];
for (let round = 0; round < chosen.rounds; round++) {
  for (const what of chosen.cases) {
    for (const name of chosen.sfus) {
      const row = await run(name, what, chosen);
      console.log(JSON.stringify(row));
      rows.push(row);
    }
  }
}
console.error(`\n${table(rows)}`);
process.exit(0);

// SPDX-License-Identifier: LGPL-2.1-or-later
// What a running call notices of rubbish on its UDP port:
//   flood.mjs [--rates=0,20000,100000] [--subscribers=10] [--seconds=8]
// One publisher of 120 video packets a second, subscribers, and in each window
// a flood of so many packets a second from 64 ports. The worker has CPU 0, the
// other end and the flood CPU 1. JSON lines on stdout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildDir } from '../e2e/lib/server.mjs';
import { GstSfu } from './lib/gst-sfu.mjs';
import { Loadgen } from './lib/loadgen.mjs';
import { cpuSeconds, footprint } from './lib/process.mjs';

const CAMERA = { kind: 'video', fps: 30, pkts: 4, kfPkts: 4 };
const SETTLE_MS = 2000;

function options () {
  const given = Object.fromEntries(process.argv.slice(2).map((word) => {
    const [, name, value] = /^--([a-z]+)=([\d,]+)$/.exec(word) ?? [];
    if (!['rates', 'subscribers', 'seconds'].includes(name))
      throw new Error(`what is ${word}? See the head of flood.mjs`);
    return [name, value];
  }));
  return { rates: (given.rates ?? '0,20000,100000').split(',').map(Number),
    subscribers: Number(given.subscribers ?? 10),
    seconds: Number(given.seconds ?? 8) };
}

async function flood (port, rate, seconds) {
  if (rate === 0) {
    await wait(seconds * 1000);
    return { sent: 0 };
  }
  const child = spawn('taskset', ['-c', '1', join(buildDir(), 'tests', 'bench',
    'flood'), port, String(rate), String(seconds)],
  { stdio: ['ignore', 'pipe', 'inherit'] });
  const [[line]] = await Promise.all([once(child.stdout, 'data'),
    once(child, 'exit')]);
  return JSON.parse(line);
}

const { rates, subscribers, seconds } = options();
const sfu = new GstSfu();
await sfu.start({ cpu: 0 });
const loadgen = new Loadgen({ cpu: 1, kernelTimes: true });
const streams = await sfu.publish(loadgen, 'publisher', [CAMERA]);
for (let i = 0; i < subscribers; i++)
  await sfu.subscribe(loadgen, `s${i}`, streams);
await loadgen.command('start');
await wait(SETTLE_MS);
for (const rate of rates) {
  await loadgen.command('reset');
  const cpu = cpuSeconds(sfu.pid);
  const { sent } = await flood(sfu.server.rtcPort, rate, seconds);
  const stats = await loadgen.stats();
  console.log(JSON.stringify({ rate, flooded: Math.round(sent / seconds),
    cpuPercent: Math.round(100 * (cpuSeconds(sfu.pid) - cpu) / seconds),
    received: stats.recv, expected: stats.sentVideo * subscribers,
    lost: stats.lost, p50us: Math.round(stats.p50us),
    p99us: Math.round(stats.p99us), rssKb: footprint(sfu.pid).rssKb }));
  await wait(SETTLE_MS);
}
await sfu.stop();
await loadgen.quit();

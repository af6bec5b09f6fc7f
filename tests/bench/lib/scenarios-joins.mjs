// SPDX-License-Identifier: LGPL-2.1-or-later
// Cases about coming and going: what a connection weighs, how long a join takes
// until media flows, and what it does to those who stay.
import { setTimeout as wait } from 'node:timers/promises';
import { begin, look, measure, settled, weight, weightEach, windows }
  from './measure.mjs';
import { parallel } from './parallel.mjs';
import { cpuSeconds, footprint } from './process.mjs';
import { median, quantile, round, summarize } from './summary.mjs';
import { MICROPHONE, camera } from './tracks.mjs';

const JOINING = 8;
const IDLE_ROOM = 50;

/** Connected transports without media, in rooms of 50. */
export async function idle ({ sfu, loadgen, numbers, options }) {
  const join = (i) => sfu.idle(loadgen, `i${i}`,
    { room: `room${Math.floor(i / IDLE_ROOM)}` });
  await join(0);
  const before = await settled(sfu);
  const control = () => sfu.controlPid ? footprint(sfu.controlPid).rssKb : 0;
  const controlBefore = control();
  const more = numbers.transports - 1;
  await parallel(more, JOINING, (i) => join(i + 1));
  const after = await settled(sfu);
  const pids = [...sfu.pids, ...sfu.controlPid ? [sfu.controlPid] : []];
  const cpu = pids.map(cpuSeconds);
  const seconds = options.windows * options.seconds;
  await wait(seconds * 1000);
  const percent = pids.map((pid, i) => 100 * (cpuSeconds(pid) - cpu[i])
    / seconds);
  return { ...weightEach(before, after, more), rssKb: after.rssKb,
    threads: after.threads, fds: after.fds, cpuPercent: round(percent[0]),
    controlCpuPercent: round(percent[1] ?? 0),
    controlRssKbEach: round((control() - controlBefore) / more) };
}

/** list: what joinTimed() says of each. */
function times (list) {
  const at = (name, q) => Math.round(quantile(list.map((t) => t[name]), q));
  return { readyMs: at('ready', 0.5), p50ms: at('flowing', 0.5),
    p90ms: at('flowing', 0.9), p99ms: at('flowing', 0.99) };
}

/**
 * A join: ms until the transport is connected and every stream announced, and
 * until the first packet of each has been decrypted, which for a picture is a
 * key frame's.
 */
async function joinTimed ({ sfu, loadgen }, id, streams, where) {
  const started = performance.now();
  const endpoint = await sfu.subscribe(loadgen, id, streams, where);
  const ready = performance.now() - started;
  await loadgen.flowing(endpoint, streams);
  return { ready, flowing: performance.now() - started };
}

/** Everybody at once; in each room somebody is there already and sends. */
export async function joins (context) {
  const { sfu, loadgen, numbers } = context;
  const where = (i) => ({ room: `room${Math.floor(i / numbers.room)}` });
  const tracks = [camera(30), MICROPHONE];
  const streams = tracks.length;
  for (let i = 0; i < numbers.joins; i += numbers.room)
    await sfu.publish(loadgen, `pub${i}`, tracks, where(i));
  await begin(context);
  // What is made once is no join's.
  await joinTimed(context, 'warm', streams, where(0));
  const before = look(context);
  const results = await Promise.allSettled(Array.from(
    { length: numbers.joins },
    (_, i) => joinTimed(context, `j${i}`, streams, where(i))));
  const after = look(context);
  const good = results.filter((r) => r.status === 'fulfilled');
  const failures = results.filter((r) => r.status === 'rejected');
  for (const { reason } of failures.slice(0, 3))
    console.error(`joins: ${reason.message}`);
  const { rssKb, threads } = weight(sfu);
  return { allMs: Math.round(after.at - before.at),
    ...times(good.map((r) => r.value)), failed: failures.length,
    cpuMsPerJoin: round(1000 * (after.server - before.server) / numbers.joins),
    serverCpuMs: Math.round(1000 * (after.server - before.server)),
    clientCpuMs: Math.round(1000 * (after.client - before.client)),
    rssKb, threads };
}

/** A call, and others who join it, receive a packet of each and leave. */
export async function churn (context) {
  const { sfu, loadgen, numbers, options } = context;
  await parallel(numbers.members, JOINING, (i) => sfu.member(loadgen, `m${i}`,
    [camera(30), MICROPHONE]));
  await sfu.complete();
  const streams = 2 * numbers.members;
  await begin(context);
  const calm = await windows(context);
  const list = [];
  let going = true;
  let next = 0;
  const worker = async () => {
    while (going) {
      const id = `c${next++}`;
      list.push(await joinTimed(context, id, streams));
      await sfu.leave(id);
    }
  };
  const before = look(context);
  const workers = Promise.all(Array.from({ length: numbers.parallel }, worker));
  const busy = [];
  for (let i = 0; i < options.windows; i++)
    busy.push(await Promise.race([measure(context),
      workers.then(() => { throw new Error('churn ended early'); })]));
  going = false;
  await workers;
  const after = look(context);
  const seconds = (after.at - before.at) / 1000;
  const was = summarize(calm);
  const is = summarize(busy);
  const steady = (was.cpuPercent + median(calm.map((w) => w.controlPercent)))
    / 100 * seconds;
  const { rssKb, threads } = weight(sfu);
  return { joins: list.length, joinsPerSecond: round(list.length / seconds),
    ...times(list),
    // Beyond what the call costs that is there all the time.
    cpuMsPerJoin: round(1000 * (after.server - before.server - steady)
      / list.length),
    clientPercent: round(100 * (after.client - before.client) / seconds),
    p50us: is.p50us, p99us: is.p99us, p99usCalm: was.p99us,
    lossPercent: is.lossPercent, lossPercentCalm: was.lossPercent,
    lost: is.lost, rssKb, threads };
}

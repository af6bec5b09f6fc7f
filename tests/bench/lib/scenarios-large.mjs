// SPDX-License-Identifier: LGPL-2.1-or-later
// Saturation of one worker, and a large installation in miniature.
import { TOWN, extrapolate, hides, rampBest, rampEnd } from './figures.mjs';
import { begin, measure, weight, windows } from './measure.mjs';
import { parallel } from './parallel.mjs';
import { subscribers } from './scenarios-media.mjs';
import { median, round, summarize } from './summary.mjs';
import { camera, microphone, smallCamera } from './tracks.mjs';

const RAMP_FIRST = 50;
const RAMP_FACTOR = 1.4;

/** More and more subscribers of one publisher, until something is full. */
export async function ramp (context) {
  const { sfu, loadgen, numbers } = context;
  const streams = await sfu.publish(loadgen, 'pub', [camera(numbers.rate)]);
  const steps = [];
  let count = 0;
  let ended = null;
  for (let want = RAMP_FIRST; !ended && count < numbers.subscribers;
    want = Math.ceil(want * RAMP_FACTOR)) {
    await loadgen.command('stop');
    const next = Math.min(want, numbers.subscribers);
    try {
      await subscribers(context, `r${count}-`, next - count, streams);
    } catch (error) {
      console.error(`ramp: at ${count} subscribers: ${error.message}`);
      ended = 'joins';
      break;
    }
    count = next;
    await begin(context);
    const step = { subscribers: count,
      ...summarize([await measure(context)]) };
    steps.push(step);
    ended = rampEnd(step);
  }
  await loadgen.command('stop');
  if (steps.length === 0)
    throw new Error('nobody could join');
  return { ...rampBest(steps) ?? steps[0], ended: ended ?? 'subscribers',
    steps: steps.map((s) => ({ subscribers: s.subscribers,
      packetsPerSecond: s.packetsPerSecond, usPerPacket: s.usPerPacketMedian,
      cpuPercent: s.cpuPercent, lossPercent: s.lossPercent, p99us: s.p99us,
      loadgenPercent: s.loadgenPercent })) };
}

const TOWN_WORKERS = 2;
const TOWN_JOINING = 6;

const speaks = (i) => i < TOWN.loudest;

export const townNeeds = { workers: TOWN_WORKERS,
  flags: ['--loudest', String(TOWN.loudest)] };

export async function town (context) {
  const { sfu, loadgen, numbers } = context;
  const { rooms, members } = numbers;
  const name = (i) => `r${i % rooms}-${Math.floor(i / rooms)}`;
  const seat = (i) => Math.floor(i / rooms);
  const started = performance.now();
  await parallel(rooms * members, TOWN_JOINING, (i) => sfu.member(loadgen,
    name(i), [microphone(speaks(seat(i))), smallCamera()],
    { room: `room${i % rooms}` }));
  await sfu.complete();
  await parallel(rooms * members, TOWN_JOINING, async (i) => {
    await sfu.pause(name(i), hides(seat(i), members));
    await sfu.preferLow(name(i));
  });
  const setUpMs = Math.round(performance.now() - started);
  await begin(context);
  const list = await windows(context);
  const row = summarize(list);
  const figures = { workers: sfu.pids.length, rooms, members,
    workerPercent: row.cpuPercent,
    controlPercent: round(median(list.map((w) => w.controlPercent))) };
  const { rssKb, threads } = weight(sfu);
  return { ...row, ...figures, rssMb: Math.round(rssKb / 1024), threads,
    setUpMs, ...extrapolate({ ...figures, usPerPacket: row.usPerPacketMedian,
      packetsPerSecond: row.packetsPerSecond }) };
}

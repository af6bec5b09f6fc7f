// SPDX-License-Identifier: LGPL-2.1-or-later
// Cases whose figure is what a forwarded packet costs. Each function gets
// { sfu, loadgen, numbers, options } and resolves with the row's figures.
import { pausedCost } from './figures.mjs';
import { begin, settled, weight, weightEach, windows } from './measure.mjs';
import { parallel } from './parallel.mjs';
import { round, summarize } from './summary.mjs';
import { MICROPHONE, camera, evenCamera, highRate, lowRate, simulcastCamera }
  from './tracks.mjs';

/** Joins at a time while a case is set up. */
const JOINING = 8;

/** `count` subscribers named by prefix; resolves with their endpoints. */
export function subscribers ({ sfu, loadgen }, prefix, count, streams) {
  return parallel(count, JOINING,
    (i) => sfu.subscribe(loadgen, `${prefix}${i}`, streams));
}

/** What is measured in windows: all is set up, and `finish` adds to the row. */
export const steady = {
  fan: { setUp: setUpFan },
  room: { setUp: setUpRoom },
  rooms: { setUp: setUpRooms },
  simulcast: { setUp: setUpSimulcast, finish: finishSimulcast },
};

/** The row of a steady case; more: what setting up has found out. */
export function figures ({ sfu, what }, list, more) {
  const { rssKb, threads } = weight(sfu);
  const row = { ...summarize(list), rssKb, threads, ...more };
  return steady[what.kind].finish?.(row, what.numbers) ?? row;
}

export async function runSteady (context) {
  const more = await steady[context.what.kind].setUp(context);
  await begin(context);
  return figures(context, await windows(context), more);
}

async function setUpFan (context) {
  const { sfu, loadgen, numbers, options } = context;
  const streams = await sfu.publish(loadgen, 'pub', [camera(numbers.rate)]);
  // The first subscriber pays for what is made once.
  await sfu.subscribe(loadgen, 'warm', streams);
  const before = options.weigh ? await settled(sfu) : null;
  const more = numbers.subscribers - 1;
  await subscribers(context, 's', more, streams);
  return options.weigh && more > 0
    ? weightEach(before, await settled(sfu), more) : {};
}

async function members ({ sfu, loadgen }, count, where, tracks) {
  await parallel(count, JOINING, (i) => sfu.member(loadgen, `m${i}`, tracks,
    { room: where(i) }));
  await sfu.complete();
}

function setUpRoom (context) {
  return members(context, context.numbers.members, () => 'bench',
    [camera(context.numbers.rate), MICROPHONE]);
}

/** The same number of packets however many the rooms are. */
async function setUpRooms (context) {
  const { numbers } = context;
  const streams = numbers.rooms * numbers.members * (numbers.members - 1);
  const rate = Math.max(1, Math.round(numbers.total / streams));
  await members(context, numbers.rooms * numbers.members,
    (i) => `room${i % numbers.rooms}`, [evenCamera(rate)]);
  return { rate };
}

/** Packets a second of a picture, and what they are when all have theirs. */
function pictures ({ packetsPerSecond }, members, low) {
  const each = packetsPerSecond / (members * (members - 1)) - MICROPHONE.fps;
  const expected = (low * lowRate + (members - low) * highRate) / members;
  return { pictureRate: round(each), pictureRateExpected: round(expected) };
}

const lowOf = (members) => members >> 1;

async function setUpSimulcast (context) {
  const { sfu, numbers } = context;
  await members(context, numbers.members, () => 'bench',
    [simulcastCamera(), MICROPHONE]);
  for (let i = 0; i < lowOf(numbers.members); i++)
    await sfu.preferLow(`m${i}`);
}

function finishSimulcast (row, { members }) {
  const low = lowOf(members);
  return { ...row, low, ...pictures(row, members, low) };
}

/** Packets a second of the publisher: many, for the difference to show. */
const PAUSED_RATE = 480;

/** Both with the publisher sending and without: connections cost, too. */
async function sendingAndNot (context) {
  await begin(context);
  const list = await windows(context);
  await context.loadgen.command('stop');
  const still = await windows(context);
  return { sending: summarize(list), still: summarize(still) };
}

/**
 * First those that receive alone, then with all that are paused: what a paused
 * consumer costs per packet of its producer, in ns, and as a connection.
 */
export async function paused (context) {
  const { sfu, loadgen, numbers } = context;
  const streams = await sfu.publish(loadgen, 'pub', [camera(PAUSED_RATE)]);
  await subscribers(context, 'a', numbers.active, streams);
  const was = await sendingAndNot(context);
  const before = weight(sfu);
  const more = numbers.consumers - numbers.active;
  await subscribers(context, 'p', more, streams);
  await parallel(more, JOINING, (i) => sfu.pause(`p${i}`));
  const after = weight(sfu);
  const is = await sendingAndNot(context);
  const { sending } = is;
  return {
    cpuPercentActive: was.sending.cpuPercent, cpuPercentAll: sending.cpuPercent,
    ...pausedCost(was, is, more),
    // Packets that came although they should not, as a share.
    pausedLeak: round(sending.packetsPerSecond
      / (sending.inPerSecond * numbers.active) - 1, 4),
    lossPercent: sending.lossPercent, lost: sending.lost,
    foreignPercent: sending.foreignPercent, windows: sending.windows,
    quietWindows: sending.quietWindows, ...weightEach(before, after, more),
  };
}

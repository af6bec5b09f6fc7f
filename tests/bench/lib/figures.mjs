// SPDX-License-Identifier: LGPL-2.1-or-later
// What the large cases conclude from their figures.
import { round } from './summary.mjs';
import { MICROPHONE, lowRate } from './tracks.mjs';

const LOSS_MAX = 0.001;
const FULL_PERCENT = 97;
/** The share of what is due that has come when nobody falls behind. */
const WHOLE = 0.98;

/**
 * Why a step is the last one, or null. A server that uses all of its CPU may
 * still do more with it: until it falls behind.
 */
export function rampEnd (step) {
  if (step.lossPercent > 100 * LOSS_MAX)
    return 'loss';
  if (step.cpuPercent >= FULL_PERCENT
      && step.packetsPerSecond < WHOLE * step.inPerSecond * step.subscribers)
    return 'cpu';
  // Not the server's end, then: it could do more.
  return step.loadgenPercent >= FULL_PERCENT ? 'loadgen' : null;
}

/** The step with most packets that was delivered whole. */
export function rampBest (steps) {
  const whole = steps.filter((s) => s.lossPercent <= 100 * LOSS_MAX);
  return whole.reduce((best, s) => s.packetsPerSecond
    > (best?.packetsPerSecond ?? -1) ? s : best, null);
}

/** The town: ten rooms of fifty, each of whom sees nine and hears the loudest
 * three; every page sends a microphone and a small picture in two sizes. */
export const TOWN = { rooms: 10, members: 50, visible: 9, loudest: 3 };

/** A member sees the nine that follow it, in a ring. */
export function hides (i, members) {
  return ({ kind, peerId }) => {
    const other = Number(peerId.split('-')[1]);
    const distance = (other - i + members) % members;
    return kind === 'video' && distance > TOWN.visible;
  };
}

/** Packets a second that so many rooms of so many get when nothing is late. */
export function townRate (rooms, members) {
  const speakers = Math.min(TOWN.loudest, members);
  const seen = Math.min(TOWN.visible, members - 1);
  return rooms * (speakers * (members - 1) * MICROPHONE.fps
    + members * seen * lowRate);
}

/**
 * What the whole town takes: rooms have nothing in common, so as many times the
 * CPU as there are rooms more, when they are of full size; of smaller rooms by
 * the packets that are forwarded. Nothing can be said from a server that did
 * not keep up.
 */
export function extrapolate ({ rooms, members, workerPercent, usPerPacket,
  packetsPerSecond }) {
  const full = members === TOWN.members;
  const keptUp = packetsPerSecond >= WHOLE * townRate(rooms, members);
  const rate = townRate(TOWN.rooms, TOWN.members);
  const cores = full ? workerPercent / 100 / rooms * TOWN.rooms
    : usPerPacket * rate / 1e6;
  return { townBy: full ? 'rooms' : 'packets', townPacketsPerSecond: rate,
    keptUp, townWorkerCores: keptUp ? round(cores) : null,
    // A worker that runs at more takes nobody new and has no room for bursts.
    townCoresAt70: keptUp ? round(cores / 0.7) : null };
}

/**
 * was, is: { sending, still } before and after so many more were connected and
 * paused. What each adds for a packet of the publisher, and when there is none.
 */
export function pausedCost (was, is, more) {
  const percent = (of) => is[of].cpuPercent - was[of].cpuPercent;
  const forPackets = (percent('sending') - percent('still')) / 100;
  return {
    nsPerPausedPacket: round(
      1e9 * forPackets / more / is.sending.inPerSecond, 1),
    usPerSecondEach: round(1e6 * percent('still') / 100 / more, 1) };
}

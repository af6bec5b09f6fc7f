// SPDX-License-Identifier: LGPL-2.1-or-later
// What the participants of a benchmark send, as fields of loadgen's `send`.

const FPS = 30; // about

/** A camera of so many packets a second, a burst for each frame. */
export function camera (rate = 120) {
  const pkts = Math.max(1, Math.round(rate / FPS));
  return { kind: 'video', fps: rate / pkts, pkts, kfPkts: pkts };
}

/** The same, evenly in time: for cases whose bursts would differ. */
export const evenCamera = (rate) => ({ ...camera(rate), spread: true });

export const MICROPHONE = { kind: 'audio', fps: 50 };

/** ssrc-audio-level with the voice bit: 20 dB below the most; 127 below. */
const VOICE = '94';
const SILENCE = '7f';
export const microphone = (speaks) => (
  { ...MICROPHONE, level: speaks ? VOICE : SILENCE });

/** Fields of each encoding, the lowest first; about 180p, 360p and 720p. */
const LOW = { rid: 'l', fps: 15, pkts: 1, kfPkts: 2, size: 1000 };
const MIDDLE = { rid: 'm', fps: 30, pkts: 2, kfPkts: 4, size: 1100 };
const HIGH = { rid: 'h', fps: 30, pkts: 4, kfPkts: 8, size: 1180 };

export const simulcastCamera = () => (
  { kind: 'video', encodings: [LOW, MIDDLE, HIGH] });
/** What a page sends whose pictures are small on every screen. */
export const smallCamera = () => ({ kind: 'video', encodings: [LOW, MIDDLE] });
export const lowRate = LOW.fps * LOW.pkts;
export const highRate = HIGH.fps * HIGH.pkts;

// SPDX-License-Identifier: LGPL-2.1-or-later
// From two snapshots of getStats() to the figures that a person reads. Pure:
// the reports are passed in as arrays, time is the reports' own timestamp.

const SECOND_MS = 1000;

/** Loss (share of packets) and jitter (ms) from which a call suffers. */
const LOSS_FAIR = 0.02;
const LOSS_POOR = 0.08;
const JITTER_FAIR_MS = 40;
const JITTER_POOR_MS = 120;
const RTT_FAIR_MS = 300;
const RTT_POOR_MS = 800;

const round = (value, digits = 0) =>
  Number.isFinite(value) ? Number(value.toFixed(digits)) : null;

const finite = (value) => (Number.isFinite(value) ? value : null);

/** @param {RTCStatsReport} report @returns {object[]} */
export const listOf = (report) => Array.from(report?.values?.() ?? []);

/** Growth of a counter per second between two snapshots, null if unknown. */
export function ratePerSecond(now, before, key) {
  if (!now || !before) return null;

  const seconds = (now.timestamp - before.timestamp) / SECOND_MS;
  const delta = now[key] - before[key];

  // A counter that went back belongs to a new life of the stream.
  return seconds > 0 && delta >= 0 ? delta / seconds : null;
}

const byId = (stats, id) => stats.find((entry) => entry.id === id) ?? null;

/** "video/VP8" → "VP8" */
export function codecName(stats, codecId) {
  const mimeType = byId(stats, codecId)?.mimeType;

  return mimeType ? mimeType.split('/')[1] : null;
}

/** Round-trip time of the candidate pair in use, in ms. */
export function pairRttMs(stats) {
  const transport = stats.find((entry) => entry.type === 'transport');
  const pair =
    byId(stats, transport?.selectedCandidatePairId) ??
    stats.find((entry) =>
      entry.type === 'candidate-pair' && entry.nominated &&
      entry.state === 'succeeded');

  return Number.isFinite(pair?.currentRoundTripTime)
    ? round(pair.currentRoundTripTime * SECOND_MS, 1)
    : null;
}

function lossShare(now, before) {
  const lost = now.packetsLost - (before?.packetsLost ?? 0);
  const received = now.packetsReceived - (before?.packetsReceived ?? 0);

  // packetsLost is signed: late packets take losses back.
  return lost > 0 && lost + received > 0 ? lost / (lost + received) : 0;
}

/** Decoded frames a second: the browser's own figure, else the counter's. */
const frameRate = (now, before, key) =>
  round(now.framesPerSecond ?? ratePerSecond(now, before, key));

const kbps = (now, before, key) => {
  const bytes = ratePerSecond(now, before, key);

  return bytes === null ? null : round((bytes * 8) / 1000);
};

/**
 * One received stream.
 *
 * @param {object[]} stats snapshot of the receiving transport
 * @param {object|null} before inbound-rtp entry of the last snapshot
 * @param {object} now inbound-rtp entry of this one
 */
export function inboundFigures(stats, before, now) {
  return {
    direction: 'in',
    kind: now.kind,
    codec: codecName(stats, now.codecId),
    width: finite(now.frameWidth),
    height: finite(now.frameHeight),
    fps: now.kind === 'video' ? frameRate(now, before, 'framesDecoded') : null,
    kbps: kbps(now, before, 'bytesReceived'),
    loss: lossShare(now, before),
    lost: finite(now.packetsLost),
    jitterMs: Number.isFinite(now.jitter)
      ? round(now.jitter * SECOND_MS, 1) : null,
    rttMs: pairRttMs(stats),
    freezes: finite(now.freezeCount),
    frames: finite(now.framesDecoded),
    nacks: finite(now.nackCount),
    plis: finite(now.pliCount),
    packets: finite(now.packetsReceived),
  };
}

/** The report the far end sent about one of our streams. */
const remoteOf = (stats, outbound) =>
  byId(stats, outbound.remoteId) ??
  stats.find((entry) =>
    entry.type === 'remote-inbound-rtp' && entry.ssrc === outbound.ssrc) ??
  null;

const largest = (layers) =>
  layers.reduce((best, entry) =>
    (entry.frameWidth ?? 0) > (best.frameWidth ?? 0) ? entry : best);

const sum = (values) => {
  const known = values.filter((value) => value !== null);

  return known.length ? known.reduce((a, b) => a + b, 0) : null;
};

/**
 * One sent track, all its layers together; size and rate of the largest.
 *
 * @param {object[]} stats snapshot of the sending transport
 * @param {Map<number, object>} before last outbound-rtp entries by SSRC
 * @param {object[]} layers outbound-rtp entries of the track
 */
export function outboundFigures(stats, before, layers) {
  const top = largest(layers);
  const remote = remoteOf(stats, top);
  const rttMs = Number.isFinite(remote?.roundTripTime)
    ? round(remote.roundTripTime * SECOND_MS, 1)
    : pairRttMs(stats);

  return {
    direction: 'out',
    kind: top.kind,
    codec: codecName(stats, top.codecId),
    width: finite(top.frameWidth),
    height: finite(top.frameHeight),
    fps: top.kind === 'video'
      ? frameRate(top, before.get(top.ssrc), 'framesEncoded') : null,
    kbps: sum(layers.map((layer) =>
      kbps(layer, before.get(layer.ssrc), 'bytesSent'))),
    loss: Math.max(0, remote?.fractionLost ?? 0),
    lost: finite(remote?.packetsLost),
    jitterMs: Number.isFinite(remote?.jitter)
      ? round(remote.jitter * SECOND_MS, 1) : null,
    rttMs,
    freezes: null,
    frames: finite(top.framesEncoded),
    nacks: finite(top.nackCount),
    plis: finite(top.pliCount),
    packets: sum(layers.map((layer) => finite(layer.packetsSent))),
    limitedBy: top.qualityLimitationReason ?? null,
    layers: layers.length,
  };
}

/**
 * 'good' | 'fair' | 'poor' | 'unknown' of a tile, from all of its streams.
 * @param {object[]} figures
 */
export function qualityOf(figures) {
  const known = figures.filter((entry) => entry.packets > 0);
  const worst = (key) => Math.max(0, ...known.map((entry) => entry[key] ?? 0));

  if (known.length === 0) return 'unknown';
  if (worst('loss') >= LOSS_POOR || worst('jitterMs') >= JITTER_POOR_MS ||
      worst('rttMs') >= RTT_POOR_MS || known.some((entry) => entry.stalled)) {
    return 'poor';
  }
  if (worst('loss') >= LOSS_FAIR || worst('jitterMs') >= JITTER_FAIR_MS ||
      worst('rttMs') >= RTT_FAIR_MS) {
    return 'fair';
  }

  return 'good';
}

/** Rows of the overlay: [label, text]. Unknown figures show as a dash. */
export function figureRows(figures) {
  const text = (value, unit = '') => (value === null ? '–' : value + unit);
  const rows = [['codec', text(figures.codec)]];

  if (figures.kind === 'video') {
    const { width, height } = figures;

    rows.push(
      ['size', width && height ? `${width}×${height}` : '–'],
      ['rate', text(figures.fps, ' fps')]);
  }

  rows.push(
    ['bitrate', text(figures.kbps, ' kbit/s')],
    ['loss', `${(figures.loss * 100).toFixed(1)} %`],
    ['jitter', text(figures.jitterMs, ' ms')],
    ['rtt', text(figures.rttMs, ' ms')]);

  if (figures.kind === 'video' && figures.direction === 'in') {
    rows.push(['freezes', text(figures.freezes)]);
  }
  if (figures.limitedBy && figures.limitedBy !== 'none') {
    rows.push(['limited by', figures.limitedBy]);
  }

  return rows;
}

/** The most important figures in a few short lines, for small tiles. */
export function figureBrief(figures) {
  const { kind, codec, height, fps, kbps: rate, loss } = figures;
  const picture = kind === 'video' && height ? ` ${height}p` : '';

  return [
    `${codec ?? kind}${picture}`,
    kind === 'video' ? `${fps ?? '–'} fps` : null,
    `${rate ?? '–'} kbit/s`,
    `${(loss * 100).toFixed(1)} % lost`,
  ].filter(Boolean).join('\n');
}

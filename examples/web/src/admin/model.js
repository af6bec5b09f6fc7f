// SPDX-License-Identifier: LGPL-2.1-or-later
// What the figures mean. Pure.

const KEPT = 60;

/** CPU of each process in percent of a core, between two looks at the server. */
export function cpuOf(before, now) {
  const processes = (look) => [look.process, ...look.workers];
  const seconds = before ? (now.nowMs - before.nowMs) / 1000 : 0;
  const old = new Map(before
    ? processes(before).map(({ pid, cpuSeconds }) => [pid, cpuSeconds]) : []);

  return new Map(processes(now).map(({ pid, cpuSeconds }) => [pid,
    old.has(pid) && seconds > 0
      ? Math.max(0, 100 * (cpuSeconds - old.get(pid)) / seconds) : null]));
}

/** The last minute of something, by key; what is gone is forgotten. */
export function createHistory() {
  const rows = new Map();

  return {
    /** @param {Map<any, number|null>} values */
    add(values) {
      for (const key of Array.from(rows.keys())) {
        if (!values.has(key)) rows.delete(key);
      }
      for (const [key, value] of values) {
        const row = rows.get(key) ?? [];

        if (value !== null) row.push(value);
        rows.set(key, row.slice(-KEPT));
      }
    },
    of: (key) => rows.get(key) ?? [],
  };
}

/** Points of a line through values, on a field of this size. */
export function linePoints(values, { width, height, top }) {
  const step = width / (KEPT - 1);
  const first = width - (values.length - 1) * step;

  return values.map((value, i) => {
    const y = height - Math.min(value / top, 1) * height;

    return `${(first + i * step).toFixed(1)},${y.toFixed(1)}`;
  }).join(' ');
}

const codecOf = (mimeType) => mimeType?.split('/')[1] ?? '';

/** The streams that a peer sends: one for each encoding. */
export function streamsOf({ producers }) {
  return producers.flatMap(({ id, kind, paused, muted, consumers, stats }) =>
    (stats ?? [{}]).map((report, i) => ({
      key: `${id}/${i}`,
      kind,
      codec: codecOf(report.mimeType),
      rid: report.rid ?? '',
      state: muted ? 'muted' : paused ? 'paused' : 'live',
      bps: report.bitrate ?? 0,
      lost: (report.fractionLost ?? 0) / 256,
      score: report.score ?? null,
      rtt: report.roundTripTime ?? null,
      consumers,
    })));
}

/** What a peer is sent: how many tracks, how fast, how well. */
export function receivedBy({ transports, consumers }) {
  const live = consumers.filter(({ paused }) => !paused);
  const reports = transports.flatMap(({ stats }) => stats ?? []);

  return {
    tracks: consumers.length,
    bps: reports.reduce((sum, { sendBitrate = 0 }) => sum + sendBitrate, 0),
    score: live.length ? Math.min(...live.map(({ score }) => score)) : null,
    layers: live.filter(({ kind, spatialLayer }) =>
      kind === 'video' && spatialLayer >= 0).map(
      ({ from, spatialLayer, temporalLayer }) =>
        `${from} S${spatialLayer}T${Math.max(temporalLayer, 0)}`),
  };
}

/** Of 10, as the demo page's three bars. */
export const qualityOf = (score) =>
  score === null ? null : score >= 8 ? 'good' : score >= 5 ? 'fair' : 'poor';

export function formatBps(bps) {
  if (bps <= 0) return '–';
  if (bps < 999500) return `${Math.round(bps / 1000)} kbit/s`;

  return `${(bps / 1e6).toFixed(1)} Mbit/s`;
}

export function formatBytes(bytes) {
  if (!bytes) return '–';
  if (bytes < 999.5e6) return `${Math.round(bytes / 1e6)} MB`;

  return `${(bytes / 1e9).toFixed(1)} GB`;
}

export function formatUptime(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;

  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;

  return minutes ? `${minutes} min` : `${seconds} s`;
}

export const formatCpu = (percent) =>
  percent === null || percent === undefined ? '–' : `${percent.toFixed(0)} %`;

export const formatLost = (lost) =>
  lost > 0 ? `${(100 * lost).toFixed(1)} %` : '0 %';

/** '#room=NAME' and back. */
export const addressOf = (id) =>
  id === null ? '#' : `#room=${encodeURIComponent(id)}`;

export function roomOf(hash) {
  const match = /^#room=(.+)$/.exec(hash);

  try {
    return match ? decodeURIComponent(match[1]) : null;
  } catch {
    return null;
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Figures of one row from those of its windows, and rows as a table.

/** Of values: q from 0 to 1, by the nearest rank; NaN of none. */
export function quantile (values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil(q * sorted.length) - 1;
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? NaN;
}

/** The middle one; of an even number the mean of the middle two. */
export function median (values) {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  return sorted.length % 2 ? sorted[upper]
    : (sorted[upper - 1] + sorted[upper]) / 2;
}

export const round = (value, digits = 2) => Number(value.toFixed(digits));

/** What a window said that must be whole numbers in the row. */
const WHOLE = ['inPerSecond', 'packetsPerSecond', 'p50us', 'p90us', 'p99us',
  'p999us'];
const FINE = ['cpuPercent', 'usPerReceived', 'loadgenPercent',
  'foreignPercent'];
const SUMS = ['lost', 'expected', 'authFail'];

/**
 * Medians of the quiet windows, those in which nobody else used the server's
 * CPU, or of all when none was; losses of all.
 */
export function summarize (windows) {
  const quiet = windows.filter((w) => w.quiet);
  const used = quiet.length > 0 ? quiet : windows;
  const of = (name) => used.map((w) => w[name]);
  const sum = (name) => windows.reduce((all, w) => all + w[name], 0);
  const row = { windows: windows.length, quietWindows: quiet.length,
    usPerPacketMin: round(Math.min(...of('usPerPacket'))),
    usPerPacketMedian: round(median(of('usPerPacket'))) };
  for (const name of FINE)
    row[name] = round(median(of(name)));
  for (const name of WHOLE)
    row[name] = Math.round(median(of(name)));
  for (const name of SUMS)
    row[name] = sum(name);
  row.lossPercent = round(100 * row.lost / Math.max(1, row.expected), 4);
  row.silent = windows.at(-1).silent;
  return row;
}

const MEDIA = ['usPerPacketMin', 'usPerPacketMedian', 'usPerReceived',
  'cpuPercent', 'packetsPerSecond', 'inPerSecond', 'p50us', 'p90us', 'p99us',
  'p999us', 'lossPercent'];
const WEIGHT = ['rssKbEach', 'threadsEach', 'fdsEach', 'rssKb', 'threads'];

/** Columns of each kind of case; a row may have more than is shown. */
export const COLUMNS = {
  fan: [...MEDIA, ...WEIGHT, 'loadgenPercent',
    'foreignPercent', 'quietWindows'],
  room: [...MEDIA, 'rssKb', 'threads', 'loadgenPercent',
    'foreignPercent', 'quietWindows'],
  rooms: [...MEDIA, 'rssKb', 'threads', 'loadgenPercent',
    'foreignPercent', 'quietWindows'],
  simulcast: [...MEDIA, 'pictureRate',
    'pictureRateExpected', 'rssKb', 'threads', 'quietWindows'],
  paused: ['cpuPercentActive', 'cpuPercentAll', 'nsPerPausedPacket',
    'usPerSecondEach', 'pausedLeak', 'lossPercent', 'rssKbEach',
    'foreignPercent', 'quietWindows'],
  idle: ['cpuPercent', 'controlCpuPercent', ...WEIGHT, 'controlRssKbEach'],
  joins: ['allMs', 'readyMs', 'p50ms', 'p90ms', 'p99ms', 'failed',
    'cpuMsPerJoin', 'serverCpuMs', 'clientCpuMs', 'rssKb', 'threads'],
  churn: ['joinsPerSecond', 'readyMs', 'p50ms', 'p90ms', 'p99ms',
    'cpuMsPerJoin', 'clientPercent', 'p99us', 'p99usCalm', 'lossPercent',
    'lossPercentCalm', 'rssKb', 'threads'],
  ramp: ['packetsPerSecond', 'usPerPacketMedian', 'subscribers', 'cpuPercent',
    'lossPercent', 'p50us', 'p99us', 'loadgenPercent', 'ended'],
  town: ['workers', 'rooms', 'members', 'workerPercent', 'controlPercent',
    'packetsPerSecond', 'inPerSecond', 'usPerPacketMedian', 'p50us', 'p99us',
    'lossPercent', 'foreignPercent', 'setUpMs', 'keptUp', 'rssMb',
    'townWorkerCores', 'townCoresAt70'],
};

function lines (columns, rows) {
  const cells = [columns, ...rows.map(
    (row) => columns.map((name) => String(row[name] ?? '-')))];
  const widths = columns.map((_, i) => Math.max(
    ...cells.map((line) => line[i].length)));
  return cells.map((line) => line.map(
    (cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd());
}

/** One table per kind of case. */
export function table (rows) {
  const kinds = [...new Set(rows.map((row) => row.kind))];
  return kinds.map((kind) => lines(['sfu', 'case', ...COLUMNS[kind]],
    rows.filter((row) => row.kind === kind)).join('\n')).join('\n\n');
}

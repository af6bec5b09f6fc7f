// SPDX-License-Identifier: LGPL-2.1-or-later
// The parts of the benchmark that only compute: what is asked for, summaries,
// the comparison with the baseline.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { CASES, parseCase, parseSfu, splitSfus } from '../lib/cases.mjs';
import { TOLERANCES, compare, mergeBaseline, regressions }
  from '../lib/check.mjs';
import { parseOptions } from '../lib/options.mjs';
import { parallel } from '../lib/parallel.mjs';
import { extrapolate, hides, pausedCost, rampBest, rampEnd, townRate }
  from '../lib/figures.mjs';
import { COLUMNS, median, quantile, summarize, table }
  from '../lib/summary.mjs';
import { camera } from '../lib/tracks.mjs';

test('cases', () => {
  assert.deepEqual(parseCase('fan:200'), { text: 'fan:200', kind: 'fan',
    numbers: { subscribers: 200, rate: 120 } });
  assert.deepEqual(parseCase('rooms:100:4').numbers,
    { rooms: 100, members: 4, total: 12000 });
  assert.throws(() => parseCase('disco:3'), /no case "disco"; there are fan/);
  assert.throws(() => parseCase('constructor'), /no case/);
  assert.throws(() => parseCase('fan:0'), /subscribers is 1 to/);
  assert.throws(() => parseCase('fan:x'), /subscribers is 1 to/);
  assert.throws(() => parseCase('fan:1:2:3'), /2 numbers at most/);
  assert.throws(() => parseCase('paused:5:5'), /fewer active than consumers/);
  for (const kind of Object.keys(CASES)) {
    assert.equal(parseCase(kind).kind, kind);
    assert.ok(COLUMNS[kind], `${kind} has columns`);
  }
});

test('variants of our server', () => {
  assert.deepEqual(splitSfus('gst-sfu:--a=1,2,janus,gst-sfu'),
    ['gst-sfu:--a=1,2', 'janus', 'gst-sfu']);
  assert.deepEqual(parseSfu('gst-sfu:--dtls=stock:--url=redis://x:1'),
    { name: 'gst-sfu --dtls=stock --url=redis://x:1', base: 'gst-sfu',
      dir: undefined,
      flags: ['--dtls=stock', '--url=redis://x:1'] });
  assert.deepEqual(parseSfu('gst-sfu@old/build:--dtls=own'),
    { name: 'gst-sfu@old/build --dtls=own', base: 'gst-sfu', dir: 'old/build',
      flags: ['--dtls=own'] });
  assert.throws(() => parseSfu('janus:--fast'), /are for gst-sfu only/);
  assert.throws(() => parseSfu('janus@x'), /are for gst-sfu only/);
  assert.throws(() => parseSfu('nginx'), /no SFU "nginx"/);
});

test('options', () => {
  const options = parseOptions(['--case=fan:10,room:4', '--case=idle',
    '--sfu=gst-sfu,gst-sfu:--dtls=stock', '--windows=2']);
  assert.deepEqual(options.cases.map((c) => c.text),
    ['fan:10', 'room:4', 'idle']);
  assert.deepEqual(options.sfus.map((s) => s.name),
    ['gst-sfu', 'gst-sfu --dtls=stock']);
  assert.equal(options.windows, 2);
  assert.throws(() => parseOptions(['--interleave', '--case=idle']),
    /not with idle, only with fan/);
  assert.throws(() => parseOptions(['--windows=0']), /--windows is a number/);
  assert.throws(() => parseOptions(['--window=1']), /Unknown option/);
});

test('a check runs the cases of the baseline, beside the one it needs', () => {
  const options = parseOptions(['--check'], { cases: { 'fan:7': {} } });
  assert.deepEqual(options.cases.map((c) => c.text), ['fan:7']);
  assert.deepEqual(options.sfus.map((s) => s.name),
    ['gst-sfu', 'janus-1-loop']);
  assert.throws(() => parseOptions(['--check', '--sfu=gst-sfu']),
    /needs gst-sfu and janus-1-loop/);
});

test('median and quantile', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(quantile([5, 1, 3], 0), 1);
  assert.equal(quantile([5, 1, 3], 0.5), 3);
  assert.equal(quantile([5, 1, 3], 1), 5);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

const QUIET = { usPerPacket: 10, usPerReceived: 500, cpuPercent: 6,
  controlPercent: 0, loadgenPercent: 9, foreignPercent: 1,
  packetsPerSecond: 6000.4,
  inPerSecond: 120, p50us: 100, p90us: 200, p99us: 300, p999us: 400, lost: 1,
  expected: 1000, authFail: 0, silent: 2, quiet: true };

test('a summary takes quiet windows for cost and all for loss', () => {
  const row = summarize([QUIET, { ...QUIET, usPerPacket: 90, quiet: false },
    { ...QUIET, usPerPacket: 12 }]);
  assert.equal(row.usPerPacketMin, 10);
  assert.equal(row.usPerPacketMedian, 11);
  assert.equal(row.packetsPerSecond, 6000);
  assert.equal(row.lost, 3);
  assert.equal(row.lossPercent, 0.1);
  assert.deepEqual([row.windows, row.quietWindows], [3, 2]);
  const noisy = summarize([{ ...QUIET, usPerPacket: 90, quiet: false }]);
  assert.equal(noisy.usPerPacketMedian, 90);
});

test('a table for each kind', () => {
  const text = table([
    { sfu: 'a', case: 'fan:1', kind: 'fan', usPerPacketMin: 1.5 },
    { sfu: 'b', case: 'idle:9', kind: 'idle', rssKbEach: 330 }]);
  const [fan, idle] = text.split('\n\n');
  assert.match(fan, /^sfu +case +usPerPacketMin/);
  assert.match(fan, /\na +fan:1 +1\.5 +-/);
  assert.match(idle, /rssKbEach/);
});

const row = (sfu, usPerPacketMedian, p99us = 100) => ({ sfu, case: 'fan:50',
  kind: 'fan', usPerPacketMedian, p50us: 50, p99us });
const RUN = [row('gst-sfu', 9), row('janus-1-loop', 18), row('gst-sfu', 11),
  row('janus-1-loop', 22), row('gst-sfu --dtls=stock', 99)];
const BASELINE = mergeBaseline(null, RUN, { date: '2026-01-02', machine: {} });

test('ratios are of medians over the rounds', () => {
  assert.deepEqual(compare(RUN)['fan:50'].ratios,
    { usPerPacketMedian: 0.5, p50us: 1, p99us: 1 });
  assert.equal(BASELINE.cases['fan:50'].ours.usPerPacketMedian, 10);
  assert.equal(BASELINE.cases['fan:50'].anchor.usPerPacketMedian, 20);
});

test('a machine twice as slow is no regression', () => {
  const slow = [row('gst-sfu', 20, 300), row('janus-1-loop', 40, 300)];
  assert.deepEqual(regressions(slow, BASELINE, ['fan:50']), []);
  const within = [row('gst-sfu', 12), row('janus-1-loop', 20)];
  assert.deepEqual(regressions(within, BASELINE, ['fan:50']), []);
});

test('a worse ratio is one, and says so', () => {
  const worse = [row('gst-sfu', 13), row('janus-1-loop', 20)];
  const [failure, ...others] = regressions(worse, BASELINE, ['fan:50']);
  assert.equal(others.length, 0);
  assert.match(failure, new RegExp('fan:50: usPerPacketMedian is 0\\.65 of '
    + "janus-1-loop's, was 0\\.5 on 2026-01-02; more than 0\\.625"));
});

test('what cannot be compared is a failure', () => {
  assert.match(regressions(RUN, BASELINE, ['room:9'])[0],
    /room:9: the baseline does not have it/);
  const alone = regressions([row('gst-sfu', 1)], BASELINE, ['fan:50']);
  assert.equal(alone.length, Object.keys(TOLERANCES).length);
  assert.match(alone[0], /no usPerPacketMedian of gst-sfu and janus-1-loop/);
});

test('latencies of one who does not keep up are not compared', () => {
  const late = { ...row('janus-1-loop', 20, 9e6), lossPercent: 0,
    cpuPercent: 99, foreignPercent: 0 };
  const run = [row('gst-sfu', 10), late];
  assert.deepEqual(compare(run)['fan:50'].ratios, { usPerPacketMedian: 0.5 });
  assert.equal(compare(run)['fan:50'].behind, 'anchor');
  assert.deepEqual(regressions(run, BASELINE, ['fan:50']), []);
  const busy = { cpuPercent: 60, foreignPercent: 39, lossPercent: 0 };
  assert.equal(compare([{ ...row('gst-sfu', 9), ...busy },
    row('janus-1-loop', 9)])['fan:50'].behind, 'ours');
});

test('who loses packets cannot be compared, nor be a baseline', () => {
  const run = [{ ...row('gst-sfu', 10), lossPercent: 0 },
    { ...row('janus-1-loop', 20), lossPercent: 5 }];
  const [failure, ...others] = regressions(run, BASELINE, ['fan:50']);
  assert.match(failure,
    /fan:50: cannot be compared: gst-sfu lost 0 %, janus-1-loop 5 %/);
  assert.equal(others.length, 0);
  assert.deepEqual(mergeBaseline(null, run, { date: '', machine: {} }).cases,
    {});
});

test('a new baseline keeps the cases that were not run', () => {
  const other = RUN.map((r) => ({ ...r, case: 'room:4' }));
  const merged = mergeBaseline(BASELINE, other,
    { date: '2026-02-03', machine: { cores: 2 } });
  assert.equal(merged.cases['fan:50'].date, '2026-01-02');
  assert.equal(merged.cases['room:4'].date, '2026-02-03');
});

test('the committed baseline can be checked against', () => {
  const baseline = JSON.parse(readFileSync(
    new URL('../baseline.json', import.meta.url), 'utf8'));
  for (const [what, { ratios, date }] of Object.entries(baseline.cases)) {
    assert.equal(parseCase(what).text, what);
    assert.match(date, /^\d{4}-\d\d-\d\d$/);
    assert.ok(ratios.usPerPacketMedian > 0, what);
    for (const name of Object.keys(ratios))
      assert.ok(TOLERANCES[name] > 0, name);
  }
});

test('a ramp ends at the first thing that is full', () => {
  const step = { cpuPercent: 50, lossPercent: 0, loadgenPercent: 60,
    subscribers: 10, inPerSecond: 100, packetsPerSecond: 1000 };
  assert.equal(rampEnd(step), null);
  assert.equal(rampEnd({ ...step, lossPercent: 0.2 }), 'loss');
  assert.equal(rampEnd({ ...step, cpuPercent: 98 }), null);
  assert.equal(rampEnd({ ...step, cpuPercent: 98, packetsPerSecond: 900 }),
    'cpu');
  assert.equal(rampEnd({ ...step, loadgenPercent: 99 }), 'loadgen');
  const steps = [{ packetsPerSecond: 5, lossPercent: 0 },
    { packetsPerSecond: 9, lossPercent: 0.05 },
    { packetsPerSecond: 11, lossPercent: 3 }];
  assert.equal(rampBest(steps).packetsPerSecond, 9);
  assert.equal(rampBest([steps[2]]), null);
});

test('a member of the town sees nine others', () => {
  const hidden = hides(48, 50);
  const peers = Array.from({ length: 50 }, (_, i) => `r0-${i}`)
    .filter((id) => id !== 'r0-48');
  const seen = peers.filter((peerId) => !hidden({ kind: 'video', peerId }));
  assert.deepEqual(seen.map((id) => Number(id.split('-')[1])),
    [0, 1, 2, 3, 4, 5, 6, 7, 49]);
  assert.ok(!hidden({ kind: 'audio', peerId: 'r0-20' }));
});

test('a paused consumer: its connection apart from its packets', () => {
  const at = (sending, still) => ({
    sending: { cpuPercent: sending, inPerSecond: 500 },
    still: { cpuPercent: still } });
  assert.deepEqual(pausedCost(at(10, 1), at(16, 3), 200),
    { nsPerPausedPacket: 400, usPerSecondEach: 100 });
});

test('the town by its rooms, or by packets when they are smaller', () => {
  // 3 speakers to 49, and 9 pictures of 15 to 50 people, in ten rooms
  assert.equal(townRate(10, 50), 141000);
  const full = extrapolate({ rooms: 2, members: 50, workerPercent: 60,
    packetsPerSecond: 28300, usPerPacket: 20 });
  assert.deepEqual(full, { townBy: 'rooms', townPacketsPerSecond: 141000,
    keptUp: true, townWorkerCores: 3, townCoresAt70: 4.29 });
  const small = extrapolate({ rooms: 1, members: 10, workerPercent: 5,
    packetsPerSecond: 2700, usPerPacket: 10 });
  assert.deepEqual([small.townBy, small.townWorkerCores], ['packets', 1.41]);
});

test('a town that was late says nothing about a larger one', () => {
  const late = extrapolate({ rooms: 2, members: 50, workerPercent: 60,
    packetsPerSecond: 5000, usPerPacket: 120 });
  assert.deepEqual([late.keptUp, late.townWorkerCores], [false, null]);
});

test('a camera has the rate that was asked for', () => {
  for (const rate of [1, 12, 30, 50, 120, 240, 480]) {
    const { fps, pkts } = camera(rate);
    assert.equal(fps * pkts, rate);
  }
});

test('no more at a time than wanted, results in order', async () => {
  let running = 0, most = 0;
  const results = await parallel(10, 3, async (i) => {
    most = Math.max(most, ++running);
    await null;
    running--;
    return i;
  });
  assert.deepEqual(results, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(most, 3);
});

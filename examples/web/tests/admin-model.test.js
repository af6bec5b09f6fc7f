// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  addressOf, cpuOf, createHistory, formatBps, formatBytes, formatCpu,
  formatLost, formatUptime, linePoints, qualityOf, receivedBy, roomOf,
  streamsOf,
} from '../src/admin/model.js';

const look = (nowMs, ...cpu) => ({
  nowMs,
  process: { pid: 1, cpuSeconds: cpu[0] },
  workers: cpu.slice(1).map((cpuSeconds, i) => ({ pid: i + 2, cpuSeconds })),
});

test('CPU is what was used between two looks', () => {
  const cpu = cpuOf(look(1000, 1, 10), look(3000, 1.5, 13, 7));

  assert.equal(cpu.get(1), 25);
  assert.equal(cpu.get(2), 150);
  assert.equal(cpu.get(3), null, 'a worker that is new');
  assert.equal(cpuOf(null, look(1000, 1)).get(1), null);
  assert.equal(cpuOf(look(1000, 1), look(1000, 2)).get(1), null);
});

test('history keeps a minute, and forgets who is gone', () => {
  const history = createHistory();

  for (let i = 0; i < 100; i++) history.add(new Map([['a', i], ['b', null]]));
  assert.equal(history.of('a').length, 60);
  assert.equal(history.of('a').at(-1), 99);
  assert.deepEqual(history.of('b'), []);
  history.add(new Map([['b', 1]]));
  assert.deepEqual(history.of('a'), []);
  assert.deepEqual(history.of('b'), [1]);
});

test('a line ends at the right edge and stays in its field', () => {
  const field = { width: 59, height: 10, top: 100 };

  assert.equal(linePoints([0, 50, 500], field), '57.0,10.0 58.0,5.0 59.0,0.0');
  assert.equal(linePoints([], field), '');
});

test('streams: one for each encoding, also without figures', () => {
  const [low, high, bare] = streamsOf({
    producers: [{
      id: 'p', kind: 'video', paused: false, muted: false, consumers: 3,
      stats: [
        { mimeType: 'video/VP8', rid: 'l', bitrate: 1e5, score: 10 },
        { mimeType: 'video/VP8', rid: 'h', bitrate: 1e6, fractionLost: 64 },
      ],
    }, { id: 'q', kind: 'audio', paused: true, muted: true, consumers: 0 }],
  });

  assert.deepEqual([low.codec, low.rid, low.bps, low.score, low.state],
    ['VP8', 'l', 1e5, 10, 'live']);
  assert.deepEqual([high.rid, high.lost, high.score], ['h', 0.25, null]);
  assert.deepEqual([bare.codec, bare.bps, bare.state], ['', 0, 'muted']);
});

test('received: the worst counts, what is paused does not', () => {
  const got = receivedBy({
    transports: [{ stats: [{ sendBitrate: 5 }] }, {}],
    consumers: [
      { kind: 'audio', score: 9, paused: false, spatialLayer: -1 },
      { kind: 'video', score: 7, paused: false, from: 'ann',
        spatialLayer: 1, temporalLayer: 2 },
      { kind: 'video', score: 0, paused: true, spatialLayer: 0 },
    ],
  });

  assert.deepEqual(got,
    { tracks: 3, bps: 5, score: 7, layers: ['ann S1T2'] });
  assert.equal(receivedBy({ transports: [], consumers: [] }).score, null);
});

test('figures for people', () => {
  assert.equal(formatBps(0), '–');
  assert.equal(formatBps(830400), '830 kbit/s');
  assert.equal(formatBps(999600), '1.0 Mbit/s');
  assert.equal(formatBytes(131e6), '131 MB');
  assert.equal(formatBytes(2.5e9), '2.5 GB');
  assert.equal(formatUptime(59), '59 s');
  assert.equal(formatUptime(3700), '1 h 1 min');
  assert.equal(formatUptime(200000), '2 d 7 h');
  assert.equal(formatCpu(null), '–');
  assert.equal(formatCpu(37.4), '37 %');
  assert.equal(formatLost(0), '0 %');
  assert.equal(formatLost(0.25), '25.0 %');
  assert.deepEqual([10, 8, 7, 4, null].map(qualityOf),
    ['good', 'good', 'fair', 'poor', null]);
});

test('a room in the address, and back', () => {
  for (const id of ['a', 'a b', '<img>', '50%', 'ü/?#']) {
    assert.equal(roomOf(addressOf(id)), id);
  }
  assert.equal(roomOf('#'), null);
  assert.equal(roomOf('#room=%'), null);
  assert.equal(roomOf('#other=1'), null);
});

// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  figureBrief, figureRows, inboundFigures, outboundFigures, pairRttMs, qualityOf,
  ratePerSecond,
} from '../src/stats.js';

const PAIR = {
  id: 'P', type: 'candidate-pair', nominated: true, state: 'succeeded',
  currentRoundTripTime: 0.0301,
};
const CODEC = { id: 'C', type: 'codec', mimeType: 'video/VP8' };

const inbound = (extra = {}) => ({
  id: 'I', type: 'inbound-rtp', kind: 'video', ssrc: 1, codecId: 'C',
  timestamp: 10_000, bytesReceived: 100_000, packetsReceived: 100,
  packetsLost: 0, jitter: 0.0042, framesDecoded: 40, frameWidth: 640,
  frameHeight: 480, freezeCount: 1, ...extra,
});

test('rates need two snapshots of one life', () => {
  const table = [
    [{ timestamp: 2000, n: 30 }, { timestamp: 1000, n: 10 }, 20],
    [{ timestamp: 2000, n: 30 }, null, null],
    [{ timestamp: 1000, n: 30 }, { timestamp: 1000, n: 10 }, null],
    // The counter went back: another stream with the same SSRC.
    [{ timestamp: 2000, n: 5 }, { timestamp: 1000, n: 10 }, null],
    [{ timestamp: 2000 }, { timestamp: 1000, n: 10 }, null],
  ];

  for (const [now, before, expected] of table) {
    assert.equal(ratePerSecond(now, before, 'n'), expected);
  }
});

test('a received stream', () => {
  const before = inbound();
  const now = inbound({
    timestamp: 11_000, bytesReceived: 225_000, packetsReceived: 190,
    packetsLost: 10, framesDecoded: 60,
  });
  const figures = inboundFigures([now, PAIR, CODEC], before, now);

  assert.equal(figures.codec, 'VP8');
  assert.equal(figures.kbps, 1000);
  assert.equal(figures.fps, 20);
  assert.equal(figures.loss, 0.1);
  assert.equal(figures.jitterMs, 4.2);
  assert.equal(figures.rttMs, 30.1);
  assert.equal(figures.freezes, 1);
  assert.equal(figureBrief(figures), 'VP8 480p\n20 fps\n1000 kbit/s\n10.0 % lost');
});

test('losses taken back are no losses', () => {
  const before = inbound({ packetsLost: 9 });
  const now = inbound({
    timestamp: 11_000, packetsReceived: 200, packetsLost: 4,
  });

  assert.equal(inboundFigures([now], before, now).loss, 0);
});

test('a first snapshot has dashes, not nonsense', () => {
  const now = inbound({
    codecId: 'none', jitter: undefined, frameWidth: undefined,
    frameHeight: undefined, freezeCount: undefined,
  });
  const rows = Object.fromEntries(
    figureRows(inboundFigures([now], null, now)));

  assert.equal(rows.codec, '–');
  assert.equal(rows.size, '–');
  assert.equal(rows.bitrate, '–');
  assert.equal(rows.jitter, '–');
  assert.equal(rows.rtt, '–');
  assert.equal(rows.freezes, '–');
});

test('the pair in use: named by the transport, else the nominated one', () => {
  const other = { ...PAIR, id: 'Q', currentRoundTripTime: 0.2 };
  const transport = { type: 'transport', selectedCandidatePairId: 'Q' };

  assert.equal(pairRttMs([PAIR, other, transport]), 200);
  assert.equal(pairRttMs([{ ...PAIR, nominated: false }, other]), 200);
  assert.equal(pairRttMs([]), null);
});

test('a sent track: the layers together, the size of the largest', () => {
  const layer = (ssrc, frameWidth, bytesSent, timestamp) => ({
    id: `O${ssrc}`, type: 'outbound-rtp', kind: 'video', ssrc, codecId: 'C',
    timestamp, bytesSent, frameWidth, frameHeight: frameWidth / 2,
    framesEncoded: 1, framesPerSecond: 25, packetsSent: 5,
    qualityLimitationReason: 'cpu',
  });
  const before = new Map([
    [1, layer(1, 320, 0, 1000)], [2, layer(2, 640, 0, 1000)],
  ]);
  const now = [layer(1, 320, 12_500, 2000), layer(2, 640, 50_000, 2000)];
  const remote = {
    type: 'remote-inbound-rtp', ssrc: 2, fractionLost: 0.05,
    roundTripTime: 0.04, jitter: 0.001, packetsLost: 7,
  };
  const figures =
    outboundFigures([...now, remote, CODEC, PAIR], before, now);

  assert.equal(figures.width, 640);
  assert.equal(figures.kbps, 500);
  assert.equal(figures.fps, 25);
  assert.equal(figures.loss, 0.05);
  assert.equal(figures.rttMs, 40);
  assert.equal(figures.packets, 10);
  assert.equal(figures.layers, 2);
  assert.equal(
    Object.fromEntries(figureRows(figures))['limited by'], 'cpu');
});

test('quality is that of the worst stream', () => {
  const stream = (extra) => ({
    packets: 10, loss: 0, jitterMs: 5, rttMs: 20, ...extra,
  });
  const table = [
    [[], 'unknown'],
    [[stream({ packets: 0 })], 'unknown'],
    [[stream({})], 'good'],
    [[stream({ jitterMs: null, rttMs: null })], 'good'],
    [[stream({}), stream({ loss: 0.03 })], 'fair'],
    [[stream({ rttMs: 400 })], 'fair'],
    [[stream({ loss: 0.1 })], 'poor'],
    [[stream({ jitterMs: 200 })], 'poor'],
    [[stream({ stalled: true })], 'poor'],
  ];

  for (const [streams, expected] of table) {
    assert.equal(qualityOf(streams), expected);
  }
});

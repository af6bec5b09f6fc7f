// SPDX-License-Identifier: LGPL-2.1-or-later
// The matrix of codecs and networks: what the networks are, one call through
// one of them, the table.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bottle } from './bottle.mjs';
import { outputDir } from './server.mjs';

/** The picture is there and the sender has ramped up: until then the network
 * is clean, so that every row begins alike. */
const WARM_UP_MS = 2000;
/** What is still on its way when a window ends has this long to arrive. */
const SETTLE_MS = 1000;

const BLACKOUT_MS = 3000;

/** Of each leg, both directions: publisher to server, server to viewer. */
export const NETWORKS = {
  clean: { settings: 'clean' },
  'loss 5 %': { settings: 'loss=5' },
  'bursts 10 %': { settings: 'burst=10,burst-length=5' },
  'jitter 100 ± 30': { settings: 'delay=100,jitter=30,reorder' },
  'blackout 3 s': { settings: `blackout=${BLACKOUT_MS}`,
    blackoutMs: BLACKOUT_MS },
};

/** Tracks of one stream, and in layers: encodings for Chromium (what is small
 * has two), a stream in layers for the codecs that have them. */
export const KINDS = {
  single: () => ({}),
  layers: (codec) => ({ width: 640, height: 360, encodings: LAYERS[codec] }),
};

const SIMULCAST = [
  { scaleResolutionDownBy: 2, maxBitrate: 250000 },
  { scaleResolutionDownBy: 1, maxBitrate: 750000 },
];

const LAYERS = {
  VP8: SIMULCAST,
  H264: SIMULCAST,
  VP9: [{ scalabilityMode: 'L2T3', maxBitrate: 1000000 }],
  AV1: [{ scalabilityMode: 'L1T3', maxBitrate: 1000000 }],
};

/** Counts of a producer's report. */
const COUNTED = ['packetCount', 'packetsRepaired', 'packetsMissed',
  'packetsGivenUp', 'nackPacketCount', 'pliCount'];

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One report of all encodings: counts added up, the rest of the first. */
function together (reports) {
  const total = { ...reports[0] };
  for (const report of reports.slice(1)) {
    for (const name of COUNTED)
      total[name] = (total[name] ?? 0) + (report[name] ?? 0);
  }
  return total;
}

/** What the server has of a call: the producer, the consumer. */
async function atServer (publisher, viewer, ids, consumerId) {
  const producer = together(await publisher.request('getProducerStats',
    { producerId: ids.video }));
  const consumer = (await viewer.request('getConsumerStats', { consumerId }))
    .find((report) => report.type === 'outbound-rtp');
  return { producer, consumer };
}

const minus = (after, before, ...names) => Object.fromEntries(names.map(
  (name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));

/** What came after all, as part of what was missing; null = nothing was. */
const part = (some, all) => all > 0 ? some / all : null;

/**
 * One publisher, one viewer, both behind the network. Resolves with the
 * figures. options: codec, kind (of KINDS), network (a name), windowMs, seed, publisher and
 * viewer (join's options), publish (its options).
 */
export async function measure (call, options) {
  const { codec, kind = 'single', network, windowMs, seed = 1 } = options;
  const { settings, blackoutMs } = NETWORKS[network];
  const bottles = [await Bottle.start(call.server, { seed }),
    await Bottle.start(call.server, { seed: seed + 1 })];
  const roomId = `${codec}-${kind}-${network.replace(/[^a-z0-9]+/g, '')}`;
  const join = (id, bottle, rest) => call.peer(id,
    { ...rest, roomId, viaPort: bottle.port });
  const publisher = await join('a', bottles[0], options.publisher);
  const viewer = await join('b', bottles[1], options.viewer);
  const ids = await publisher.publish({ codec, startBitrateKbps: 1000,
    ...KINDS[kind](codec), ...options.publish });
  await viewer.firstFrame('a');
  const { video } = await viewer.hear('a');
  await wait(WARM_UP_MS);

  const before = await atServer(publisher, viewer, ids, video.id);
  const sentBefore = await publisher.sentTogether();
  const through = await Promise.all(bottles.map((bottle) => bottle.stats()));
  await Promise.all(bottles.map((bottle) => bottle.both(settings)));
  const window = await viewer.watch('a', windowMs);
  const { framesEncoded } = await publisher.sentTogether();
  await Promise.all(bottles.map((bottle) => bottle.both('clean')));
  await wait(SETTLE_MS);
  const after = await atServer(publisher, viewer, ids, video.id);
  const sent = await publisher.sentTogether();
  const end = await Promise.all(bottles.map((bottle) => bottle.stats()));
  await publisher.close();
  await viewer.close();
  await Promise.all(bottles.map((bottle) => bottle.stop()));

  return { ...window, codec, kind, network,
    framesEncoded: framesEncoded - sentBefore.framesEncoded,
    recoveryMs: blackoutMs ? window.maxGapMs - blackoutMs : null,
    up: uplink(before.producer, after.producer, sentBefore, sent),
    down: downlink(before.consumer, after.consumer, window),
    bottles: end.map((bottle, i) => ({
      up: minus(bottle.up, through[i].up, ...Object.keys(bottle.up)),
      down: minus(bottle.down, through[i].down, ...Object.keys(bottle.down)) })),
  };
}

/** Publisher to server: what the server missed and got after all. */
function uplink (before, after, sentBefore, sent) {
  const server = minus(after, before, ...COUNTED);
  return { ...server, roundTripTime: after.roundTripTime,
    ...minus(sent, sentBefore, 'retransmittedPacketsSent', 'nackCount',
      'packetsSent'),
    repaired: part(server.packetsRepaired,
      server.packetsRepaired + server.packetsGivenUp) };
}

/** Server to viewer: what the viewer asked for and what the server did. */
function downlink (before, after, window) {
  return { ...minus(after, before, 'packetCount', 'nackPacketCount',
    'packetsRetransmitted', 'pliCount', 'nackMissed', 'nackRepeated',
    'nackLimited', 'lostResent'),
  roundTripTime: after.roundTripTime,
  repaired: part(window.retransmitted, window.lost) };
}

const percent = (value) => value === null ? '-' : (100 * value).toFixed(1);

const COLUMNS = {
  browser: (r) => r.browser,
  codec: (r) => r.codec,
  kind: (r) => r.kind,
  network: (r) => r.network,
  frames: (r) => r.framesDecoded,
  encoded: (r) => r.framesEncoded,
  freezes: (r) => r.freezes,
  'frozen s': (r) => r.freezeSeconds.toFixed(2),
  'gap ms': (r) => r.maxGapMs,
  keys: (r) => r.keyFrames,
  plis: (r) => r.plis,
  'up lost': (r) => r.up.packetsMissed,
  'up nacks': (r) => r.up.nackPacketCount,
  'up %': (r) => percent(r.up.repaired),
  'down lost': (r) => r.lost,
  'down nacks': (r) => r.down.nackPacketCount,
  'down rtx': (r) => r.down.packetsRetransmitted,
  'down got': (r) => r.retransmitted,
};

/** For people: one line a row, columns aligned. */
export function table (rows) {
  const lines = [Object.keys(COLUMNS),
    ...rows.map((row) => Object.values(COLUMNS).map((of) => String(of(row))))];
  const widths = lines[0].map(
    (_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines.map((line) => line.map(
    (cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd()).join('\n');
}

/** matrix.json and matrix.txt in the output folder. */
export function writeMatrix (rows) {
  const text = table(rows);
  writeFileSync(join(outputDir(), 'matrix.json'), JSON.stringify(rows, null, 1));
  writeFileSync(join(outputDir(), 'matrix.txt'), `${text}\n`);
  return text;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound and picture of one publisher stay together at the viewer, whatever was
// left out of one of them: by the capture times that the browser reckons from
// our sender reports, and by a flash and a tone that began at one moment.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Call } from '../lib/call.mjs';
import { record } from '../lib/results.mjs';
import { until } from '../lib/until.mjs';

const WIDTH = 640;
const HEIGHT = 360;
const ENCODINGS = [
  { scaleResolutionDownBy: 2, maxBitrate: 200000 },
  { scaleResolutionDownBy: 1, maxBitrate: 700000 },
];
const PAUSE_MS = 2000;
const WINDOW_MS = 3500;
const LOOK_MS = 100;
/** What nobody notices. */
const IN_SYNC_MS = 40;
/** The viewer's browser corrects by 80 ms a second at most, and its reports come
 * once a second. */
const SETTLE_MS = 10000;

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Medians over a window: lead of the sound in ms, and of its claps. */
async function measure (b, what) {
  const since = await b.now();
  const leads = [];
  while (await b.now() < since + WINDOW_MS) {
    leads.push(await b.playoutLead('a'));
    await wait(LOOK_MS);
  }
  const known = leads.filter((lead) => lead !== null);
  const lags = await b.lags(since);
  const seen = { what, leadMs: Math.round(median(known)), claps: lags.length,
    lagMs: median(lags) };
  record('lip-sync', { ...seen, lags,
    leadsMs: [Math.min(...known), Math.max(...known)].map(Math.round) });
  return seen;
}

/** The browser has two reports of each and has done what it does with them. */
async function inSync (b, what) {
  let lead;
  await until(async () => {
    lead = await b.playoutLead('a');
    return lead !== null && Math.abs(lead) <= IN_SYNC_MS ? lead : null;
  }, SETTLE_MS, () => `${what}: the sound is ${lead} ms ahead`);
}

async function pause (peer, request, argument) {
  await peer.request(`pause${request}`, argument);
  await wait(PAUSE_MS);
  await peer.request(`resume${request}`, argument);
}

test('sound and picture stay together', async (t) => {
  const call = await Call.start(t);
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({ clapper: true, source: 'person', width: WIDTH,
    height: HEIGHT, encodings: ENCODINGS, startBitrateKbps: 1200 });
  const { audio, video } = await b.hear('a');
  await b.firstFrame('a');
  await b.frameOfWidth('a', WIDTH, 0, 20000);
  await b.witness('a');
  await inSync(b, 'at first');
  const all = [await measure(b, 'at first')];
  const after = async (what, change) => {
    const shown = b.nextFrame('a');
    await change();
    await shown;
    await inSync(b, what);
    all.push(await measure(b, what));
  };

  await after('video was paused by its sender', () =>
    pause(a, 'Producer', { producerId: video.producerId }));
  await after('audio was paused by its sender', () =>
    pause(a, 'Producer', { producerId: audio.producerId }));
  await after('video was paused by its viewer', () =>
    pause(b, 'Consumer', { consumerId: video.id }));
  await after('audio was paused by its viewer', () =>
    pause(b, 'Consumer', { consumerId: audio.id }));
  await after('switched to another layer', async () =>
    b.frameOfWidth('a', WIDTH / 2, await b.preferLayers('a', 0)));
  await after('and back', async () =>
    b.frameOfWidth('a', WIDTH, await b.preferLayers('a', 1), 20000));

  const text = JSON.stringify(all);
  // Seen and heard is what was reckoned, but for buffers of the browser behind
  // its reckoning, which do not change.
  const error = ({ leadMs, lagMs }) => lagMs + leadMs;
  for (const one of all) {
    assert.ok(Math.abs(one.leadMs) <= IN_SYNC_MS, `${one.what}: ${text}`);
    assert.ok(one.claps >= 3, `${one.what}: claps were missed: ${text}`);
    assert.ok(Math.abs(error(one) - error(all[0])) <= IN_SYNC_MS,
      `${one.what}: not what the reports say: ${text}`);
  }
});

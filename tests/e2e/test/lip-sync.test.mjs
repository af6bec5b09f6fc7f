// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound and picture of one publisher stay together at the viewer, whatever was
// left out of one of them: by the capture times that the browser reckons from
// our sender reports, and by a flash and a tone that began at one moment.
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
const WINDOW_MS = 2500;
const LOOK_MS = 100;
/** What nobody notices. */
const IN_SYNC_MS = 40;
/** The viewer's browser knows of both after about ten seconds, when a second
 * report of the sound has come; it corrects slowly, by steps that it filters,
 * and later still where it gets little time. */
const SETTLE_MS = 45000;
const CLAPS_MIN = 3;

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

/** What was seen and heard beside what the reports say. */
const error = ({ leadMs, lagMs }) => lagMs + leadMs;

/** What is wrong with a window; first: another one. Seen and heard is what was
 * reckoned, but for buffers of the browser behind its reckoning, which do not
 * change. */
function complaint (seen, first) {
  if (!(Math.abs(seen.leadMs) <= IN_SYNC_MS))
    return 'not together';
  if (seen.claps < CLAPS_MIN)
    return 'claps were missed';
  if (!(Math.abs(error(seen) - error(first)) <= IN_SYNC_MS))
    return 'not what the reports say';
  return null;
}

/** The first whole window in which nothing is wrong. */
async function inSync (b, what, first) {
  const windows = [];
  return until(async () => {
    const seen = await measure(b, what);
    const wrong = complaint(seen, first ?? seen);
    windows.push({ ...seen, wrong });
    return wrong ? null : seen;
  }, SETTLE_MS, () => JSON.stringify(windows));
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
  const first = await inSync(b, 'at first');
  const after = async (what, change) => {
    const shown = b.nextFrame('a');
    await change();
    await shown;
    await inSync(b, what, first);
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
});

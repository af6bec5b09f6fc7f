// SPDX-License-Identifier: LGPL-2.1-or-later
// One case with one SFU, from start to stop.
import { GstSfu } from './gst-sfu.mjs';
import { Janus } from './janus.mjs';
import { Loadgen } from './loadgen.mjs';
import { begin, measure, rest } from './measure.mjs';
import { churn, idle, joins } from './scenarios-joins.mjs';
import { ramp, town, townNeeds } from './scenarios-large.mjs';
import { figures, paused, runSteady, steady } from './scenarios-media.mjs';
import { median, round } from './summary.mjs';

const SCENARIOS = { paused, idle, joins, churn, ramp, town };
for (const kind of Object.keys(steady))
  SCENARIOS[kind] = runSteady;
const NEEDS = { town: townNeeds };

/** Decrypting is for latency: a sample of the receivers is enough. */
const DECRYPTED = 5;
/** A thousand who join at once take a while. */
const PATIENCE_MS = 120000;

const SFUS = {
  'gst-sfu': (sfu) => new GstSfu(sfu),
  janus: (sfu) => new Janus(sfu),
  'janus-1-loop': (sfu) => new Janus({ ...sfu, eventLoops: 1 }),
};

/** How many endpoints receive media while it is measured. */
function receivers ({ kind, numbers }) {
  switch (kind) {
    case 'fan': return numbers.subscribers;
    case 'ramp': return numbers.subscribers / 4;
    case 'paused': return numbers.active;
    case 'rooms': case 'town': return numbers.rooms * numbers.members;
    default: return numbers.members ?? 1;
  }
}

async function start (what, sfu, options) {
  await sfu.start({ cpu: options.cpus.server, ...NEEDS[what.kind] });
  const loadgen = new Loadgen({ cpu: options.cpus.client, profiles: options.profile,
    decryptEvery: Math.max(1, Math.floor(receivers(what) / DECRYPTED)),
    kernelTimes: true, patienceMs: PATIENCE_MS });
  return { sfu, loadgen, what, numbers: what.numbers, options };
}

async function end ({ sfu, loadgen }) {
  await sfu.stop();
  await loadgen.quit();
}

const rowOf = (what, wanted, row) => (
  { sfu: wanted.name, case: what.text, kind: what.kind, ...row });

/** The row; null when this SFU cannot do the case. */
export async function runCase (what, wanted, options) {
  const sfu = SFUS[wanted.base](wanted);
  if (!sfu.supports(what.kind))
    return null;
  const context = await start(what, sfu, options);
  try {
    return rowOf(what, wanted, await SCENARIOS[what.kind](context));
  } finally {
    await end(context);
  }
}

/** Windows of a turn are neighbours in time: the machine was the same. */
const ofFirst = (list, first) => round(median(list.map(
  ({ usPerPacket }, i) => usPerPacket / first[i].usPerPacket)), 3);

/**
 * A row for each SFU. All of them are set up and silent but for the one whose
 * window it is, so that they meet the same machine: how fast it is changes
 * within minutes.
 */
export async function runInterleaved (what, options) {
  const runs = [];
  try {
    for (const wanted of options.sfus) {
      const context = await start(what, SFUS[wanted.base](wanted), options);
      runs.push({ wanted, context, list: [] });
      runs.at(-1).more = await steady[what.kind].setUp(context);
    }
    for (let i = 0; i < options.windows; i++) {
      for (const { context, list } of runs) {
        await begin(context);
        list.push(await measure(context));
        await rest(context);
      }
    }
    return runs.map(({ wanted, context, list, more }) => rowOf(
      what, wanted, { ...figures(context, list, more),
        usPerPacketOfFirst: ofFirst(list, runs[0].list) }));
  } finally {
    for (const { context } of runs)
      await end(context);
  }
}

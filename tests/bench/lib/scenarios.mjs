// SPDX-License-Identifier: LGPL-2.1-or-later
// One case with one SFU, from start to stop.
import { GstSfu } from './gst-sfu.mjs';
import { Janus } from './janus.mjs';
import { Loadgen } from './loadgen.mjs';
import { churn, idle, joins } from './scenarios-joins.mjs';
import { ramp, town, townNeeds } from './scenarios-large.mjs';
import { fan, paused, room, rooms, simulcast } from './scenarios-media.mjs';

const SCENARIOS = { fan, room, rooms, simulcast, paused, idle, joins, churn,
  ramp, town };
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

/** The row; null when this SFU cannot do the case. */
export async function runCase (what, wanted, options) {
  const sfu = SFUS[wanted.base](wanted);
  if (!sfu.supports(what.kind))
    return null;
  await sfu.start({ cpu: options.cpus.server, ...NEEDS[what.kind] });
  const loadgen = new Loadgen({ cpu: options.cpus.client, profiles: options.profile,
    decryptEvery: Math.max(1, Math.floor(receivers(what) / DECRYPTED)),
    kernelTimes: true, patienceMs: PATIENCE_MS });
  try {
    const figures = await SCENARIOS[what.kind](
      { sfu, loadgen, numbers: what.numbers, options });
    return { sfu: wanted.name, case: what.text, kind: what.kind, ...figures };
  } finally {
    await sfu.stop();
    await loadgen.quit();
  }
}

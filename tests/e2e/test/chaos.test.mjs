// SPDX-License-Identifier: LGPL-2.1-or-later
// A minute of chaos with a seed that is always the same. SFU_CHAOS_SECONDS
// makes it longer; tests/chaos has more to say.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Chaos } from '../../chaos/lib/chaos.mjs';
import { record } from '../lib/results.mjs';

const SECONDS = Number(process.env.SFU_CHAOS_SECONDS ?? 60);
const SEED = 1;

test('people, dead workers, a dead Redis and rubbish', async (t) => {
  const chaos = new Chaos({ seconds: SECONDS, seed: SEED,
    log: (line) => t.diagnostic(line) });
  const result = await chaos.run();
  record('chaos', result);
  assert.deepEqual(result.faults, []);
  assert.ok(result.counts.killWorker > 0 && result.counts.redis > 0
    && result.counts.join > 0, JSON.stringify(result.counts));
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// Who comes late sees everybody at once: the server asks for key frames.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';

/** From opening the WebSocket to the first picture of both. */
const PICTURE_WITHIN_MS = 2000;
/** By now the key frames of the beginning are long gone. */
const LATE_MS = 4000;
const WINDOW_MS = 4000;

test('a late joiner sees both within 2 s', async (t) => {
  const call = await Call.start(t);
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({});
  await b.publish({});
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  const earlier = await a.watch('b', LATE_MS);
  assertSees(earlier, 'before C came');

  const c = await call.peer('c');
  assert.deepEqual(c.joined.peers.map(({ id }) => id).sort(), ['a', 'b']);
  const times = {};
  for (const id of ['a', 'b'])
    times[id] = Math.round(await c.firstFrame(id) - c.joined.started);
  record('late-joiner', times);
  for (const [id, ms] of Object.entries(times)) {
    assert.ok(ms <= PICTURE_WITHIN_MS,
      `${id} was on C's screen only after ${ms} ms`);
  }
  for (const id of ['a', 'b']) {
    const window = await c.watch(id, WINDOW_MS);
    assertSees(window, `C sees ${id}`);
    assertHears(window, `C hears ${id}`);
  }
});

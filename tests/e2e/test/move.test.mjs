// SPDX-License-Identifier: LGPL-2.1-or-later
// A NAT that forgets: in the middle of a call all of a peer's packets come from
// other ports. Its next authenticated check moves the transports there; nobody
// signals anything.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Bottle } from '../lib/bottle.mjs';
import { Call } from '../lib/call.mjs';
import { assertHears } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';

const WINDOW_MS = 12000;
const AFTER_MS = 3000;
/** Chromium checks a pair that works every 2.5 s or so; then comes the picture
 * that it asks for anew. */
const GAP_MS = 6000;

test('a peer that moves in mid-call', async (t) => {
  const call = await Call.start(t);
  const bottle = await Bottle.start(call.server);
  t.after(() => bottle.stop());
  const a = await call.peer('a', { viaPort: bottle.port });
  const b = await call.peer('b');
  await a.publish({});
  await b.publish({});
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);

  const watching = Promise.all([
    a.watch('b', WINDOW_MS), b.watch('a', WINDOW_MS)]);
  await bottle.rebind();
  const [atA, atB] = await watching;
  record('move', { movedSees: atA, otherSees: atB });
  for (const [window, what] of [[atA, 'a sees b'], [atB, 'b sees a']]) {
    const text = `${what}: ${JSON.stringify(window)}`;
    assert.ok(window.maxGapMs <= GAP_MS, `${text}: the gap is too long`);
    assertHears(window, what);
  }
  // And then as before.
  for (const window of await Promise.all([
    a.watch('b', AFTER_MS), b.watch('a', AFTER_MS)])) {
    assert.equal(window.freezes, 0, JSON.stringify(window));
    assertHears(window, 'after the move');
  }
  for (const list of Object.values(await a.connectionStates()))
    assert.equal(list.at(-1).value, 'connected');
});

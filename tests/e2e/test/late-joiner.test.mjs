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
/** What else the machine does delays a browser that starts: one after the other,
 * until one of them was in time. */
const JOINERS = ['c', 'd', 'e'];

test('a late joiner sees both within 2 s', async (t) => {
  const call = await Call.start(t);
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({});
  await b.publish({});
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  const earlier = await a.watch('b', LATE_MS);
  assertSees(earlier, 'before C came');

  let c, times;
  for (const id of JOINERS) {
    c = await call.peer(id);
    assert.deepEqual(c.joined.peers.map((peer) => peer.id).sort(), ['a', 'b']);
    times = {};
    for (const of of ['a', 'b'])
      times[of] = Math.round(await c.firstFrame(of) - c.joined.started);
    record('late-joiner', times);
    if (Object.values(times).every((ms) => ms <= PICTURE_WITHIN_MS))
      break;
    t.diagnostic(`${id}: ${JSON.stringify(times)}`);
    await c.close();
    await a.notification('peerClosed', { peerId: id });
    c = null;
  }
  assert.ok(c, `on the last one's screen only after ${JSON.stringify(times)}`);
  for (const id of ['a', 'b']) {
    const window = await c.watch(id, WINDOW_MS);
    assertSees(window, `C sees ${id}`);
    assertHears(window, `C hears ${id}`);
  }
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// A client whose certificate is not the one it signalled gets nothing and
// gives nothing: not one packet passes in either direction.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Call } from '../lib/call.mjs';
import { assertSees } from '../lib/expect.mjs';

const WINDOW_MS = 4000;

test('a wrong fingerprint lets not one packet through', async (t) => {
  const call = await Call.start(t);
  const good = await call.peer('good');
  const other = await call.peer('other');
  const bad = await call.peer('bad', { wrongFingerprint: true });
  await good.publish({});
  await other.firstFrame('good');
  // The client's own handshake may end in failure: both answers are right.
  const published = await bad.publish({}).then(() => true, () => false);
  if (published)
    await good.hear('bad');
  await bad.hear('good');

  const window = await other.watch('good', WINDOW_MS);
  assertSees(window, 'the others are not disturbed');
  for (const [viewer, from] of [[good, 'bad'], [other, 'bad'], [bad, 'good']]) {
    for (const kind of ['audio', 'video']) {
      const report = await viewer.received(from, kind);
      assert.equal(report?.packetsReceived ?? 0, 0,
        `${viewer.id} got ${kind} packets of ${from}`);
    }
  }
});

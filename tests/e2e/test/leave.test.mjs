// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody closes the tab: the others are told, and nothing is left behind.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertSees } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';
import { until } from '../lib/until.mjs';

/** Others are told, and everything is gone. */
const GONE_WITHIN_MS = 2000;
const WINDOW_MS = 3000;

test('a closed tab is gone from room and worker', async (t) => {
  const call = await Call.start(t);
  const [a, b, c] = [await call.peer('a'), await call.peer('b'),
    await call.peer('c')];
  await a.publish({});
  const produced = await b.publish({});
  await Promise.all([a.firstFrame('b'), c.firstFrame('b'), b.firstFrame('a'),
    c.firstFrame('a')]);

  const ofB = [...Object.values(await b.transportIds()),
    ...Object.values(produced),
    ...(await b.consumers()).map(({ id }) => id),
    ...[...(await a.consumers()), ...(await c.consumers())]
      .filter(({ peerId }) => peerId === 'b').map(({ id }) => id)];
  const before = JSON.stringify(await call.server.dump(call.roomId));
  for (const id of ofB)
    assert.ok(before.includes(id), `${id} is missing in ${before}`);

  const closed = performance.timeOrigin + performance.now();
  await b.close();
  for (const other of [a, c]) {
    const told = await other.notification('peerClosed', { peerId: 'b' });
    const ms = Math.round(told.at - closed);
    record('leave', { peerClosedMs: ms });
    assert.ok(ms <= GONE_WITHIN_MS, `told after ${ms} ms`);
  }
  let left;
  await until(async () => {
    const dump = JSON.stringify(await call.server.dump(call.roomId));
    left = ofB.filter((id) => dump.includes(id));
    return left.length === 0 ? true : null;
  }, GONE_WITHIN_MS, () => `gone from the dump: ${left}`);
  for (const other of [a, c]) {
    await until(async () => (await other.consumers()).every(
      ({ peerId }) => peerId !== 'b') || null, GONE_WITHIN_MS,
    () => `consumers of b closed at ${other.id}`);
  }
  const window = await c.watch('a', WINDOW_MS);
  record('leave', { window });
  assertSees(window, 'C goes on seeing A');
});

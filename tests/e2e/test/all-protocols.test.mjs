// SPDX-License-Identifier: LGPL-2.1-or-later
// One room, one page for each protocol that browsers speak: everybody sees
// everybody, and who leaves is missed by all.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { record } from '../lib/results.mjs';
import { mintToken } from '../lib/token.mjs';
import { until } from '../lib/until.mjs';

const SECRET = 'a secret of the tests, and of nobody else';
const WINDOW_MS = 4000;
/** Twelve pictures are decoded here at a time, and four are encoded: what is
 * asked is that they move, not that they are smooth. */
const FRAMES_WANTED = 10;

test('one room, every protocol', async (t) => {
  const call = await Call.start(t, { roomId: 'call-all',
    env: { JWT_SECRET: SECRET } });
  const native = await call.peer('native');
  const study = await call.peer('study', { page: 'study' });
  const calls = await call.peer('calls', { page: 'calls' });
  const meetings = await call.peer('meetings',
    { page: 'meetings', token: mintToken(SECRET, { userId: 'meetings' }) });
  // A participant of study rooms is known by the id of its socket.
  study.id = study.joined.id;
  const all = [native, study, calls, meetings];
  // So is one of calls, to all others.
  const known = (viewer, peer) => peer === calls ? calls.joined.id : peer.id;

  for (const peer of all)
    await peer.publish({});
  const pairs = all.flatMap((viewer) => all
    .filter((peer) => peer !== viewer).map((peer) => [viewer, peer]));
  await Promise.all(pairs.map(
    ([viewer, peer]) => viewer.firstFrame(known(viewer, peer))));
  const seen = await Promise.all(pairs.map(
    async ([viewer, peer]) => ({ viewer: viewer.id, peer: peer.id,
      ...await viewer.watch(known(viewer, peer), WINDOW_MS) })));
  record('all-protocols', seen);
  for (const { viewer, peer, framesDecoded, audioPackets } of seen) {
    assert.ok(framesDecoded >= FRAMES_WANTED,
      `${viewer} sees ${framesDecoded} frames of ${peer}`);
    assert.ok(audioPackets > 0, `${viewer} does not hear ${peer}`);
  }

  const { routers: [router] } = await call.server.dump(call.roomId);
  assert.equal(router.producers.length, 2 * all.length);
  assert.equal(router.consumers.length, 2 * pairs.length);
  await calls.close();
  await study.event('producer-closed', { participantId: calls.joined.id });
  await meetings.event('user-left', { userId: calls.joined.id });
  await until(async () => (await call.server.dump(call.roomId))
    .routers[0].consumers.length === 2 * 3 * 2, 5000,
  () => 'what the one who left had is gone');
  for (const peer of [study, meetings])
    assert.deepEqual(await peer.failures(), []);
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// A media worker is killed: its room sees itself again within seconds without
// anybody doing anything, whatever protocol its clients speak, and a room in
// another worker loses nothing. SFU_RECOVERY_KILLS=10 for more kills.
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertHears, assertSees } from '../lib/expect.mjs';
import { CLIENTS, Recovery } from '../lib/recovery.mjs';
import { record } from '../lib/results.mjs';

const KILLS = Number(process.env.SFU_RECOVERY_KILLS ?? 1);
/** 3 s on a machine that has time; a worker and two browsers starting at once on
 * two cores that others use, too, take longer. */
const WITHIN_MS = 6000;
/** Around the kill, at the bystanders. */
const WINDOW_MS = 5000;
const BEFORE_MS = 1000;

test('who is in another worker notices nothing', async (t) => {
  const recovery = await Recovery.start(t, 'native');
  const { call } = recovery;
  const cat = await call.peer('cat', { roomId: 'calm' });
  const dan = await call.peer('dan', { roomId: 'calm' });
  await cat.publish({ width: 320, height: 240 });
  await dan.firstFrame('cat');
  const pid = (await call.server.dump('calm')).pid;
  assert.notEqual(pid, await recovery.workerPid());

  const window = dan.watch('cat', WINDOW_MS);
  await new Promise((resolve) => setTimeout(resolve, BEFORE_MS));
  const backMs = await recovery.killOnce();
  const seen = await window;
  record('recovery', { client: 'native', backMs,
    bystander: { lost: seen.lost, freezes: seen.freezes,
      frames: seen.framesDecoded, maxGapMs: seen.maxGapMs,
      audioLost: seen.audioLost } });
  assert.equal(seen.lost, 0, 'lost packets of a room in another worker');
  assert.equal(seen.audioLost, 0);
  assertSees(seen, 'dan sees cat');
  assertHears(seen, 'dan hears cat');
  assert.equal((await call.server.dump('calm')).pid, pid);
  assert.ok(Math.max(...backMs) < WITHIN_MS, `back after ${backMs} ms`);
});

for (const client of CLIENTS.slice(1)) {
  test(`${client} clients come back by themselves`, async (t) => {
    const recovery = await Recovery.start(t, client);
    for (let i = 0; i < KILLS; i += 1) {
      if (i > 0)
        await recovery.steady();
      const backMs = await recovery.killOnce();
      record('recovery', { client, kill: i, backMs });
      assert.ok(Math.max(...backMs) < WITHIN_MS, `back after ${backMs} ms`);
    }
  });
}

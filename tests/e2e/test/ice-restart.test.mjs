// SPDX-License-Identifier: LGPL-2.1-or-later
// ICE restart of every transport in the middle of a call.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';

const WINDOW_MS = 8000;
const FREEZE_MS = 1000;

test('ICE restart in mid-call', async (t) => {
  const call = await Call.start(t);
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({});
  await b.publish({});
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);

  const watching = Promise.all([
    a.watch('b', WINDOW_MS), b.watch('a', WINDOW_MS)]);
  const names = [...await a.restartIce(), ...await b.restartIce()];
  assert.equal(names.length, 4);
  for (const { direction, before, after } of names)
    assert.notEqual(after, before, `${direction}: the same ICE user name`);

  for (const window of await watching) {
    record('ice-restart', window);
    const text = JSON.stringify(window);
    assert.ok(window.maxGapMs <= FREEZE_MS, `froze: ${text}`);
    assert.ok(window.freezeSeconds * 1000 <= FREEZE_MS, `froze: ${text}`);
    assertHears(window, 'during the restart');
  }
  for (const peer of [a, b]) {
    for (const list of Object.values(await peer.connectionStates()))
      assert.equal(list.at(-1).value, 'connected');
  }
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// 3 % random loss in both directions, made by the server's own impairment:
// NACK and RTX on both legs have to keep the picture moving.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';

const LOSS_PERCENT = 3;
const WINDOW_MS = 15000;
const FREEZE_MS = 500;

test('3 % loss both ways does not freeze the picture', async (t) => {
  const call = await Call.start(t, { args: ['--allow-network-throttle'] });
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({ startBitrateKbps: 1000 });
  await b.publish({ startBitrateKbps: 1000 });
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  await a.request('applyNetworkThrottle', { packetLoss: LOSS_PERCENT });

  const windows = await Promise.all([
    a.watch('b', WINDOW_MS), b.watch('a', WINDOW_MS)]);
  const senders = [await a.sent('video'), await b.sent('video')];
  for (const [i, window] of windows.entries()) {
    const sender = senders[1 - i];
    record('loss', { ...window, senderNacks: sender.nackCount,
      senderRetransmitted: sender.retransmittedPacketsSent });
    const text = JSON.stringify(window);
    // The loss was really there, on both legs.
    assert.ok(window.nacks > 0, `the viewer asked for nothing: ${text}`);
    assert.ok(window.retransmitted > 0, `nothing came again: ${text}`);
    assert.ok(sender.nackCount > 0, 'the server asked for nothing');
    assert.ok(sender.retransmittedPacketsSent > 0, 'nothing was sent again');
    assert.ok(window.maxGapMs <= FREEZE_MS, `froze: ${text}`);
    assertHears(window, 'under loss');
  }
});

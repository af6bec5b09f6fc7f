// SPDX-License-Identifier: LGPL-2.1-or-later
// A client whose certificate is not the one it signalled gets nothing and
// gives nothing: not one packet passes in either direction.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Call } from '../lib/call.mjs';
import { until } from '../lib/until.mjs';

const FAILED_WITHIN_MS = 5000;
const WINDOW_MS = 3000;

test('a wrong fingerprint lets not one packet through', async (t) => {
  const call = await Call.start(t);
  const good = await call.peer('good');
  const other = await call.peer('other');
  const bad = await call.peer('bad', { wrongFingerprint: true });
  await good.publish({});
  await other.firstFrame('good');
  // Its own handshake fails: whether produce() says so first is no matter.
  await bad.publish({}).catch(() => {});
  await until(() => call.server.log().includes('fingerprint mismatch') || null,
    FAILED_WITHIN_MS, () => 'the server says why it refused');

  // Our own DTLS says so in the handshake; the stock one lets it finish.
  if (process.env.SFU_DTLS !== 'stock') {
    const states = async () => (await bad.connectionStates()).send
      .map(({ value }) => value);
    await until(async () => (await states()).includes('failed') || null,
      FAILED_WITHIN_MS, () => 'it is told so');
    assert.ok(!(await states()).includes('connected'));
  }

  const before = await other.packetsOf('good');
  await wait(WINDOW_MS);
  assert.ok(await other.packetsOf('good') > before, 'the others go on');
  for (const [viewer, from] of [[good, 'bad'], [other, 'bad'], [bad, 'good']]) {
    assert.equal(await viewer.packetsOf(from), 0,
      `${viewer.id} got packets of ${from}`);
  }
});

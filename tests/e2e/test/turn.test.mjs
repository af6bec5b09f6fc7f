// SPDX-License-Identifier: LGPL-2.1-or-later
// TURN as the only path: browsers that may use nothing but a relay send and
// receive through a real coturn with the credentials that the server gave them,
// and get nowhere with others.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Call, slug } from '../lib/call.mjs';
import { assertHears, assertSees, assertShows } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';
import { outputDir } from '../lib/server.mjs';
import { Turn } from '../lib/turn.mjs';

const WINDOW_MS = 5000;
const DENIED_MS = 10000;
const JWT_SECRET = 'jwt-0123456789abcdef0123456789abcdef';
const TURN_SECRET = 'turn-0123456789abcdef0123456789abcdef';

const made = [];

/** The program in docs/accounts.md. */
const page = readFileSync(
  new URL('../../../docs/accounts.md', import.meta.url), 'utf8');
const program = /^```js\n(.*?)^```/ms.exec(page)[1];
const accounts = await import(
  `data:text/javascript,${encodeURIComponent(program)}`);

function makeToken (claims) {
  const token = accounts.makeToken(claims, JWT_SECRET);
  made.push(token);
  return token;
}

function secretFile (name, secret) {
  const path = join(outputDir(), name);
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  return path;
}

async function start (t) {
  const turn = await Turn.start(slug(t.name), TURN_SECRET);
  t.after(() => turn.stop());
  const call = await Call.start(t, { args: [
    '--ice-servers', turn.url,
    '--turn-secret-file', secretFile(`${slug(t.name)}.turn`, TURN_SECRET),
    '--jwt-secret-file', secretFile(`${slug(t.name)}.jwt`, JWT_SECRET),
    '--require-token', '--log-level', 'debug',
  ] });
  // After everything else, so that all of it has been logged.
  t.after(() => assertNoSecrets(call.server));
  return { turn, call };
}

/** Not even at the lowest level, with what the workers write in it. */
function assertNoSecrets (server) {
  const log = server.log();
  assert.match(log, /method=createWebRtcTransport/);
  for (const secret of [JWT_SECRET, TURN_SECRET, server.token,
    ...made.flatMap((token) => token.split('.').slice(1))]) {
    assert.ok(!log.includes(secret), `in ${server.logFile}: ${secret}`);
  }
}

const member = (userId, more = {}) => ({
  token: makeToken({ userId, exp: Math.floor(Date.now() / 1000) + 60 }),
  ...more });

test('a call through coturn and nothing else', async (t) => {
  const { turn, call } = await start(t);
  const a = await call.peer('a', member('user:a', { relay: true }));
  const b = await call.peer('b', member('user:b', { relay: true }));
  const direct = await call.peer('c', member('user:c'));
  await a.publish({});
  await b.publish({});
  await Promise.all([a.firstFrame('b'), b.firstFrame('a'),
    direct.firstFrame('a')]);

  const [atA, atB] = await Promise.all([
    a.watch('b', WINDOW_MS), b.watch('a', WINDOW_MS)]);
  assertSees(atA, 'a sees b');
  assertSees(atB, 'b sees a');
  assertHears(atA, 'a hears b');
  assertHears(atB, 'b hears a');
  await assertShows(a, b);
  await assertShows(b, a);

  for (const peer of [a, b]) {
    const pairs = await peer.selectedPairs();
    for (const direction of ['send', 'recv']) {
      assert.equal(pairs[direction].local.candidateType, 'relay',
        `${peer.id} ${direction}: ${JSON.stringify(pairs[direction])}`);
      assert.equal(pairs[direction].local.relayProtocol, 'udp');
    }
  }
  // The control: who may go straight does.
  const pairs = await direct.selectedPairs();
  assert.notEqual(pairs.recv.local.candidateType, 'relay');
  // In the name of the account, not of the peer.
  assert.match(turn.log(), /user <\d+:user:a>/);
  assert.match(turn.log(), /user <\d+:user:b>/);
  record('turn', { aSeesB: atA, bSeesA: atB });
});

test('other credentials get no relay', async (t) => {
  const { turn, call } = await start(t);
  const cases = {
    'a wrong secret': turn.credentials('user:a', 3600, 'no'.repeat(20)),
    'an expired time': turn.credentials('user:a', -3600),
    'a name that was changed': { ...turn.credentials('user:a', 3600),
      username: turn.credentials('user:b', 7200).username },
  };
  // The control: made the same way, right ones get one.
  const good = await call.peer('good', member('user:good', { relay: true,
    credentials: turn.credentials('user:a', 3600) }));
  await good.publish({ audio: false });
  await good.connected('send');
  assert.equal((await good.selectedPairs()).send.local.candidateType, 'relay');

  for (const [what, credentials] of Object.entries(cases)) {
    const peer = await call.peer('bad', member('user:bad', { relay: true,
      credentials }));
    // It never connects: produce() does not wait for that.
    await peer.publish({ audio: false });
    const denied = await peer.iceDenied('send', DENIED_MS);
    assert.equal(denied.errorCode, 401, `${what}: ${JSON.stringify(denied)}`);
    assert.equal((await peer.selectedPairs()).send, null, what);
    await peer.close();
  }
});

test('no token, no place', async (t) => {
  const { call } = await start(t);
  await assert.rejects(call.peer('a'), /cannot connect|refused/);
  await assert.rejects(call.peer('b', { token: `${makeToken({ userId: 'b' })}x` }),
    /cannot connect|refused/);
  const muted = await call.peer('c', { token: makeToken({ userId: 'c',
    rights: { publishVideo: false } }) });
  await assert.rejects(muted.publish({}), /no right to publish-video/);
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// The load generator against itself: two endpoints joined to each other, with
// every SRTP profile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Loadgen } from '../lib/loadgen.mjs';

const WINDOW_MS = 1500;
/** 30 frames of 4 packets and 50 audio packets a second, in 1.5 s, minus the
 * random start of each stream. */
const PACKETS_WANTED = 200;

async function join (loadgen, fingerprint) {
  const a = await loadgen.create('a');
  const b = await loadgen.create('b');
  await loadgen.command('connect', { id: 'b', ip: a.ip, port: a.port,
    ufrag: a.ufrag, pwd: a.pwd, fingerprint: a.fingerprint, role: 'server',
    ice: 'controlled' });
  await loadgen.command('connect', { id: 'a', ip: b.ip, port: b.port,
    ufrag: b.ufrag, pwd: b.pwd, fingerprint: fingerprint ?? b.fingerprint });
}

for (const profile of ['SRTP_AES128_CM_SHA1_80', 'SRTP_AEAD_AES_128_GCM',
  'SRTP_AEAD_AES_256_GCM']) {
  test(`two endpoints with ${profile}`, async (t) => {
    const loadgen = new Loadgen({ profiles: profile });
    t.after(() => loadgen.quit());
    await join(loadgen);
    const connected = await Promise.all([
      loadgen.event('connected', 'a'), loadgen.event('connected', 'b')]);
    for (const event of connected)
      assert.equal(event.profile, profile);

    const { ssrc } = await loadgen.command('send',
      { id: 'a', kind: 'video', ext: '1:30;3:616263' });
    await loadgen.command('send', { id: 'a', kind: 'audio', ssrc: 77 });
    await loadgen.command('recv', { id: 'b', ssrc, kind: 'video' });
    await loadgen.command('recv', { id: 'b', ssrc: 77, kind: 'audio' });
    await loadgen.command('start');
    await wait(WINDOW_MS);
    const stats = await loadgen.stats();
    assert.ok(stats.recv >= PACKETS_WANTED, `received ${stats.recv}`);
    assert.ok(stats.recv <= stats.sentVideo + stats.sentAudio);
    for (const name of ['lost', 'dup', 'authFail', 'bad', 'stunBad',
      'unexpected', 'rtcpFail', 'silent'])
      assert.equal(stats[name], 0, `${name}: ${JSON.stringify(stats)}`);
    assert.ok(stats.rrSent > 0 && stats.srRecv > 0, 'RTCP flows');
    assert.ok(stats.p50us > 0 && stats.p50us <= stats.p99us, 'latency');
  });
}

test('a wrong fingerprint fails', async (t) => {
  const loadgen = new Loadgen();
  t.after(() => loadgen.quit());
  await join(loadgen, 'AA:BB');
  await assert.rejects(loadgen.event('connected', 'a'), /fingerprint mismatch/);
});

test('bad commands are refused', async (t) => {
  const loadgen = new Loadgen();
  t.after(() => loadgen.quit());
  await assert.rejects(loadgen.command('fly'), /unknown command/);
  await assert.rejects(loadgen.command('send', { id: 'x' }), /no such endpoint/);
  await assert.rejects(loadgen.command('start', { id: 'x' }),
    /no such endpoint/);
  await loadgen.create('x');
  await assert.rejects(loadgen.create('x'), /bad id/);
  await assert.rejects(loadgen.command('send', { id: 'x', fps: 0 }),
    /bad rate/);
});

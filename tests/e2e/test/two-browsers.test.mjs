// SPDX-License-Identifier: LGPL-2.1-or-later
// The call itself: two browsers, audio and video in both directions, once per
// video codec.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees, assertShows } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';

const WINDOW_MS = 10000;
/** The stock dtls can do nothing else. */
const SRTP = process.env.SFU_DTLS === 'stock'
  ? 'SRTP_AES128_CM_HMAC_SHA1_80' : 'SRTP_AEAD_AES_128_GCM';

for (const codec of ['VP8', 'H264', 'VP9']) {
  test(`two browsers see and hear each other, ${codec}`, async (t) => {
    const call = await Call.start(t);
    const a = await call.peer('a');
    const b = await call.peer('b');
    await a.publish({ codec });
    await b.publish({ codec });
    await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);

    const [atA, atB] = await Promise.all([
      a.watch('b', WINDOW_MS), b.watch('a', WINDOW_MS)]);
    const secured = [await a.security('send'), await b.security('recv')];
    record('two-browsers', { codec, secured, atA, atB });
    for (const { srtpCipher } of secured)
      assert.equal(srtpCipher, SRTP);
    for (const [window, who] of [[atA, 'A sees B'], [atB, 'B sees A']]) {
      assertSees(window, who);
      assertHears(window, who);
      assert.equal(window.codec, `video/${codec}`);
    }
    const colours = codec !== 'VP9';
    await assertShows(a, b, { colours });
    await assertShows(b, a, { colours });
  });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Codecs through bad networks, both legs and both directions bad. Short by
// itself; SFU_E2E_FULL=1 takes every codec, network and browser and longer
// windows. The figures are the product: matrix.txt, matrix.json.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { launchFirefox } from '../lib/firefox.mjs';
import { KINDS, measure, NETWORKS, writeMatrix } from '../lib/matrix.mjs';
import { Namespace, whyNoNamespace } from '../lib/netns.mjs';
import { record } from '../lib/results.mjs';

const FULL = process.env.SFU_E2E_FULL === '1';
const WINDOW_MS = FULL ? 15000 : 6000;
const CODECS = FULL ? ['VP8', 'H264', 'VP9', 'AV1'] : ['VP8', 'H264'];
const FIREFOX_CODECS = ['VP8', 'H264'];
const SHORT_NETWORKS = ['clean', 'loss 5 %', 'blackout 3 s'];
/** A machine that has other things to do makes a picture late by itself; that
 * there is no freeze at all is what two-browsers asks. */
const CLEAN_FREEZE_S = 0.5;
/** After a blackout the picture is back within. */
const RECOVERY_MS = 3000;
/** Part of the frames that must come through a network that loses. */
const ENOUGH = 0.5;

const rows = [];

function check (row) {
  const text = JSON.stringify(row);
  const { blackoutMs } = NETWORKS[row.network];
  if (row.network === 'clean') {
    assert.ok(row.freezeSeconds <= CLEAN_FREEZE_S, `froze: ${text}`);
    assert.equal(row.up.packetsMissed + row.lost, 0, `lost packets: ${text}`);
  }
  if (blackoutMs) {
    assert.ok(row.maxGapMs >= blackoutMs - 500, `it was not dark: ${text}`);
    assert.ok(row.recoveryMs <= RECOVERY_MS, `back too late: ${text}`);
  } else {
    assert.ok(row.framesDecoded >= ENOUGH * row.framesEncoded,
      `too few frames: ${text}`);
  }
  if (row.network === 'loss 5 %') {
    assert.ok(row.bottles[0].up.lost > 0 && row.bottles[1].down.lost > 0,
      `nothing was lost: ${text}`);
    // Firefox does not say what came again.
    assert.ok(row.down.packetsRetransmitted > 0 && row.up.packetsRepaired > 0,
      `nothing came again: ${text}`);
  }
  assert.ok(row.pictures >= 2, `the picture stands still: ${text}`);
}

async function through (t, call, browser, options) {
  const { codec, kind } = options;
  for (const network of FULL ? Object.keys(NETWORKS) : SHORT_NETWORKS) {
    await t.test(`${browser}, ${codec}, ${kind}, ${network}`, async (cell) => {
      let row;
      try {
        row = { browser, ...await measure(call,
          { ...options, network, windowMs: WINDOW_MS }) };
      } catch (error) {
        // Firefox has H264 from a plugin that it downloads.
        if (!/share no/.test(error.message))
          throw error;
        cell.skip(error.message);
        return;
      }
      record('matrix', row);
      rows.push(row);
      check(row);
    });
  }
}

test('codecs through bad networks in Chromium', async (t) => {
  const call = await Call.start(t);
  for (const codec of CODECS) {
    for (const kind of FULL ? Object.keys(KINDS) : ['single'])
      await through(t, call, 'Chromium', { codec, kind });
  }
  t.diagnostic(`\n${writeMatrix(rows)}`);
});

test('codecs through bad networks in Firefox',
  { skip: FULL ? whyNoNamespace() ?? false : 'SFU_E2E_FULL=1 runs it' },
  async (t) => {
    const namespace = new Namespace();
    t.after(() => namespace.close());
    const call = await Call.start(t,
      { host: namespace.inside, wrap: namespace.wrap });
    for (const codec of FIREFOX_CODECS) {
      await through(t, call, 'Firefox', { codec, kind: 'single',
        publisher: { launch: launchFirefox }, viewer: { launch: launchFirefox } });
    }
    t.diagnostic(`\n${writeMatrix(rows)}`);
  });

// SPDX-License-Identifier: LGPL-2.1-or-later
// The demo page as people open it, served by sfu-server: two tabs by room
// link, both see and hear each other.
import assert from 'node:assert/strict';
import test from 'node:test';
import { launchChromium } from '../lib/chromium.mjs';
import { record } from '../lib/results.mjs';
import { Server } from '../lib/server.mjs';

const WINDOW_MS = 4000;
const TILE_WITHIN_MS = 8000;
/** Frames a second a fake camera gives, with one frame to spare. */
const FPS_WANTED = 19;

/** In the page: inbound figures by kind, and what the tiles' videos show. */
async function look () {
  const { recv } = await window.__sfu.stats();
  const report = (kind) => [...recv].find(
    (r) => r.type === 'inbound-rtp' && r.kind === kind);
  return {
    at: performance.now(),
    framesDecoded: report('video')?.framesDecoded ?? 0,
    freezes: report('video')?.freezeCount ?? 0,
    audioEnergy: report('audio')?.totalAudioEnergy ?? 0,
    playing: [...document.querySelectorAll('video')].filter(
      (v) => v.videoWidth > 0 && !v.paused).length,
  };
}

test('the demo page carries a call', async (t) => {
  const server = await Server.start({ name: 'demo-page' });
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const open = (name) => browser.newPage(
    `${server.httpUrl}/?room=demo&name=${name}&autojoin=1&res=vga`);
  const pages = [await open('Ann'), await open('Ben')];
  const until = async (page, condition) => {
    await page.page.waitForFunction(condition, null,
      { timeout: TILE_WITHIN_MS });
  };
  for (const page of pages) {
    await page.call(() => window.__sfu.joined().then(() => true));
    await until(page, () => window.__sfu.peers().length === 1
      && window.__sfu.consumers().length === 2
      && [...document.querySelectorAll('video')].filter(
        (v) => v.videoWidth > 0 && !v.paused).length >= 2);
  }
  assert.deepEqual(await pages[0].call(
    () => window.__sfu.peers().map(({ displayName }) => displayName)), ['Ben']);

  const before = await Promise.all(pages.map((page) => page.call(look)));
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
  const after = await Promise.all(pages.map((page) => page.call(look)));
  for (const [i, end] of after.entries()) {
    const begin = before[i];
    const seconds = (end.at - begin.at) / 1000;
    const fps = (end.framesDecoded - begin.framesDecoded) / seconds;
    record('demo-page', { fps, freezes: end.freezes });
    assert.ok(fps >= FPS_WANTED, `${fps} frames a second`);
    assert.equal(end.freezes, begin.freezes, 'froze');
    assert.ok(end.audioEnergy > begin.audioEnergy, 'silence');
    assert.ok(end.playing >= 2, 'own picture and the other one play');
    const errors = pages[i].log.filter((line) => line.startsWith('error'));
    assert.deepEqual(errors, [], 'errors in the console');
  }

  await pages[1].close();
  await until(pages[0], () => window.__sfu.peers().length === 0
    && window.__sfu.consumers().length === 0);
});

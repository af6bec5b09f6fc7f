// SPDX-License-Identifier: LGPL-2.1-or-later
// The signalling connection of a call breaks and comes back: nobody sees or
// hears anything of it, and what happened meanwhile is not missed. The page is
// the demo's, with protoo-client as it is.
import assert from 'node:assert/strict';
import test from 'node:test';
import { launchChromium } from '../lib/chromium.mjs';
import protoo from '../lib/protoo.mjs';
import { record } from '../lib/results.mjs';
import { Server } from '../lib/server.mjs';
import { TcpProxy } from '../lib/tcp-proxy.mjs';

const WITHIN_MS = 10000;
const WINDOW_MS = 4000;
const BREAKS = 3;
/** Frames a second a fake camera gives, with one frame to spare. */
const FPS_WANTED = 19;

/** In the page: what has come from the peer of that id. */
async function look (peerId) {
  const { recv } = await window.__sfu.stats();
  const consumer = window.__sfu.consumers().find(
    (c) => c.peerId === peerId && c.kind === 'video');
  const report = [...recv].find((r) => r.type === 'inbound-rtp'
    && r.kind === 'video' && r.trackIdentifier === consumer?.track?.id);
  return {
    at: performance.now(),
    id: consumer?.id ?? null,
    frames: report?.framesDecoded ?? 0,
    freezes: report?.freezeCount ?? 0,
  };
}

/** Somebody who only says hello. */
async function visit (server, peerId) {
  const peer = new protoo.Peer(new protoo.WebSocketTransport(
    `${server.wsUrl}/?roomId=resume&peerId=${peerId}`));
  await new Promise((resolve) => peer.once('open', resolve));
  await peer.request('join', { displayName: peerId, device: {} });
  return peer;
}

test('a broken signalling connection is no break in the call', async (t) => {
  const server = await Server.start({ name: 'resume' });
  t.after(() => server.stop());
  const proxy = await TcpProxy.start(server.host, server.httpPort);
  t.after(() => proxy.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const open = (base, name) => browser.newPage(
    `${base}/?room=resume&name=${name}&peerId=${name}&autojoin=1&res=vga`);
  const until = (page, condition, argument) => page.page.waitForFunction(
    condition, argument, { timeout: WITHIN_MS });

  const ann = await open(proxy.url, 'ann');
  await ann.call(() => window.__sfu.joined().then(() => true));
  const ben = await open(server.httpUrl, 'ben');
  await ben.call(() => window.__sfu.joined().then(() => true));
  for (const page of [ann, ben])
    await until(page, () => window.__sfu.consumers().length === 2);
  for (const page of [ann, ben])
    await until(page, () => [...document.querySelectorAll('video')].filter(
      (v) => v.videoWidth > 0 && !v.paused).length >= 2);

  const before = await ben.call(look, 'ann');
  const benBefore = await ann.call(look, 'ben');
  for (let i = 0; i < BREAKS; i += 1) {
    proxy.cut();
    await until(ann, () =>
      window.__sfu.state().connection === 'reconnecting');
    // Somebody comes while ann is away.
    const guest = `guest${i}`;
    const visitor = await visit(server, guest);
    await until(ben, (id) =>
      window.__sfu.peers().some((peer) => peer.id === id), guest);
    assert.ok(!await ann.call((id) =>
      window.__sfu.peers().some((peer) => peer.id === id), guest));
    proxy.open();
    await until(ann, (n) => window.__sfu.resumes() === n
      && window.__sfu.state().connection === 'connected', i + 1);
    await until(ann, (id) =>
      window.__sfu.peers().some((peer) => peer.id === id), guest);
    visitor.close();
    await until(ann, (id) =>
      !window.__sfu.peers().some((peer) => peer.id === id), guest);
  }
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
  const after = await ben.call(look, 'ann');
  const seconds = (after.at - before.at) / 1000;
  const fps = (after.frames - before.frames) / seconds;
  record('resume', { breaks: BREAKS, seconds, fps,
    freezes: after.freezes - before.freezes });
  assert.equal(after.id, before.id, 'the same consumer all the time');
  assert.equal(after.freezes, before.freezes, 'froze');
  assert.ok(fps >= FPS_WANTED, `${fps} frames a second`);
  const benAfter = await ann.call(look, 'ben');
  assert.equal(benAfter.id, benBefore.id, 'the same one at ann, too');
  assert.equal(benAfter.freezes, benBefore.freezes, 'ben froze at ann');

  // A tab that is closed is gone at once, not after the grace period.
  const closed = performance.now();
  await ann.close();
  await until(ben, () => window.__sfu.peers().length === 0);
  const goneMs = Math.round(performance.now() - closed);
  record('resume', { goneMs });
  assert.ok(goneMs < 5000, `gone after ${goneMs} ms`);
});

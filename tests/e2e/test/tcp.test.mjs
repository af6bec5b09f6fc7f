// SPDX-License-Identifier: LGPL-2.1-or-later
// ICE over TCP: a browser that asks for it sends and receives all media over
// TCP connections, beside one that goes by UDP, also after an ICE restart; and
// the parameter of the demo page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { launchChromium } from '../lib/chromium.mjs';
import { assertHears, assertSees, assertShows } from '../lib/expect.mjs';
import { record } from '../lib/results.mjs';
import { Server } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';

const WINDOW_MS = 5000;
const PICTURE_WITHIN_MS = 15000;

async function assertProtocol (peer, protocol) {
  const pairs = await peer.selectedPairs();
  for (const direction of ['send', 'recv']) {
    const { local, remote } = pairs[direction];
    const text = `${peer.id} ${direction}: ${JSON.stringify(pairs[direction])}`;
    assert.equal(local.protocol, protocol, text);
    assert.equal(remote.protocol, protocol, text);
  }
}

test('forceTcp: both ways over TCP', async (t) => {
  const call = await Call.start(t);
  const a = await call.peer('a', { forceTcp: true });
  const b = await call.peer('b', { forceTcp: true });
  const other = await call.peer('c');
  for (const peer of [a, b, other])
    await peer.publish({});
  await Promise.all([a.firstFrame('b'), b.firstFrame('a'), a.firstFrame('c'),
    other.firstFrame('a')]);

  const [atA, atB, atC] = await Promise.all([a.watch('b', WINDOW_MS),
    b.watch('a', WINDOW_MS), other.watch('a', WINDOW_MS)]);
  assertSees(atA, 'a sees b');
  assertSees(atB, 'b sees a');
  assertSees(atC, 'c sees a');
  assertHears(atA, 'a hears b');
  assertHears(atB, 'b hears a');
  await assertShows(a, b);
  await assertShows(b, a);
  await assertProtocol(a, 'tcp');
  await assertProtocol(b, 'tcp');
  // The control: who may choose takes UDP.
  await assertProtocol(other, 'udp');
  record('tcp', { aSeesB: atA, bSeesA: atB, cSeesA: atC });
});

test('without ice-tcp, forceTcp is refused', async (t) => {
  const call = await Call.start(t, { args: ['--no-ice-tcp'] });
  await assert.rejects(call.peer('a', { forceTcp: true }), /TCP/);
});

/** In the demo page: local protocols of the selected pairs. */
async function pageProtocols () {
  const protocols = {};
  for (const [direction, list] of Object.entries(await window.__sfu.stats())) {
    const reports = new Map([...list].map((r) => [r.id, r]));
    const used = [...reports.values()].find((r) => r.type === 'transport');
    const pair = reports.get(used?.selectedCandidatePairId);
    protocols[direction] = reports.get(pair?.localCandidateId)?.protocol;
  }
  return protocols;
}

/** In the demo page: more than a first picture has come. */
async function pageSees () {
  const { recv } = await window.__sfu.stats();
  return [...(recv ?? [])].some((r) => r.type === 'inbound-rtp'
    && r.kind === 'video' && r.framesDecoded > 10);
}

test('the demo page with forceTcp=true', async (t) => {
  const server = await Server.start({ name: 'tcp-demo-page' });
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const open = (name, more) => browser.newPage(
    `${server.httpUrl}/?room=demo&name=${name}&autojoin=1&res=vga${more}`);
  const pages = [await open('Ann', '&forceTcp=true'), await open('Ben', '')];
  for (const page of pages) {
    await page.call(() => window.__sfu.joined().then(() => true));
    await until(async () => await page.call(pageSees) || null,
      PICTURE_WITHIN_MS, () => 'a picture of the other one');
  }
  assert.deepEqual(await pages[0].call(pageProtocols),
    { send: 'tcp', recv: 'tcp' });
  assert.deepEqual(await pages[1].call(pageProtocols),
    { send: 'udp', recv: 'udp' });
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// The real socket.io-client in Chromium, from a page of another origin than the
// server's: what CORS allows, the browser allows.
import assert from 'node:assert/strict';
import test from 'node:test';
import { launchChromium } from '../lib/chromium.mjs';
import { Echo } from '../lib/echo.mjs';
import { servePages } from '../lib/pages.mjs';

const WAYS = [['polling', 'websocket'], ['websocket'], ['polling']];

async function openPage (t) {
  const pages = await servePages();
  t.after(() => pages.close());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage(`${pages.url}socketio`);
  const sio = new Proxy({}, { get: (_, verb) => (...args) => page.call(
    (name, list) => window.sio[name](...list), verb, args) });
  // The page is on localhost, the server on 127.0.0.1.
  return { page, sio: { call: (verb, ...args) => sio[verb](...args) },
    origin: new URL(pages.url).origin };
}

test('a page of another origin', async (t) => {
  const { page, sio, origin } = await openPage(t);

  await t.test('any origin may', async (tt) => {
    const echo = await Echo.start(tt);
    for (const transports of WAYS) {
      const name = transports.join('+');
      const how = await sio.call('connect', name, `${echo.url}/echo`,
        { transports, query: { name } });
      assert.equal(how.transport, transports.at(-1), JSON.stringify(how));
      assert.deepEqual(await sio.call('ask', name, 'whoami'), { id: how.id,
        namespace: '/echo', address: '127.0.0.1', origin, name });
      assert.equal(await sio.call('ask', name, 'echo', 'żółć 😀'), 'żółć 😀');
      const large = 'é'.repeat(30000);
      assert.equal(await sio.call('ask', name, 'echo', large), large);
      assert.deepEqual(await sio.call('binary', name),
        { error: 'binary data are not supported' });
      assert.equal(await sio.call('reason', name, 'disconnect-me'),
        'io server disconnect');
      assert.equal(await echo.closed('/echo'), 'server');
    }
  });

  await t.test('headers of its own need a preflight', async (tt) => {
    const echo = await Echo.start(tt);
    const how = await sio.call('connect', 'headers', `${echo.url}/echo`,
      { transports: ['polling'], extraHeaders: { 'x-app': '1' } });
    assert.equal(how.transport, 'polling', JSON.stringify(how));
    await sio.call('leave', 'headers');
    assert.equal(await echo.closed('/echo'), 'client');
  });

  await t.test('a listed origin, with credentials', async (tt) => {
    const echo = await Echo.start(tt, '--credentials',
      '--origin', 'https://other.example', '--origin', origin);
    for (const transports of WAYS) {
      const how = await sio.call('connect', 'listed', `${echo.url}/auth`,
        { transports, withCredentials: true, auth: { token: 'secret' } });
      assert.equal(how.transport, transports.at(-1), JSON.stringify(how));
      await sio.call('leave', 'listed');
      assert.equal(await echo.closed('/auth'), 'client');
    }
    const refused = await sio.call('connect', 'guess', `${echo.url}/auth`,
      { transports: ['polling'], withCredentials: true, auth: {} });
    assert.deepEqual(refused,
      { error: 'Authentication error', data: 'the token is wrong' });
  });

  await t.test('an origin that is not listed', async (tt) => {
    const echo = await Echo.start(tt, '--origin', 'https://other.example');
    for (const transports of WAYS) {
      const how = await sio.call('connect', 'foreign', `${echo.url}/echo`,
        { transports });
      assert.match(how.error, /error/, JSON.stringify(how));
    }
    assert.deepEqual(echo.closings, []);
  });

  await t.test('a tab that is closed is gone at once', async (tt) => {
    const echo = await Echo.start(tt);
    for (const [i, transports] of WAYS.entries())
      await sio.call('connect', `tab${i}`, `${echo.url}/echo`, { transports });
    await page.close();
    for (let i = 0; i < WAYS.length; i++)
      assert.equal(await echo.closed('/echo'), 'transport');
  });
});

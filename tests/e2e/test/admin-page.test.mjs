// SPDX-License-Identifier: LGPL-2.1-or-later
// The admin page as an operator uses it: the way in, a real call on it, names
// that are markup, kick and mute, the graph, drain; in a phone's width and in
// the dark.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { launchChromium } from '../lib/chromium.mjs';
import { outputDir, Server } from '../lib/server.mjs';

const WITHIN_MS = 8000;
const HOSTILE = '<img src=x onerror="window.pwned=1">';
const PHONE = { width: 375, height: 760 };

const waitFor = (page, condition, argument = null) =>
  page.page.waitForFunction(condition, argument, { timeout: WITHIN_MS });

/** Into the test's output folder, for people. */
const picture = (page, name) => page.page.screenshot(
  { path: join(outputDir(), `admin-${name}.png`), fullPage: true });

const hasText = (text) => document.body.textContent.includes(text);

async function logIn (page, token) {
  await page.page.fill('#token', token);
  await page.page.click('button[type=submit]');
}

const doesNotScrollSideways = (page) => page.call(
  () => document.documentElement.scrollWidth
    <= document.documentElement.clientWidth);

const health = async (server) =>
  (await fetch(`${server.httpUrl}/health`)).status;

test('the admin page shows a call and acts on it', async (t) => {
  const call = await Call.start(t, { roomId: `lobby ${HOSTILE}` });
  const { server } = call;
  const ann = await call.peer('ann', { displayName: 'Ann' });
  const bob = await call.peer('bob', { displayName: HOSTILE });
  await ann.publish({});
  await bob.publish({});
  await Promise.all([ann.firstFrame('bob'), bob.firstFrame('ann')]);

  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage(`${server.httpUrl}/admin`,
    { viewport: { width: 1280, height: 860 } });

  await t.test('the way in', async () => {
    const response = await fetch(`${server.httpUrl}/admin`);
    const policy = response.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    await waitFor(page, () => document.querySelector('#token'));
    await picture(page, 'login');
    await logIn(page, 'not-the-right-one');
    await waitFor(page, hasText, 'wrong admin token');
    await logIn(page, server.token);
    await waitFor(page, () => document.querySelectorAll('.room').length === 1);
    assert.deepEqual(await page.call((token) => ({
      session: Object.values(sessionStorage).includes(token),
      local: JSON.stringify(localStorage).includes(token),
      cookie: document.cookie,
      address: location.href.includes(token),
    }), server.token),
    { session: true, local: false, cookie: '', address: false });
  });

  await t.test('people and streams, live', async () => {
    await page.page.click('.room');
    await waitFor(page, () => document.querySelectorAll('.peer').length === 2
      && document.querySelectorAll('.streams tbody tr').length === 4
      && [...document.querySelectorAll('.streams tbody')].every(
        (body) => /Mbit|kbit/.test(body.textContent)));
    await waitFor(page, () => [...document.querySelectorAll('.process .big')]
      .every((cpu) => /\d %/.test(cpu.textContent)));
    await waitFor(page, () => [...document.querySelectorAll('.receives')]
      .every((line) => /Receives 2 tracks, .*bit/.test(line.textContent)));
    await picture(page, 'light');
  });

  await t.test('names are never markup', async () => {
    assert.equal(await page.call(() => window.pwned), undefined);
    assert.equal(await page.call(
      () => document.querySelectorAll('img:not(.paper img)').length), 0);
    assert.ok(await page.call(hasText, HOSTILE), 'it is there, as text');
  });

  await t.test('the graph', async () => {
    await page.page.click('.tab:has-text("Graph")');
    await waitFor(page, () =>
      document.querySelector('.paper img')?.naturalWidth > 0);
    await picture(page, 'graph');
    await page.page.click('.tab:has-text("People")');
  });

  await t.test('in the dark, and on a phone', async () => {
    const phone = await browser.newPage(`${server.httpUrl}/admin`,
      { viewport: PHONE, colorScheme: 'dark', hasTouch: true });
    await logIn(phone, server.token);
    await waitFor(phone, () => document.querySelector('.room'));
    assert.ok(await doesNotScrollSideways(phone), 'the list scrolls sideways');
    await picture(phone, 'phone-list');
    await phone.page.click('.room');
    await waitFor(phone,
      () => document.querySelectorAll('.streams tbody tr').length === 4);
    assert.ok(await doesNotScrollSideways(phone), 'a room scrolls sideways');
    assert.equal(await phone.call(
      () => getComputedStyle(document.body).backgroundColor), 'rgb(13, 18, 16)');
    await picture(phone, 'phone-room');
    await phone.page.click('.back');
    await waitFor(phone, () =>
      document.querySelector('.side').getClientRects().length > 0);
    await phone.close();
    await page.page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'dark');
  });

  await t.test('mute and kick', async () => {
    const row = page.page.locator('.peer', { hasText: 'ann' }).first();
    await row.getByText('Mute', { exact: true }).click();
    await waitFor(page, () => document.querySelectorAll(
      '.streams tr[data-state=muted]').length === 2);
    await row.getByText('Unmute', { exact: true }).click();
    await waitFor(page, () => document.querySelectorAll(
      '.streams tr[data-state=muted]').length === 0);
    const kick = page.page.locator('.peer', { hasText: HOSTILE })
      .locator('.sure');
    await kick.click();
    assert.equal(await kick.textContent(), 'Sure?');
    await kick.click();
    await waitFor(page, () => document.querySelectorAll('.peer').length === 1);
  });

  await t.test('drain, and back', async () => {
    await page.page.click('button:has-text("Drain")');
    await waitFor(page, hasText, 'Draining, 1 rooms open');
    assert.equal(await health(server), 503);
    await page.page.click('text=Take rooms again');
    await waitFor(page, hasText, 'Running');
    assert.equal(await health(server), 200);
  });

  await t.test('out again', async () => {
    await page.page.click('[aria-label="Forget the token"]');
    await waitFor(page, () => document.querySelector('#token'));
    assert.equal(await page.call(() => sessionStorage.length), 0);
    // The browser itself says so of answers that are refusals.
    const errors = page.log.filter((line) => line.startsWith('error')
      && !/401|404/.test(line));
    assert.deepEqual(errors, []);
  });
});

test('without a token there is no way in, with --admin-open only to look',
  async (t) => {
    const server = await Server.start({ name: 'admin-open',
      args: ['--admin-open'] });
    t.after(() => server.stop());
    const browser = await launchChromium();
    t.after(() => browser.close());
    const page = await browser.newPage(`${server.httpUrl}/admin`);
    await waitFor(page, hasText, 'read only');
    assert.ok(await page.call(hasText, 'Nobody is here'));
    assert.equal(await page.call(
      () => document.querySelectorAll('button.plain').length), 0);
  });

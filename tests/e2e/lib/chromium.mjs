// SPDX-License-Identifier: LGPL-2.1-or-later
// Headless Chromium with fake camera and microphone. Same page interface as
// firefox.mjs: page.call(fn, ...args), page.close().
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--mute-audio',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  // Peers must see plain addresses: nothing resolves mDNS names here.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  // A page that is not on top must play and send as if it were.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  // Nothing may be fetched from outside while a test runs.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

class ChromiumPage {
  constructor (page, log) {
    this.page = page;
    this.log = log;
  }

  /** Runs fn(...args) in the page; arguments and result travel as JSON. */
  call (fn, ...args) {
    return this.page.evaluate(`(${fn})(...${JSON.stringify(args)})`);
  }

  /** Closes the tab as a user does: the page runs no code of ours any more. */
  async close () {
    await this.page.context().close();
  }
}

/** Starts Chromium; the result has newPage(url, options) and close(). */
export async function launchChromium () {
  const browser = await chromium.launch({
    executablePath: process.env.SFU_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
  });
  return {
    name: 'Chromium',
    /** options: those of a playwright browser context, say viewport. */
    async newPage (url, options = {}) {
      const context = await browser.newContext({
        permissions: ['camera', 'microphone'], ...options });
      const page = await context.newPage();
      const log = [];
      page.on('pageerror', (error) => log.push(`error: ${error.message}`));
      page.on('console', (line) => log.push(`${line.type()}: ${line.text()}`));
      await page.goto(url);
      return new ChromiumPage(page, log);
    },
    close: () => browser.close(),
  };
}

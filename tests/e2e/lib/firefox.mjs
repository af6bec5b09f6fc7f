// SPDX-License-Identifier: LGPL-2.1-or-later
// Headless Firefox driven over WebDriver BiDi, which the browser speaks itself
// (no geckodriver). Gives the same small page interface as chromium.mjs:
// page.call(fn, ...args), page.close().
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { guard, stopProcess, watchLines } from './process.mjs';

const START_TIMEOUT_MS = 30000;

const PREFS = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // Nothing may be fetched from outside while a test runs.
  'app.update.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage': 'about:blank',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.log.level': 'Info',
  'services.settings.server': 'data:,',
  'toolkit.telemetry.server': 'data:,',
};

/** One BiDi session: commands as promises over one WebSocket. */
class BidiSession {
  #next = 0;
  #pending = new Map();

  static async open (url) {
    const session = new BidiSession();
    session.ws = new WebSocket(`${url}/session`, { maxPayload: 64 << 20 });
    session.ws.on('message', (data) => session.#onMessage(JSON.parse(data)));
    session.ws.on('close', () => session.#fail(new Error('Firefox is gone')));
    await new Promise((resolve, reject) => {
      session.ws.once('open', resolve);
      session.ws.once('error', reject);
    });
    await session.send('session.new', { capabilities: {} });
    return session;
  }

  send (method, params = {}) {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, method });
      this.ws.send(JSON.stringify({ id, method, params }));
    });
  }

  #onMessage (message) {
    const waiting = this.#pending.get(message.id);
    if (!waiting)
      return;
    this.#pending.delete(message.id);
    if (message.type === 'success')
      waiting.resolve(message.result);
    else
      waiting.reject(new Error(
        `${waiting.method}: ${message.error}: ${message.message}`));
  }

  #fail (error) {
    for (const { reject } of this.#pending.values())
      reject(error);
    this.#pending.clear();
  }
}

class FirefoxPage {
  constructor (session, context) {
    this.session = session;
    this.context = context;
  }

  /** Runs fn(...args) in the page; arguments and result travel as JSON. */
  async call (fn, ...args) {
    const text = `async (text) => JSON.stringify(
      await (${fn})(...JSON.parse(text)) ?? null)`;
    const answer = await this.session.send('script.callFunction', {
      functionDeclaration: text,
      arguments: [{ type: 'string', value: JSON.stringify(args) }],
      awaitPromise: true,
      target: { context: this.context },
      userActivation: true,
    });
    if (answer.type === 'exception')
      throw new Error(`in Firefox: ${answer.exceptionDetails.text}`);
    return JSON.parse(answer.result.value);
  }

  async close () {
    await this.session.send('browsingContext.close', { context: this.context });
  }
}

/** Starts Firefox; the result has newPage(url) and close(). */
export async function launchFirefox () {
  const profile = await mkdtemp(join(tmpdir(), 'sfu-e2e-firefox-'));
  const prefs = Object.entries(PREFS).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
  await writeFile(join(profile, 'user.js'), prefs.join('\n') + '\n');

  const binary = process.env.SFU_FIREFOX ?? '/usr/bin/firefox-esr';
  const child = spawn(binary,
    ['--headless', '--no-remote', '--profile', profile,
      '--remote-debugging-port', '0', 'about:blank'],
    { stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' } });
  guard(child);
  const [, url] = await watchLines(child, [child.stdout, child.stderr],
    /WebDriver BiDi listening on (ws:\/\/\S+)/, START_TIMEOUT_MS);
  const session = await BidiSession.open(url);

  return {
    name: 'Firefox',
    async newPage (pageUrl) {
      const { context } = await session.send('browsingContext.create',
        { type: 'tab' });
      await session.send('browsingContext.navigate',
        { context, url: pageUrl, wait: 'complete' });
      return new FirefoxPage(session, context);
    },
    async close () {
      session.ws.close();
      await stopProcess(child);
      await rm(profile, { recursive: true, force: true });
    },
  };
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// What every test begins with: a server, a browser, peers in a room. Cleaned
// up through the test's own after hooks, in reverse order.
import { launchChromium } from './chromium.mjs';
import { servePages } from './pages.mjs';
import { Server } from './server.mjs';

/** No verb waits for longer: what hangs is named, before the whole file is
 * ended for it. */
const VERB_TIMEOUT_MS = 60000;

function inTime (promise, what) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(
      `${what}: no answer of the page in ${VERB_TIMEOUT_MS} ms`)),
    VERB_TIMEOUT_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** One peer = one tab. The verbs of window.e2e are its methods. */
class Peer {
  /** peers: everybody of the call by id. */
  constructor (page, id, peers) {
    this.page = page;
    this.id = id;
    this.peers = peers;
    return new Proxy(this, { get: (self, verb) => self.#verb(verb) });
  }

  #verb (verb) {
    // A proxy that answers `then` would be taken for a promise.
    if (verb in this || typeof verb === 'symbol' || verb === 'then')
      return typeof this[verb] === 'function' ? this[verb].bind(this)
        : this[verb];
    return (...args) => this.#run(verb, args);
  }

  #run (verb, args) {
    return inTime(this.page.call(
      (name, list) => window.e2e[name](...list), verb, args),
    `${this.id}.${verb}(${JSON.stringify(args)})`);
  }

  /** A window of watch.js, and what the one who is watched made in it. */
  async watch (id, ms) {
    const made = () => this.peers.get(id)?.picturesMade() ?? null;
    const before = await made();
    const window = await this.#run('watch', [id, ms]);
    const after = await made();
    return before === null ? window
      : { ...window, framesMade: after - before };
  }

  close () {
    return this.page.close();
  }
}

export class Call {
  /** options: those of Server.start, and roomId. */
  static async start (t, options = {}) {
    const self = new Call();
    self.roomId = options.roomId ?? 'room1';
    self.server = await Server.start({ name: slug(t.name), ...options });
    t.after(() => self.server.stop());
    self.pages = await servePages();
    t.after(() => self.pages.close());
    self.t = t;
    self.browsers = new Map();
    self.peers = new Map();
    return self;
  }

  /** The one for all tabs of this call, started when it is needed. */
  async browser (launch = launchChromium) {
    if (!this.browsers.has(launch)) {
      const browser = await launch();
      this.browsers.set(launch, browser);
      this.t.after(() => browser.close());
    }
    return this.browsers.get(launch);
  }

  /** A new tab that has joined. options: launch, page (the client: peer,
   * meetings, ...), and join's in page/PAGE.js. */
  async peer (id, options = {}) {
    const { launch = launchChromium, page: client = 'peer', ...rest } = options;
    const browser = await this.browser(launch);
    const page = await browser.newPage(`${this.pages.url}${client}`);
    const peer = new Peer(page, id, this.peers);
    this.peers.set(id, peer);
    peer.joined = await peer.join({ serverUrl: this.server.wsUrl,
      roomId: this.roomId, peerId: id, ...rest });
    return peer;
  }
}

/** A test's name as a file name. */
export function slug (name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

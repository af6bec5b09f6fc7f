// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls whose media worker is killed: two peers of each kind of client that
// people have, and how long it takes until they see each other again. Nobody
// touches the clients.
import { Call } from './call.mjs';
import { mintToken } from './token.mjs';
import { until } from './until.mjs';

const SECRET = 'a secret of the tests, and of nobody else';
const START_WITHIN_MS = 20000;
const BACK_WITHIN_MS = 20000;
/** A worker that lived so long is started again at once: see
 * server/room/sfu-restart.h. */
export const STEADY_MS = 5500;

/** ms since 1970, with fractions; the same clock as the pages'. */
const now = () => performance.timeOrigin + performance.now();

/** In the demo page: when the first picture of somebody is on the screen whose
 * consumer is none of those. */
function demoPictureAfter (known, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  return new Promise((resolve, reject) => {
    const look = () => {
      const consumer = window.__sfu.consumers().find(
        (c) => c.kind === 'video' && !known.includes(c.id));
      const element = consumer && [...document.querySelectorAll('video')].find(
        (v) => v.srcObject?.getTracks().some((t) => t.id === consumer.track.id));
      if (element)
        element.requestVideoFrameCallback(
          () => resolve(performance.timeOrigin + performance.now()));
      else if (performance.now() > deadline)
        reject(new Error('no picture of somebody new'));
      else
        setTimeout(look, 20);
    };
    look();
  });
}

/** A tab with the demo page, as people use it. */
class DemoPeer {
  static async open (browser, server, room, id) {
    const self = new DemoPeer();
    self.page = await browser.newPage(`${server.httpUrl}/?room=${room}`
      + `&name=${id}&peerId=${id}&autojoin=1&res=qvga`);
    await self.page.call(() => window.__sfu.joined().then(() => true));
    return self;
  }

  async sees () {
    await this.page.page.waitForFunction(() => [...document.querySelectorAll(
      'video')].filter((v) => v.videoWidth > 0 && !v.paused).length >= 2, null,
    { timeout: START_WITHIN_MS });
  }

  async prepare () {
    this.known = await this.page.call(
      () => window.__sfu.consumers().map(({ id }) => id));
  }

  pictureAfter () {
    return this.page.call(demoPictureAfter, this.known, BACK_WITHIN_MS);
  }
}

/** A tab with one of the test pages. */
class PagePeer {
  static async open (call, page, room, id) {
    const self = new PagePeer();
    self.peer = await call.peer(id, { page, roomId: room, comeBack: true,
      ...page === 'meetings' && { token: mintToken(SECRET, { userId: id }) } });
    self.start = now();
    await self.peer.publish({ width: 320, height: 240 });
    return self;
  }

  async sees () {
    await this.peer.pictureAfter(0, START_WITHIN_MS);
  }

  async prepare () {}

  pictureAfter (at) {
    return this.peer.pictureAfter(at, BACK_WITHIN_MS);
  }
}

/** The clients by the names of their protocols; native twice. */
export const CLIENTS = ['native', 'native-page', 'study', 'meetings', 'calls'];

export class Recovery {
  /** A server with two workers, and two peers of that client in a room. */
  static async start (t, client) {
    const self = new Recovery();
    const page = { 'native-page': 'peer' }[client] ?? client;
    self.room = `victim-${client}`;
    self.call = await Call.start(t, { name: `recovery-${client}`, mortal: true,
      args: ['--workers', '2', '--spare-worker'], env: { JWT_SECRET: SECRET } });
    self.server = self.call.server;
    self.peers = [];
    for (const id of ['ann', 'ben'])
      self.peers.push(client === 'native'
        ? await DemoPeer.open(await self.call.browser(), self.server, self.room,
          id)
        : await PagePeer.open(self.call, page, self.room, id));
    await Promise.all(self.peers.map((peer) => peer.sees()));
    return self;
  }

  async workerPid () {
    return (await this.server.dump(this.room)).pid;
  }

  /** All workers run, and the room's has done so for a while. */
  async steady () {
    await until(async () => {
      const response = await fetch(`${this.server.httpUrl}/health`);
      return (await response.json()).workers === 2 || null;
    }, START_WITHIN_MS, () => 'two workers');
    await new Promise((resolve) => setTimeout(resolve, STEADY_MS));
  }

  /** Kills the room's worker; ms until each peer sees the other again. */
  async killOnce (signal = 'SIGKILL') {
    await Promise.all(this.peers.map((peer) => peer.prepare()));
    const pid = await this.workerPid();
    const at = now();
    process.kill(pid, signal);
    const seen = await Promise.all(this.peers.map(
      (peer) => peer.pictureAfter(at)));
    return seen.map((time) => Math.round(time - at));
  }
}

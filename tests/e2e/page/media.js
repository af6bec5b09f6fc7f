// SPDX-License-Identifier: LGPL-2.1-or-later
// The media half of a page, for clients whose signalling is their own: tracks
// that are received and looked at, and the fake camera. Keeps what happened and
// when, so that a test asks afterwards.
import { Watch, picturesMade, readPicture } from './watch.js';

const POLL_MS = 20;
/** What Chromium's fake camera gives by default. */
const FPS = 20;

/** ms since 1970, with fractions; comparable between pages of one machine. */
export const now = () => performance.timeOrigin + performance.now();

/** Resolves with the first value of probe() that is not false or nothing. */
export async function until (probe, timeoutMs, what) {
  const deadline = now() + timeoutMs;
  for (;;) {
    const value = probe();
    if (value !== undefined && value !== false && value !== null)
      return value;
    if (now() > deadline)
      throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function statsOf (owner, type) {
  const reports = await owner.getStats();
  for (const report of reports.values()) {
    if (report.type === type)
      return { ...report, mimeType: reports.get(report.codecId)?.mimeType };
  }
  return null;
}

const describe = ({ consumer, peerId, kind, asked, firstFrame, lastFrame }) =>
  ({ producerId: consumer.producerId, peerId, kind, asked, firstFrame,
    lastFrame });

export class Media {
  constructor () {
    this.consumers = new Map(); // producer id -> { consumer, peerId, ... }
    this.retired = [];          // of those that are closed
    this.producers = new Map(); // kind -> Producer
    this.tracks = [];           // of the camera
    this.local = null;          // <video> of it
  }

  /** asked: when the server was asked for it. */
  show (consumer, peerId, asked) {
    const { kind, producerId } = consumer;
    const element = document.createElement(kind);
    Object.assign(element, { autoplay: true, muted: kind === 'video',
      srcObject: new MediaStream([consumer.track]) });
    document.body.append(element);
    const entry = { consumer, element, peerId, kind, asked, firstFrame: null,
      lastFrame: null };
    const onFrame = () => {
      entry.lastFrame = now();
      entry.firstFrame ??= entry.lastFrame;
      element.requestVideoFrameCallback(onFrame);
    };
    element.requestVideoFrameCallback?.(onFrame);
    this.consumers.set(producerId, entry);
  }

  /** No more of this producer, if anything was shown of it. */
  hide (producerId) {
    const entry = this.consumers.get(producerId);
    if (!entry)
      return;
    this.consumers.delete(producerId);
    this.retired.push(entry);
    entry.consumer.close();
    entry.element.remove();
  }

  hideAll () {
    [...this.consumers.keys()].forEach((id) => this.hide(id));
  }

  async openCamera () {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true,
      video: { width: 640, height: 480, frameRate: FPS } });
    this.tracks = stream.getTracks();
    this.local = document.createElement('video');
    Object.assign(this.local, { muted: true, autoplay: true,
      srcObject: new MediaStream(stream.getVideoTracks()) });
    document.body.append(this.local);
  }

  /** Sends what the camera gives; the ids of the producers. */
  async publish (transport) {
    const ids = {};
    for (const track of this.tracks) {
      const producer = await transport.produce({ track, stopTracks: false });
      this.producers.set(track.kind, producer);
      ids[track.kind] = producer.id;
    }
    return ids;
  }

  #find (peerId, kind) {
    return [...this.consumers.values()].find(
      (entry) => entry.peerId === peerId && entry.kind === kind);
  }

  /** For window.e2e. */
  verbs () {
    const find = (...args) => this.#find(...args);
    return {
      now,
      /** When the first picture of a peer was on the screen. */
      firstFrame: (peerId, timeoutMs = 10000) => until(
        () => find(peerId, 'video')?.firstFrame, timeoutMs,
        `first picture of ${peerId}`),
      /** When the first picture was on the screen of anybody whose video was
       * asked for after that time. */
      pictureAfter: (at, timeoutMs = 15000) => until(
        () => [...this.consumers.values()].find((entry) =>
          entry.kind === 'video' && entry.asked > at && entry.firstFrame)
          ?.firstFrame, timeoutMs, 'a picture of somebody new'),
      seen: () => [...this.consumers.values()].map(describe),
      seenBefore: () => this.retired.map(describe),
      watch: (peerId, ms) => new Watch(find(peerId, 'video'),
        find(peerId, 'audio'), statsOf).run(ms),
      picturesMade: () => picturesMade(this.producers.get('video')),
      picture: (peerId) => readPicture(find(peerId, 'video').element),
      /** What the own camera shows over some time. */
      ownPictures: async (ms) => {
        const pictures = [];
        const end = now() + ms;
        do {
          pictures.push(readPicture(this.local));
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        } while (now() < end);
        return pictures;
      },
    };
  }
}

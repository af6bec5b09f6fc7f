// SPDX-License-Identifier: LGPL-2.1-or-later
// Looks at what a video element shows and at the statistics behind it over a
// window of time. Frames are counted where they are presented
// (requestVideoFrameCallback), so a freeze is one the user would have seen.

/** Side lengths of the reduced picture that is compared: enough to tell
 * pictures apart, small enough to send over the automation protocol. */
const WIDTH = 32;
const HEIGHT = 24;
const SAMPLE_MS = 250;

/** The picture of an element as [r, g, b, r, g, b, ...], WIDTH x HEIGHT. */
export function readPicture (element) {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(element, 0, 0, WIDTH, HEIGHT);
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
  return Array.from(data).filter((_, i) => i % 4 !== 3);
}

/** Pictures that the encoders of a producer made so far; null = none known. Of
 * several encodings the one that made most: they are of the same pictures. */
export async function picturesMade (producer) {
  if (!producer || producer.closed)
    return null;
  const reports = [...(await producer.getStats()).values()].filter(
    (report) => report.type === 'outbound-rtp');
  return Math.max(0, ...reports.map((report) => report.framesEncoded ?? 0));
}

export class Watch {
  constructor (video, audio, statsOf) {
    Object.assign(this, { video, audio, statsOf });
    this.presented = 0;
    this.maxGapMs = 0;
    this.pictures = new Set();
    this.running = true;
  }

  // The callback may skip frames when the page is busy, presentedFrames does
  // not; the gap is then too long, never too short.
  #onFrame (time, { presentedFrames }) {
    if (!this.running)
      return;
    this.firstCount ??= presentedFrames;
    this.presented = presentedFrames - this.firstCount;
    this.maxGapMs = Math.max(this.maxGapMs, time - this.last);
    this.last = time;
    this.#nextFrame();
  }

  #nextFrame () {
    this.video.element.requestVideoFrameCallback(
      (time, frame) => this.#onFrame(time, frame));
  }

  #stats (entry) {
    return entry ? this.statsOf(entry.consumer, 'inbound-rtp') : null;
  }

  /** Resolves after ms with the differences over the window. */
  async run (ms) {
    const before = [await this.#stats(this.video), await this.#stats(this.audio)];
    const started = performance.now();
    this.last = started;
    this.#nextFrame();
    while (performance.now() - started < ms) {
      this.pictures.add(readPicture(this.video.element).join());
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
    this.running = false;
    const ended = performance.now();
    this.maxGapMs = Math.max(this.maxGapMs, ended - this.last);
    const after = [await this.#stats(this.video), await this.#stats(this.audio)];
    return this.#report(before, after, ended - started);
  }

  #report ([videoBefore, audioBefore], [video, audio], ms) {
    const of = (a, b) => (name) => (a?.[name] ?? 0) - (b?.[name] ?? 0);
    const v = of(video, videoBefore);
    const a = of(audio, audioBefore);
    return {
      seconds: ms / 1000,
      presented: this.presented,
      maxGapMs: Math.round(this.maxGapMs),
      pictures: this.pictures.size,
      width: video.frameWidth,
      height: video.frameHeight,
      framesDecoded: v('framesDecoded'),
      framesDropped: v('framesDropped'),
      freezes: v('freezeCount'),
      freezeSeconds: v('totalFreezesDuration'),
      packets: v('packetsReceived'),
      lost: v('packetsLost'),
      nacks: v('nackCount'),
      plis: v('pliCount'),
      retransmitted: v('retransmittedPacketsReceived'),
      keyFrames: v('keyFramesDecoded'),
      codec: video.mimeType,
      audioPackets: a('packetsReceived'),
      audioLost: a('packetsLost'),
      audioEnergy: a('totalAudioEnergy'),
      concealed: a('concealedSamples') / Math.max(1, a('totalSamplesReceived')),
    };
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// A clapperboard: a picture that turns white and a tone that begins at the same
// moment, again and again; and, at the other end, when each was seen and heard.

const FPS = 25;
const PERIOD_MS = 500;
const CLAP_MS = 120;
const TONE_HZ = 1000;
/** Brightness and amplitude between nothing and a clap. */
const BRIGHT = 128;
const LOUD = 0.05;
/** Part of the picture that is looked at. */
const SPOT = 8;
/** What belongs to one clap. */
const PAIR_MS = PERIOD_MS / 2;

/** ms since 1970, with fractions. */
const now = () => performance.timeOrigin + performance.now();

/** A MediaStream with one track of each kind; steady: the amplitude of a tone
 * that goes on without an end, as a speaker does compared with claps. The background moves a little, so
 * that there is always something to encode. */
export async function clapperStream (width, height, steady = 0) {
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: TONE_HZ });
  const gain = new GainNode(audio, { gain: steady });
  const sink = new MediaStreamAudioDestinationNode(audio);
  tone.connect(gain).connect(sink);
  tone.start();
  await audio.resume();
  const canvas = Object.assign(document.createElement('canvas'),
    { width, height });
  const context = canvas.getContext('2d');
  let clapping = false;
  setInterval(() => {
    const clap = now() % PERIOD_MS < CLAP_MS;
    if (clap !== clapping && !steady)
      gain.gain.setValueAtTime(clap ? 0.5 : 0, audio.currentTime);
    clapping = clap;
    context.fillStyle = clap ? 'white' : 'black';
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'gray';
    context.fillRect((now() / 10) % width, height - SPOT, SPOT, SPOT);
  }, 1000 / FPS);
  return new MediaStream([...canvas.captureStream(FPS).getTracks(),
    ...sink.stream.getTracks()]);
}

/** ms by which sound is ahead of picture, by what the browser knows of the
 * capture times of both (inbound-rtp); null: it does not know yet. */
export function leadOf (audio, video) {
  const [a, v] = [audio, video].map((report) =>
    report?.estimatedPlayoutTimestamp
      ? report.estimatedPlayoutTimestamp - report.timestamp : null);
  return a === null || v === null ? null : a - v;
}

/** Runs on the audio thread: tells when silence ends. */
const EAR = `registerProcessor('ear', class extends AudioWorkletProcessor {
  process ([[samples]]) {
    const loud = (samples ?? []).some((x) => Math.abs(x) > ${LOUD});
    this.quiet = loud ? 0 : (this.quiet ?? 0) + 1;
    if (loud && !this.loud)
      this.port.postMessage(currentTime);
    // A tone has zeros: silence is 20 ms of it.
    this.loud = loud || (this.loud && this.quiet < 8);
    return true;
  }
});`;

export class Eyewitness {
  constructor (video, track) {
    this.seen = [];
    this.heard = [];
    this.#look(video);
    this.listening = this.#listen(track);
  }

  #look (video) {
    const canvas = new OffscreenCanvas(SPOT, SPOT);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    let bright = true;
    const onFrame = (time, { expectedDisplayTime }) => {
      context.drawImage(video, 0, 0, SPOT, SPOT);
      const { data } = context.getImageData(SPOT / 2, SPOT / 4, 1, 1);
      const flash = data[0] > BRIGHT;
      if (flash && !bright)
        this.seen.push(performance.timeOrigin + expectedDisplayTime);
      bright = flash;
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  async #listen (track) {
    const audio = new AudioContext();
    const url = URL.createObjectURL(new Blob([EAR],
      { type: 'text/javascript' }));
    await audio.audioWorklet.addModule(url);
    await audio.resume();
    const ear = new AudioWorkletNode(audio, 'ear');
    audio.createMediaStreamSource(new MediaStream([track])).connect(ear);
    // Its clock moves in steps; the earliest of many looks is nearest.
    let offset = Infinity;
    setInterval(() => {
      offset = Math.min(offset, now() - audio.currentTime * 1000);
    }, 5);
    ear.port.onmessage = ({ data }) => this.heard.push(data * 1000 + offset);
  }

  /** ms by which each clap's tone came after its flash, since then. */
  lags (since) {
    const lags = [];
    for (const at of this.seen.filter((one) => one >= since)) {
      const lag = this.heard.map((one) => one - at)
        .sort((a, b) => Math.abs(a) - Math.abs(b))[0];
      if (Math.abs(lag) < PAIR_MS)
        lags.push(Math.round(lag));
    }
    return lags;
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// How loud the microphone is, as a row of lamps in the lobby.

import { attr, h } from './dom.js';

const LAMPS = 12;
const PERIOD_MS = 80;
const FFT_SIZE = 512;
/** Range shown, in dB below full scale: a quiet room … a loud voice. */
const QUIET_DB = -56;
const LOUD_DB = -12;

export function createMeter() {
  const lamps = Array.from({ length: LAMPS }, () => h('i', {}));
  const element = h('div', {
    class: 'meter', role: 'img', 'aria-label': 'Microphone level',
  }, lamps);
  let context = null;
  let source = null;
  let timer = null;
  let shown = null;

  function paint(level) {
    const lit = Math.round(level * LAMPS);

    lamps.forEach((lamp, i) => attr(lamp, 'data-lit', i < lit));
  }

  function levelOf(analyser, samples) {
    analyser.getFloatTimeDomainData(samples);

    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    const db = 10 * Math.log10(power + 1e-12);

    return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
  }

  function stop() {
    clearInterval(timer);
    source?.disconnect();
    context?.close();
    context = source = timer = shown = null;
    paint(0);
  }

  function start(track) {
    context = new AudioContext();
    source = context.createMediaStreamSource(new MediaStream([track]));

    const analyser = context.createAnalyser();
    const samples = new Float32Array(FFT_SIZE);

    analyser.fftSize = FFT_SIZE;
    source.connect(analyser);
    // Without a gesture the context sleeps; the first click wakes it.
    context.resume().catch(() => {});
    timer = setInterval(() => paint(levelOf(analyser, samples)), PERIOD_MS);
  }

  return {
    element,
    update(track) {
      if (track === shown) return;
      stop();
      shown = track;
      if (track) start(track);
    },
    stop,
    wake: () => context?.resume().catch(() => {}),
  };
}

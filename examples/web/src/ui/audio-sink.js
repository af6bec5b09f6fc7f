// SPDX-License-Identifier: LGPL-2.1-or-later
// Plays what the others say: one audio element per consumer. Browsers may
// refuse to start sound before the first gesture; then the store says so and
// any click, key or the banner's button starts it.

import { h } from './dom.js';

/** @param {object} store */
export function createAudioSink(store) {
  const element = h('div', { hidden: true });
  const playing = new Map();
  let speaker = null;

  function play(audio) {
    audio.play().then(() => {
      if (store.get().audioBlocked) store.set({ audioBlocked: false });
    }, (error) => {
      if (error.name === 'NotAllowedError') store.set({ audioBlocked: true });
    });
  }

  function route(audio) {
    // A speaker that is gone: the system's own goes on playing.
    if (speaker !== null) audio.setSinkId?.(speaker).catch(() => {});
  }

  function add(consumer) {
    const audio = h('audio', {
      autoplay: true, 'data-consumer': consumer.id,
      srcObject: new MediaStream([consumer.track]),
    });

    playing.set(consumer.id, audio);
    element.append(audio);
    route(audio);
    play(audio);
  }

  function remove(id) {
    const audio = playing.get(id);

    audio.srcObject = null;
    audio.remove();
    playing.delete(id);
  }

  function unlock() {
    if (!store.get().audioBlocked) return;
    for (const audio of playing.values()) play(audio);
  }

  document.addEventListener('pointerdown', unlock);
  document.addEventListener('keydown', unlock);

  return {
    element,
    unlock,
    update({ consumers, chosen }) {
      for (const id of Array.from(playing.keys())) {
        if (!consumers.has(id)) remove(id);
      }
      for (const consumer of consumers.values()) {
        if (consumer.kind === 'audio' && !playing.has(consumer.id)) {
          add(consumer);
        }
      }
      if (chosen.speaker !== speaker) {
        ({ speaker } = chosen);
        for (const audio of playing.values()) route(audio);
      }
    },
    destroy() {
      document.removeEventListener('pointerdown', unlock);
      document.removeEventListener('keydown', unlock);
      for (const id of Array.from(playing.keys())) remove(id);
    },
  };
}

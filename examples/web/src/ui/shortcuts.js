// SPDX-License-Identifier: LGPL-2.1-or-later
// Keys of the call, and the dialogue that lists them.

import { h } from './dom.js';
import { icon } from './icons.js';

export const KEYS = [
  { key: 'm', shown: 'M', action: 'toggleMic', text: 'Mute or unmute' },
  { key: 'c', shown: 'C', action: 'toggleCamera', text: 'Camera on or off' },
  { key: 's', shown: 'S', action: 'toggleScreen', text: 'Share your screen' },
  { key: 'i', shown: 'I', action: 'toggleFigures', text: 'Stats on the tiles' },
  { key: 'l', shown: 'L', action: 'copyLink', text: 'Copy the room’s link' },
  { key: 't', shown: 'T', action: 'toggleTheme', text: 'Light or dark' },
  { key: 'Q', shown: 'Shift Q', action: 'leave', text: 'Leave the call' },
  { key: '?', shown: '?', action: 'showKeys', text: 'This list' },
];

const isTyping = (target) =>
  target.closest?.('input, textarea, select, [contenteditable]');

/** @returns {() => void} takes the keys away again */
export function bindKeys(actions) {
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target)) return;

    const entry = KEYS.find(({ key }) =>
      key === event.key ||
      (!event.shiftKey && key === event.key.toLowerCase()));

    if (!entry) return;
    event.preventDefault();
    actions[entry.action]();
  }

  document.addEventListener('keydown', onKey);

  return () => document.removeEventListener('keydown', onKey);
}

export function createKeysDialog() {
  const element = h('dialog', { class: 'card keys', 'aria-label': 'Keys' },
    h('header', {}, h('h2', {}, 'Keys'),
      h('button', {
        class: 'quiet', type: 'button', 'aria-label': 'Close',
        onclick: () => element.close(),
      }, icon('close'))),
    h('dl', {}, KEYS.map(({ shown, text }) =>
      h('div', {}, h('dt', {}, shown.split(' ').map((part) =>
        h('kbd', {}, part))), h('dd', {}, text)))));

  element.addEventListener('click', (event) => {
    if (event.target === element) element.close();
  });

  return {
    element,
    toggle: () => (element.open ? element.close() : element.showModal()),
  };
}

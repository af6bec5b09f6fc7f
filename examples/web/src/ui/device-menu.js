// SPDX-License-Identifier: LGPL-2.1-or-later
// The small menu above a control: which microphone, camera, loudspeaker.

import { canChooseSpeaker } from '../devices.js';
import { attr, h } from './dom.js';
import { icon } from './icons.js';

const TITLES = {
  mic: 'Microphone', camera: 'Camera', speaker: 'Loudspeaker',
};

function group(kind, state, choose) {
  const list = state.devices[kind];

  return h('div', { role: 'group', 'aria-label': TITLES[kind] },
    h('p', { class: 'eyebrow' }, TITLES[kind]),
    list.length ? list.map(({ deviceId, label }) =>
      h('button', {
        type: 'button', class: 'menu-item', role: 'menuitemradio',
        'aria-checked': String(deviceId === state.chosen[kind]),
        onclick: () => choose(kind, deviceId),
      }, icon('check'), h('span', {}, label)))
      : h('p', { class: 'hint' }, 'None found'));
}

/**
 * @param {{kinds: string[], label: string, choose: Function,
 *   stateOf: () => object}} options
 */
export function deviceMenu({ kinds, label, choose, stateOf }) {
  const shown = kinds.filter(
    (kind) => kind !== 'speaker' || canChooseSpeaker());
  const panel = h('div', { class: 'menu', role: 'menu', hidden: true });
  const button = h('button', {
    class: 'caret', type: 'button', 'aria-haspopup': 'menu',
    'aria-expanded': 'false', 'aria-label': label, title: label,
    onclick: () => (panel.hidden ? open() : close()),
  }, icon('up'));
  const element = h('div', { class: 'menu-anchor' }, button, panel);

  function close({ refocus = false } = {}) {
    if (panel.hidden) return;
    panel.hidden = true;
    attr(button, 'aria-expanded', 'false');
    document.removeEventListener('pointerdown', onOutside);
    if (refocus) button.focus();
  }

  function open() {
    panel.replaceChildren(...shown.map((kind) =>
      group(kind, stateOf(), (...choice) => {
        close({ refocus: true });
        choose(...choice);
      })));
    panel.hidden = false;
    attr(button, 'aria-expanded', 'true');
    document.addEventListener('pointerdown', onOutside);
    (panel.querySelector('[aria-checked="true"]') ??
      panel.querySelector('button'))?.focus();
  }

  function onOutside(event) {
    if (!element.contains(event.target)) close();
  }

  function move(step) {
    const items = Array.from(panel.querySelectorAll('button'));
    const at = items.indexOf(document.activeElement);

    items[(at + step + items.length) % items.length]?.focus();
  }

  element.addEventListener('keydown', (event) => {
    if (panel.hidden) return;
    if (event.key === 'Escape') close({ refocus: true });
    else if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return { element, close };
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// After the call: left by choice, or ended by something else.

import { h } from './dom.js';
import { brand } from './landing.js';
import { themeButton } from './theme.js';

/** @param {{state: object, onRejoin: Function, onHome: Function}} options */
export function leftView({ state, onRejoin, onHome }) {
  const again = h('button', {
    class: 'primary', type: 'button', onclick: onRejoin,
  }, 'Join again');
  const element = h('div', { class: 'page left' },
    h('header', { class: 'top' }, brand(), themeButton()),
    h('main', {},
      h('section', { class: 'card' },
        h('h1', {}, state.closedBecause
          ? 'The call has ended' : 'You left the call'),
        h('p', { class: 'mono hint' }, state.room),
        state.closedBecause
          ? h('p', { class: 'lead', role: 'alert' }, state.closedBecause)
          : null,
        h('div', { class: 'row' }, again,
          h('button', { class: 'plain', type: 'button', onclick: onHome },
            'Other room')))));

  return { element, update() {}, focus: () => again.focus(), destroy() {} };
}

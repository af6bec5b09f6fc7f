// SPDX-License-Identifier: LGPL-2.1-or-later
// Short messages in a corner. Errors stay longer and interrupt a screen
// reader; the rest is polite. The same text is not shown twice at once.

import { h } from './dom.js';
import { icon } from './icons.js';

const SHOWN_MS = { info: 3500, error: 9000 };
const SHOWN_MAX = 4;
const LEAVE_MS = 200;

export function createToasts() {
  const polite = h('div', { class: 'toast-list', role: 'status' });
  const urgent = h('div', { class: 'toast-list', role: 'alert' });
  const element = h('div', { class: 'toasts' }, urgent, polite);

  function drop(toast) {
    toast.classList.add('leaving');
    setTimeout(() => toast.remove(), LEAVE_MS);
  }

  /** @param {{kind: 'info'|'error', text: string}} message */
  function notify({ kind = 'info', text }) {
    const list = kind === 'error' ? urgent : polite;
    const same = Array.from(list.children).find(
      (toast) => toast.dataset.text === text);

    same?.remove();

    const toast = h('div', { class: `toast ${kind}` },
      icon(kind === 'error' ? 'warning' : 'info'),
      h('p', {}, text),
      h('button', {
        class: 'quiet small', type: 'button', 'aria-label': 'Dismiss',
        onclick: () => drop(toast),
      }, icon('close')));

    toast.dataset.text = text;
    list.append(toast);
    while (list.children.length > SHOWN_MAX) list.firstChild.remove();
    setTimeout(() => drop(toast), SHOWN_MS[kind]);
  }

  return { element, notify };
}

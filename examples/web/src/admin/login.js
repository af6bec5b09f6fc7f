// SPDX-License-Identifier: LGPL-2.1-or-later
// The way in: the admin token.

import { h, setText } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { brand } from '../ui/landing.js';
import { themeButton } from '../ui/theme.js';

/** @param {{onToken: (token: string) => Promise<string|null>}} options
 *   onToken: what is wrong with it; null = nothing */
export function loginView({ hint, onToken }) {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const input = h('input', {
    id: 'token', type: 'password', class: 'mono', required: true,
    autocomplete: 'current-password', spellcheck: false,
  });
  const button = h('button', { class: 'primary', type: 'submit' },
    'Open', icon('arrow'));

  async function submit(event) {
    event.preventDefault();
    button.setAttribute('aria-busy', 'true');
    setText(problem, await onToken(input.value.trim()) ?? '');
    button.removeAttribute('aria-busy');
    input.select();
  }

  const element = h('div', { class: 'page gate' },
    h('header', { class: 'top' }, brand(), themeButton()),
    h('main', {},
      h('form', { class: 'card', onsubmit: submit },
        h('h1', {}, 'This server'),
        h('p', { class: 'hint' }, hint),
        h('div', { class: 'field' },
          h('label', { htmlFor: 'token' }, 'Admin token'), input),
        problem, button)));

  return { element, focus: () => input.focus(), update() {}, destroy() {} };
}

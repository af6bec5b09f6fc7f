// SPDX-License-Identifier: LGPL-2.1-or-later
// Light or dark: the system's choice until the person makes one. boot.js
// applies the remembered choice before the first paint.

import { recall, remember } from '../prefs.js';
import { attr, h } from './dom.js';
import { icon, setIcon } from './icons.js';

const darkSystem = matchMedia('(prefers-color-scheme: dark)');

const current = () => document.documentElement.dataset.theme ??
  (darkSystem.matches ? 'dark' : 'light');

function apply(theme) {
  document.documentElement.dataset.theme = theme;
}

export function initTheme(fromAddress) {
  const theme = fromAddress ?? recall('theme');

  if (theme) apply(theme);
}

export function toggleTheme() {
  const theme = current() === 'dark' ? 'light' : 'dark';

  apply(theme);
  // Back at the system's own choice: follow it again from now on.
  remember('theme', theme === (darkSystem.matches ? 'dark' : 'light')
    ? null : theme);
  window.dispatchEvent(new Event('themechange'));
}

export function themeButton() {
  const button = h('button', {
    class: 'quiet', type: 'button', onclick: toggleTheme,
  }, icon('sun'));

  const show = () => {
    const other = current() === 'dark' ? 'light' : 'dark';

    setIcon(button, other === 'light' ? 'sun' : 'moon');
    attr(button, 'aria-label', `Switch to the ${other} theme`);
    attr(button, 'title', `Switch to the ${other} theme`);
  };

  darkSystem.addEventListener('change', show);
  window.addEventListener('themechange', show);
  show();

  return button;
}

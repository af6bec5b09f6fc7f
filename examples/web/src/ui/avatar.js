// SPDX-License-Identifier: LGPL-2.1-or-later
// Initials on a tint, where there is no picture.

import { initials, tintOf } from '../names.js';
import { h, setText } from './dom.js';

export function createAvatar() {
  const letters = h('span', {});
  const element = h('div', { class: 'avatar', 'aria-hidden': 'true' }, letters);

  return {
    element,
    update(id, name) {
      const tint = `avatar tint-${tintOf(id)}`;

      if (element.className !== tint) element.className = tint;
      setText(letters, initials(name));
    },
  };
}

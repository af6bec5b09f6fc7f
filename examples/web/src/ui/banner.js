// SPDX-License-Identifier: LGPL-2.1-or-later
// One line over the stage that says what state the connection is in, when it
// is not simply good. It floats: nothing moves when it comes or goes.

import { attr, h, setText } from './dom.js';

/** So many failed attempts are more than a hiccup. */
const PATIENCE = 3;

/** @returns {{kind: string, text: string, action?: string}|null} */
export function bannerOf({ connection, attempt, transports, audioBlocked }) {
  const states = Object.values(transports);

  if (connection === 'connecting' && attempt >= PATIENCE) {
    return {
      kind: 'bad', text: 'The server does not answer. Trying again…',
    };
  }
  if (connection === 'connecting') {
    return { kind: 'busy', text: 'Connecting to the room…' };
  }
  if (connection === 'reconnecting') {
    return {
      kind: 'bad', text: 'The connection is lost. Trying to come back…',
    };
  }
  if (states.includes('failed') || states.includes('disconnected')) {
    return {
      kind: 'bad', text: 'Sound and picture are interrupted. Restoring…',
    };
  }
  if (audioBlocked) {
    return {
      kind: 'busy', text: 'The browser holds the sound back.',
      action: 'Play sound',
    };
  }

  return null;
}

/** @param {{onAction: () => void}} options */
export function createBanner({ onAction }) {
  const spinner = h('span', { class: 'spinner', 'aria-hidden': 'true' });
  const text = h('span', {});
  const button = h('button', {
    class: 'small plain', type: 'button', onclick: onAction,
  });
  const element = h('div', { class: 'banner', role: 'status' },
    spinner, text, button);

  return {
    element,
    update(state) {
      const banner = bannerOf(state);

      attr(element, 'data-kind', banner?.kind ?? null);
      setText(text, banner?.text ?? '');
      button.hidden = !banner?.action;
      spinner.hidden = !banner || Boolean(banner.action);
      setText(button, banner?.action ?? '');
    },
  };
}

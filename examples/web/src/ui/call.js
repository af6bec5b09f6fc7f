// SPDX-License-Identifier: LGPL-2.1-or-later
// The call: a bar with the room, the stage, the dock.

import { createAudioSink } from './audio-sink.js';
import { createBanner } from './banner.js';
import { createDock } from './dock.js';
import { attr, h, setText } from './dom.js';
import { icon, mark, setIcon } from './icons.js';
import { bindKeys, createKeysDialog } from './shortcuts.js';
import { createStage } from './stage.js';
import { themeButton } from './theme.js';

const COPIED_MS = 1800;

const STATE_TEXT = {
  idle: 'Not connected',
  connecting: 'Connecting',
  connected: 'Connected',
  reconnecting: 'Reconnecting',
  closed: 'Closed',
};

/** One word for signalling and both transports together. */
function lampOf({ connection, transports }) {
  const states = Object.values(transports);

  if (connection === 'connected' && states.includes('failed')) return 'bad';
  if (connection === 'connected' && states.includes('disconnected')) {
    return 'bad';
  }
  if (connection === 'connected') return 'good';

  return connection === 'connecting' ? 'busy' : 'bad';
}

function createLinkButton(room, copyLink) {
  const button = h('button', {
    class: 'room-link mono', type: 'button',
    title: 'Copy the room’s link (L)',
    'aria-label': `Copy the link of room ${room}`,
    onclick: copyLink,
  }, h('span', {}, room), icon('link'));
  let timer = null;

  return {
    element: button,
    confirm() {
      clearTimeout(timer);
      setIcon(button, 'check');
      timer = setTimeout(() => setIcon(button, 'link'), COPIED_MS);
    },
  };
}

function createTop({ room, copyLink, showKeys }) {
  const link = createLinkButton(room, copyLink);
  const lamp = h('span', { class: 'lamp', role: 'img' });
  const count = h('span', {});
  const people = h('span', { class: 'people' }, icon('people'), count);
  const element = h('header', { class: 'bar' },
    mark(), h('h1', { class: 'unseen' }, `Call in ${room}`),
    link.element, lamp,
    h('span', { class: 'spacer' }), people,
    h('button', {
      class: 'quiet roomy', type: 'button', 'aria-label': 'Keys',
      title: 'Keys (?)', onclick: showKeys,
    }, icon('keyboard')),
    themeButton());

  return {
    element,
    confirm: link.confirm,
    update(state) {
      const size = state.peers.size + 1;

      attr(lamp, 'data-lamp', lampOf(state));
      attr(lamp, 'aria-label', STATE_TEXT[state.connection]);
      attr(lamp, 'title', STATE_TEXT[state.connection]);
      setText(count, String(size));
      attr(people, 'title', `${size} in the room`);
    },
  };
}

/**
 * @param {{store: object, actions: object, copyLink: () => Promise<boolean>}}
 *   options
 */
export function callView({ store, actions, copyLink }) {
  const sink = createAudioSink(store);
  const banner = createBanner({ onAction: () => sink.unlock() });
  const keys = createKeysDialog();
  const all = {
    ...actions,
    toggleFigures: () => actions.showFigures('all'),
    showKeys: () => keys.toggle(),
    copyLink: async () => {
      if (await copyLink()) top.confirm();
    },
  };
  const top = createTop({
    room: store.get().room, copyLink: all.copyLink, showKeys: all.showKeys,
  });
  const stage = createStage({
    onPin: actions.pin, onFigures: actions.showFigures,
    onInvite: all.copyLink,
  });
  const dock = createDock({ actions: all, stateOf: store.get });
  const parts = [sink, banner, top, stage, dock];
  const element = h('div', { class: 'call' },
    top.element, stage.element, dock.element, banner.element, sink.element,
    keys.element);
  const unbind = bindKeys(all);

  return {
    element,
    focus() {},
    update: (state) => parts.forEach((part) => part.update(state)),
    destroy() {
      unbind();
      sink.destroy();
      stage.destroy();
    },
  };
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// The first page: a name, a room, go.

import { DISPLAY_NAME_MAX, normaliseName } from '../names.js';
import { ROOM_NAME_MAX, makeRoomName, normaliseRoom } from '../room-names.js';
import { h } from './dom.js';
import { icon, mark } from './icons.js';
import { themeButton } from './theme.js';
import { walk } from './walk.js';

export const brand = () =>
  h('span', { class: 'brand' }, mark(), h('span', {}, 'gst-sfu'));

function roomField(initial) {
  const input = h('input', {
    id: 'room', name: 'room', class: 'mono', required: true,
    maxLength: ROOM_NAME_MAX, autocomplete: 'off', spellcheck: false,
    autocapitalize: 'none', value: initial || makeRoomName(),
  });
  const another = h('button', {
    class: 'quiet', type: 'button', 'aria-label': 'Another room name',
    title: 'Another room name',
    onclick: () => {
      input.value = makeRoomName();
      input.setCustomValidity('');
    },
  }, icon('dice'));

  input.addEventListener('input', () => input.setCustomValidity(''));

  return {
    input,
    element: h('div', { class: 'field' },
      h('label', { htmlFor: 'room' }, 'Room'),
      h('div', { class: 'with-button' }, input, another)),
  };
}

/** @param {{state: object, onEnter: (name: string, room: string) => void}} */
export function landingView({ state, onEnter }) {
  const room = roomField(state.room);
  const name = h('input', {
    id: 'name', name: 'name', maxLength: DISPLAY_NAME_MAX, required: true,
    autocomplete: 'name', value: state.me.name, placeholder: 'Ada Lovelace',
  });

  function submit(event) {
    event.preventDefault();

    const roomName = normaliseRoom(room.input.value);
    const person = normaliseName(name.value);

    if (!roomName) {
      room.input.setCustomValidity('Use at least one letter or digit.');
      room.input.reportValidity();

      return;
    }
    if (!person) {
      name.value = '';
      name.reportValidity();

      return;
    }
    onEnter(person, roomName);
  }

  const element = h('div', { class: 'page landing' },
    h('header', { class: 'top' }, brand(), themeButton()),
    h('main', {},
      h('section', { class: 'pitch' },
        h('h1', {}, 'Open a room,', h('br'), 'send the link.'),
        h('p', { class: 'lead' },
          'A video call over this server’s own GStreamer graph: each ' +
          'stream is forwarded as it came, to those who want it.'),
        h('form', { class: 'card', onsubmit: submit },
          h('div', { class: 'field' },
            h('label', { htmlFor: 'name' }, 'Your name'), name),
          room.element,
          h('button', { class: 'primary', type: 'submit' },
            'Continue', icon('arrow')))),
      h('section', { class: 'picture' }, walk())));

  return {
    element,
    update() {},
    focus: () => (name.value ? room.input : name).focus(),
    destroy() {},
  };
}

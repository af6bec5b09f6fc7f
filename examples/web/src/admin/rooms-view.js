// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of rooms.

import { attr, h, setText } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { addressOf } from './model.js';
import { badge, createList } from './parts.js';

/** So many need a field to look for one. */
const MANY = 8;

function roomLine({ id }) {
  const name = h('span', { class: 'room-name mono' }, id);
  const locked = badge('locked');
  const people = h('span', { class: 'count' });
  const tracks = h('span', { class: 'hint' });
  const link = h('a', { href: addressOf(id), class: 'room' },
    h('span', { class: 'room-top' }, name, locked.element,
      h('span', { class: 'people' }, icon('people'), people)),
    tracks);

  return {
    element: h('li', {}, link),
    update(room) {
      setText(people, String(room.peers));
      locked.update(room.locked);
      setText(tracks, `${room.producers} in, ${room.consumers} out`);
      attr(link, 'aria-current', room.selected ? 'true' : null);
    },
  };
}

export function roomsView() {
  const list = createList(h('ul', { class: 'rooms' }), ({ id }) => id,
    roomLine);
  const search = h('input', {
    type: 'search', placeholder: 'Find a room', 'aria-label': 'Find a room',
    spellcheck: false, oninput: () => show(),
  });
  const empty = h('p', { class: 'empty' });
  const element = h('section', { class: 'side', 'aria-label': 'Rooms' },
    h('h2', {}, 'Rooms'), search, list.element, empty);
  let last = { rooms: [], selected: null };

  function show() {
    const wanted = search.value.trim().toLowerCase();
    const shown = last.rooms.filter(({ id }) =>
      id.toLowerCase().includes(wanted));

    search.hidden = last.rooms.length < MANY && !wanted;
    list.update(shown.map((room) =>
      ({ ...room, selected: room.id === last.selected })));
    empty.hidden = shown.length > 0;
    setText(empty, last.rooms.length
      ? 'No room is called that.' : 'Nobody is here. Rooms open by themselves.');
  }

  return {
    element,
    update({ rooms, selected }) {
      last = { rooms, selected };
      show();
    },
  };
}

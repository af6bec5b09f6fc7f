// SPDX-License-Identifier: LGPL-2.1-or-later
// One room: people, or the graph.

import { attr, h, setText } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { addressOf } from './model.js';
import { badge, createList, doButton, sureButton } from './parts.js';
import { peerCard } from './peer-card.js';

/** Graphviz takes a processor's time for each. */
const GRAPH_EVERY_MS = 4000;

/** The drawing is an image: nothing in it can run, whatever it is called. */
function graphPane(loadGraph) {
  const image = h('img', { alt: 'The room’s graph', hidden: true });
  const note = h('p', { class: 'empty' }, 'Drawing…');
  const zoom = h('button', {
    class: 'small plain zoom', type: 'button',
    onclick: () => {
      const full = element.toggleAttribute('data-full');

      setText(zoom, full ? 'Fit' : 'Full size');
    },
  }, 'Full size');
  const element = h('div', { class: 'graph' },
    h('div', { class: 'paper' }, image, note), zoom);
  let timer = null;
  let url = null;

  function show(blob) {
    const old = url;

    url = URL.createObjectURL(blob);
    image.src = url;
    image.hidden = false;
    note.hidden = true;
    if (old) URL.revokeObjectURL(old);
  }

  async function draw() {
    const mine = timer;

    try {
      const blob = document.hidden ? null : await loadGraph();

      if (timer !== mine) return;
      if (blob) show(blob);
    } catch (error) {
      if (timer !== mine) return;
      note.hidden = false;
      setText(note, error.message);
    }
    timer = setTimeout(draw, GRAPH_EVERY_MS);
  }

  return {
    element,
    start() {
      if (timer !== null) return;
      timer = 0;
      draw();
    },
    stop() {
      clearTimeout(timer);
      timer = null;
    },
  };
}

function tabs(names, choose) {
  const buttons = names.map((name) => h('button', {
    class: 'tab', type: 'button', role: 'tab', onclick: () => pick(name),
  }, name));

  function pick(name) {
    buttons.forEach((button, i) =>
      attr(button, 'aria-selected', String(names[i] === name)));
    choose(name);
  }

  return { element: h('div', { class: 'tabs', role: 'tablist' }, buttons), pick };
}

/** @param {{id: string, actions: object, canAct: boolean}} options */
export function roomView({ id, actions, canAct }) {
  const bound = {
    mute: (peerId, muted) => actions.mute(id, peerId, muted),
    kick: (peerId) => actions.kick(id, peerId),
  };
  const people = createList(h('ul', { class: 'peers' }), (peer) => peer.id,
    (peer) => peerCard(peer, { actions: bound, canAct }));
  const empty = h('p', { class: 'empty' }, 'Nobody is in this room.');
  const cut = h('p', { class: 'hint' },
    'The room is too large for all figures: some are left out.');
  const graph = graphPane(() => actions.graph(id));
  const pane = h('div', { class: 'pane' }, people.element, empty, cut);
  const locked = badge('locked');
  let isLocked = false;
  const lock = doButton({ run: () => actions.lock(id, !isLocked) });
  const choice = tabs(['People', 'Graph'], (name) => {
    pane.hidden = name !== 'People';
    graph.element.hidden = name !== 'Graph';
    if (name === 'Graph') graph.start();
    else graph.stop();
  });
  const element = h('section', { class: 'detail', 'aria-label': `Room ${id}` },
    h('header', { class: 'detail-top' },
      h('a', { class: 'back', href: addressOf(null), 'aria-label': 'All rooms' },
        icon('arrow')),
      h('h1', { class: 'mono' }, id), locked.element,
      canAct ? h('div', { class: 'acts' }, lock.element, sureButton({
        label: 'Close', title: 'Put everybody out', kind: 'plain danger-text',
        run: () => actions.close(id),
      })) : null),
    choice.element, pane, graph.element);

  choice.pick('People');

  return {
    id,
    element,
    /** @param {object|null} room null = it is gone */
    update(room) {
      people.update(room?.peers ?? []);
      empty.hidden = Boolean(room?.peers.length);
      cut.hidden = !room?.figuresCut;
      isLocked = Boolean(room?.locked);
      locked.update(isLocked);
      lock.show(isLocked ? 'Unlock' : 'Lock',
        isLocked ? 'Let people in again' : 'Let nobody new in');
    },
    destroy: () => graph.stop(),
  };
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// The area of the tiles: makes, places and removes them as the state says.

import { layoutGrid, layoutStage } from '../grid.js';
import { tilesOf } from '../tiles.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { createTile } from './tile.js';

const GAP_WIDE = 12;
const GAP_NARROW = 8;
const NARROW = 600;

/** @param {{onPin: Function, onFigures: Function, onInvite: Function}} actions */
export function createStage(actions) {
  const field = h('div', { class: 'tiles' });
  const alone = h('div', { class: 'alone', hidden: true },
    h('p', {}, 'Nobody else is here yet.'),
    h('button', {
      class: 'primary small', type: 'button', onclick: actions.onInvite,
    }, icon('link'), 'Copy the link'));
  const element = h('main', { class: 'stage' }, field, alone);
  const shown = new Map();
  let tiles = [];
  let large = false;

  function layout() {
    const { clientWidth: width, clientHeight: height } = element;
    const gap = width < NARROW ? GAP_NARROW : GAP_WIDE;
    const area = { width, height, count: tiles.length, gap };
    const { boxes, height: used } =
      large ? layoutStage(area) : layoutGrid(area);

    field.style.height = `${used}px`;
    boxes.forEach((box, i) => shown.get(tiles[i].key).place(box));
  }

  function reconcile() {
    const keys = new Set(tiles.map(({ key }) => key));

    for (const [key, tile] of shown) {
      if (keys.has(key)) continue;
      tile.destroy();
      shown.delete(key);
    }
    for (const tile of tiles) {
      if (shown.has(tile.key)) continue;

      const made = createTile(tile, actions);

      shown.set(tile.key, made);
      field.append(made.element);
    }
  }

  const observer = new ResizeObserver(layout);

  observer.observe(element);

  return {
    element,
    update(state) {
      const order = tiles.map(({ key }) => key).join('\n');
      const before = large;

      ({ tiles, large } = tilesOf(state));
      reconcile();
      tiles.forEach((tile, i) =>
        shown.get(tile.key).update(tile, state, large && i === 0));
      alone.hidden = state.peers.size > 0 || state.connection !== 'connected';
      if (before !== large ||
          order !== tiles.map(({ key }) => key).join('\n')) layout();
    },
    destroy() {
      observer.disconnect();
      for (const tile of shown.values()) tile.destroy();
      shown.clear();
    },
  };
}

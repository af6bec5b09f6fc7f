// SPDX-License-Identifier: LGPL-2.1-or-later
// One tile of the call: a picture or initials, a name, and what a glance
// should tell: speaking, muted, how good the connection is.

import { figureBrief, figureRows } from '../stats.js';
import { createAvatar } from './avatar.js';
import { attr, h, setText } from './dom.js';
import { bars, icon } from './icons.js';

const QUALITY_TEXT = {
  good: 'Good connection',
  fair: 'Fair connection',
  poor: 'Poor connection',
  unknown: 'Nothing measured yet',
};

const SOURCE_TEXT = { camera: '', screen: 'screen' };

function nameOf({ name, own, source }) {
  if (source === 'screen') return own ? 'Your screen' : `${name}’s screen`;

  return own ? `${name || 'You'} (you)` : name;
}

/** The overlay: one small table per stream, a few lines on a small tile. */
function createFigures() {
  const element = h('div', { class: 'figures', hidden: true });
  const brief = h('p', { class: 'brief' });
  let cells = [];
  let shape = '';

  function build(streams) {
    cells = [];
    element.replaceChildren(brief, ...streams.map((figures) =>
      h('div', { class: 'stream' },
        h('p', {}, `${figures.kind} ${figures.direction}`),
        h('dl', {}, figureRows(figures).map(([label]) => {
          const cell = h('dd', {});

          cells.push(cell);

          return h('div', {}, h('dt', {}, label), cell);
        })))));
  }

  return {
    element,
    update(streams, open) {
      element.hidden = !open;
      if (!open) return;

      const rows = streams.map(figureRows);
      const now = JSON.stringify(rows.map((list) => list.map(([l]) => l)));

      if (now !== shape) {
        shape = now;
        if (streams.length) build(streams);
        else element.replaceChildren(h('p', {}, 'Nothing flows here.'));
      }
      setText(brief, streams.length ? figureBrief(streams[0]) : '');
      rows.flat().forEach(([, text], i) => setText(cells[i], text));
    },
  };
}

function createPicture(own, source) {
  const video = h('video', {
    autoplay: true, muted: true, playsInline: true, hidden: true,
    class: own && source === 'camera' ? 'mirrored' : '',
  });
  let shown = null;

  function update(track) {
    if (track === shown) return;
    shown = track;
    video.classList.remove('live');
    video.srcObject = track ? new MediaStream([track]) : null;
    video.hidden = !track;
    // Muted video may always play; a failure is a removal in between.
    if (track) video.play().catch(() => {});
  }

  // Shown only once there is a frame: no black flash over the initials.
  video.addEventListener('loadeddata', () => video.classList.add('live'));

  return { video, update };
}

/** What a moderator did to a tile of ours. */
function mutedText({ own, source }, muted) {
  if (!own) return '';
  if (muted.has(source)) return 'Stopped by a moderator';

  return source === 'camera' && muted.has('mic') ? 'Muted by a moderator' : '';
}

/** "waiting", "stalled" … under the name while there is no good picture. */
function stateText(tile, streams, { transports, muted: byModerator }) {
  const transport = transports[tile.own ? 'send' : 'recv'];

  if (transport === 'failed' || transport === 'disconnected') {
    return 'Connection interrupted';
  }
  if (!tile.own && tile.video && streams.some(({ stalled }) => stalled)) {
    return 'Picture stands still';
  }
  if (!tile.own && tile.video &&
      !streams.some(({ kind, frames }) => kind === 'video' && frames > 0)) {
    return 'Waiting for the picture…';
  }

  return mutedText(tile, byModerator);
}

/**
 * @param {object} first the tile as tilesOf() describes it
 * @param {{onPin: Function, onFigures: Function}} actions
 */
export function createTile(first, { onPin, onFigures }) {
  const { key, own, source } = first;
  const avatar = createAvatar();
  const picture = createPicture(own, source);
  const figures = createFigures();
  const label = h('span', { class: 'name' });
  const wave = h('span', { class: 'wave', 'aria-hidden': 'true' },
    h('i', {}), h('i', {}), h('i', {}));
  const muted = h('span', { class: 'muted', hidden: true }, icon('mic-off'));
  const note = h('span', { class: 'tile-note' });
  const quality = h('button', {
    class: 'chip quality', type: 'button', onclick: () => onFigures(key),
  }, bars());
  const pin = h('button', {
    class: 'chip pin', type: 'button', onclick: () => onPin(key),
  }, icon('pin'));
  const element = h('article', {
    class: `tile ${source}${own ? ' own' : ''}`, 'data-key': key,
    'data-peer': first.peerId,
    ondblclick: (event) => event.target.closest('button') || onPin(key),
  },
  avatar.element, picture.video,
  h('div', { class: 'tile-keys' }, pin, quality),
  figures.element,
  h('div', { class: 'plate' }, muted, wave, label, note));

  function updatePlate(tile, state, streams) {
    const text = state.connection === 'connected'
      ? stateText(tile, streams, state) : '';
    // Without a connection nobody knows who is muted.
    const away = !tile.own && state.connection !== 'connected';
    const speaking = state.speaker === tile.peerId && !tile.muted &&
      tile.source === 'camera';

    setText(label, nameOf(tile));
    setText(note, text);
    note.hidden = !text;
    muted.hidden = tile.source === 'screen' || !tile.muted || away;
    attr(element, 'data-speaking', speaking);
    attr(element, 'data-away', away);
    attr(element, 'aria-label', [
      nameOf(tile), SOURCE_TEXT[tile.source], tile.muted && !away ? 'muted' : '',
      speaking ? 'speaking' : '', tile.video ? '' : 'no picture', text,
    ].filter(Boolean).join(', '));
  }

  function updateKeys(state, entry, open, large) {
    const words = QUALITY_TEXT[entry.quality];
    const pinned = state.pinned === key;

    attr(quality, 'data-quality', entry.quality);
    attr(quality, 'aria-label', `${words}. Stats of ${label.textContent}`);
    attr(quality, 'title', words);
    attr(quality, 'aria-pressed', String(open));
    attr(pin, 'aria-pressed', String(pinned));
    attr(pin, 'aria-label', `${pinned ? 'Unpin' : 'Pin'} ${label.textContent}`);
    attr(pin, 'title', pinned ? 'Unpin' : 'Show large');
    attr(element, 'data-large', large);
  }

  return {
    element,
    update(tile, state, large) {
      const entry =
        state.figures.get(key) ?? { quality: 'unknown', streams: [] };
      const open = state.figuresOpen.has('all') || state.figuresOpen.has(key);

      avatar.update(tile.peerId, tile.name);
      picture.update(tile.video);
      updatePlate(tile, state, entry.streams);
      updateKeys(state, entry, open, large);
      figures.update(entry.streams, open);
    },
    place({ x, y, width, height }) {
      const { style } = element;

      style.left = `${x}px`;
      style.top = `${y}px`;
      style.width = `${width}px`;
      style.height = `${height}px`;
    },
    destroy() {
      picture.update(null);
      element.remove();
    },
  };
}

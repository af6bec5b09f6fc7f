// SPDX-License-Identifier: LGPL-2.1-or-later
// The picture on the first page: the walk of a packet through a room, drawn
// like a GStreamer graph. Decoration; packets move unless motion is reduced.

import { svg } from './dom.js';

const BOX = { width: 124, height: 44 };

const ELEMENTS = [
  { name: 'sfuproducer', x: 8, y: 88, kind: 'in' },
  { name: 'sfuproducer', x: 8, y: 248, kind: 'in' },
  { name: 'tee', x: 196, y: 88, width: 64 },
  { name: 'tee', x: 196, y: 248, width: 64 },
  { name: 'sfuconsumer', x: 328, y: 28, kind: 'out' },
  { name: 'sfuconsumer', x: 328, y: 128, kind: 'out' },
  { name: 'sfuconsumer', x: 328, y: 208, kind: 'idle' },
  { name: 'sfuconsumer', x: 328, y: 308, kind: 'out' },
];

const right = ({ x, y, width = BOX.width }) => [x + width, y + BOX.height / 2];
const left = ({ x, y }) => [x, y + BOX.height / 2];

/** A link leaves and enters level, like cables on a rack. */
function cable([x1, y1], [x2, y2]) {
  const bend = (x2 - x1) / 2;

  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

const LINKS = [
  [0, 2], [1, 3], [2, 4], [2, 5], [3, 6], [3, 7],
].map(([from, to], i) => ({
  d: cable(right(ELEMENTS[from]), left(ELEMENTS[to])),
  idle: ELEMENTS[to].kind === 'idle',
  late: i > 1,
}));

const pad = ([cx, cy]) => svg('circle', { cx, cy, r: 4, class: 'pad' });

function box(element) {
  const { name, x, y, kind = 'mid', width = BOX.width } = element;
  const label = svg('text', {
    x: x + width / 2, y: y + BOX.height / 2 + 5, 'text-anchor': 'middle',
  });

  label.textContent = name;

  return svg('g', { class: `box ${kind}` },
    svg('rect', { x, y, width, height: BOX.height, rx: 10 }),
    label,
    ...(kind === 'in' ? [] : [pad(left(element))]),
    ...(kind === 'in' || kind === 'mid' ? [pad(right(element))] : []));
}

function packet({ d, late }, i) {
  const dot = svg('circle', { r: 4.5, class: `packet${late ? ' late' : ''}` });

  dot.style.offsetPath = `path('${d}')`;
  dot.style.animationDelay = `${(late ? 1.1 : 0) + (i % 2) * 0.7}s`;

  return dot;
}

export function walk() {
  return svg('svg', {
    class: 'walk', viewBox: '0 0 460 380', 'aria-hidden': 'true',
  },
  ...LINKS.map(({ d, idle }) =>
    svg('path', { d, class: idle ? 'link idle' : 'link' })),
  ...LINKS.filter(({ idle }) => !idle).map(packet),
  ...ELEMENTS.map(box));
}

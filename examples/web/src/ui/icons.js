// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's own icons: strokes on a 24 × 24 field, coloured by the text
// around them. Decoration only; the button that holds one carries the label.

import { svg } from './dom.js';

const MIC = 'M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3z';
const MIC_FOOT = 'M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.5M9 20.5h6';
const CAMERA = 'M3.5 7.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7a2 ' +
  '2 0 0 1-2-2zM14.5 10.5l6-3.5v10l-6-3.5';
const SLASH = 'M4 3.5l16 17';
const SCREEN = 'M3.5 5h17v11.5h-17zM9 20h6M12 16.5V20';

const PATHS = {
  mic: [MIC, MIC_FOOT],
  'mic-off': [MIC, MIC_FOOT, SLASH],
  camera: [CAMERA],
  'camera-off': [CAMERA, SLASH],
  screen: [SCREEN, 'M12 13.5V8M9.5 10.5L12 8l2.5 2.5'],
  'screen-off': [SCREEN, 'M9.5 8.5l5 5M14.5 8.5l-5 5'],
  leave: ['M10 4.5H5.5v15H10M10 12h10M16.5 8.5L20 12l-3.5 3.5'],
  link: ['M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1',
    'M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  up: ['M7 14.5l5-5 5 5'],
  sun: ['M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2' +
    'M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 ' +
    '5.3l-1.4 1.4M6.7 17.3l-1.4 1.4'],
  moon: ['M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z'],
  pin: ['M9 3.5h6l-1 6 3.5 3.5v1.5h-11V13L10 9.5zM12 14.5v6'],
  close: ['M6 6l12 12M18 6L6 18'],
  people: ['M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5' +
    'a6.5 6.5 0 0 1 13 0M16 5a3.5 3.5 0 0 1 0 6.5M18 14a6.5 6.5 ' +
    '0 0 1 3.5 5.5'],
  dice: ['M5 4.5h14v15H5z', 'M9 9h.01M15 9h.01M12 12h.01M9 15h.01' +
    'M15 15h.01'],
  keyboard: ['M3 6.5h18v11H3zM6.5 10h.01M10 10h.01M14 10h.01M17.5 10' +
    'h.01M8 14h8'],
  speaker: ['M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6' +
    'M18 6.5a7.5 7.5 0 0 1 0 11'],
  warning: ['M12 4l9 15.5H3zM12 10v4.5M12 17h.01'],
  info: ['M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5' +
    'M12 8h.01'],
  figures: ['M4 19.5h16M6.5 16v-4M12 16V6M17.5 16V9'],
  arrow: ['M5 12h14M13 6l6 6-6 6'],
};

/** @param {keyof PATHS} name */
export function icon(name) {
  return svg('svg', {
    class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true',
    'data-icon': name,
  }, ...PATHS[name].map((d) => svg('path', { d })));
}

/** Swaps the icon inside an element, only if it is another one. */
export function setIcon(element, name) {
  const old = element.querySelector('svg.icon');

  if (old?.dataset.icon !== name) old?.replaceWith(icon(name));
}

/** One line in, three out, one of them not taken: what an SFU does. */
export function mark() {
  const lines = ['M5 16h7c5 0 4-9 9-9h4', 'M5 16h20', 'M5 16h7c5 0 4 9 9 9h4'];

  return svg('svg', {
    class: 'mark', viewBox: '0 0 32 32', 'aria-hidden': 'true',
  },
  ...lines.map((d, i) => svg('path', { d, class: i === 2 ? 'idle' : 'live' })),
  svg('circle', { cx: 5, cy: 16, r: 3.5, class: 'node' }),
  svg('circle', { cx: 26, cy: 7, r: 2.75, class: 'node' }),
  svg('circle', { cx: 26, cy: 16, r: 2.75, class: 'node' }),
  svg('circle', { cx: 26, cy: 25, r: 2.5, class: 'hollow' }));
}

/** Three bars for the quality of a connection; CSS fills them. */
export function bars() {
  return svg('svg', {
    class: 'bars', viewBox: '0 0 16 14', 'aria-hidden': 'true',
  },
  svg('rect', { x: 1, y: 9, width: 3.5, height: 4, rx: 1 }),
  svg('rect', { x: 6.25, y: 5.5, width: 3.5, height: 7.5, rx: 1 }),
  svg('rect', { x: 11.5, y: 1, width: 3.5, height: 12, rx: 1 }));
}

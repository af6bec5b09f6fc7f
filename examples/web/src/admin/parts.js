// SPDX-License-Identifier: LGPL-2.1-or-later
// Small parts of the admin page.

import { attr, h, setText, svg } from '../ui/dom.js';
import { bars, icon } from '../ui/icons.js';
import { linePoints, qualityOf } from './model.js';

const ARMED_MS = 3000;
const LINE = { width: 120, height: 28 };

/**
 * Keeps one part for each item, in their order, without touching those that
 * stay: what has the focus keeps it.
 * @param {(item: any) => {element: Element, update: (item: any) => void}} make
 */
export function createList(element, keyOf, make) {
  const parts = new Map();

  return {
    element,
    update(items) {
      const keys = new Set(items.map(keyOf));

      for (const [key, part] of parts) {
        if (keys.has(key)) continue;
        part.element.remove();
        parts.delete(key);
      }
      items.forEach((item, i) => {
        const key = keyOf(item);
        const part = parts.get(key) ?? make(item);

        parts.set(key, part);
        part.update(item);
        if (element.children[i] !== part.element) {
          element.insertBefore(part.element, element.children[i] ?? null);
        }
      });
    },
  };
}

/** A button that asks once more before it does what cannot be undone. */
export function sureButton({ label, title, glyph, kind = 'plain', run }) {
  const text = h('span', {}, label);
  let timer = null;

  function disarm() {
    clearTimeout(timer);
    timer = null;
    setText(text, label);
    attr(button, 'data-armed', false);
  }

  async function onclick() {
    if (timer === null) {
      timer = setTimeout(disarm, ARMED_MS);
      setText(text, 'Sure?');
      attr(button, 'data-armed', true);

      return;
    }
    disarm();
    attr(button, 'aria-busy', 'true');
    await run();
    attr(button, 'aria-busy', null);
  }

  const button = h('button', {
    class: `small ${kind} sure`, type: 'button', title, onclick,
  }, glyph ? icon(glyph) : null, text);

  return button;
}

/** A button that does it at once. */
export function doButton({ glyph, kind = 'plain', run }) {
  const text = h('span', {});
  const button = h('button', {
    class: `small ${kind}`, type: 'button',
    onclick: async () => {
      attr(button, 'aria-busy', 'true');
      await run();
      attr(button, 'aria-busy', null);
    },
  }, glyph ? icon(glyph) : null, text);

  return {
    element: button,
    show(label, title) {
      setText(text, label);
      attr(button, 'title', title);
    },
  };
}

/** The last minute as a line. */
export function sparkline() {
  const line = svg('polyline', { points: '' });
  const element = svg('svg', {
    class: 'spark', viewBox: `0 -1 ${LINE.width} ${LINE.height + 2}`,
    preserveAspectRatio: 'none', 'aria-hidden': 'true',
  }, line);

  return {
    element,
    update: (values, top) => attr(
      line, 'points', linePoints(values, { ...LINE, top })),
  };
}

/** Three bars, and the number for those who want it. */
export function scoreBars() {
  const number = h('span', { class: 'unseen' });
  const element = h('span', { class: 'score' }, bars(), number);

  return {
    element,
    update(score) {
      attr(element, 'data-quality', qualityOf(score));
      attr(element, 'title', score === null ? null : `Score ${score} of 10`);
      setText(number, score === null ? '–' : `${score} of 10`);
    },
  };
}

export function badge(text, kind = '') {
  const element = h('span', { class: `badge ${kind}` }, text);

  return {
    element,
    update: (shown) => { element.hidden = !shown; },
  };
}

/** A figure with its name below. */
export function figure(name) {
  const value = h('dd', {});

  return {
    element: h('div', { class: 'figure' }, h('dt', {}, name), value),
    update: (text) => setText(value, text),
  };
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// A person's name as initials and a tint for the avatar. Pure.

/** Longest display name sent to the server, in characters. */
export const DISPLAY_NAME_MAX = 48;

/** How many avatar tints the style sheet defines (.tint-0 …). */
export const TINT_COUNT = 6;

const graphemes = (text) =>
  typeof Intl !== 'undefined' && Intl.Segmenter
    ? Array.from(new Intl.Segmenter().segment(text), (s) => s.segment)
    : Array.from(text);

/** Name as typed → name as sent: one line, no controls, bounded. */
export function normaliseName(text) {
  const line = String(text ?? '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();

  return graphemes(line).slice(0, DISPLAY_NAME_MAX).join('').trim();
}

/** "Ada Lovelace" → "AL", "ada" → "A", "" → "?" */
export function initials(name) {
  const words = normaliseName(name).split(' ').filter(Boolean);

  if (words.length === 0) return '?';

  const picked = words.length === 1 ? [words[0]] : [words[0], words.at(-1)];

  return picked.map((word) => graphemes(word)[0].toUpperCase()).join('');
}

/** A stable tint per peer, so that people keep their colour in a call. */
export function tintOf(id) {
  let hash = 0;

  for (const char of String(id)) {
    hash = (Math.imul(hash, 31) + char.codePointAt(0)) >>> 0;
  }

  return hash % TINT_COUNT;
}

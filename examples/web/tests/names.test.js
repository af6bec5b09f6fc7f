// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  DISPLAY_NAME_MAX, TINT_COUNT, initials, normaliseName, tintOf,
} from '../src/names.js';

test('initials', () => {
  const table = [
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['Juan Carlos de la Cruz', 'JC'],
    ['  ', '?'],
    ['', '?'],
    ['élodie ørsted', 'ÉØ'],
    ['👩‍🚀 Sally', '👩‍🚀S'],
    ['李 小龙', '李小'],
  ];

  for (const [name, expected] of table) {
    assert.equal(initials(name), expected, name);
  }
});

test('a name is one bounded line', () => {
  assert.equal(normaliseName(' a\tb\n\u2028c '), 'a b c');
  assert.equal(normaliseName('y'.repeat(200)).length, DISPLAY_NAME_MAX);
  assert.equal(normaliseName(null), '');
});

test('tints are stable, in range, and all in use', () => {
  const seen = new Set();

  for (let i = 0; i < 300; i++) {
    const tint = tintOf(`peer-${i}`);

    assert.equal(tint, tintOf(`peer-${i}`));
    assert.ok(tint >= 0 && tint < TINT_COUNT);
    seen.add(tint);
  }
  assert.equal(seen.size, TINT_COUNT);
});

// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import {
  ROOM_NAME_MAX, makeRoomName, normaliseRoom,
} from '../src/room-names.js';

globalThis.crypto ??= webcrypto; // node 18 has it, but not as a global

test('a made name is its own normal form', () => {
  for (let i = 0; i < 200; i++) {
    const name = makeRoomName();

    assert.match(name, /^[a-z]+-[a-z]+-[a-z]+$/);
    assert.equal(normaliseRoom(name), name);
  }
});

test('the two adjectives differ whatever is drawn', () => {
  const count = [];

  makeRoomName((n) => { count.push(n); return 0; });

  for (let a = 0; a < count[0]; a++) {
    for (let b = 0; b < count[1]; b++) {
      const draws = [a, b, 0];
      const [first, second] = makeRoomName(() => draws.shift()).split('-');

      assert.notEqual(first, second);
    }
  }
});

test('what people type', () => {
  const table = [
    ['Quiet Copper Heron', 'quiet-copper-heron'],
    ['  team / daily  ', 'team-daily'],
    ['a--b---c', 'a-b-c'],
    ['../../etc', 'etc'],
    ['v1.2_x', 'v1.2_x'],
    ['Straße Überlingen', 'straße-überlingen'],
    ['日本', '日本'],
    ['e\u0301', 'é'],
    ['<script>', 'script'],
    ['---', ''],
    ['', ''],
    [null, ''],
    [undefined, ''],
  ];

  for (const [typed, expected] of table) {
    assert.equal(normaliseRoom(typed), expected, String(typed));
  }
});

test('a name is cut to its bound, and never ends in a dash', () => {
  assert.equal(normaliseRoom('x'.repeat(500)).length, ROOM_NAME_MAX);
  assert.equal(
    normaliseRoom(`${'x'.repeat(ROOM_NAME_MAX - 1)}-yy`),
    'x'.repeat(ROOM_NAME_MAX - 1));
});

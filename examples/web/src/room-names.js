// SPDX-License-Identifier: LGPL-2.1-or-later
// Room names that can be read out over the phone. Pure.

const ADJECTIVES = (
  'amber ancient autumn bold brisk calm clear clever copper coral crisp ' +
  'early eager fair gentle golden hidden honest jolly keen kind late lively ' +
  'lucky mellow mild misty modest nimble noble olive open patient plain ' +
  'polished proud quick quiet rapid silver simple steady still sunny swift ' +
  'tidy velvet warm wide'
).split(' ');

const THINGS = (
  'apple arbor badger beacon birch bramble bridge brook canyon cedar cello ' +
  'clover comet cove crane dune falcon fern finch fjord garden glacier ' +
  'harbor hazel heron hollow island ivy juniper kestrel lagoon lantern lark ' +
  'linden lynx maple meadow mill moss otter pebble pine plover prairie reed ' +
  'ridge river robin sparrow spruce summit thicket tide valley willow wren'
).split(' ');

/** Longest room name the page makes or accepts, in characters. */
export const ROOM_NAME_MAX = 64;

/** @param {number} n @returns {number} an unbiased index in [0, n) */
function randomIndex(n) {
  const range = 2 ** 32;
  const limit = range - (range % n);
  const word = new Uint32Array(1);

  do {
    crypto.getRandomValues(word);
  } while (word[0] >= limit);

  return word[0] % n;
}

/**
 * "quiet-copper-heron": two different adjectives and a thing, about 130 000
 * names. A name is a meeting point, not a secret.
 *
 * @param {(n: number) => number} [pick] index source, for tests
 */
export function makeRoomName(pick = randomIndex) {
  const first = pick(ADJECTIVES.length);
  // One shorter list and a shift: the second is never the first again.
  const other = pick(ADJECTIVES.length - 1);
  const second = other >= first ? other + 1 : other;

  return [ADJECTIVES[first], ADJECTIVES[second], THINGS[pick(THINGS.length)]]
    .join('-');
}

/**
 * What somebody typed, as a room name: lower case, dashes for everything
 * that is not a letter, digit, dash, dot or underscore of any script.
 * An empty string means that nothing usable is left.
 */
export function normaliseRoom(text) {
  const name = String(text ?? '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/-{2,}/g, '-');
  const cut = Array.from(name).slice(0, ROOM_NAME_MAX).join('');

  return cut.replace(/^[-.]+|[-.]+$/g, '');
}

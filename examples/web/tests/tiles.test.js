// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sourceOf, tilesOf } from '../src/tiles.js';

const ME = {
  id: 'm', name: 'Me', mic: 'on', camera: 'on', screen: 'off',
  tracks: { mic: 'mic', camera: 'cam', screen: null },
};

const consumer = (id, peerId, source, extra = {}) => [id, {
  id, peerId, source, kind: source === 'mic' ? 'audio' : 'video',
  paused: false, track: `track-${id}`, ...extra,
}];

const state = ({ peers = [], consumers = [], pinned = null, me = ME }) => ({
  me,
  pinned,
  peers: new Map(peers.map((id) => [id, { id, displayName: `Name ${id}` }])),
  consumers: new Map(consumers),
});

const keys = ({ tiles }) => tiles.map(({ key }) => key);

test('where a track comes from', () => {
  const table = [
    ['audio', undefined, 'mic'],
    ['audio', { source: 'mic' }, 'mic'],
    ['audio', { source: 'screen' }, 'screen-audio'],
    ['video', undefined, 'camera'],
    ['video', { share: true }, 'screen'],
    ['video', { source: 'screen' }, 'screen'],
    ['video', { source: 'webcam' }, 'camera'],
    ['video', null, 'camera'],
  ];

  for (const [kind, appData, expected] of table) {
    assert.equal(sourceOf(kind, appData), expected);
  }
});

test('alone: the own tile, not large', () => {
  const result = tilesOf(state({}));

  assert.deepEqual(keys(result), ['me']);
  assert.equal(result.large, false);
});

test('others first, the own tile last', () => {
  assert.deepEqual(keys(tilesOf(state({ peers: ['a', 'b'] }))),
    ['a', 'b', 'me']);
});

test('muted and camera-off of another', () => {
  const tileOf = (consumers) =>
    tilesOf(state({ peers: ['a'], consumers })).tiles[0];

  const none = tileOf([]);

  assert.equal(none.video, null);
  assert.equal(none.muted, true);
  assert.deepEqual(none.consumerIds, []);

  const both = tileOf([consumer('1', 'a', 'mic'), consumer('2', 'a', 'camera')]);

  assert.equal(both.video, 'track-2');
  assert.equal(both.muted, false);
  assert.deepEqual(both.consumerIds, ['2', '1']);

  const paused = tileOf([
    consumer('1', 'a', 'mic', { paused: true }),
    consumer('2', 'a', 'camera', { paused: true }),
  ]);

  assert.equal(paused.video, null);
  assert.equal(paused.muted, true);
});

test('a screen becomes large and comes first', () => {
  const result = tilesOf(state({
    peers: ['a', 'b'],
    consumers: [consumer('1', 'b', 'camera'), consumer('2', 'b', 'screen')],
  }));

  assert.deepEqual(keys(result), ['b:2', 'a', 'b', 'me']);
  assert.equal(result.large, true);
});

test('the own screen yields to the screen of another', () => {
  const me = { ...ME, screen: 'on', tracks: { ...ME.tracks, screen: 's' } };

  assert.equal(keys(tilesOf(state({ me, peers: ['a'] })))[0], 'me:screen');
  assert.equal(keys(tilesOf(state({
    me, peers: ['a'], consumers: [consumer('2', 'a', 'screen')],
  })))[0], 'a:2');
});

test('a pinned tile wins, a pinned tile that left does not', () => {
  const peers = ['a', 'b'];
  const consumers = [consumer('2', 'a', 'screen')];

  assert.equal(keys(tilesOf(state({ peers, consumers, pinned: 'b' })))[0], 'b');
  assert.equal(
    keys(tilesOf(state({ peers, consumers, pinned: 'gone' })))[0], 'a:2');
});

test('consumers of a peer that is not known yet wait', () => {
  assert.deepEqual(
    keys(tilesOf(state({ consumers: [consumer('1', 'x', 'camera')] }))),
    ['me']);
});

test('a second camera gets a tile of its own', () => {
  const result = tilesOf(state({
    peers: ['a'],
    consumers: [consumer('1', 'a', 'camera'), consumer('2', 'a', 'camera')],
  }));

  assert.deepEqual(keys(result), ['a', 'a:2', 'me']);
});

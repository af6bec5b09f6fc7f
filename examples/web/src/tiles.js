// SPDX-License-Identifier: LGPL-2.1-or-later
// Which tiles a call shows, in which order. Pure: state in, list out.

/** Where a track comes from, for peers of other programs too. */
export function sourceOf(kind, appData) {
  const { source, share } = appData ?? {};

  if (kind === 'audio') return source === 'screen' ? 'screen-audio' : 'mic';

  return source === 'screen' || share ? 'screen' : 'camera';
}

const ownTile = (me) => ({
  key: 'me',
  peerId: me.id,
  own: true,
  source: 'camera',
  name: me.name,
  video: me.camera === 'on' ? me.tracks.camera : null,
  hasAudio: me.mic !== 'off',
  muted: me.mic !== 'on',
});

const ownScreen = (me) => ({
  key: 'me:screen',
  peerId: me.id,
  own: true,
  source: 'screen',
  name: me.name,
  video: me.tracks.screen,
  hasAudio: false,
  muted: false,
});

function peerTiles(peer, consumers) {
  const videos = consumers.filter((consumer) => consumer.kind === 'video');
  const mic = consumers.find((consumer) => consumer.source === 'mic');
  const cameras = videos.filter((consumer) => consumer.source === 'camera');
  const screens = videos.filter((consumer) => consumer.source === 'screen');
  const base = { peerId: peer.id, own: false, name: peer.displayName };
  const [first, ...more] = cameras;

  return [
    {
      ...base,
      key: peer.id,
      source: 'camera',
      consumerIds: [first?.id, mic?.id].filter(Boolean),
      video: first && !first.paused ? first.track : null,
      hasAudio: Boolean(mic),
      muted: !mic || mic.paused,
    },
    ...[...more, ...screens].map((consumer) => ({
      ...base,
      key: `${peer.id}:${consumer.id}`,
      source: consumer.source,
      consumerIds: [consumer.id],
      video: consumer.paused ? null : consumer.track,
      hasAudio: false,
      muted: false,
    })),
  ];
}

/**
 * @param {{me: object, peers: Map, consumers: Map, pinned: string|null}} state
 * @returns {{tiles: object[], large: boolean}} the first tile is the large
 *   one when `large` is set: the pinned one, else the newest screen
 */
export function tilesOf({ me, peers, consumers, pinned }) {
  const byPeer = new Map();

  for (const consumer of consumers.values()) {
    const list = byPeer.get(consumer.peerId) ?? [];

    byPeer.set(consumer.peerId, [...list, consumer]);
  }

  const tiles = [
    ...Array.from(peers.values()).flatMap((peer) =>
      peerTiles(peer, byPeer.get(peer.id) ?? [])),
    ...(me.screen === 'on' ? [ownScreen(me)] : []),
    ownTile(me),
  ];
  const screens = tiles.filter((tile) => tile.source === 'screen');
  const first =
    tiles.find((tile) => tile.key === pinned) ??
    screens.filter((tile) => !tile.own).at(-1) ?? screens.at(-1);

  if (!first || tiles.length === 1) return { tiles, large: false };

  return {
    tiles: [first, ...tiles.filter((tile) => tile !== first)],
    large: true,
  };
}

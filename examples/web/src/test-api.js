// SPDX-License-Identifier: LGPL-2.1-or-later
// window.__sfu: a small stable surface for end-to-end tests and for curious
// people with a console. Everything is plain data but `client`.

/**
 * version     number, raised when something below changes its meaning
 * state()     { view, room, connection, transports, me, speaker }
 * peers()     [{ id, displayName }]
 * producers() [{ id, kind, source, paused, codec, track }]
 * consumers() [{ id, peerId, producerId, kind, source, paused, track, codec }]
 * figures()   { tileKey: { quality, streams } } as shown on the tiles
 * stats()     Promise of { send, recv }: entries of both getStats()
 * joined()    Promise that resolves once the call is connected
 * restartIce() Promise of an ICE restart of all transports
 * resumes()   how often the session went on after its connection broke
 * muted()     sources of ours that a moderator has muted
 * actions     what the buttons do: toggleMic, toggleCamera, leave, …
 * client      the RoomClient itself
 */
export function installTestApi({ store, client, sampler, actions }) {
  const codecOf = (media) =>
    media?.rtpParameters.codecs[0].mimeType.split('/')[1] ?? null;
  const trackOf = (track) => track && {
    id: track.id, muted: track.muted, enabled: track.enabled,
    readyState: track.readyState,
  };

  window.__sfu = {
    version: 1,
    client,
    actions,
    state() {
      const { view, room, connection, transports, me, speaker } = store.get();
      const { tracks, ...mine } = me;

      return { view, room, connection, transports, me: mine, speaker };
    },
    peers: () => Array.from(store.get().peers.values(),
      ({ id, displayName }) => ({ id, displayName })),
    producers: () => (client.session?.producers ?? []).map((producer) => ({
      id: producer.id,
      kind: producer.kind,
      source: producer.appData.source,
      paused: producer.paused,
      codec: codecOf(producer),
      track: trackOf(producer.track),
    })),
    consumers: () => Array.from(store.get().consumers.values(),
      ({ track, ...entry }) => ({
        ...entry,
        track: trackOf(track),
        codec: codecOf(client.session?.consumers.get(entry.id)),
      })),
    figures: () => Object.fromEntries(store.get().figures),
    stats: () => sampler.snapshot(),
    joined: () => store.when(({ connection }) => connection === 'connected'),
    restartIce: () => client.session?.restartIce(),
    resumes: () => client.resumes,
    muted: () => Array.from(store.get().muted),
  };
}

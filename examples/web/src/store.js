// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's state in one place: whoever changes it calls set(), whoever
// shows it subscribes. Listeners run once per turn, after all changes of
// that turn, so that a burst of notifications paints once.

/** @param {object} initial */
export function createStore(initial) {
  const listeners = new Set();
  let state = initial;
  let scheduled = false;

  function notify() {
    scheduled = false;
    for (const listener of Array.from(listeners)) listener(state);
  }

  return {
    get: () => state,

    /** @param {object|((state) => object)} patch merged at the top level */
    set(patch) {
      const change = typeof patch === 'function' ? patch(state) : patch;

      state = { ...state, ...change };
      if (scheduled) return;
      scheduled = true;
      queueMicrotask(notify);
    },

    /** Calls listener with the state now and on changes; returns an undo. */
    subscribe(listener) {
      listeners.add(listener);
      listener(state);

      return () => listeners.delete(listener);
    },

    /** Resolves with the state once test(state) holds. */
    when(test) {
      return new Promise((resolve) => {
        const check = (now) => {
          if (!test(now)) return;
          listeners.delete(check);
          resolve(now);
        };

        listeners.add(check);
        check(state);
      });
    },
  };
}

/** A copy of a Map with one entry changed (undefined: taken out). */
export function withEntry(map, key, value) {
  const copy = new Map(map);

  if (value === undefined) copy.delete(key);
  else copy.set(key, value);

  return copy;
}

/** The state of a page that has just been opened. */
export function initialState() {
  return {
    view: 'landing',
    room: '',
    // idle | connecting | connected | reconnecting | closed
    connection: 'idle',
    // Failed attempts to reach the server since the connection was lost.
    attempt: 0,
    // Why connection is 'closed', in words for a person.
    closedBecause: null,
    // RTCPeerConnection states, null while there is no transport.
    transports: { send: null, recv: null },
    me: {
      id: '',
      name: '',
      // off | starting | on | muted
      mic: 'off',
      // off | starting | on
      camera: 'off',
      screen: 'off',
      tracks: { mic: null, camera: null, screen: null },
    },
    peers: new Map(),
    consumers: new Map(),
    speaker: null,
    // Sources of ours (mic, camera, screen) that a moderator has muted.
    muted: new Set(),
    devices: { mic: [], camera: [], speaker: [] },
    chosen: { mic: null, camera: null, speaker: null },
    // Why a device does not work, by kind; null when it does.
    deviceErrors: { mic: null, camera: null },
    pinned: null,
    // Keys of the tiles whose figures are shown; 'all' shows them on each.
    figuresOpen: new Set(),
    // Tile key → { quality, streams: figures[] }
    figures: new Map(),
    audioBlocked: false,
  };
}

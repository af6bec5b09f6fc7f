// SPDX-License-Identifier: LGPL-2.1-or-later
// Once a second: getStats() of both transports → figures per tile in the
// store. Also the place where a picture that stands still is noticed.

import { PictureWatch } from './picture-watch.js';
import {
  inboundFigures, listOf, outboundFigures, qualityOf,
} from './stats.js';
import { tilesOf } from './tiles.js';

const PERIOD_MS = 1000;

export class Sampler {
  /**
   * @param {object} store
   * @param {() => import('./session.js').Session|null} sessionOf
   */
  constructor(store, sessionOf) {
    this._store = store;
    this._sessionOf = sessionOf;
    this._before = new Map();
    // Consumer id → PictureWatch
    this._watches = new Map();
    this._timer = null;
    this._running = false;
  }

  start() {
    if (this._timer === null) {
      this._timer = setInterval(() => this._tick(), PERIOD_MS);
    }
  }

  stop() {
    clearInterval(this._timer);
    this._timer = null;
    this._before.clear();
    this._watches.clear();
  }

  /** @returns {Promise<{send: object[], recv: object[]}>} raw entries */
  async snapshot() {
    const session = this._sessionOf();
    const read = async (direction) => {
      try {
        return listOf(await session?.transport(direction)?.getStats());
      } catch {
        // Closed meanwhile.
        return [];
      }
    };
    const [send, recv] = await Promise.all([read('send'), read('recv')]);

    return { send, recv };
  }

  async _tick() {
    // A browser that is slow to answer must not be asked twice.
    if (this._running || document.hidden || !this._sessionOf()) return;
    this._running = true;
    try {
      this._publish(await this.snapshot());
    } finally {
      this._running = false;
    }
  }

  _publish({ send, recv }) {
    const session = this._sessionOf();

    if (!session || this._timer === null) return;

    const state = this._store.get();
    const before = this._before;
    const rtp = [...send, ...recv].filter(({ type }) =>
      type === 'inbound-rtp' || type === 'outbound-rtp');

    this._before = new Map(rtp.map((entry) => [entry.ssrc, entry]));

    const inbound = (id) => this._inbound(
      recv, before, session.consumers.get(id), state.consumers.get(id));
    const outbound = (sources) => this._outbound(
      send, before, session.producers, sources);
    const figures = new Map();

    for (const id of this._watches.keys()) {
      if (!session.consumers.has(id)) this._watches.delete(id);
    }
    for (const tile of tilesOf(state).tiles) {
      const streams = (tile.own
        ? outbound(tile.source === 'screen' ? ['screen'] : ['camera', 'mic'])
        : tile.consumerIds.map(inbound)).filter(Boolean);

      figures.set(tile.key, { quality: qualityOf(streams), streams });
    }
    this._store.set({ figures });
  }

  _inbound(stats, before, consumer, shown) {
    const ssrc = consumer?.rtpParameters.encodings[0].ssrc;
    const now = stats.find((entry) =>
      entry.type === 'inbound-rtp' && entry.ssrc === ssrc);

    if (!now || !shown) return null;

    const figures = inboundFigures(stats, before.get(ssrc) ?? null, now);

    return {
      ...figures,
      paused: shown.paused,
      score: shown.score ?? null,
      stalled: false,
      ...(shown.kind === 'video' ? this._watch(shown, figures) : {}),
    };
  }

  _watch({ id, source, paused }, { frames, freezes }) {
    if (!this._watches.has(id)) this._watches.set(id, new PictureWatch());

    const seen = this._watches.get(id).update({ frames, freezes, paused });

    // A shared screen may stand still for minutes: that is no fault.
    return source === 'screen' ? { ...seen, stalled: false } : seen;
  }

  _outbound(stats, before, producers, sources) {
    return sources.map((source) => {
      const producer = producers.find(
        (entry) => entry.appData.source === source);
      const layers = stats.filter((entry) =>
        entry.type === 'outbound-rtp' && producer &&
        entry.mid === producer.localId);

      return layers.length && !producer.paused
        ? outboundFigures(stats, before, layers) : null;
    });
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Watches one transport's connection state and restarts ICE when the path is
// gone. Knows neither mediasoup nor the DOM: time comes through the timer
// functions, so that tests own the clock.

/** 'disconnected' often heals by itself within a second or two. */
export const GRACE_MS = 1500;
/** How long a restart may take before the next one, growing each time. */
export const RETRY_MS = 3000;
export const RETRY_FACTOR = 1.5;
/** After so many in vain the whole session is made anew. */
export const ATTEMPTS_MAX = 5;

const defaultTimers = {
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (id) => clearTimeout(id),
};

export class IceGuard {
  /**
   * @param {object} options
   * @param {() => Promise<void>} options.restart one ICE restart
   * @param {() => void} options.onLost all attempts were in vain
   * @param {{set: Function, clear: Function}} [options.timers]
   */
  constructor({ restart, onLost, timers = defaultTimers }) {
    this._restart = restart;
    this._onLost = onLost;
    this._timers = timers;
    this._timer = null;
    this._state = 'new';
    this._attempts = 0;
    this._busy = false;
    this._closed = false;
  }

  /** @param {string} state RTCPeerConnection.connectionState */
  onState(state) {
    this._state = state;

    if (state === 'connected') {
      this._attempts = 0;
      this._stop();
    } else if (state === 'disconnected' && this._timer === null) {
      this._after(GRACE_MS);
    } else if (state === 'failed') {
      this._stop();
      this._try();
    }
  }

  /** Now, if something is wrong. */
  nudge() {
    if (this._state !== 'disconnected' && this._state !== 'failed') return;
    this._stop();
    this._try();
  }

  /** Unasked, for tests and for the curious: also on a healthy path. */
  async restart() {
    if (this._busy || this._closed) return;
    this._busy = true;

    try {
      await this._restart();
    } finally {
      this._busy = false;
    }
  }

  close() {
    this._closed = true;
    this._stop();
  }

  _stop() {
    if (this._timer !== null) this._timers.clear(this._timer);
    this._timer = null;
  }

  _after(ms) {
    this._timer = this._timers.set(() => {
      this._timer = null;
      this._try();
    }, ms);
  }

  async _try() {
    if (this._closed || this._busy || this._state === 'connected') return;

    if (this._attempts >= ATTEMPTS_MAX) {
      this._onLost();

      return;
    }

    const wait = RETRY_MS * RETRY_FACTOR ** this._attempts;

    this._attempts += 1;
    try {
      await this.restart();
    } catch {
      // Signalling may be down too; the next attempt will tell.
    }
    if (!this._closed && this._state !== 'connected') {
      this._stop();
      this._after(wait);
    }
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// How often the page knocks at a server that is away. Pure.

const FIRST_MS = 400;
const FACTOR = 1.6;
const LAST_MS = 5000;

/** A call that held this long was a good one: come back at once. */
const STABLE_MS = 10_000;

/** So many breaks within that time are more than bad luck. */
const RESUMES_MAX = 4;

/** For connections that are refused: quick at first, for ten minutes. */
export const RETRY = {
  retries: 120, factor: FACTOR, minTimeout: FIRST_MS, maxTimeout: LAST_MS,
};

/**
 * For connections that are accepted and then lost again. protoo-client dials
 * at once after each, without an end: a server that takes everybody and
 * throws them out would be flooded.
 */
export class Redial {
  constructor() {
    this.shortLives = 0;
    this._joinedAt = null;
    this._resumes = [];
  }

  /**
   * The connection of a call is lost. May it be dialled again at once, to go on
   * where it was?
   * @param {number} nowMs @returns {boolean}
   */
  mayResume(nowMs) {
    if (this._joinedAt === null) return false;
    this._resumes = this._resumes.filter((at) => nowMs - at < STABLE_MS);
    if (this._resumes.length >= RESUMES_MAX) return false;
    this._resumes.push(nowMs);

    return true;
  }

  /** @param {number} nowMs the room was joined */
  onJoined(nowMs) {
    this._joinedAt = nowMs;
  }

  /** @param {number} nowMs @returns {number} how long to wait, in ms */
  onLost(nowMs) {
    const held = this._joinedAt !== null && nowMs - this._joinedAt >= STABLE_MS;

    this._joinedAt = null;
    this.shortLives = held ? 0 : this.shortLives + 1;
    if (held) return 0;

    return Math.min(LAST_MS, FIRST_MS * FACTOR ** (this.shortLives - 1));
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Watches one received picture over its samples: does it stand still, and
// which of the browser's freezes were real? Pure: the samples are passed in.

/** So many samples without a new frame make a stalled picture. */
export const STALL_SAMPLES = 3;

/** A browser counts a pause as a freeze once the next frame has come. */
export const RESUME_SAMPLES = 3;

export class PictureWatch {
  constructor() {
    this._frames = null;
    this._still = 0;
    this._counted = 0;
    this._excused = 0;
    this._grace = 0;
  }

  /**
   * @param {{frames: number|null, freezes: number|null, paused: boolean}}
   *   sample counters since the stream began
   * @returns {{stalled: boolean, freezes: number|null}} freezes without
   *   those that were the sender's camera being off
   */
  update({ frames, freezes, paused }) {
    const moves = paused || !frames || frames !== this._frames;

    this._still = moves ? 0 : this._still + 1;
    this._frames = frames;

    return {
      stalled: this._still >= STALL_SAMPLES,
      freezes: freezes === null ? null : this._real(freezes, paused),
    };
  }

  _real(freezes, paused) {
    if (paused) this._grace = RESUME_SAMPLES;
    if (this._grace > 0) this._excused += freezes - this._counted;
    if (!paused && this._grace > 0) this._grace -= 1;
    this._counted = freezes;

    return freezes - this._excused;
  }
}

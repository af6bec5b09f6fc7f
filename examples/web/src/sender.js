// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps what is sent of one source (microphone, camera, screen) equal to what
// is wanted of it. Changes queue up and only the last wish counts, so quick
// clicks end where the person stopped. Knows producers only by their verbs.

export class Sender {
  /**
   * @param {object} options
   * @param {(track: MediaStreamTrack) => Promise<object>} options.produce
   * @param {(method: string, data: object) => Promise<void>} options.request
   * @param {boolean} options.closeWhenOff whether being off closes the
   *   producer (a screen) or keeps it paused for next time (a camera)
   */
  constructor({ produce, request, closeWhenOff }) {
    this._produce = produce;
    this._request = request;
    this._closeWhenOff = closeWhenOff;
    this._last = Promise.resolve();
    // What the server was told last.
    this._serverPaused = false;
    this._closed = false;
    this.producer = null;
  }

  /**
   * @param {() => {track: MediaStreamTrack|null, paused: boolean}} wanted
   *   asked when its turn comes
   * @returns {Promise<void>} rejects when this change failed; later ones
   *   start from what is really there
   */
  sync(wanted) {
    const next = this._last.catch(() => {}).then(() =>
      this._closed ? undefined : this._apply(wanted()));

    this._last = next;

    return next;
  }

  close() {
    this._closed = true;
    this.producer = null;
  }

  async _apply({ track, paused }) {
    if (!this.producer) {
      if (!track) return;

      const producer = await this._produce(track);

      if (this._closed) return;
      this.producer = producer;
      this._serverPaused = false;
    }

    if (!track && this._closeWhenOff) {
      const { producer } = this;

      this.producer = null;
      producer.close();
      await this._request('closeProducer', { producerId: producer.id });

      return;
    }

    // Pause first and resume last: no frame of a wrong track gets out.
    if (paused || !track) {
      await this._pause();
      await this._replace(track);
    } else {
      await this._replace(track);
      await this._resume();
    }
  }

  async _replace(track) {
    if (this.producer.track !== track) {
      await this.producer.replaceTrack({ track });
    }
  }

  async _pause() {
    if (!this.producer.paused) this.producer.pause();
    if (!this._serverPaused) await this._tell('pauseProducer', true);
  }

  async _resume() {
    if (this.producer.paused) this.producer.resume();
    if (this._serverPaused) await this._tell('resumeProducer', false);
  }

  async _tell(method, paused) {
    await this._request(method, { producerId: this.producer.id });
    this._serverPaused = paused;
  }
}

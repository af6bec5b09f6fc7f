// SPDX-License-Identifier: LGPL-2.1-or-later
// The person's own tracks: opened in the lobby, kept over reconnects, owned
// here and only here. Every change lands in the store and is then reported
// with onChange(source), so that a connection can follow.

import * as devices from './devices.js';
import { deviceErrorText, isDismissal } from './error-texts.js';
import { recall, remember } from './prefs.js';

const OPENERS = {
  mic: devices.openMic,
  camera: devices.openCamera,
  screen: devices.openScreen,
};

export class LocalMedia {
  /**
   * @param {object} store
   * @param {{resolution: string, notify: Function}} options
   */
  constructor(store, { resolution, notify }) {
    this._store = store;
    this._resolution = resolution;
    this._notify = notify;
    // Counts openings per source: a late answer of an older one is stopped.
    this._turn = { mic: 0, camera: 0, screen: 0 };
    this.onChange = () => {};

    store.set({
      chosen: {
        mic: recall('mic'),
        camera: recall('camera'),
        speaker: recall('speaker'),
      },
    });
    navigator.mediaDevices?.addEventListener?.(
      'devicechange', () => this.refreshDevices());
  }

  get _me() {
    return this._store.get().me;
  }

  _setMe(source, value, track) {
    const me = this._me;

    this._store.set({
      me: { ...me, [source]: value, tracks: { ...me.tracks, [source]: track } },
    });
  }

  _setError(source, text) {
    if (source === 'screen') return;
    this._store.set(({ deviceErrors }) => ({
      deviceErrors: { ...deviceErrors, [source]: text },
    }));
  }

  async refreshDevices() {
    this._store.set({ devices: await devices.listDevices() });
  }

  /** Lobby: camera and microphone with one question, singly if that fails. */
  async openBoth() {
    const { chosen } = this._store.get();
    const turns = { mic: ++this._turn.mic, camera: ++this._turn.camera };

    this._setMe('mic', 'starting', null);
    this._setMe('camera', 'starting', null);

    try {
      const tracks = await devices.openBoth({
        mic: chosen.mic, camera: chosen.camera, resolution: this._resolution,
      });

      this._adopt('mic', tracks.mic, turns.mic);
      this._adopt('camera', tracks.camera, turns.camera);
    } catch {
      await this.open('camera', { quiet: true });
      await this.open('mic', { quiet: true });
    }
    await this.refreshDevices();
  }

  _adopt(source, track, turn) {
    if (turn !== this._turn[source]) {
      track.stop();

      return false;
    }

    const { deviceId } = track.getSettings?.() ?? {};

    track.addEventListener('ended', () => this._onEnded(source, track));
    this._setMe(source, 'on', track);
    this._setError(source, null);
    if (deviceId && source !== 'screen') {
      this._store.set(({ chosen }) => ({
        chosen: { ...chosen, [source]: deviceId },
      }));
    }
    this.onChange(source);

    return true;
  }

  /**
   * Opens the source's device and switches it on.
   * @returns {Promise<boolean>} false after a failure, which was reported
   */
  async open(source, { deviceId = null, quiet = false } = {}) {
    const turn = ++this._turn[source];
    const before = this._me.tracks[source];

    if (!before) this._setMe(source, 'starting', null);

    try {
      const track = await OPENERS[source]({
        deviceId: deviceId ?? this._store.get().chosen[source],
        exact: deviceId !== null,
        resolution: this._resolution,
      });
      const adopted = this._adopt(source, track, turn);

      if (adopted) before?.stop();
      this.refreshDevices();

      return adopted;
    } catch (error) {
      if (turn !== this._turn[source]) return false;
      if (!before) this._setMe(source, 'off', null);

      const text = deviceErrorText(source, error);

      if (!before) this._setError(source, text);
      if (!quiet && !isDismissal(source, error)) {
        this._notify({ kind: 'error', text });
      }

      return false;
    }
  }

  /** Switches a source off and lets go of its device (the light goes out). */
  close(source) {
    const track = this._me.tracks[source];

    ++this._turn[source];
    track?.stop();
    this._setMe(source, 'off', null);
    this.onChange(source);
  }

  closeAll() {
    for (const source of Object.keys(OPENERS)) this.close(source);
  }

  _onEnded(source, track) {
    if (this._me.tracks[source] !== track) return;

    this.close(source);
    this._notify(source === 'screen'
      ? { kind: 'info', text: 'You stopped sharing your screen.' }
      : {
        kind: 'error',
        text: source === 'mic'
          ? 'The microphone was disconnected.'
          : 'The camera was disconnected.',
      });
  }

  /** A muted microphone stays open, so that unmuting is immediate. */
  setMuted(muted) {
    const { mic, tracks } = this._me;

    if (!tracks.mic || (mic === 'muted') === muted) return;
    tracks.mic.enabled = !muted;
    this._setMe('mic', muted ? 'muted' : 'on', tracks.mic);
    remember('micOn', !muted);
    this.onChange('mic');
  }

  async toggleMic() {
    const { mic } = this._me;

    if (mic === 'off') await this.open('mic');
    else if (mic !== 'starting') this.setMuted(mic === 'on');
  }

  async toggleCamera() {
    const { camera } = this._me;

    if (camera === 'on') this.close('camera');
    else if (camera === 'off') await this.open('camera');
    remember('cameraOn', this._me.camera === 'on');
  }

  async toggleScreen() {
    const { screen } = this._me;

    if (screen === 'on') this.close('screen');
    else if (screen === 'off') await this.open('screen');
  }

  /** Another device for a source; a muted microphone stays muted. */
  async choose(source, deviceId) {
    remember(source, deviceId);
    this._store.set(({ chosen }) => ({
      chosen: { ...chosen, [source]: deviceId },
    }));
    if (source === 'speaker' || this._me[source] === 'off') return;

    const wasMuted = source === 'mic' && this._me.mic === 'muted';

    await this.open(source, { deviceId });
    if (wasMuted) this.setMuted(true);
  }
}

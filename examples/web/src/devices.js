// SPDX-License-Identifier: LGPL-2.1-or-later
// Cameras, microphones and loudspeakers: listing and opening.

const SIZES = {
  qvga: { width: { ideal: 320 }, height: { ideal: 240 } },
  vga: { width: { ideal: 640 }, height: { ideal: 480 } },
  hd: { width: { ideal: 1280 }, height: { ideal: 720 } },
};

const FRAME_RATE_MAX = 30;
/** Text on a shared screen needs sharpness more than motion. */
const SCREEN_FRAME_RATE_MAX = 15;

const KINDS = {
  audioinput: 'mic',
  videoinput: 'camera',
  audiooutput: 'speaker',
};

/** getUserMedia is absent, not refusing, on a page without https. */
function mediaDevices() {
  if (navigator.mediaDevices) return navigator.mediaDevices;

  const error = new Error('no media devices in this context');

  error.name = 'InsecureContextError';
  throw error;
}

export const canShareScreen = () =>
  Boolean(navigator.mediaDevices?.getDisplayMedia);

export const canChooseSpeaker = () =>
  'setSinkId' in HTMLMediaElement.prototype;

const wanted = (deviceId, exact) => {
  if (!deviceId) return {};

  return { deviceId: exact ? { exact: deviceId } : { ideal: deviceId } };
};

const micConstraints = (deviceId, exact) => ({
  ...wanted(deviceId, exact),
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
});

const cameraConstraints = (deviceId, exact, resolution) => ({
  ...wanted(deviceId, exact),
  ...SIZES[resolution],
  frameRate: { max: FRAME_RATE_MAX },
});

/** @returns {Promise<MediaStreamTrack>} */
export async function openMic({ deviceId = null, exact = false } = {}) {
  const stream = await mediaDevices().getUserMedia({
    audio: micConstraints(deviceId, exact),
  });

  return stream.getAudioTracks()[0];
}

/** @returns {Promise<MediaStreamTrack>} */
export async function openCamera(
  { deviceId = null, exact = false, resolution = 'hd' } = {}) {
  const stream = await mediaDevices().getUserMedia({
    video: cameraConstraints(deviceId, exact, resolution),
  });

  return stream.getVideoTracks()[0];
}

/** Both at once, so that the browser asks once. Throws if either fails. */
export async function openBoth({ mic, camera, resolution }) {
  const stream = await mediaDevices().getUserMedia({
    audio: micConstraints(mic, false),
    video: cameraConstraints(camera, false, resolution),
  });

  return {
    mic: stream.getAudioTracks()[0],
    camera: stream.getVideoTracks()[0],
  };
}

/** @returns {Promise<MediaStreamTrack>} */
export async function openScreen() {
  const stream = await mediaDevices().getDisplayMedia({
    video: { frameRate: { max: SCREEN_FRAME_RATE_MAX } },
    audio: false,
  });
  const [track] = stream.getVideoTracks();

  track.contentHint = 'detail';

  return track;
}

/** @returns {Promise<{mic: object[], camera: object[], speaker: object[]}>} */
export async function listDevices() {
  const found = { mic: [], camera: [], speaker: [] };
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];

  for (const { kind, deviceId, label } of all) {
    const list = found[KINDS[kind]];

    // Before permission the browser lists nameless placeholders.
    if (list && deviceId) {
      list.push({ deviceId, label: label || `Device ${list.length + 1}` });
    }
  }

  return found;
}

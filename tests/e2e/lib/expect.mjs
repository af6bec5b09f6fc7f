// SPDX-License-Identifier: LGPL-2.1-or-later
// What "sees and hears" means, in one place.
import assert from 'node:assert/strict';

/** Frames per second of the fake cameras; what Chromium's gives by default. */
export const CAMERA_FPS = 20;
/** Part of the camera's frames that must be decoded: the window of a
 * measurement may cut one frame at each end. */
const FRAMES_WANTED = 0.97;
/** Mean difference of 0..255 per colour that a codec at a megabit may make;
 * measured 0.1 for equal pictures, above 20 for different ones. */
const PICTURE_TOLERANCE = 8;
/** A picture whose colours differ less from their mean is one flat field. */
const FLAT = 3;

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;

/** Mean absolute difference of two pictures. */
export function difference (a, b) {
  return mean(a.map((value, i) => Math.abs(value - b[i])));
}

/** The picture has content: neither black nor one colour. */
export function assertPicture (picture, what) {
  assert.ok(mean(picture) > 10, `${what}: the picture is black`);
  const middle = mean(picture);
  const spread = mean(picture.map((value) => Math.abs(value - middle)));
  assert.ok(spread > FLAT, `${what}: the picture is one flat field`);
}

/** The picture that arrived is the one the sender's camera shows. */
export function assertSamePicture (sender, receiver, what) {
  const far = difference(sender, receiver);
  assert.ok(far < PICTURE_TOLERANCE,
    `${what}: the pictures differ by ${far.toFixed(1)}`);
}

/** A window of watch.js: every frame came, moved, in time. */
export function assertSees (window, what, fps = CAMERA_FPS) {
  const text = `${what}: ${JSON.stringify(window)}`;
  const wanted = Math.floor(window.seconds * fps * FRAMES_WANTED);
  assert.ok(window.framesDecoded >= wanted,
    `${text}: fewer than ${wanted} frames decoded`);
  assert.equal(window.freezes, 0, `${text}: froze`);
  assert.ok(window.pictures >= 2, `${text}: the picture stands still`);
}

export function assertHears (window, what) {
  const text = `${what}: ${JSON.stringify(window)}`;
  assert.ok(window.audioPackets > 0, `${text}: no audio packets`);
  assert.ok(window.audioEnergy > 0, `${text}: silence`);
}

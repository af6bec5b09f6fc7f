// SPDX-License-Identifier: LGPL-2.1-or-later
// What "sees and hears" means, in one place.
import assert from 'node:assert/strict';

/** Frames per second of the fake cameras; what Chromium's gives by default. */
export const CAMERA_FPS = 20;
/** Part of the pictures made that must be decoded; what was made is asked for a
 * little before and after the window. */
const FRAMES_WANTED = 0.97;
const FRAMES_AT_ENDS = 2;
/** A machine that cannot make so many of its camera's pictures in time does not
 * show them in time either: what it calls a freeze is not the server's. */
const IN_TIME = 0.9;
/** Nobody knows what a program has made in time: its picture may stand for. */
const PROGRAM_GAP_MS = 1000;
/** Mean difference of 0..255 per colour that a codec at a megabit may make;
 * measured 0.1 for equal pictures, above 20 for different ones. */
const PICTURE_TOLERANCE = 8;
/** Correlation with the sender's picture; measured 0.96 when only brightness
 * is changed (VP9), else above 0.99. That the picture moves is seen by others. */
const PICTURE_LIKENESS = 0.94;
/** How long the sender's camera is looked at; the delay of a call is half. */
const COMPARE_MS = 1000;
/** A picture whose colours differ less from their mean is one flat field. */
const FLAT = 3;

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;

/** Mean absolute difference of two pictures. */
export function difference (a, b) {
  return mean(a.map((value, i) => Math.abs(value - b[i])));
}

/** Correlation coefficient of two pictures: 1 = the same but for contrast. */
export function likeness (a, b) {
  const [meanA, meanB] = [mean(a), mean(b)];
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** The picture has content: neither black nor one colour. */
export function assertPicture (picture, what) {
  assert.ok(mean(picture) > 10, `${what}: the picture is black`);
  const middle = mean(picture);
  const spread = mean(picture.map((value) => Math.abs(value - middle)));
  assert.ok(spread > FLAT, `${what}: the picture is one flat field`);
}

/**
 * The picture that arrived is one that the sender's camera has shown. The
 * camera's picture moves and the call takes its time, so several are compared.
 * options: colours (true) - false for VP9, whose brightness Chromium changes
 * between its own encoder and decoder, with or without a server.
 */
export async function assertShows (sender, receiver, options = {}) {
  const { colours = true } = options;
  const showing = sender.ownPictures(COMPARE_MS);
  await new Promise((resolve) => setTimeout(resolve, COMPARE_MS / 2));
  const picture = await receiver.picture(sender.id);
  const what = `${receiver.id} sees ${sender.id}`;
  assertPicture(picture, what);
  const shown = await showing;
  const like = Math.max(...shown.map((p) => likeness(p, picture)));
  assert.ok(like > PICTURE_LIKENESS,
    `${what}: the pictures are alike by ${like.toFixed(3)} only`);
  const far = Math.min(...shown.map((p) => difference(p, picture)));
  assert.ok(!colours || far < PICTURE_TOLERANCE,
    `${what}: the pictures differ by ${far.toFixed(1)}`);
}

/** A window of watch.js: every frame that was made came, moved, in time. */
export function assertSees (window, what, fps = CAMERA_FPS) {
  const text = `${what}: ${JSON.stringify(window)}`;
  const full = window.seconds * fps;
  const made = window.framesMade ?? full;
  assert.ok(made > 0, `${text}: the publisher made no picture`);
  const wanted = Math.floor(
    Math.min(made, full) * FRAMES_WANTED - FRAMES_AT_ENDS);
  assert.ok(window.framesDecoded >= wanted,
    `${text}: fewer than ${wanted} frames decoded`);
  if (window.framesMade === undefined)
    assert.ok(window.maxGapMs <= PROGRAM_GAP_MS, `${text}: stood`);
  else if (made >= full * IN_TIME)
    assert.equal(window.freezes, 0, `${text}: froze`);
  assert.ok(window.pictures >= 2, `${text}: the picture stands still`);
}

export function assertHears (window, what) {
  const text = `${what}: ${JSON.stringify(window)}`;
  assert.ok(window.audioPackets > 0, `${text}: no audio packets`);
  assert.ok(window.audioEnergy > 0, `${text}: silence`);
}

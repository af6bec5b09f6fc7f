// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture of fresh noise in every frame: an encoder needs all the bits it is
// allowed to have, so what is sent shows what the network is trusted with.

const FPS = 20;
/** One random value covers BLOCK x BLOCK pixels; 1 would only cost CPU. */
const BLOCK = 4;

/** A MediaStream with one video track. */
export function noiseStream (width, height) {
  const small = new OffscreenCanvas(width / BLOCK, height / BLOCK);
  const noise = small.getContext('2d');
  const image = noise.createImageData(small.width, small.height);
  const words = new Uint32Array(image.data.buffer);
  const canvas = Object.assign(document.createElement('canvas'),
    { width, height });
  const context = canvas.getContext('2d');
  const opaque = 0xff000000;
  setInterval(() => {
    for (let i = 0; i < words.length; i++)
      words[i] = opaque | Math.floor(Math.random() * 0x1000000);
    noise.putImageData(image, 0, 0);
    context.drawImage(small, 0, 0, width, height);
  }, 1000 / FPS);
  return canvas.captureStream(FPS);
}

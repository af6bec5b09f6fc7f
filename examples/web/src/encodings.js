// SPDX-License-Identifier: LGPL-2.1-or-later
// How a track is to be encoded: the options of transport.produce(). Pure.

const KBPS = 1000;

/** Enough for a sharp face at 720p; a browser uses less for less. */
const CAMERA_MAX_BPS = 1500 * KBPS;
const SCREEN_MAX_BPS = 2500 * KBPS;
/** Where a browser starts before its bandwidth estimate has settled, kbit/s. */
const START_KBPS = 800;

const SIMULCAST = [
  { scaleResolutionDownBy: 4, maxBitrate: 150 * KBPS },
  { scaleResolutionDownBy: 2, maxBitrate: 500 * KBPS },
  { scaleResolutionDownBy: 1, maxBitrate: CAMERA_MAX_BPS },
];

/**
 * @param {'mic'|'camera'|'screen'} source
 * @param {{simulcast: boolean, codec: string|null}} params of the address
 * @param {object[]} codecs of the device's rtpCapabilities
 */
export function produceOptions(source, { simulcast, codec }, codecs) {
  if (source === 'mic') {
    return { codecOptions: { opusDtx: true, opusFec: true } };
  }

  const options = { codecOptions: { videoGoogleStartBitrate: START_KBPS } };

  if (source === 'screen') {
    options.encodings = [{ maxBitrate: SCREEN_MAX_BPS }];
  } else {
    options.encodings = simulcast
      ? SIMULCAST.map((layer) => ({ ...layer, scalabilityMode: 'L1T3' }))
      : [{ maxBitrate: CAMERA_MAX_BPS }];
  }

  if (codec) {
    const mimeType = `video/${codec}`;

    options.codec =
      codecs.find((entry) => entry.mimeType.toLowerCase() === mimeType);
  }

  return options;
}

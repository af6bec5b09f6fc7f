// SPDX-License-Identifier: LGPL-2.1-or-later
// What a loadgen endpoint publishes and can receive, as ORTC parameters.

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

const VP8 = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90000,
  parameters: {}, rtcpFeedback: [{ type: 'nack', parameter: 'pli' },
    { type: 'ccm', parameter: 'fir' }] };
const OPUS = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48000,
  channels: 2, parameters: { useinbandfec: 1 }, rtcpFeedback: [] };

const extension = (uri, id) => ({ uri, id, encrypt: false, parameters: {} });

/**
 * RtpParameters of a stream; no NACK, because loadgen keeps no packets.
 * encodings: [{ ssrc }], or [{ rid }] of one with simulcast.
 */
export function sendParameters (kind, mid, encodings, cname) {
  const video = kind === 'video';
  return {
    mid,
    codecs: [video ? VP8 : OPUS],
    headerExtensions: video ? [extension(MID, 1), extension(RID, 2)]
      : [extension(MID, 1), extension(LEVEL, 10)],
    encodings,
    rtcp: { cname, reducedSize: true },
  };
}

/** ssrc-audio-level (RFC 6464): 127 dB below the most. */
const SILENCE = 'ff';

/**
 * Fields of loadgen's `send` that go with sendParameters(). options: rid of an
 * encoding, level (hex) of audio.
 */
export function sendFields (kind, mid, { rid, level = SILENCE } = {}) {
  const hex = (text) => Buffer.from(text).toString('hex');
  return kind === 'video'
    ? { kind, pt: VP8.payloadType,
      ext: `1:${hex(mid)}${rid ? `;2:${hex(rid)}` : ''}` }
    : { kind, pt: OPUS.payloadType, ext: `1:${hex(mid)};10:${level}` };
}

/** What a loadgen endpoint of these router capabilities can receive. */
export function receiveCapabilities (router) {
  const known = ['video/vp8', 'audio/opus'];
  return {
    codecs: router.codecs
      .filter((c) => known.includes(c.mimeType.toLowerCase()))
      .map((c) => ({ ...c, rtcpFeedback: c.rtcpFeedback.filter(
        (f) => f.type === 'ccm' || f.parameter === 'pli') })),
    headerExtensions: router.headerExtensions.filter((x) => x.uri === MID),
  };
}

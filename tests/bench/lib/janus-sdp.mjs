// SPDX-License-Identifier: LGPL-2.1-or-later
// The SDP that loadgen endpoints and Janus exchange.
import { sendFields } from './parameters.mjs';

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

/** { ufrag, pwd, fingerprint, candidate, media: [{ kind, mid, pts, ssrcs }] } */
export function parseSdp (text) {
  const sdp = { media: [] };
  for (const line of text.split(/\r?\n/)) {
    const media = sdp.media.at(-1);
    const [, name, value] = /^a=([^:]+):?(.*)/.exec(line) ?? [];
    if (line.startsWith('m=')) {
      const [kind, , , ...pts] = line.slice(2).split(' ');
      sdp.media.push({ kind, pts, ssrcs: [] });
    } else if (name === 'ice-ufrag') {
      sdp.ufrag ??= value;
    } else if (name === 'ice-pwd') {
      sdp.pwd ??= value;
    } else if (name === 'fingerprint') {
      sdp.fingerprint ??= value;
    } else if (name === 'mid') {
      media.mid = value;
    } else if (name === 'ssrc') {
      media.ssrcs.push(Number(value.split(' ')[0]));
    } else if (name === 'candidate' && / 1 udp .* typ host/i.test(value)) {
      const [, , , , ip, port] = value.split(' ');
      sdp.candidate ??= { ip, port: Number(port) };
    }
  }
  return sdp;
}

const session = (mids) => ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0',
  `a=group:BUNDLE ${mids.join(' ')}`, 'a=msid-semantic: WMS *'];

const transport = (own) => [`a=ice-ufrag:${own.ufrag}`, `a=ice-pwd:${own.pwd}`,
  `a=fingerprint:sha-256 ${own.fingerprint}`, 'a=setup:active',
  `a=candidate:1 1 udp 2113937151 127.0.0.1 ${own.port} typ host`,
  'a=end-of-candidates', 'a=rtcp-mux'];

const codec = (kind, pt) => kind === 'video'
  ? [`a=rtpmap:${pt} VP8/90000`, `a=rtcp-fb:${pt} nack pli`,
    `a=rtcp-fb:${pt} ccm fir`]
  : [`a=rtpmap:${pt} opus/48000/2`];

const text = (lines) => `${lines.join('\r\n')}\r\n`;

/** Adds the streams of a track to loadgen; what the SDP says of them. */
async function send (loadgen, id, mid, { encodings, ...track }) {
  const ssrcs = [];
  for (const { rid, ...fields } of encodings ?? [{}]) {
    const { ssrc } = await loadgen.command('send', { id,
      ...sendFields(track.kind, mid, { rid }), ...track, ...fields });
    ssrcs.push(ssrc);
  }
  if (!encodings)
    return [`a=ssrc:${ssrcs[0]} cname:${id}`];
  // Janus wants the highest first.
  const rids = encodings.map(({ rid }) => rid).reverse();
  return [`a=extmap:2 ${RID}`, ...rids.map((rid) => `a=rid:${rid} send`),
    `a=simulcast:send ${rids.join(';')}`];
}

/**
 * Adds the streams to loadgen; resolves with { sdp, streams: [{ mid, kind }] }.
 */
export async function offerSdp (loadgen, id, own, tracks) {
  const mids = tracks.map((_, i) => String(i));
  const lines = session(mids);
  for (const [i, track] of tracks.entries()) {
    const mid = mids[i];
    const { pt } = sendFields(track.kind, mid);
    const streams = await send(loadgen, id, mid, track);
    lines.push(`m=${track.kind} 9 UDP/TLS/RTP/SAVPF ${pt}`,
      'c=IN IP4 127.0.0.1', `a=mid:${mid}`, 'a=sendonly', ...transport(own),
      ...codec(track.kind, pt), `a=extmap:1 ${MID}`,
      ...(track.kind === 'audio' ? [`a=extmap:10 ${LEVEL}`] : []),
      `a=msid:${id} ${id}${mid}`, ...streams);
  }
  return { sdp: text(lines),
    streams: mids.map((mid, i) => ({ mid, kind: tracks[i].kind })) };
}

/** The answer to an offer of Janus: receives all of it. */
export function answerSdp (own, offer) {
  const lines = session(offer.media.map(({ mid }) => mid));
  for (const { kind, mid, pts: [pt] } of offer.media) {
    lines.push(`m=${kind} 9 UDP/TLS/RTP/SAVPF ${pt}`, 'c=IN IP4 127.0.0.1',
      `a=mid:${mid}`, 'a=recvonly', ...transport(own), ...codec(kind, pt));
  }
  return text(lines);
}

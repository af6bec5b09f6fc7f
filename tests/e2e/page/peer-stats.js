// SPDX-License-Identifier: LGPL-2.1-or-later
// What getStats() says of the peer of peer.js: of what it sends, of what it
// receives and of its transports.
import { find, state } from './peer-state.js';

/** The first report of a type, with its codec's name as mimeType. */
export async function statsOf (owner, type) {
  const reports = await owner.getStats();
  for (const report of reports.values()) {
    if (report.type === type)
      return { ...report, mimeType: reports.get(report.codecId)?.mimeType };
  }
  return null;
}

/** The inbound-rtp report of one consumer. */
export async function received (peerId, kind) {
  const entry = find(peerId, kind);
  return entry ? statsOf(entry.consumer, 'inbound-rtp') : null;
}

/** Packets received of a peer, by consumers that are and that were. */
export async function packetsOf (peerId) {
  let packets = 0;
  for (const entry of [...state.consumers.values(), ...state.retired]) {
    if (entry.peerId === peerId) {
      packets += entry.packets ?? (await statsOf(
        entry.consumer, 'inbound-rtp'))?.packetsReceived ?? 0;
    }
  }
  return packets;
}

/** What DTLS and SRTP of a transport have agreed on: send or recv. */
export async function security (which) {
  for (const report of (await state.transports[which].getStats()).values()) {
    if (report.type === 'transport') {
      const { dtlsState, dtlsRole, dtlsCipher, srtpCipher } = report;
      return { dtlsState, dtlsRole, dtlsCipher, srtpCipher };
    }
  }
  return null;
}

/** outbound-rtp of the own producer, with what the transport reckons. */
export async function sent (kind) {
  const producer = state.producers.get(kind);
  const outbound = await statsOf(producer, 'outbound-rtp');
  const remote = await statsOf(producer, 'remote-inbound-rtp');
  let pair = null;
  for (const report of (await state.transports.send.getStats()).values()) {
    if (report.type === 'candidate-pair' && report.nominated)
      pair = report;
  }
  return { ...outbound, roundTripTime: remote?.roundTripTime,
    fractionLost: remote?.fractionLost,
    availableOutgoingBitrate: pair?.availableOutgoingBitrate };
}

/** Of all encodings of the own video: packets together, pictures of the one
 * that has most (each encoding is made of the same ones). */
export async function sentTogether () {
  const total = { framesEncoded: 0, packetsSent: 0, nackCount: 0,
    retransmittedPacketsSent: 0 };
  const reports = await state.producers.get('video').getStats();
  for (const report of reports.values()) {
    if (report.type !== 'outbound-rtp')
      continue;
    total.framesEncoded = Math.max(total.framesEncoded, report.framesEncoded);
    for (const name of ['packetsSent', 'nackCount', 'retransmittedPacketsSent'])
      total[name] += report[name] ?? 0;
  }
  return total;
}

/** outbound-rtp of every encoding of the own video, lowest first. */
export async function sentEncodings () {
  const reports = await state.producers.get('video').getStats();
  return [...reports.values()].filter((r) => r.type === 'outbound-rtp')
    .map(({ rid, timestamp, frameWidth, framesPerSecond, framesEncoded,
      scalabilityMode, bytesSent, encoderImplementation, active }) => ({ rid,
      timestamp, frameWidth, framesPerSecond, framesEncoded, scalabilityMode,
      bytesSent, encoderImplementation, active }))
    .sort((a, b) => (a.rid ?? '').localeCompare(b.rid ?? ''));
}

/** The pair of candidates that each transport uses; null = none. */
export async function selectedPairs () {
  const pairs = {};
  for (const [direction, transport] of Object.entries(state.transports)) {
    const reports = await transport.getStats();
    const used = [...reports.values()].find((r) => r.type === 'transport');
    const pair = reports.get(used?.selectedCandidatePairId);
    pairs[direction] = pair ? { local: reports.get(pair.localCandidateId),
      remote: reports.get(pair.remoteCandidateId) } : null;
  }
  return pairs;
}

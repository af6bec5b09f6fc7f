// SPDX-License-Identifier: LGPL-2.1-or-later
// Two Chromium pages without a server between them, through a bad network:
// direct.mjs [--codec=VP9] [--mode=L2T3] [--network='loss 5 %'] [--seconds=15]
// [--runs=3]. What a viewer does with the same stream and the same network when
// there is no server to blame; the figures are those of e2e's matrix. JSON lines
// on stdout, a table on stderr.
//
// The network is in front of the publisher's port, and the publisher is told of
// no candidate but what comes through it.
import { parseArgs } from 'node:util';
import { Bottle } from '../e2e/lib/bottle.mjs';
import { launchChromium } from '../e2e/lib/chromium.mjs';
import { NETWORKS } from '../e2e/lib/matrix.mjs';
import { servePages } from '../e2e/lib/pages.mjs';

const { values } = parseArgs({ options: {
  codec: { type: 'string', default: 'VP9' },
  mode: { type: 'string', default: 'L2T3' },
  network: { type: 'string', default: 'loss 5 %' },
  seconds: { type: 'string', default: '15' },
  runs: { type: 'string', default: '3' },
} });

const WARM_UP_MS = 3000;
const START_KBPS = 1000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** In the page of the publisher: the offer, complete with candidates. */
async function offer (codec, mode) {
  const stream = await navigator.mediaDevices.getUserMedia(
    { video: { width: 640, height: 360, frameRate: 20 } });
  const peer = window.direct = new RTCPeerConnection();
  const transceiver = peer.addTransceiver(stream.getTracks()[0], {
    direction: 'sendonly',
    sendEncodings: [{ scalabilityMode: mode, maxBitrate: 1000000 }] });
  const { codecs } = RTCRtpReceiver.getCapabilities('video');
  transceiver.setCodecPreferences(codecs.filter(({ mimeType }) =>
    [`video/${codec}`, 'video/rtx'].includes(mimeType)));
  await peer.setLocalDescription();
  while (peer.iceGatheringState !== 'complete')
    await new Promise((resolve) => setTimeout(resolve, 20));
  return peer.localDescription.sdp;
}

/** In the page of the viewer: the answer. */
async function answer (sdp) {
  const peer = window.direct = new RTCPeerConnection();
  const video = document.createElement('video');
  Object.assign(video, { autoplay: true, muted: true });
  document.body.append(video);
  peer.ontrack = ({ track }) => { video.srcObject = new MediaStream([track]); };
  await peer.setRemoteDescription({ type: 'offer', sdp });
  await peer.setLocalDescription();
  return peer.localDescription.sdp;
}

const accept = (sdp) => window.direct.setRemoteDescription(
  { type: 'answer', sdp });

async function report (type) {
  const reports = [...(await window.direct.getStats()).values()];
  return reports.find((one) => one.type === type) ?? null;
}

const withoutCandidates = (sdp) => sdp.split('\r\n').filter((line) =>
  !/^a=(candidate|end-of-candidates)/.test(line)).join('\r\n');

/** The SDP with one candidate, the network's; and the port behind that. */
function throughBottle (sdp) {
  const line = sdp.split('\r\n').find((one) =>
    /^a=candidate:\S+ 1 udp .* typ host/i.test(one) && !/ [0-9a-f]*:/.test(one));
  const words = line.split(' ');
  const through = (port) => {
    const changed = [...words];
    changed[5] = String(port);
    return withoutCandidates(sdp).replace(/(a=ice-ufrag)/,
      `${changed.join(' ')}\r\n$1`);
  };
  return { host: words[4], port: Number(words[5]), through };
}

const faster = (sdp) => sdp.replace(/(a=rtcp-fb:(\d+) nack\r\n)/,
  `$1a=fmtp:$2 x-google-start-bitrate=${START_KBPS}\r\n`);

async function run (browser, pages, seed) {
  const publisher = await browser.newPage(`${pages.url}peer`);
  const viewer = await browser.newPage(`${pages.url}peer`);
  const offered = throughBottle(
    await publisher.call(offer, values.codec, values.mode));
  const bottle = await Bottle.start({ wrap: [], host: offered.host,
    rtcPort: offered.port }, { seed });
  const answered = await viewer.call(answer, offered.through(bottle.port));
  await publisher.call(accept, faster(withoutCandidates(answered)));
  await wait(WARM_UP_MS);
  const look = async () => ({ ...await viewer.call(report, 'inbound-rtp'),
    ...await publisher.call(report, 'outbound-rtp').then((sent) => ({
      framesEncoded: sent.framesEncoded, sentMode: sent.scalabilityMode })) });
  const before = await look();
  await bottle.both(NETWORKS[values.network].settings);
  await wait(Number(values.seconds) * 1000);
  const after = await look();
  const { down } = await bottle.stats();
  await Promise.all([publisher.close(), viewer.close(), bottle.stop()]);
  const of = (name) => (after[name] ?? 0) - (before[name] ?? 0);
  return { codec: values.codec, mode: after.sentMode, network: values.network,
    frames: of('framesDecoded'), dropped: of('framesDropped'),
    encoded: of('framesEncoded'), freezes: of('freezeCount'),
    'frozen s': Number(of('totalFreezesDuration').toFixed(2)),
    keys: of('keyFramesDecoded'), plis: of('pliCount'), lost: down.lost,
    nacks: of('nackCount'), got: of('retransmittedPacketsReceived') };
}

const pages = await servePages();
const browser = await launchChromium();
const rows = [];
try {
  for (let i = 0; i < Number(values.runs); i += 1) {
    rows.push(await run(browser, pages, i + 1));
    console.log(JSON.stringify(rows.at(-1)));
  }
} finally {
  await browser.close();
  pages.close();
}
console.error();
console.table(rows);

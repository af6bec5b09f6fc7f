// SPDX-License-Identifier: LGPL-2.1-or-later
// End-to-end encryption: each encoded frame goes through a worker
// (RTCRtpScriptTransform) that has a key which the server never gets.

let worker = null;

/** side: 'encrypt' (an RTCRtpSender) or 'decrypt' (an RTCRtpReceiver); key: 32
 * bytes, hexadecimal. At once: what was sent before would be in the clear. */
export function keepSecret (side, senderOrReceiver, key) {
  worker ??= new Worker('/secret-worker.js');
  senderOrReceiver.transform = new RTCRtpScriptTransform(worker, { side, key });
}

/** Frames that the worker could and could not read so far. */
export function secretCounts () {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage('counts', [port2]);
  });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Encrypts or decrypts encoded frames: AES-CTR under a key that only the pages
// have, a fresh nonce in each frame. Left readable is what a browser's own
// packetizer must read: of VP8 the frame's header, as everybody does who
// encrypts; of AV1 the headers of the OBUs. Nothing of VP9 and Opus.

const NONCE_BYTES = 12;
const COUNTER_BITS = 32;
/** Behind the payload, encrypted with it: another key makes something else. */
const MARK = Uint8Array.of(0x53, 0x45, 0x43, 0x52, 0x45, 0x54);
/** RFC 6386 9.1: three bytes, in a key frame seven more. */
const VP8_CLEAR = { key: 10, delta: 3 };
const OBU = { DELIMITER: 2, METADATA: 5, TYPE_SHIFT: 3, EXTENSION: 0x04, HAS_SIZE: 0x02 };

const counts = { encrypted: 0, decrypted: 0, refused: 0 };

function keyOf (hex) {
  const bytes = Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
  return crypto.subtle.importKey('raw', bytes, 'AES-CTR', false,
    ['encrypt', 'decrypt']);
}

function join (...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Encrypting and decrypting are the same. */
async function mix (key, nonce, bytes) {
  const counter = join(nonce, new Uint8Array(16 - NONCE_BYTES));
  return new Uint8Array(await crypto.subtle.encrypt(
    { name: 'AES-CTR', counter, length: COUNTER_BITS }, key, bytes));
}

function unmark (bytes) {
  const end = bytes.length - MARK.length;
  if (!MARK.every((byte, i) => bytes[end + i] === byte))
    throw new Error('not our key');
  return bytes.subarray(0, end);
}

// ---- one block: clear bytes, ciphertext, nonce ----

const block = {
  async encrypt (key, data, clear) {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    return join(data.subarray(0, clear),
      await mix(key, nonce, join(data.subarray(clear), MARK)), nonce);
  },

  async decrypt (key, data, clear) {
    const end = data.length - NONCE_BYTES;
    return join(data.subarray(0, clear), unmark(
      await mix(key, data.subarray(end), data.subarray(clear, end))));
  },
};

// ---- AV1: the payloads of all OBUs, the nonce in one more ----

function readSize (data, at) {
  let size = 0;
  for (let i = 0; i < 8; i++) {
    size += (data[at + i] & 0x7f) * 2 ** (7 * i);
    if (!(data[at + i] & 0x80))
      return { size, next: at + i + 1 };
  }
  throw new Error('no size of an OBU');
}

function writeSize (size) {
  const bytes = [];
  for (; size > 0x7f; size = Math.floor(size / 128))
    bytes.push(0x80 | size % 128);
  return Uint8Array.of(...bytes, size);
}

/** [{ header (with the extension's byte), payload }] */
function readObus (data) {
  const obus = [];
  let at = 0;
  while (at < data.length) {
    const headerEnd = at + (data[at] & OBU.EXTENSION ? 2 : 1);
    const { size, next } = data[at] & OBU.HAS_SIZE ? readSize(data, headerEnd)
      : { size: data.length - headerEnd, next: headerEnd };
    obus.push({ header: data.slice(at, headerEnd),
      payload: data.subarray(next, next + size) });
    at = next + size;
  }
  return obus;
}

function writeObus (obus) {
  return join(...obus.flatMap(({ header, payload }) => {
    header[0] |= OBU.HAS_SIZE;
    return [header, writeSize(payload.length), payload];
  }));
}

async function mixObus (key, nonce, obus) {
  const mixed = await mix(key, nonce, join(...obus.map((o) => o.payload)));
  let at = 0;
  return obus.map(({ header, payload }) => ({ header,
    payload: mixed.subarray(at, at += payload.length) }));
}

const av1 = {
  async encrypt (key, data) {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    // RTP carries no temporal delimiters.
    const obus = readObus(data).filter(
      ({ header }) => header[0] >> OBU.TYPE_SHIFT !== OBU.DELIMITER);
    obus[0].payload = join(obus[0].payload, MARK);
    return writeObus([...await mixObus(key, nonce, obus),
      { header: Uint8Array.of(OBU.METADATA << OBU.TYPE_SHIFT), payload: nonce }]);
  },

  async decrypt (key, data) {
    const obus = readObus(data);
    const nonce = obus.pop().payload;
    const clear = await mixObus(key, nonce, obus);
    clear[0].payload = unmark(clear[0].payload);
    return writeObus(clear);
  },
};

// ---- frames ----

async function change (side, key, frame) {
  const { mimeType = '' } = frame.getMetadata();
  const data = new Uint8Array(frame.data);
  const changed = /av1/i.test(mimeType) ? await av1[side](key, data)
    : await block[side](key, data,
      /vp8/i.test(mimeType) ? VP8_CLEAR[frame.type] : 0);
  frame.data = changed.buffer;
  counts[`${side}ed`]++;
}

self.onrtctransform = async ({ transformer }) => {
  const { side, key } = transformer.options;
  const ready = keyOf(key);
  const pipe = new TransformStream({
    async transform (frame, controller) {
      try {
        await change(side, await ready, frame);
      } catch {
        counts.refused++;
        return; // a decoder must not be given noise
      }
      controller.enqueue(frame);
    },
  });
  transformer.readable.pipeThrough(pipe).pipeTo(transformer.writable);
};

self.onmessage = ({ ports: [port] }) => port.postMessage({ ...counts });

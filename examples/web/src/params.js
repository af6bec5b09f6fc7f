// SPDX-License-Identifier: LGPL-2.1-or-later
// What the page's address asks for. Pure: the caller passes the address in.
//
// People use only ?room=NAME (or #NAME). The rest is for automation:
//   name=TEXT autojoin=1 audio=0 video=0 peerId=ID theme=light|dark
//   codec=vp8|vp9|h264 res=qvga|vga|hd simulcast=1 forceTcp=1
// token=T is the account's, where the server has accounts. It is not part of the
// link that people send each other.

import { normaliseRoom } from './room-names.js';

const RESOLUTIONS = ['qvga', 'vga', 'hd'];
const CODECS = ['vp8', 'vp9', 'h264'];

const oneOf = (value, allowed) => (allowed.includes(value) ? value : null);

/** @param {URL} url @returns {object} typed parameters with defaults */
export function parseParams(url) {
  const query = url.searchParams;
  const isOn = (key) => query.has(key) && query.get(key) !== '0';
  const isNotOff = (key) => query.get(key) !== '0';
  let fragment = '';

  try {
    fragment = decodeURIComponent(url.hash.slice(1));
  } catch {
    // A stray percent sign: not a room link.
  }

  return {
    room: normaliseRoom(query.get('room') ?? fragment),
    name: (query.get('name') ?? '').trim(),
    autojoin: isOn('autojoin'),
    audio: isNotOff('audio'),
    video: isNotOff('video'),
    peerId: query.get('peerId') || null,
    token: query.get('token') || null,
    theme: oneOf(query.get('theme'), ['light', 'dark']),
    codec: oneOf(query.get('codec'), CODECS),
    resolution: oneOf(query.get('res'), RESOLUTIONS) ?? 'hd',
    simulcast: isOn('simulcast'),
    forceTcp: isOn('forceTcp'),
  };
}

/** The link people send each other: nothing but the room. */
export function roomLink(url, room) {
  return `${url.origin}${url.pathname}?room=${encodeURIComponent(room)}`;
}

/**
 * Where the signalling socket of this page lives (same host, same port).
 * resume: the secret by which a session outlives its connection.
 */
export function signallingUrl(url, room, peerId, { token, resume } = {}) {
  const scheme = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const query = new URLSearchParams({
    roomId: room, peerId, ...(resume && { resume }), ...(token && { token }),
  });

  return `${scheme}//${url.host}/?${query}`;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// What the one peer of peer.js holds, and what its files have in common.

export { now, until } from './media.js';

export const POLL_MS = 20;

export const state = {
  protoo: null,
  device: null,
  transports: {},       // send, recv
  states: {},           // send, recv: connection states in order
  iceErrors: {},        // send, recv: { errorCode, errorText, url }
  userNames: {},        // send, recv: the server's ICE user name
  producers: new Map(), // kind -> Producer
  consumers: new Map(), // id -> { consumer, peerId, element, ... }
  retired: [],          // consumers that are closed, with their packets
  notifications: [],    // { method, data, at }
  local: null,          // <video> of the own camera
  secret: null,         // key of end-to-end encryption
  options: null,        // join's
  sending: [],          // { track, options }: to be sent again, if need be
};

export const request = (method, data) => state.protoo.request(method, data);

export const find = (peerId, kind) => [...state.consumers.values()].find(
  (c) => c.peerId === peerId && c.kind === kind);

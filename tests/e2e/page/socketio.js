// SPDX-License-Identifier: LGPL-2.1-or-later
// socket.io-client in a page. window.sio is what the test calls; arguments and
// results travel as JSON.
import { io } from 'socket.io-client';

const DEADLINE_MS = 10000;
const sockets = new Map();

function next (emitter, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no ${event}`)), DEADLINE_MS);
    emitter.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

window.sio = {
  /** How it went: { transport } or { error }; name is for the other calls. */
  async connect (name, url, options) {
    const socket = io(url, { forceNew: true, reconnection: false, ...options });
    sockets.set(name, socket);
    const refused = next(socket, 'connect_error')
      .then(([error]) => ({ error: error.message, data: error.data }));
    const joined = next(socket, 'connect').then(async () => {
      const { engine } = socket.io;
      const wanted = (options.transports ?? ['websocket']).at(-1);
      if (engine.transport.name !== wanted)
        await next(engine, 'upgrade');
      return { transport: engine.transport.name, id: socket.id };
    });
    refused.catch(() => {});
    joined.catch(() => {});
    return Promise.race([joined, refused]);
  },

  ask (name, event, ...args) {
    return sockets.get(name).timeout(DEADLINE_MS).emitWithAck(event, ...args);
  },

  async binary (name) {
    return this.ask(name, 'echo', new Uint8Array([1, 2, 3]));
  },

  async reason (name, event) {
    const socket = sockets.get(name);
    const gone = next(socket, 'disconnect');
    socket.emit(event);
    return (await gone)[0];
  },

  leave (name) {
    sockets.get(name).disconnect();
  },
};

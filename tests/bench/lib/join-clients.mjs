// SPDX-License-Identifier: LGPL-2.1-or-later
// The least that joins a room by each protocol: raw frames over one WebSocket,
// so that the client costs little beside the server that is measured.
import WebSocket from '../../e2e/lib/websocket.mjs';

/** One socket; ask() resolves with the answer to a message. */
class Client {
  #waiting = new Map();
  #ready;

  constructor (url, subprotocols, onText) {
    this.socket = new WebSocket(url, subprotocols, { perMessageDeflate: false });
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.#ready = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    this.socket.on('message', (data) => onText(String(data), this));
  }

  open () {
    return this.#ready;
  }

  ask (key, text) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(key, resolve);
      this.closed.then((code) => reject(new Error(`closed with ${code}`)));
      this.socket.send(text);
    });
  }

  expect (key) {
    return new Promise((resolve) => this.#waiting.set(key, resolve));
  }

  answered (key, value) {
    this.#waiting.get(key)?.(value);
    this.#waiting.delete(key);
  }

  close () {
    this.socket.close();
    return this.closed;
  }
}

let next = 1;

/** protoo: getRouterRtpCapabilities and join, as mediasoup's demo does. */
export async function joinNative (server, room, peer) {
  const client = new Client(
    `${server.wsUrl}/?roomId=${room}&peerId=${peer}`, 'protoo', (text, self) => {
      const message = JSON.parse(text);
      if (message.response)
        self.answered(message.id, message);
      else if (message.request)
        self.socket.send(JSON.stringify(
          { response: true, id: message.id, ok: true, data: {} }));
    });
  await client.open();
  const request = async (method, data) => {
    const id = next++;
    const answer = await client.ask(id,
      JSON.stringify({ request: true, id, method, data }));
    if (!answer.ok)
      throw new Error(`${method}: ${answer.errorReason}`);
    return answer.data;
  };
  const rtpCapabilities = await request('getRouterRtpCapabilities', {});
  await request('join', { displayName: peer, device: {}, rtpCapabilities });
  return client;
}

/** Study rooms: the namespace, then get-rtp-capabilities. */
export async function joinStudy (server, room) {
  const nsp = `/room/${room},`;
  const client = new Client(
    `${server.wsUrl}/socket.io/?EIO=4&transport=websocket`, [], (text, self) => {
      if (text === '2')
        self.socket.send('3');
      else if (text.startsWith('0'))
        self.answered('open', text);
      else if (text.startsWith('40'))
        self.answered('connect', text);
      else if (text.startsWith('44'))
        self.socket.close();
      else if (text.startsWith('43'))
        self.answered(Number(/,(\d+)\[/.exec(text)[1]), text);
    });
  const opened = client.expect('open');
  await client.open();
  await opened;
  await client.ask('connect', `40${nsp}`);
  const id = next++;
  await client.ask(id, `42${nsp}${id}["get-rtp-capabilities"]`);
  return client;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// A small application server: signalling of its own towards its pages
// (page/app.js), and one connection of the media-server RPC (ws) for all of
// them.
import { WebSocket, WebSocketServer } from 'ws';

/** How often it looks for producers that others have made or closed. */
const LOOK_MS = 200;

/** JSON-RPC over a WebSocket, as anybody would write it. */
export class Rpc {
  static async connect (url, options) {
    const self = new Rpc();
    self.notifications = []; // { method, params }
    self.waiting = new Map();
    self.lastId = 0;
    self.socket = new WebSocket(url, options);
    self.socket.on('message', (data) => self.#take(JSON.parse(data)));
    await new Promise((resolve, reject) => {
      self.socket.once('open', resolve);
      self.socket.once('error', reject);
    });
    return self;
  }

  #take ({ id, method, params, result, error }) {
    if (method) {
      this.notifications.push({ method, params });
      return;
    }
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (error)
      reject(Object.assign(new Error(`${error.message}: ${error.data.reason}`),
        error));
    else
      resolve(result);
  }

  call (method, params) {
    const id = ++this.lastId;
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return new Promise((resolve, reject) =>
      this.waiting.set(id, { resolve, reject }));
  }

  close () {
    this.socket.close();
    return new Promise((resolve) => this.socket.once('close', resolve));
  }
}

/** For catch(): what was named is not there any more, which gives `value`. */
const orGone = (value) => (error) => {
  if (error.message.split(':')[0] !== 'INVALID_STATE')
    throw error;
  return value;
};

export class AppServer {
  /** rpcUrl: of the media server; routerId: the call. */
  static async start (t, rpcUrl, routerId) {
    const self = new AppServer();
    self.rpcUrl = rpcUrl;
    self.routerId = routerId;
    self.users = new Map();     // user id -> its socket
    self.producers = new Map(); // id -> { producerId, userId }
    await self.connect();
    self.server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    self.server.on('connection', (socket) => self.#serve(socket));
    await new Promise((resolve) => self.server.once('listening', resolve));
    self.url = `ws://127.0.0.1:${self.server.address().port}`;
    self.timer = setInterval(() => self.#look(), LOOK_MS);
    t.after(() => self.stop());
    return self;
  }

  /** Also after a restart of ours: everything is there by its ids. */
  async connect () {
    this.rpc = await Rpc.connect(this.rpcUrl);
    const router = await this.rpc.call('createRouter',
      { routerId: this.routerId });
    this.rtpCapabilities = router.rtpCapabilities;
  }

  stop () {
    clearInterval(this.timer);
    this.server.clients.forEach((client) => client.terminate());
    this.server.close();
    this.rpc.socket.terminate();
  }

  #tell (event, data) {
    for (const [userId, socket] of this.users) {
      if (userId !== data.userId)
        socket.send(JSON.stringify({ event, data }));
    }
  }

  #add (producer) {
    if (this.producers.has(producer.producerId))
      return;
    this.producers.set(producer.producerId, producer);
    this.#tell('newProducer', producer);
  }

  /** People of other protocols come and go without asking us. */
  async #look () {
    if (this.rpc.socket.readyState !== WebSocket.OPEN)
      return;
    // A call that has been closed has no producers any more.
    const { producers } = await this.rpc.call('listProducers',
      { routerId: this.routerId }).catch(orGone({ producers: [] }));
    producers.forEach(({ producerId, userId }) =>
      this.#add({ producerId, userId }));
    const ids = new Set(producers.map((producer) => producer.producerId));
    for (const [id, producer] of this.producers) {
      if (!ids.has(id)) {
        this.producers.delete(id);
        this.#tell('producerClosed', producer);
      }
    }
  }

  #transport (userId, direction) {
    return this.rpc.call('createTransport', { routerId: this.routerId,
      transportId: `${userId}-${direction}`, requesterUserId: userId,
      otherUserId: 'the other', direction });
  }

  async #do (socket, method, data) {
    switch (method) {
      case 'join': {
        socket.userId = data.userId;
        this.users.set(data.userId, socket);
        const send = await this.#transport(data.userId, 'send');
        const recv = await this.#transport(data.userId, 'recv');
        return { rtpCapabilities: this.rtpCapabilities, send, recv,
          producers: [...this.producers.values()] };
      }
      case 'connect':
        return this.rpc.call('connectTransport', data);
      case 'produce': {
        const { id } = await this.rpc.call('createProducer',
          { ...data, producerId: `${socket.userId}-${data.kind}` });
        this.#add({ producerId: id, userId: socket.userId });
        return { id };
      }
      case 'consume':
        return this.rpc.call('createConsumer',
          { ...data, transportId: `${socket.userId}-recv` });
      case 'resume':
        return this.rpc.call('resumeConsumer', data);
      default:
        throw new Error(`no method ${method}`);
    }
  }

  #serve (socket) {
    socket.on('message', async (text) => {
      const { id, method, data } = JSON.parse(text);
      try {
        socket.send(JSON.stringify(
          { id, data: await this.#do(socket, method, data) }));
      } catch (error) {
        socket.send(JSON.stringify({ id, error: error.message }));
      }
    });
    socket.on('close', async () => {
      this.users.delete(socket.userId);
      for (const direction of ['send', 'recv']) {
        await this.rpc.call('closeTransport',
          { transportId: `${socket.userId}-${direction}` })
          // DTLS's goodbye may have been faster.
          .catch(orGone());
      }
    });
  }
}

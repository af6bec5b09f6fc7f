// SPDX-License-Identifier: LGPL-2.1-or-later
// A TCP proxy before a server, to break connections that both sides hold.
import { connect, createServer } from 'node:net';
import { once } from 'node:events';

export class TcpProxy {
  static async start (host, port) {
    const self = new TcpProxy();
    self.links = new Set();
    self.closed = false;
    self.server = createServer((client) => self.link(client, host, port));
    self.server.listen(0, host);
    await once(self.server, 'listening');
    self.port = self.server.address().port;
    self.url = `http://${host}:${self.port}`;
    return self;
  }

  link (client, host, port) {
    if (this.closed) {
      client.resetAndDestroy?.() ?? client.destroy();
      return;
    }
    const server = connect(port, host);
    const link = { client, server };
    this.links.add(link);
    const end = () => {
      this.links.delete(link);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server])
      socket.on('error', end).on('close', end);
    client.pipe(server);
    server.pipe(client);
  }

  /** Breaks all connections, and refuses new ones until open(). */
  cut () {
    this.closed = true;
    for (const { client, server } of this.links) {
      client.destroy();
      server.destroy();
    }
  }

  open () {
    this.closed = false;
  }

  async stop () {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}

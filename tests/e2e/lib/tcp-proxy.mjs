// SPDX-License-Identifier: LGPL-2.1-or-later
// A TCP connection that can be cut: stands between a client and the server.
import net from 'node:net';

export class TcpProxy {
  /** Towards port of this machine. */
  static async start (port) {
    const self = new TcpProxy();
    self.sockets = new Set();
    self.broken = false;
    self.server = net.createServer((near) => self.#accept(near, port));
    await new Promise((resolve) =>
      self.server.listen(0, '127.0.0.1', resolve));
    self.port = self.server.address().port;
    return self;
  }

  #accept (near, port) {
    if (this.broken) {
      near.resetAndDestroy();
      return;
    }
    const far = net.connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }

  /** Resets what is open and takes nothing new. */
  cut () {
    this.broken = true;
    this.sockets.forEach((socket) => socket.resetAndDestroy());
  }

  restore () {
    this.broken = false;
  }

  close () {
    this.cut();
    this.server.close();
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// What is done to the server from outside: rubbish on every port, dead workers,
// a Redis that goes away.
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { guard, stopProcess } from '../../e2e/lib/process.mjs';
import WebSocket from '../../e2e/lib/websocket.mjs';

const FLOOD_PACKETS = 2000;
const REDIS_START_MS = 5000;

/** The head of a STUN binding request, whose rest is rubbish. */
const STUN = Buffer.from('000100482112a442', 'hex');

/** Packets that look like STUN, DTLS, RTP, RTCP, and like nothing. */
export async function floodUdp ({ server, random }) {
  const socket = dgram.createSocket('udp4');
  const port = Number(String(server.rtcPort).split('-')[0]);
  const heads = [STUN, Buffer.of(22, 254, 253), Buffer.of(0x80, 96),
    Buffer.of(0x81, 201), Buffer.alloc(0)];
  const body = random.bytes(1200);
  for (let i = 0; i < FLOOD_PACKETS; i++) {
    socket.send(Buffer.concat([random.pick(heads),
      body.subarray(0, random.below(body.length))]), port, server.host);
    if (i % 100 === 99)
      await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => socket.close(resolve));
}

/** Bytes that are no HTTP, to the signalling port. */
export async function floodTcp ({ server, random }) {
  const sockets = Array.from({ length: 10 }, () => {
    const socket = net.connect(server.httpPort, server.host);
    socket.on('error', () => {});
    socket.write(random.bytes(1 + random.below(5000)));
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  sockets.forEach((socket) => socket.destroy());
}

/** A WebSocket that says what nobody understands, then goes without a word. */
export async function babble ({ server, random }) {
  const socket = new WebSocket(
    `${server.wsUrl}/?roomId=babble&peerId=b${random.below(1e6)}`, 'protoo');
  socket.on('error', () => {});
  await Promise.race([once(socket, 'open'), once(socket, 'close')]);
  const words = ['{', '[]', 'null', '{"request":true}', '{"response":true,"id":1}',
    '{"request":true,"id":1,"method":"join","data":[]}', '"'.repeat(3000),
    JSON.stringify({ request: true, id: 2, method: 'produce', data: {
      transportId: 'x', kind: 'video', rtpParameters: null } })];
  for (let i = 0; i < 8 && socket.readyState === WebSocket.OPEN; i++) {
    socket.send(random.next() < 0.2 ? random.bytes(200) : random.pick(words));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  socket.terminate();
}

export async function killWorker ({ server, random, log }) {
  const pids = server.workerPids();
  if (pids.length === 0)
    return;
  const pid = random.pick(pids);
  log(`kills worker ${pid}`);
  process.kill(pid, 'SIGKILL');
}

export class Redis {
  async start () {
    this.port ??= await freePort();
    this.child = spawn('redis-server', ['--port', String(this.port), '--bind',
      '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    guard(this.child);
    const deadline = performance.now() + REDIS_START_MS;
    while (!await answers(this.port)) {
      if (performance.now() > deadline)
        throw new Error('redis-server does not answer');
    }
  }

  get url () {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  async kill () {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  async stop () {
    await stopProcess(this.child);
  }
}

async function freePort () {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function answers (port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => setTimeout(() => resolve(false), 20));
  });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// What a server costs in which nothing happens: idle.mjs [--workers=1,2,4]
// [--peers=0,200] [--seconds=20]. Memory, threads and descriptors of the server
// and of each worker, and their CPU, without a room and with that many joined
// peers without media. JSON lines on stdout, a table on stderr.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Server } from '../e2e/lib/server.mjs';
import { joinNative } from './lib/join-clients.mjs';
import { cpuSeconds, footprint } from './lib/process.mjs';

const PEERS_PER_ROOM = 10;
const SETTLE_MS = 3000;

const { values } = parseArgs({ options: {
  workers: { type: 'string', default: '1,2,4' },
  peers: { type: 'string', default: '0,200' },
  seconds: { type: 'string', default: '20' },
} });
const numbers = (text) => text.split(',').map(Number);

async function measure (workers, peers) {
  const server = await Server.start({ name: `idle-${workers}-${peers}`,
    args: ['--workers', String(workers), '--log-level', 'warning',
      '--connections-per-second-per-address', '0'], env: { G_DEBUG: '' } });
  const clients = [];
  for (let i = 0; i < peers; i += 1)
    clients.push(await joinNative(server,
      `room${Math.floor(i / PEERS_PER_ROOM)}`, `p${i}`));
  await wait(SETTLE_MS);
  const pids = [server.pid, ...server.workerPids()];
  const before = pids.map(cpuSeconds);
  await wait(Number(values.seconds) * 1000);
  const percent = pids.map((pid, i) => Number(
    ((cpuSeconds(pid) - before[i]) * 100 / Number(values.seconds)).toFixed(2)));
  const [own, worker] = pids.map(footprint);
  for (const client of clients)
    await client.close();
  await server.stop();
  return { workers, peers, 'server %': percent[0],
    'each worker %': percent.slice(1).join(' '),
    'server RSS MB': Math.round(own.rssKb / 1024), 'threads': own.threads,
    'fds': own.fds, 'worker RSS MB': Math.round(worker.rssKb / 1024),
    'its threads': worker.threads, 'its fds': worker.fds };
}

const rows = [];
for (const workers of numbers(values.workers)) {
  for (const peers of numbers(values.peers)) {
    const row = await measure(workers, peers);
    console.log(JSON.stringify(row));
    rows.push(row);
  }
}
console.error();
console.table(rows);

// SPDX-License-Identifier: LGPL-2.1-or-later
// How many joins a second sfu-server takes while many sockets are connected,
// and what they cost: joins.mjs [--sockets=500] [--rooms=10] [--seconds=10]
// [--parallel=8] [--protocol=native,study]. A join is a new connection, the
// router's capabilities, and being in the room: everybody there is told of it,
// and of its leaving. JSON lines on stdout, a table on stderr.
import { setTimeout as wait } from 'node:timers/promises';
import { Server } from '../e2e/lib/server.mjs';
import { joinNative, joinStudy } from './lib/join-clients.mjs';
import { cpuSeconds, footprint } from './lib/process.mjs';

const SERVER_CPU = 0;
const IDLE_SECONDS = 10;
const PROTOCOLS = { native: joinNative, study: joinStudy };

/** What the server did between two looks. */
function look (server) {
  return { at: performance.now(), cpu: cpuSeconds(server.pid),
    ...footprint(server.pid) };
}

function cpuShare (from, to) {
  return (to.cpu - from.cpu) / ((to.at - from.at) / 1000);
}

/** Sockets that stay, spread over the rooms. */
async function fill (join, server, { sockets, rooms }) {
  const clients = [];
  for (let i = 0; i < sockets; i++)
    clients.push(await join(server, `room${i % rooms}`, `stays${i}`));
  return clients;
}

/** Joins and leaves until the time is over; the times of the joins in ms. */
async function churn (join, server, { rooms, seconds, parallel }) {
  const end = performance.now() + seconds * 1000;
  const times = [];
  let n = 0;
  const worker = async () => {
    while (performance.now() < end) {
      const i = n++;
      const start = performance.now();
      const client = await join(server, `room${i % rooms}`, `churns${i}`);
      times.push(performance.now() - start);
      await client.close();
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return times.sort((a, b) => a - b);
}

async function measure (protocol, wanted) {
  const join = PROTOCOLS[protocol];
  const server = await Server.start({ name: `joins-${protocol}`,
    args: ['--connections-per-second-per-address', '0',
      '--study-rooms-max-peers', '100000', '--log-level', 'warning',
      '--max-peers-per-room', '100000'],
    env: { G_DEBUG: '' }, wrap: ['taskset', '-c', String(SERVER_CPU)] });
  const empty = look(server);
  const clients = await fill(join, server, wanted);
  await wait(1000);
  const full = look(server);
  await wait(IDLE_SECONDS * 1000);
  const idle = look(server);
  const times = await churn(join, server, wanted);
  const churned = look(server);
  for (const client of clients)
    await client.close();
  await server.stop();
  const joins = times.length;
  const at = (part) => Number(times[Math.floor(part * (joins - 1))].toFixed(1));
  return { protocol, ...wanted, joins,
    joinsPerSecond: Math.round(joins / ((churned.at - idle.at) / 1000)),
    joinMsP50: at(0.5), joinMsP99: at(0.99),
    cpuMsPerJoin: Number(((churned.cpu - idle.cpu) * 1000 / joins).toFixed(2)),
    cpuShare: Number(cpuShare(idle, churned).toFixed(2)),
    idleCpuShare: Number(cpuShare(full, idle).toFixed(4)),
    rssKbEmpty: empty.rssKb, rssKbFull: full.rssKb, rssKbAfter: churned.rssKb,
    rssKbPerSocket: Number(
      ((full.rssKb - empty.rssKb) / wanted.sockets).toFixed(1)) };
}

const given = Object.fromEntries(process.argv.slice(2).map((word) => {
  const [, name, value] = /^--([a-z]+)=(.*)$/.exec(word) ?? [];
  if (!name)
    throw new Error(`what is ${word}? See the head of joins.mjs`);
  return [name, value];
}));
const wanted = { sockets: Number(given.sockets ?? 500),
  rooms: Number(given.rooms ?? 10), seconds: Number(given.seconds ?? 10),
  parallel: Number(given.parallel ?? 8) };
const rows = [];
for (const protocol of (given.protocol ?? 'native,study').split(',')) {
  const row = await measure(protocol, wanted);
  console.log(JSON.stringify(row));
  rows.push(row);
}
console.error();
for (const row of rows)
  console.error(`${row.protocol}: ${row.joinsPerSecond} joins/s with `
    + `${row.sockets} sockets, ${row.cpuMsPerJoin} ms of CPU each, p50 `
    + `${row.joinMsP50} ms, p99 ${row.joinMsP99} ms; idle `
    + `${(row.idleCpuShare * 100).toFixed(2)} % of a CPU; `
    + `${row.rssKbPerSocket} kB a socket`);

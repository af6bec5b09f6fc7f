// SPDX-License-Identifier: LGPL-2.1-or-later
// What must hold however much goes on. Each check throws with what it saw.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { footprint } from '../../bench/lib/process.mjs';

/** Lines that no run may write. A worker that is killed is no fault. */
const FAULTS = /CRITICAL|assertion|Bail out|AddressSanitizer|runtime error/;

/** Nothing in a room's dump belongs to something that is not there. */
export function checkDump (dump, room) {
  for (const router of dump?.routers ?? []) {
    const ids = (list) => new Set(list.map(({ id }) => id));
    const transports = ids(router.transports);
    const producers = ids(router.producers);
    const consumers = ids(router.consumers);
    const text = (what, entry) =>
      `${room}: ${what} of an orphan: ${JSON.stringify(entry)}`;
    for (const producer of router.producers) {
      assert.ok(transports.has(producer.transportId),
        text('the transport', producer));
      for (const id of producer.consumerIds)
        assert.ok(consumers.has(id), text('a consumer', producer));
    }
    for (const consumer of router.consumers) {
      assert.ok(transports.has(consumer.transportId),
        text('the transport', consumer));
      assert.ok(producers.has(consumer.producerId),
        text('the producer', consumer));
    }
  }
}

/** Every packet that a consumer did not send has a reason. */
export function checkReport (report) {
  if (report.type !== 'outbound-rtp')
    return;
  const named = Object.entries(report)
    .filter(([name]) => name.startsWith('drop-'))
    .reduce((sum, [, count]) => sum + count, 0);
  assert.equal(named, report.packetsDiscarded,
    `reasons do not add up: ${JSON.stringify(report)}`);
}

export function checkLog (file) {
  const fault = readFileSync(file, 'utf8').split('\n').find(
    (line) => FAULTS.test(line));
  assert.equal(fault, undefined, `in the log: ${fault}`);
}

/** How big the server and its workers are. */
export function sizes (server) {
  const of = (pid) => {
    try {
      return footprint(pid);
    } catch {
      return null; // it has just been killed
    }
  };
  return { server: of(server.pid),
    workers: server.workerPids().map(of).filter(Boolean) };
}

/** limits: { rssKb, threads, fds }. */
export function checkSizes (seen, limits) {
  for (const print of [seen.server, ...seen.workers]) {
    for (const [name, limit] of Object.entries(limits))
      assert.ok(print[name] <= limit, `${name} ${print[name]} > ${limit}`);
  }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a call is without pictures when its media worker dies:
// recovery.mjs [--kills=10] [--client=native,study] [--signal=SIGKILL]. Two
// Chromium tabs of each kind of client; the time from the signal to the first
// picture on the screen, at each of the two. JSON lines on stdout, a table on
// stderr.
import { parseArgs } from 'node:util';
import { CLIENTS, Recovery } from '../e2e/lib/recovery.mjs';

const { values } = parseArgs({ options: {
  kills: { type: 'string', default: '10' },
  client: { type: 'string', default: CLIENTS.join(',') },
  signal: { type: 'string', default: 'SIGKILL' },
} });

/** As node:test's, for lib/call.mjs: what is to be undone, last first. */
class Scope {
  constructor (name) {
    this.name = name;
    this.tasks = [];
  }

  after (task) {
    this.tasks.unshift(task);
  }

  async end () {
    for (const task of this.tasks)
      await task();
  }
}

function row (client, times) {
  const sorted = times.flat().sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1,
    Math.floor(part * sorted.length))];
  return { client, kills: times.length, 'min ms': sorted[0],
    'median ms': at(0.5), 'max ms': sorted.at(-1),
    'each kill, the later tab': times.map((t) => Math.max(...t)).join(' ') };
}

const rows = [];
for (const client of values.client.split(',')) {
  const scope = new Scope(`recovery ${client}`);
  const times = [];
  try {
    const recovery = await Recovery.start(scope, client);
    for (let i = 0; i < Number(values.kills); i += 1) {
      await recovery.steady();
      const backMs = await recovery.killOnce(values.signal);
      times.push(backMs);
      console.log(JSON.stringify({ client, signal: values.signal, kill: i,
        backMs }));
    }
  } finally {
    await scope.end();
  }
  rows.push(row(client, times));
}
console.error(`\n${values.signal}`);
console.table(rows);

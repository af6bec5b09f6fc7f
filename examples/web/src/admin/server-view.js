// SPDX-License-Identifier: LGPL-2.1-or-later
// The server itself: a line of figures, and its processes.

import { attr, h, setText } from '../ui/dom.js';
import { createList, figure, sparkline } from './parts.js';
import { formatBytes, formatCpu } from './model.js';

/** A core is full at 100 %; the line leaves a little above. */
const CPU_TOP = 110;

function processCard({ pid }) {
  const name = h('h3', {});
  const cpu = h('span', { class: 'big' });
  const rest = h('p', { class: 'hint' });
  const line = sparkline();
  const element = h('li', { class: 'process', 'data-pid': pid },
    h('header', {}, name, cpu), line.element, rest);

  return {
    element,
    update({ title, percent, values, rssBytes, threads, rooms, peers }) {
      setText(name, title);
      setText(cpu, formatCpu(percent));
      attr(element, 'data-busy', percent > 85);
      line.update(values, CPU_TOP);
      setText(rest, [
        rooms === undefined ? null
          : `${rooms} ${rooms === 1 ? 'room' : 'rooms'}, ` +
            `${peers} ${peers === 1 ? 'person' : 'people'}`,
        formatBytes(rssBytes), `${threads} threads`, `pid ${pid}`,
      ].filter(Boolean).join(' · '));
    },
  };
}

export function serverView() {
  const figures = {
    rooms: figure('Rooms'), peers: figure('People'),
    producers: figure('Tracks in'), consumers: figure('Tracks out'),
  };
  const processes = createList(h('ul', { class: 'processes' }),
    ({ pid }) => pid, processCard);
  const element = h('section', { class: 'server', 'aria-label': 'Server' },
    h('dl', { class: 'totals' },
      Object.values(figures).map((part) => part.element)),
    processes.element);

  return {
    element,
    update({ server, cpu, history }) {
      for (const [key, part] of Object.entries(figures)) {
        part.update(String(server[key]));
      }
      processes.update([
        { ...server.process, title: 'Server' },
        ...server.workers.map((worker, i) =>
          ({ ...worker, title: `Worker ${i + 1}` })),
      ].map((process) => ({
        ...process,
        percent: cpu.get(process.pid), values: history.of(process.pid),
      })));
    },
  };
}

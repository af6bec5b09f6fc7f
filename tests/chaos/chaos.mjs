// SPDX-License-Identifier: LGPL-2.1-or-later
// node chaos.mjs [--seconds=1200] [--seed=N] [--rooms=4] [--members=16]
// [--workers=2]: see README.md. One JSON object on stdout, progress on stderr.
import { Chaos } from './lib/chaos.mjs';

const NUMBERS = ['seconds', 'seed', 'rooms', 'members', 'workers'];

function options (words) {
  const seen = { seed: Date.now() % 2 ** 32 };
  for (const word of words) {
    const [, name, value] = /^--([a-z]+)=(\d+)$/.exec(word) ?? [];
    if (!NUMBERS.includes(name)) {
      console.error(`chaos: unknown "${word}"; there are ${
        NUMBERS.map((n) => `--${n}=N`).join(' ')}`);
      process.exit(2);
    }
    seen[name] = Number(value);
  }
  return seen;
}

const wanted = options(process.argv.slice(2));
const started = performance.now();
const chaos = new Chaos({ ...wanted, log: (line) => console.error(
  `${String(Math.round((performance.now() - started) / 1000)).padStart(5)} s  ${
    line}`) });
console.error(`seed ${wanted.seed}`);
const result = await chaos.run();
console.log(JSON.stringify(result));
if (result.faults.length > 0) {
  console.error(result.faults.join('\n'));
  process.exit(1);
}

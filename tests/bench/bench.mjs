// SPDX-License-Identifier: LGPL-2.1-or-later
// What sfu-server costs, beside Janus in the same run: see README.md, and
// lib/options.mjs for the options. JSON lines on stdout, a table on stderr.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { compare, mergeBaseline, regressions } from './lib/check.mjs';
import { describeMachine } from './lib/machine.mjs';
import { USAGE, parseOptions } from './lib/options.mjs';
import { runCase, runInterleaved } from './lib/scenarios.mjs';
import { table } from './lib/summary.mjs';

const BASELINE = new URL('baseline.json', import.meta.url);
const FAILED = 1;
const MISUSED = 2;

function readBaseline () {
  try {
    return JSON.parse(readFileSync(BASELINE, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT')
      return null;
    throw error;
  }
}

function readOptions (baseline) {
  try {
    const options = parseOptions(process.argv.slice(2), baseline);
    if (options.check && !baseline)
      throw new Error('--check: there is no baseline.json yet');
    return options;
  } catch (error) {
    console.error(`bench: ${error.message}\n${USAGE}`);
    return process.exit(MISUSED);
  }
}

/** Clients must not disturb the server: we, too, leave its CPU alone. */
function moveTo (cpu) {
  execFileSync('taskset', ['-acp', String(cpu), String(process.pid)],
    { stdio: 'ignore' });
}

/** The row; with `error` instead of figures when it did not work. */
async function tryCase (what, sfu, options) {
  console.error(`${what.text} ${sfu.name} ...`);
  try {
    return await runCase(what, sfu, options);
  } catch (error) {
    console.error(`${what.text} ${sfu.name}: ${error.stack}`);
    return { sfu: sfu.name, case: what.text, kind: what.kind,
      error: error.message };
  }
}

/** All SFUs at once; those that the case cannot be measured with say so. */
async function runTogether (options) {
  const rows = [];
  for (const what of options.cases) {
    console.error(`${what.text} ${options.sfus.map((s) => s.name).join(', ')}`
      + ' in turn ...');
    for (const row of await runInterleaved(what, options)) {
      console.log(JSON.stringify(row));
      rows.push(row);
    }
  }
  return rows;
}

async function runAll (options) {
  const rows = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const what of options.cases) {
      for (const sfu of options.sfus) {
        const row = await tryCase(what, sfu, options);
        if (!row) {
          console.error(`${sfu.name} cannot do ${what.kind}`);
          continue;
        }
        console.log(JSON.stringify(row));
        rows.push(row);
      }
    }
  }
  return rows;
}

function say (rows) {
  console.error(`\n${table(rows)}`);
  for (const [what, { ratios }] of Object.entries(compare(rows))) {
    console.error(`${what}, of janus-1-loop: ${Object.entries(ratios)
      .map(([name, ratio]) => `${name} ${ratio}`).join(', ')}`);
  }
}

/** The exit code. */
function check (rows, baseline, { cases }) {
  const failures = regressions(rows, baseline, cases.map(({ text }) => text));
  for (const failure of failures)
    console.error(`REGRESSION ${failure}`);
  if (failures.length === 0)
    console.error('check: nothing has become worse than the baseline allows');
  return failures.length > 0 ? FAILED : 0;
}

const baseline = readBaseline();
const options = readOptions(baseline);
if (options.help) {
  console.error(USAGE);
  process.exit(0);
}
moveTo(options.cpus.client);
const rows = await (options.interleave ? runTogether : runAll)(options);
say(rows);
if (options.writeBaseline) {
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(BASELINE, `${JSON.stringify(mergeBaseline(baseline, rows,
    { date, machine: describeMachine() }), null, 2)}\n`);
}
const failed = rows.some((row) => row.error) ? FAILED : 0;
process.exit(options.check && check(rows, baseline, options) || failed);

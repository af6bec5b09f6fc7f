// SPDX-License-Identifier: LGPL-2.1-or-later
// Have we become slower? Absolute figures depend on the machine and on what
// else it does, so what is compared is how we stand to Janus with one event
// loop in the same run. For people and nightly runs; no test asserts times.
import { median, round } from './summary.mjs';

export const OURS = 'gst-sfu';
export const ANCHOR = 'janus-1-loop';

/** Figure of a row -> by which share its ratio may be worse. */
export const TOLERANCES = { usPerPacketMedian: 0.25, p50us: 0.5, p99us: 1 };

/** A latency says how long the queue was when there was more than CPU for it. */
const LATENCIES = ['p50us', 'p99us'];
const CPU_FULL = 95;
const LOSS_MAX = 0.1;

/** Written down beside them, to know later what was measured and how well. */
const NOTED = ['usPerReceived', 'cpuPercent', 'packetsPerSecond', 'p90us',
  'p999us', 'lossPercent', 'foreignPercent', 'quietWindows', 'windows'];

const loses = ({ lossPercent }) => lossPercent > LOSS_MAX;
const isBehind = (figures) => loses(figures)
  || figures.cpuPercent + figures.foreignPercent > CPU_FULL;

/** { case: { figure: median over the rounds } } of one SFU. */
function medians (rows, sfu) {
  const cases = {};
  for (const row of rows.filter((r) => r.sfu === sfu)) {
    if (cases[row.case])
      continue;
    const same = rows.filter((r) => r.sfu === sfu && r.case === row.case);
    cases[row.case] = {};
    for (const name of [...Object.keys(TOLERANCES), ...NOTED]) {
      const values = same.map((r) => r[name]).filter(Number.isFinite);
      if (values.length > 0)
        cases[row.case][name] = round(median(values));
    }
  }
  return cases;
}

/**
 * { case: { ratios, ours, anchor, behind } } of the cases that both SFUs ran.
 * behind: who did not keep up, 'anchor' (perhaps both), 'ours' or null; then
 * latencies have no ratio. Where packets are lost, none has: those that came
 * would be charged with those that did not.
 */
export function compare (rows) {
  const ours = medians(rows, OURS);
  const anchor = medians(rows, ANCHOR);
  const result = {};
  for (const what of Object.keys(ours)) {
    if (!anchor[what])
      continue;
    // The anchor first: where both are late, it is the machine that is slow.
    const both = { anchor: anchor[what], ours: ours[what] };
    const behind = Object.keys(both).find((who) => isBehind(both[who])) ?? null;
    const ratios = {};
    const whole = !loses(both.ours) && !loses(both.anchor);
    for (const name of whole ? Object.keys(TOLERANCES) : []) {
      if (both.ours[name] >= 0 && both.anchor[name] > 0
          && !(behind && LATENCIES.includes(name)))
        ratios[name] = round(both.ours[name] / both.anchor[name], 3);
    }
    result[what] = { ratios, ...both, behind };
  }
  return result;
}

/**
 * What has become worse, as sentences; empty: nothing. A case of the baseline
 * that was asked for and has no ratio is a failure, too.
 */
export function regressions (rows, baseline, asked) {
  const now = compare(rows);
  const failures = [];
  for (const what of asked) {
    const before = baseline.cases[what]?.ratios;
    if (!before) {
      failures.push(`${what}: the baseline does not have it; `
        + 'see --write-baseline');
      continue;
    }
    if (now[what] && (loses(now[what].ours) || loses(now[what].anchor))) {
      failures.push(`${what}: cannot be compared: ${OURS} lost `
        + `${now[what].ours.lossPercent} %, ${ANCHOR} `
        + `${now[what].anchor.lossPercent} %`);
      continue;
    }
    for (const [name, tolerance] of Object.entries(TOLERANCES)) {
      const was = before[name];
      const is = now[what]?.ratios[name];
      if (was === undefined
          || (now[what]?.behind && LATENCIES.includes(name)))
        continue;
      if (is === undefined)
        failures.push(`${what}: no ${name} of ${OURS} and ${ANCHOR} both`);
      else if (is > was * (1 + tolerance))
        failures.push(`${what}: ${name} is ${is} of ${ANCHOR}'s, was ${was} `
          + `on ${baseline.cases[what].date}; more than `
          + `${round(was * (1 + tolerance), 3)} is a regression`);
    }
  }
  return failures;
}

/** The baseline with the cases of this run in place of what it had of them. */
export function mergeBaseline (baseline, rows, { date, machine }) {
  const fresh = Object.entries(compare(rows)).filter(
    ([, { ratios }]) => Object.keys(ratios).length > 0).map(
    ([what, figures]) => [what, { date, ...figures }]);
  return { date, machine, ours: OURS, anchor: ANCHOR,
    cases: { ...baseline?.cases, ...Object.fromEntries(fresh) } };
}

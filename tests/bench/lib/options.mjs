// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line of bench.mjs.
import { parseArgs } from 'node:util';
import { INTERLEAVED, parseCase, parseSfu, splitSfus } from './cases.mjs';
import { ANCHOR, OURS } from './check.mjs';

export const USAGE = `options:
  --case=fan:50,room:8     what is measured, see tests/bench/README.md
  --sfu=gst-sfu,janus,janus-1-loop,gst-sfu:--FLAG=VALUE:--FLAG=VALUE
                           or another build of ours, gst-sfu@BUILD_DIR
  --windows=5 --seconds=4  how often and how long each figure is taken
  --rounds=1               the whole list again, SFUs interleaved
  --interleave             all SFUs at once, windows in turn (fan, room, rooms,
                           simulcast): ratios that no drift of the machine moves
  --weigh                  memory and threads of a subscriber, too (fan): 35 s
  --server-cpu=0 --client-cpu=1
  --profile=SRTP_AES128_CM_SHA1_80  what clients offer; Janus has no GCM
  --check                  compare ratios with baseline.json, fail when worse
  --write-baseline         make the ratios of this run the baseline`;

const number = (values, name, least) => {
  const value = Number(values[name]);
  if (!(value >= least))
    throw new Error(`--${name} is a number from ${least} on`);
  return value;
};

/** What everybody can do; Janus' libsrtp in Debian has no GCM. */
const PROFILE = 'SRTP_AES128_CM_SHA1_80';

/** baseline: for --check, whose cases are the default then. */
export function parseOptions (argv, baseline = null) {
  const text = (fallback) => ({ type: 'string', default: fallback });
  const several = { type: 'string', multiple: true };
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({ args: argv, options: {
    case: several, sfu: several, windows: text('5'), seconds: text('4'),
    rounds: text('1'), weigh: flag, interleave: flag, 'server-cpu': text('0'),
    'client-cpu': text('1'), profile: text(PROFILE), check: flag,
    'write-baseline': flag, help: flag,
  } });
  const ratios = values.check || values['write-baseline'];
  const cases = values.case ?? [values.check && baseline
    ? Object.keys(baseline.cases).join(',') : 'fan:50,room:8'];
  const sfus = values.sfu ?? [ratios ? `${OURS},${ANCHOR}`
    : 'gst-sfu,janus,janus-1-loop'];
  if (ratios && sfus.flatMap(splitSfus).filter(
    (name) => name === OURS || name === ANCHOR).length < 2)
    throw new Error(`a ratio needs ${OURS} and ${ANCHOR}`);
  const wanted = cases.flatMap((list) => list.split(',')).map(parseCase);
  const other = wanted.find(({ kind }) => !INTERLEAVED.includes(kind));
  if (values.interleave && other)
    throw new Error(`--interleave: not with ${other.text}, only with `
      + INTERLEAVED.join(', '));
  return {
    cases: wanted,
    sfus: sfus.flatMap(splitSfus).map(parseSfu),
    windows: number(values, 'windows', 1),
    seconds: number(values, 'seconds', 0.1),
    rounds: number(values, 'rounds', 1),
    weigh: values.weigh,
    interleave: values.interleave,
    profile: values.profile,
    cpus: { server: number(values, 'server-cpu', 0),
      client: number(values, 'client-cpu', 0) },
    check: values.check, writeBaseline: values['write-baseline'],
    help: values.help,
  };
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// The cases that can be asked for: `kind:number:number`, missing numbers have
// defaults. What each measures is in README.md.

/** kind -> [[name, default, least, most]] in the order they are written. */
export const CASES = {
  fan: [['subscribers', 50, 1, 5000], ['rate', 120, 1, 20000]],
  room: [['members', 8, 2, 500], ['rate', 120, 1, 20000]],
  rooms: [['rooms', 10, 1, 1000], ['members', 3, 2, 100],
    ['total', 12000, 1, 1000000]],
  simulcast: [['members', 8, 2, 200]],
  paused: [['consumers', 200, 2, 5000], ['active', 5, 1, 1000]],
  idle: [['transports', 200, 2, 10000]],
  joins: [['joins', 200, 1, 5000], ['room', 200, 1, 5000]],
  churn: [['members', 8, 1, 200], ['parallel', 4, 1, 200]],
  ramp: [['rate', 240, 1, 20000], ['subscribers', 2000, 10, 10000]],
  town: [['rooms', 2, 1, 100], ['members', 50, 2, 200]],
};

/** What is steady: its windows can take turns with those of another SFU. */
export const INTERLEAVED = ['fan', 'room', 'rooms', 'simulcast'];

/** { text, kind, numbers: { name: value } }; throws on what is not a case. */
export function parseCase (text) {
  const [kind, ...given] = text.split(':');
  const fields = Object.hasOwn(CASES, kind) ? CASES[kind] : null;
  if (!fields)
    throw new Error(`no case "${kind}"; there are ${Object.keys(CASES)
      .join(', ')}`);
  if (given.length > fields.length)
    throw new Error(`${text}: ${kind} has ${fields.length} numbers at most`);
  const numbers = {};
  for (const [i, [name, fallback, least, most]] of fields.entries()) {
    const value = given[i] === undefined ? fallback : Number(given[i]);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new Error(`${text}: ${name} is ${least} to ${most}`);
    numbers[name] = value;
  }
  if (kind === 'paused' && numbers.active >= numbers.consumers)
    throw new Error(`${text}: fewer active than consumers`);
  return { text, kind, numbers };
}

const SFUS = ['gst-sfu', 'janus', 'janus-1-loop'];

/**
 * { name, base, dir, flags }: `gst-sfu:--dtls=stock:--log-level=error` is our
 * server with further flags, `gst-sfu@DIR` that of another build folder, each a
 * row of its own.
 */
export function parseSfu (text) {
  const [what, ...flags] = text.split(/:(?=--)/);
  const [base, dir] = what.split(/@(.*)/s);
  if (!SFUS.includes(base))
    throw new Error(`no SFU "${base}"; there are ${SFUS.join(', ')}`);
  if ((flags.length > 0 || dir !== undefined) && base !== 'gst-sfu')
    throw new Error(`${text}: flags and builds are for gst-sfu only`);
  return { name: [what, ...flags].join(' '), base, dir, flags };
}

/** Splits at commas, but not inside the flags of a variant. */
export function splitSfus (text) {
  return text.split(/,(?=gst-sfu|janus)/);
}

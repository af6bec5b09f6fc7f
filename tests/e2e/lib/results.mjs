// SPDX-License-Identifier: LGPL-2.1-or-later
// Figures of a run, one JSON line each, for people and for comparisons.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputDir } from './server.mjs';

/** Appends { test, ...figures } to results.jsonl in the output folder. */
export function record (test, figures) {
  const line = JSON.stringify({ test, at: new Date().toISOString(), ...figures });
  appendFileSync(join(outputDir(), 'results.jsonl'), `${line}\n`);
}

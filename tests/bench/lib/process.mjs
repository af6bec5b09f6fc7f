// SPDX-License-Identifier: LGPL-2.1-or-later
// What a process costs, read from /proc.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100; // USER_HZ, the same on all Linux ABIs

function read (path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the thread has just ended
  }
}

/** Seconds of CPU that the live threads of a process have used. */
export function cpuSeconds (pid) {
  let ns = 0;
  for (const task of readdirSync(`/proc/${pid}/task`))
    ns += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]);
  return ns / 1e9;
}

/**
 * Seconds of CPU that a process has used, with its threads that have ended, to
 * a hundredth.
 */
export function cpuSecondsAll (pid) {
  const fields = read(`/proc/${pid}/stat`).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Seconds that one CPU of the machine was busy, by whomever. */
export function cpuBusySeconds (cpu) {
  const line = new RegExp(`^cpu${cpu} (.*)$`, 'm').exec(read('/proc/stat'))[1];
  const [user, nice, system, , , irq, softirq] = line.split(' ').map(Number);
  return (user + nice + system + irq + softirq) / TICKS_A_SECOND;
}

/** { rssKb, threads, fds } */
export function footprint (pid) {
  const status = read(`/proc/${pid}/status`);
  const field = (name) => Number(
    new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { rssKb: field('VmRSS'), threads: field('Threads'),
    fds: readdirSync(`/proc/${pid}/fd`).length };
}

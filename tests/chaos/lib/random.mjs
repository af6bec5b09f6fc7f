// SPDX-License-Identifier: LGPL-2.1-or-later
// Chance that can be had again: one seed, one course of events.

export class Random {
  constructor (seed) {
    this.state = seed >>> 0;
  }

  /** 0 <= x < 1 (mulberry32). */
  next () {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  below (n) {
    return Math.floor(this.next() * n);
  }

  pick (list) {
    return list[this.below(list.length)];
  }

  /** A key of { name: weight }. */
  weighted (weights) {
    const entries = Object.entries(weights);
    let at = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      at -= weight;
      if (at < 0)
        return name;
    }
    return entries.at(-1)[0];
  }

  bytes (length) {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

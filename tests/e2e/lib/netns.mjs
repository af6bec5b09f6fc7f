// SPDX-License-Identifier: LGPL-2.1-or-later
// A network namespace with a veth pair to this one. Firefox gathers no
// loopback candidates, so the server has to be somewhere else; no packet
// leaves the machine. Needs root and a kernel with veth.
import { execFileSync } from 'node:child_process';

const ip = (...args) => execFileSync('ip', args, { stdio: 'pipe' });

/** The same for one with IPv6. */
export function whyNoIpv6Namespace () {
  const why = whyNoNamespace();
  if (why)
    return why;
  const probe = new Namespace();
  probe.close();
  return probe.inside6 ? null : 'this kernel gives no IPv6 addresses';
}

/** Why there can be no namespace here, or null. */
export function whyNoNamespace () {
  if (process.getuid() !== 0)
    return 'network namespaces need root';
  try {
    const probe = new Namespace();
    probe.close();
    return null;
  } catch (error) {
    return `no network namespace: ${error.message.split('\n')[0]}`;
  }
}

export class Namespace {
  constructor () {
    // pid: two test runs on one machine do not meet. Interface names have at
    // most 15 characters; 198.18.0.0/15 is for such benchmarks (RFC 2544).
    const tag = process.pid % 0x4000;
    const net = `198.${18 + (tag >> 13)}.${(tag >> 5) & 0xff}`;
    const first = (tag & 31) * 8;
    this.name = `sfu-e2e-${tag}`;
    this.link = `sfuo${tag}`;
    this.outside = `${net}.${first + 1}`;
    this.inside = `${net}.${first + 2}`;
    /** A second address, which no route prefers. */
    this.second = `${net}.${first + 3}`;
    // RFC 4193; null when this kernel has no IPv6.
    const prefix = `fd00:5f0:${tag.toString(16)}::`;
    this.outside6 = `${prefix}1`;
    this.inside6 = `${prefix}2`;
    ip('netns', 'add', this.name);
    try {
      ip('link', 'add', this.link, 'type', 'veth', 'peer', 'name',
        `sfui${tag}`, 'netns', this.name);
      ip('addr', 'add', `${this.outside}/29`, 'dev', this.link);
      ip('link', 'set', this.link, 'up');
      for (const address of [this.inside, this.second])
        ip('-n', this.name, 'addr', 'add', `${address}/29`, 'dev',
          `sfui${tag}`);
      ip('-n', this.name, 'link', 'set', `sfui${tag}`, 'up');
      ip('-n', this.name, 'link', 'set', 'lo', 'up');
      // Browsers send from every address they have: answers need a way back.
      ip('-n', this.name, 'route', 'add', 'default', 'via', this.outside);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#addIpv6(`sfui${tag}`);
  }

  #addIpv6 (inner) {
    // nodad: usable at once, nobody else has them.
    try {
      ip('addr', 'add', `${this.outside6}/64`, 'dev', this.link, 'nodad');
      ip('-n', this.name, 'addr', 'add', `${this.inside6}/64`, 'dev', inner,
        'nodad');
      ip('-n', this.name, '-6', 'route', 'add', 'default', 'via',
        this.outside6);
    } catch {
      this.outside6 = this.inside6 = null;
    }
  }

  /** The command in front of one that is to run inside. */
  get wrap () {
    return ['ip', 'netns', 'exec', this.name];
  }

  close () {
    // The namespace takes the pair with it, but at some later moment.
    try {
      ip('link', 'del', this.link);
    } catch {
      // It was never made.
    }
    ip('netns', 'del', this.name);
  }
}

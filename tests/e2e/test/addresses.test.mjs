// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the server is: IPv6, several addresses, an address that its routes would
// not answer from, a host name in the candidates, a port for each transport.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees } from '../lib/expect.mjs';
import { Namespace, whyNoIpv6Namespace, whyNoNamespace }
  from '../lib/netns.mjs';
import { record } from '../lib/results.mjs';

const WINDOW_MS = 4000;
/** In a namespace of its own nobody else has them. */
const FIRST_PORT = 41000;
const LAST_PORT = 41009;

/** A call of two for some time; the remote ends of their four transports. */
async function callOfTwo (call, name) {
  const a = await call.peer('a');
  const b = await call.peer('b');
  await a.publish({});
  await b.publish({});
  await Promise.all([a.firstFrame('b'), b.firstFrame('a')]);
  const [atA, atB] = await Promise.all([a.watch('b', WINDOW_MS),
    b.watch('a', WINDOW_MS)]);
  const ends = [];
  for (const peer of [a, b])
    for (const { remote } of Object.values(await peer.selectedPairs()))
      ends.push({ address: remote.address, port: remote.port,
        protocol: remote.protocol });
  record(`addresses-${name}`, { ends, atA, atB });
  assertSees(atA, 'a sees b');
  assertSees(atB, 'b sees a');
  assertHears(atA, 'a hears b');
  assertHears(atB, 'b hears a');
  assert.equal(ends.length, 4);
  return ends;
}

function openNamespace (t) {
  const namespace = new Namespace();
  t.after(() => namespace.close());
  return namespace;
}

test('IPv6 alone', { skip: whyNoIpv6Namespace() ?? false }, async (t) => {
  const { inside6, wrap } = openNamespace(t);
  const call = await Call.start(t, { host: inside6, wrap });
  for (const { address } of await callOfTwo(call, 'ipv6'))
    assert.equal(address, inside6);
});

test('both families, on every address of the machine',
  { skip: whyNoIpv6Namespace() ?? false }, async (t) => {
    const { inside, inside6, wrap } = openNamespace(t);
    const call = await Call.start(t, { host: inside, listen: '::', wrap,
      args: ['--announced-address', `${inside6},${inside}`] });
    for (const { address } of await callOfTwo(call, 'both'))
      assert.ok([inside, inside6].includes(address), address);
  });

// The kernel's own choice would be the first address: a browser takes no answer
// from there.
test('an address that no route prefers',
  { skip: whyNoNamespace() ?? false }, async (t) => {
    const { inside, second, wrap } = openNamespace(t);
    const call = await Call.start(t, { host: inside, listen: '0.0.0.0', wrap,
      args: ['--announced-address', second, '--no-ice-tcp'] });
    for (const { address } of await callOfTwo(call, 'second'))
      assert.equal(address, second);
  });

test('a port for each transport',
  { skip: whyNoNamespace() ?? false }, async (t) => {
    const { inside, wrap } = openNamespace(t);
    const call = await Call.start(t, { host: inside, wrap,
      ports: ['--rtc-port-range', `${FIRST_PORT}-${LAST_PORT}`] });
    const ports = (await callOfTwo(call, 'ports')).map(({ port }) => port);
    assert.equal(new Set(ports).size, 4, `${ports}`);
    for (const port of ports)
      assert.ok(port >= FIRST_PORT && port <= LAST_PORT, `${port}`);
  });

// Chromium looks it up itself, and of the two addresses that this name has takes
// that of IPv6, for which it needs an address of its own: the namespace's pair
// gives it one. (Its --host-resolver-rules are not asked for candidates.)
test('a host name', { skip: whyNoIpv6Namespace() ?? false }, async (t) => {
  openNamespace(t);
  const call = await Call.start(t, { listen: '127.0.0.1,::1',
    args: ['--announced-address', 'localhost', '--no-ice-tcp'] });
  for (const { address } of await callOfTwo(call, 'name'))
    assert.ok(['127.0.0.1', '::1'].includes(address), address);
});

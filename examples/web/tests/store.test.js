// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createStore, withEntry } from '../src/store.js';

const turn = () => new Promise(setImmediate);

test('a burst of changes is one notification with the last state', async () => {
  const store = createStore({ n: 0, other: 'kept' });
  const seen = [];

  store.subscribe(({ n }) => seen.push(n));
  store.set({ n: 1 });
  store.set(({ n }) => ({ n: n + 1 }));
  assert.equal(store.get().n, 2);
  assert.deepEqual(seen, [0]);
  await turn();
  assert.deepEqual(seen, [0, 2]);
  assert.equal(store.get().other, 'kept');
});

test('a change made by a listener reaches the others', async () => {
  const store = createStore({ n: 0 });
  const seen = [];

  store.subscribe(({ n }) => n === 1 && store.set({ n: 2 }));
  store.subscribe(({ n }) => seen.push(n));
  store.set({ n: 1 });
  await turn();
  assert.equal(seen.at(-1), 2);
});

test('unsubscribing, also from within', async () => {
  const store = createStore({ n: 0 });
  let calls = 0;
  const stop = store.subscribe(() => {
    calls += 1;
    if (calls === 2) stop();
  });

  store.set({ n: 1 });
  await turn();
  store.set({ n: 2 });
  await turn();
  assert.equal(calls, 2);
});

test('when() resolves now or later', async () => {
  const store = createStore({ n: 0 });

  assert.equal((await store.when(({ n }) => n === 0)).n, 0);

  const later = store.when(({ n }) => n === 3);

  store.set({ n: 3 });
  assert.equal((await later).n, 3);
});

test('withEntry leaves the original alone', () => {
  const before = new Map([['a', 1]]);

  assert.deepEqual(Array.from(withEntry(before, 'b', 2)), [['a', 1], ['b', 2]]);
  assert.deepEqual(Array.from(withEntry(before, 'a', undefined)), []);
  assert.deepEqual(Array.from(before), [['a', 1]]);
});

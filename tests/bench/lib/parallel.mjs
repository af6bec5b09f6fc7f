// SPDX-License-Identifier: LGPL-2.1-or-later

/** Calls make(0) to make(count - 1), at most so many at a time. */
export async function parallel (count, most, make) {
  const results = new Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const i = next++;
      results[i] = await make(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, count) }, worker));
  return results;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// What the page remembers between visits. Storage may be forbidden or full:
// then the page just forgets.

const PREFIX = 'gst-sfu.';

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Nothing to be done, and nobody needs to know.
  }
}

export function recall(key, fallback = null) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key)) ?? fallback;
  } catch {
    return fallback;
  }
}

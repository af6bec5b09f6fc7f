// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs before the first paint, so that a remembered theme does not flash.
(function () {
  try {
    var theme = JSON.parse(localStorage.getItem('gst-sfu.theme'));

    if (theme === 'light' || theme === 'dark') {
      document.documentElement.dataset.theme = theme;
    }
  } catch (error) {
    // No storage: the system's choice.
  }
})();

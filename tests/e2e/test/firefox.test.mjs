// SPDX-License-Identifier: LGPL-2.1-or-later
// Chromium and Firefox see and hear each other. The server has its own network
// namespace, because Firefox does not use loopback addresses.
import test from 'node:test';
import { Call } from '../lib/call.mjs';
import { assertHears, assertSees, assertShows } from '../lib/expect.mjs';
import { launchFirefox } from '../lib/firefox.mjs';
import { Namespace, whyNoNamespace } from '../lib/netns.mjs';
import { record } from '../lib/results.mjs';

const WINDOW_MS = 10000;
/** Firefox's fake camera: 30 frames a second asked down to ours. */
const FIREFOX_FPS = 20;

test('Firefox and Chromium see and hear each other',
  { skip: whyNoNamespace() ?? false }, async (t) => {
    const namespace = new Namespace();
    t.after(() => namespace.close());
    const call = await Call.start(t,
      { host: namespace.inside, wrap: namespace.wrap });
    const chromium = await call.peer('chromium');
    const firefox = await call.peer('firefox', { launch: launchFirefox });
    await chromium.publish({});
    await firefox.publish({});
    await Promise.all([chromium.firstFrame('firefox'),
      firefox.firstFrame('chromium')]);

    const [atChromium, atFirefox] = await Promise.all([
      chromium.watch('firefox', WINDOW_MS), firefox.watch('chromium', WINDOW_MS)]);
    record('firefox', { atChromium, atFirefox });
    assertSees(atFirefox, 'Firefox sees Chromium');
    assertSees(atChromium, 'Chromium sees Firefox', FIREFOX_FPS);
    assertHears(atFirefox, 'Firefox hears Chromium');
    assertHears(atChromium, 'Chromium hears Firefox');
    await assertShows(chromium, firefox);
  });

// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs without WebRTC in a room: gst-launch and ffmpeg publish and Chromium
// sees them; Chromium publishes and they decode it. By the scripts that people
// have as examples.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Call, slug } from '../lib/call.mjs';
import { assertHears, assertPicture, assertSees, CAMERA_FPS }
  from '../lib/expect.mjs';
import { ended, guard, stopProcess, watchLines } from '../lib/process.mjs';
import { record } from '../lib/results.mjs';
import { outputDir } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';

const EXAMPLES = fileURLToPath(
  new URL('../../../examples/broadcaster/', import.meta.url));
const WINDOW_MS = 5000;
/** The scripts' pictures have 25 a second; ffmpeg beside a browser on two busy
 * cores falls behind. That every frame passes is for other tests to show. */
const PROGRAM_FPS = 0.5 * 25;
const RECEIVE_SECONDS = 10;
/** Of these, what it takes to start and get a key frame. */
const START_SECONDS = 5;
const READY_MS = 15000;
/** So that a script ends by itself when we are cut off. */
const AT_MOST_SECONDS = 60;

function whyNot () {
  for (const program of ['curl', 'jq', 'ffmpeg', 'gst-launch-1.0', 'timeout']) {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    } catch {
      return `${program} is not installed`;
    }
  }
  return false;
}

/** Starts a script; resolves when it has said what it does. */
async function start (t, call, script, tool, ...args) {
  const child = spawn(join(EXAMPLES, script), ['--url', call.server.httpUrl,
    '--room', call.roomId, '--id', tool, '--with', tool, ...args],
  { stdio: ['ignore', 'pipe', 'pipe'] });
  guard(child);
  t.after(() => stopProcess(child));
  const log = createWriteStream(join(outputDir(), `${slug(t.name)}-tool.log`));
  const lines = [];
  await watchLines(child, [child.stdout, child.stderr],
    /^(publishing|receiving) /, READY_MS, (line) => {
      lines.push(line);
      log.write(`${line}\n`);
    });
  return { child, lines };
}

for (const tool of ['gst', 'ffmpeg']) {
  test(`Chromium sees ${tool}`, { skip: whyNot() }, async (t) => {
    const call = await Call.start(t);
    const early = await call.peer('early');
    const { child } = await start(t, call, 'publish.sh', tool,
      '--seconds', AT_MOST_SECONDS);
    const late = await call.peer('late');
    assert.deepEqual(late.joined.peers.find(({ id }) => id === tool).device,
      { flag: 'broadcaster', name: tool });
    for (const peer of [early, late]) {
      await peer.firstFrame(tool);
      const window = await peer.watch(tool, WINDOW_MS);
      record('broadcasters', { tool, peer: peer.id, window });
      assertSees(window, `${peer.id} sees ${tool}`, PROGRAM_FPS);
      assertHears(window, `${peer.id} hears ${tool}`);
      assertPicture(await peer.picture(tool), `${tool} at ${peer.id}`);
    }

    // It says goodbye when it is stopped, and nothing is left of it.
    await stopProcess(child);
    await late.notification('peerClosed', { peerId: tool });
    const dump = await call.server.dump(call.roomId);
    assert.deepEqual(dump.routers[0].producers, []);
  });

  test(`${tool} sees Chromium`, { skip: whyNot() }, async (t) => {
    const call = await Call.start(t);
    const a = await call.peer('a');
    await a.publish({});
    const { child, lines } = await start(t, call, 'receive.sh', tool,
      '--peer', 'a', '--seconds', RECEIVE_SECONDS);
    const { code } = await ended(child);
    assert.equal(code, 0, lines.join('\n'));
    const frames = Number(/^decoded (\d+) frames$/.exec(lines.at(-1))[1]);
    record('broadcasters', { tool, frames });
    const wanted = (RECEIVE_SECONDS - START_SECONDS) * CAMERA_FPS;
    assert.ok(frames >= wanted, `${tool} decoded ${frames} of ${wanted} frames`);
  });
}

test('a program that crashes is gone after a while', { skip: whyNot() },
  async (t) => {
    const call = await Call.start(t, { args: ['--broadcaster-idle', '4'] });
    const a = await call.peer('a');
    const { child } = await start(t, call, 'publish.sh', 'gst',
      '--seconds', '4');
    await a.firstFrame('gst');
    // The script first, so that nobody says goodbye; then its time is over.
    child.kill('SIGKILL');
    await a.notification('peerClosed', { peerId: 'gst' }, READY_MS);
    await until(async () => {
      const dump = await call.server.dump(call.roomId);
      return dump.routers[0].producers.length === 0 ? true : null;
    }, READY_MS, () => 'no producer any more');
  });

// SPDX-License-Identifier: LGPL-2.1-or-later
// A third WebRTC implementation in the room, both ways. aiortc numbers its
// payload types otherwise than browsers do (its Opus is Chromium's VP8), and
// asks for no key frame when it starts to receive.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Call } from '../lib/call.mjs';
import { assertHears, assertPicture, assertSees, CAMERA_FPS }
  from '../lib/expect.mjs';
import { guard, LineEvents, stopProcess } from '../lib/process.mjs';
import { record } from '../lib/results.mjs';

const PYTHON = process.env.SFU_PYTHON ?? '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('../aiortc/peer.py', import.meta.url));
const WINDOW_MS = 6000;
/** A software encoder in Python misses a frame now and then. */
const AIORTC_FPS = 0.9 * CAMERA_FPS;

function whyNot () {
  try {
    execFileSync(PYTHON, ['-c', 'import aiortc, websockets'],
      { stdio: 'ignore' });
    return false;
  } catch {
    return 'python3-aiortc or python3-websockets is not installed';
  }
}

test('aiortc publishes and receives', { skip: whyNot() }, async (t) => {
  const call = await Call.start(t);
  const a = await call.peer('a');
  await a.publish({});
  const child = spawn(PYTHON, [SCRIPT, '--url', call.server.wsUrl,
    '--room', call.roomId, '--peer', 'aiortc'],
  { stdio: ['pipe', 'pipe', 'inherit'] });
  guard(child);
  t.after(() => stopProcess(child));
  const events = new LineEvents(child.stdout);
  const ask = () => {
    child.stdin.write('report\n');
    return events.take('report');
  };

  const { payloadType } = await events.take('produced', { kind: 'audio' });
  const chromium = await a.request('getRouterRtpCapabilities');
  t.diagnostic(`aiortc sends Opus as ${payloadType}, the room's are `
    + chromium.codecs.map((c) => c.preferredPayloadType).join(' '));
  await a.firstFrame('aiortc');
  await events.take('first-frame', { kind: 'video' });
  await events.take('first-frame', { kind: 'audio' });

  const before = await ask();
  const window = await a.watch('aiortc', WINDOW_MS);
  const after = await ask();
  record('aiortc', { window, after });
  assertSees(window, 'Chromium sees aiortc', AIORTC_FPS);
  assertHears(window, 'Chromium hears aiortc');
  assertPicture(await a.picture('aiortc'), 'picture of aiortc');

  const track = (report, kind) => report.tracks.find((x) => x.kind === kind);
  const [video, earlier] = [track(after, 'video'), track(before, 'video')];
  const frames = video.frames - earlier.frames;
  const wanted = 0.9 * window.seconds * CAMERA_FPS;
  assert.ok(frames >= wanted, `aiortc decoded ${frames} of ${wanted} frames`);
  assert.ok(video.different - earlier.different > 0, 'its picture stands still');
  assert.ok(video.brightness > 3 && video.contrast > 3,
    `its picture is empty: ${JSON.stringify(video)}`);
  const heard = track(after, 'audio').energy - track(before, 'audio').energy;
  assert.ok(heard > 0, 'aiortc hears silence');
});

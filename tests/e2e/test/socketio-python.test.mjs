// SPDX-License-Identifier: LGPL-2.1-or-later
// A second implementation of the protocol: Debian's python3-socketio.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Echo } from '../lib/echo.mjs';
import { ended, guard, LineEvents } from '../lib/process.mjs';

const PYTHON = process.env.SFU_PYTHON ?? '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('../socketio/client.py', import.meta.url));
const WAYS = [['polling', 'websocket'], ['websocket'], ['polling']];

function whyNot () {
  try {
    execFileSync(PYTHON, ['-c', 'import socketio, aiohttp'],
      { stdio: 'ignore' });
    return false;
  } catch {
    return 'python3-socketio or python3-aiohttp is not installed';
  }
}

for (const transports of WAYS) {
  test(`python: ${transports.join(' and ')}`, { skip: whyNot() }, async (t) => {
    const echo = await Echo.start(t);
    const child = guard(spawn(PYTHON, [SCRIPT, echo.url, ...transports],
      { stdio: ['ignore', 'pipe', 'inherit'] }));
    t.after(() => child.kill());
    const events = new LineEvents(child.stdout);
    const { transport, ids } = await events.take('connected');
    assert.equal(transport, transports.at(-1));
    assert.notEqual(ids[0], ids[1]);
    assert.equal((await events.take('echo')).same, true);
    assert.equal((await events.take('said')).same, true);
    assert.equal((await events.take('answered')).text, 'how old? 7');
    assert.deepEqual((await events.take('binary')).answer,
      { error: 'binary data are not supported' });
    assert.equal((await events.take('alive')).answer, 1);
    await events.take('thrown-out');
    assert.equal(await echo.closed('/room/a'), 'server');
    assert.equal((await events.take('alive')).answer, 2);
    // Its disconnect() drops what it has just queued.
    assert.match(await echo.closed('/echo'), /^(client|transport)$/);
    assert.deepEqual((await events.take('refused')).error,
      { message: 'Authentication error', data: 'the token is wrong' });
    assert.equal((await events.take('let-in')).answer, 3);
    assert.match(await echo.closed('/auth'), /^(client|transport)$/);
    assert.deepEqual(await ended(child), { code: 0, signal: null });
  });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseParams, roomLink, signallingUrl } from '../src/params.js';

const parse = (rest) => parseParams(new URL(`http://localhost:4443/${rest}`));

test('the room comes from the query or the fragment', () => {
  const table = [
    ['', ''],
    ['?room=Blue%20Room', 'blue-room'],
    ['#blue-room', 'blue-room'],
    ['?room=a#b', 'a'],
    ['#%', ''],
    ['?room=', ''],
  ];

  for (const [rest, room] of table) assert.equal(parse(rest).room, room, rest);
});

test('defaults are those of a person', () => {
  assert.deepEqual(parse('?room=x'), {
    room: 'x', name: '', autojoin: false, audio: true, video: true,
    peerId: null, token: null, theme: null, codec: null, resolution: 'hd',
    simulcast: false, forceTcp: false,
  });
});

test('automation', () => {
  const params = parse('?room=x&name=Ada+L&autojoin=1&audio=0&video=0' +
    '&res=vga&codec=vp9&theme=dark&simulcast=1&peerId=p1&token=a.b.c');

  assert.equal(params.name, 'Ada L');
  assert.equal(params.autojoin, true);
  assert.equal(params.audio, false);
  assert.equal(params.video, false);
  assert.equal(params.resolution, 'vga');
  assert.equal(params.codec, 'vp9');
  assert.equal(params.theme, 'dark');
  assert.equal(params.simulcast, true);
  assert.equal(params.peerId, 'p1');
  assert.equal(params.token, 'a.b.c');
});

test('nonsense falls back', () => {
  const params = parse('?res=8k&codec=h265&theme=pink&autojoin=0');

  assert.equal(params.resolution, 'hd');
  assert.equal(params.codec, null);
  assert.equal(params.theme, null);
  assert.equal(params.autojoin, false);
});

test('links and the signalling address', () => {
  const page = new URL('https://meet.example:8443/call/?room=a&autojoin=1#x');

  assert.equal(
    roomLink(page, 'a b'), 'https://meet.example:8443/call/?room=a%20b');
  assert.equal(
    signallingUrl(page, 'r&x', 'p'),
    'wss://meet.example:8443/?roomId=r%26x&peerId=p');
  assert.equal(
    signallingUrl(new URL('http://localhost:4443/'), 'r', 'p'),
    'ws://localhost:4443/?roomId=r&peerId=p');
  assert.equal(
    signallingUrl(new URL('http://localhost:4443/'), 'r', 'p',
      { token: 'a.b.c', resume: 's' }),
    'ws://localhost:4443/?roomId=r&peerId=p&resume=s&token=a.b.c');
  assert.equal(roomLink(new URL('http://h/?room=r&token=t'), 'r'),
    'http://h/?room=r');
});

// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { produceOptions } from '../src/encodings.js';
import {
  deviceErrorText, endText, isDismissal, requestErrorText,
} from '../src/error-texts.js';
import { bannerOf } from '../src/ui/banner.js';

const named = (name) => Object.assign(new Error('detail'), { name });

test('device errors name the device and not the exception', () => {
  const table = [
    ['mic', 'NotAllowedError', /may not use the microphone/],
    ['camera', 'NotFoundError', /have a camera/],
    ['camera', 'NotReadableError', /Another program/],
    ['mic', 'OverconstrainedError', /not connected any more/],
    ['camera', 'InsecureContextError', /https/],
    ['screen', 'SecurityError', /the screen/],
    ['mic', 'StrangeError', /microphone does not start \(detail\)/],
  ];

  for (const [source, name, expected] of table) {
    assert.match(deviceErrorText(source, named(name)), expected);
  }
});

test('closing the screen chooser is not an error', () => {
  assert.equal(isDismissal('screen', named('NotAllowedError')), true);
  assert.equal(isDismissal('camera', named('NotAllowedError')), false);
  assert.equal(isDismissal('screen', named('NotReadableError')), false);
});

test('a refused request says why', () => {
  assert.equal(requestErrorText('No', { reason: 'room full' }), 'No: room full');
  assert.equal(requestErrorText('No', new Error('timeout')), 'No: timeout');
});

test('encodings', () => {
  const codecs = [{ mimeType: 'video/VP8' }, { mimeType: 'video/VP9' }];
  const plain = { simulcast: false, codec: null };

  assert.equal(produceOptions('mic', plain, codecs).encodings, undefined);
  assert.equal(produceOptions('camera', plain, codecs).encodings.length, 1);
  assert.equal(produceOptions(
    'camera', { simulcast: true, codec: null }, codecs).encodings.length, 3);
  assert.equal(produceOptions(
    'screen', { simulcast: true, codec: null }, codecs).encodings.length, 1);
  assert.equal(produceOptions(
    'camera', { simulcast: false, codec: 'vp9' }, codecs).codec, codecs[1]);
  assert.equal(produceOptions(
    'camera', { simulcast: false, codec: 'h264' }, codecs).codec, undefined);
});

test('the banner says the most important thing only', () => {
  const good = {
    connection: 'connected', transports: { send: null, recv: 'connected' },
    audioBlocked: false, attempt: 0,
  };

  assert.equal(bannerOf(good), null);
  assert.match(bannerOf({ ...good, connection: 'connecting' }).text, /Connect/);
  assert.match(
    bannerOf({ ...good, connection: 'connecting', attempt: 5 }).text,
    /does not answer/);
  assert.match(
    bannerOf({ ...good, connection: 'reconnecting' }).text, /lost/);
  assert.match(bannerOf({
    ...good, transports: { send: 'failed', recv: 'connected' },
  }).text, /interrupted/);
  assert.equal(
    bannerOf({ ...good, audioBlocked: true }).action, 'Play sound');
});

test('the end of a call in the server\'s own words', () => {
  assert.equal(endText(true, ''), 'The server ended the call.');
  assert.equal(endText(true, 'kicked by a moderator'),
    'The server ended the call: kicked by a moderator.');
  assert.equal(endText(false, ''), 'The server cannot be reached.');
  assert.equal(endText(false, 'room "r" is locked'),
    'The room cannot be joined: room "r" is locked.');
});

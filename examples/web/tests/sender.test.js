// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Sender } from '../src/sender.js';

/** A producer that writes down its verbs, and a server that does too. */
function harness({ closeWhenOff = false, refuse = null } = {}) {
  const log = [];
  const state = { track: null, paused: true, refuse };
  let count = 0;

  function makeProducer(track) {
    const producer = {
      id: `p${++count}`,
      track,
      paused: false,
      pause() { this.paused = true; log.push('pause'); },
      resume() { this.paused = false; log.push('resume'); },
      close() { log.push('close'); },
      async replaceTrack({ track: next }) {
        this.track = next;
        log.push(`replace ${next}`);
      },
    };

    log.push(`produce ${track}`);

    return producer;
  }

  const sender = new Sender({
    closeWhenOff,
    produce: async (track) => makeProducer(track),
    request: async (method, { producerId }) => {
      if (method === state.refuse) throw new Error('refused');
      log.push(`${method} ${producerId}`);
    },
  });

  return {
    log,
    sender,
    state,
    want(track, paused = track === null) {
      Object.assign(state, { track, paused });

      return sender.sync(() => ({ track: state.track, paused: state.paused }));
    },
    take: () => log.splice(0),
  };
}

test('nothing is produced for nothing', async () => {
  const { want, log } = harness();

  await want(null);
  assert.deepEqual(log, []);
});

test('a track is produced, and once', async () => {
  const { want, log } = harness();

  await want('cam');
  await want('cam');
  assert.deepEqual(log, ['produce cam']);
});

test('a muted track starts paused', async () => {
  const { want, log } = harness();

  await want('mic', true);
  assert.deepEqual(log, ['produce mic', 'pause', 'pauseProducer p1']);
});

test('off pauses before it lets go, on resumes after the new track', async () => {
  const { want, take } = harness();

  await want('cam');
  take();
  await want(null);
  assert.deepEqual(take(), ['pause', 'pauseProducer p1', 'replace null']);
  await want('cam2');
  assert.deepEqual(take(), ['replace cam2', 'resume', 'resumeProducer p1']);
});

test('another device while muted stays muted', async () => {
  const { want, take } = harness();

  await want('mic', true);
  take();
  await want('mic2', true);
  assert.deepEqual(take(), ['replace mic2']);
});

test('a screen closes its producer, the next one is new', async () => {
  const { want, take } = harness({ closeWhenOff: true });

  await want('s1');
  await want(null);
  assert.deepEqual(take(), ['produce s1', 'close', 'closeProducer p1']);
  await want('s2');
  assert.deepEqual(take(), ['produce s2']);
});

test('quick clicks end with the last wish', async () => {
  const { want, sender, take } = harness();

  await want('mic');
  take();
  await Promise.all([want('mic', true), want('mic', false), want('mic', true)]);
  assert.equal(sender.producer.paused, true);
  assert.deepEqual(take(), ['pause', 'pauseProducer p1']);
});

test('a refusal is reported, and the next wish tries again', async () => {
  const { want, state, take } = harness({ refuse: 'pauseProducer' });

  await want('mic');
  await assert.rejects(want('mic', true), /refused/);
  take();
  state.refuse = null;
  await want('mic', true);
  assert.deepEqual(take(), ['pauseProducer p1']);
});

test('a closed sender does nothing', async () => {
  const { want, sender, log } = harness();

  sender.close();
  await want('cam');
  assert.deepEqual(log, []);
  assert.equal(sender.producer, null);
});

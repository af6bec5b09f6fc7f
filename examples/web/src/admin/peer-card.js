// SPDX-License-Identifier: LGPL-2.1-or-later
// One participant: what it sends, stream by stream, and how well it receives.

import { createAvatar } from '../ui/avatar.js';
import { attr, h, setText } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { badge, createList, doButton, scoreBars, sureButton } from './parts.js';
import { formatBps, formatLost, receivedBy, streamsOf } from './model.js';

function streamLine({ kind }) {
  const codec = h('span', { class: 'codec mono' });
  const rate = h('td', { class: 'number' });
  const lost = h('td', { class: 'number' });
  const score = scoreBars();
  const to = h('td', { class: 'number' });
  const element = h('tr', {},
    h('th', { scope: 'row' },
      icon(kind === 'audio' ? 'mic' : 'camera'), codec),
    rate, lost, h('td', { class: 'number' }, score.element), to);

  return {
    element,
    update(stream) {
      setText(codec, [stream.codec || stream.kind, stream.rid]
        .filter(Boolean).join(' '));
      attr(element, 'data-state', stream.state);
      setText(rate, stream.state === 'live'
        ? formatBps(stream.bps) : stream.state);
      setText(lost, formatLost(stream.lost));
      attr(lost, 'data-bad', stream.lost > 0.02);
      score.update(stream.state === 'live' ? stream.score : null);
      setText(to, String(stream.consumers));
    },
  };
}

function streamTable() {
  const list = createList(h('tbody', {}), ({ key }) => key, streamLine);
  const element = h('table', { class: 'streams' },
    h('thead', {}, h('tr', {},
      ['Sends', 'Rate', 'Lost', 'Score', 'To'].map((text, i) =>
        h('th', { scope: 'col', class: i ? 'number' : null }, text)))),
    list.element);

  return {
    element,
    update(streams) {
      element.hidden = streams.length === 0;
      list.update(streams);
    },
  };
}

function receiveLine() {
  const text = h('span', {});
  const score = scoreBars();
  const layers = h('span', { class: 'hint mono layers' });
  const element = h('p', { class: 'receives' }, text, score.element, layers);

  return {
    element,
    update(peer) {
      const got = receivedBy(peer);

      setText(text, got.tracks
        ? `Receives ${got.tracks} ${got.tracks === 1 ? 'track' : 'tracks'}, ` +
          formatBps(got.bps)
        : 'Receives nothing');
      score.element.hidden = got.score === null;
      score.update(got.score);
      setText(layers, got.layers.join('  '));
    },
  };
}

/** @param {{actions: object, canAct: boolean}} context */
export function peerCard(first, { actions, canAct }) {
  const avatar = createAvatar();
  const name = h('h3', {});
  const id = h('p', { class: 'hint mono id' });
  const moderator = badge('moderator');
  const muted = badge('muted', 'warn');
  const away = badge('joining');
  let now = first;
  const mute = doButton({
    run: () => actions.mute(now.id, !isMuted(now)),
  });
  const kick = sureButton({
    label: 'Kick', title: 'Put out of the room', kind: 'plain danger-text',
    run: () => actions.kick(now.id),
  });
  const streams = streamTable();
  const receives = receiveLine();
  const element = h('li', { class: 'peer card' },
    h('header', {}, avatar.element,
      h('div', { class: 'who' }, name, id),
      moderator.element, muted.element, away.element,
      canAct ? h('div', { class: 'acts' }, mute.element, kick) : null),
    streams.element, receives.element);

  return {
    element,
    update(peer) {
      now = peer;
      avatar.update(peer.id, peer.displayName || peer.id);
      setText(name, peer.displayName || peer.id);
      setText(id, peer.userId && peer.userId !== peer.id
        ? `${peer.id} · ${peer.userId}` : peer.id);
      moderator.update(peer.moderator);
      muted.update(isMuted(peer));
      away.update(!peer.joined);
      mute.show(isMuted(peer) ? 'Unmute' : 'Mute',
        isMuted(peer) ? 'Forward again' : 'Forward nothing of this person');
      streams.update(streamsOf(peer));
      receives.update(peer);
    },
  };
}

const isMuted = ({ mutedAudio, mutedVideo }) => mutedAudio || mutedVideo;

// SPDX-License-Identifier: LGPL-2.1-or-later
// The lobby: see yourself, choose devices, join. Nothing here is needed to
// join: without camera and microphone one comes to watch.

import { canChooseSpeaker } from '../devices.js';
import { DISPLAY_NAME_MAX, normaliseName } from '../names.js';
import { createAvatar } from './avatar.js';
import { attr, h, setText } from './dom.js';
import { icon, setIcon } from './icons.js';
import { brand } from './landing.js';
import { createMeter } from './meter.js';
import { deviceSelect } from './select.js';
import { themeButton } from './theme.js';

/** Where the page is one column, the devices fold away under the button. */
const NARROW = '(max-width: 860px)';

const CAMERA_TEXT = {
  off: 'Camera is off',
  starting: 'Starting the camera…',
  on: '',
};

const MIC_TEXT = {
  off: 'Microphone is off',
  starting: 'Starting the microphone…',
  on: 'Speak to test your microphone',
  muted: 'Microphone is muted',
};

function toggle(name, onclick) {
  return h('button', {
    class: 'round', type: 'button', onclick, 'data-control': name,
  }, icon(name));
}

function createPreview(actions) {
  const video = h('video', {
    autoplay: true, muted: true, playsInline: true, class: 'mirrored',
  });
  const avatar = createAvatar();
  const note = h('p', { class: 'note' });
  const mic = toggle('mic', actions.toggleMic);
  const camera = toggle('camera', actions.toggleCamera);
  const element = h('div', { class: 'preview' },
    avatar.element, video, note,
    h('div', { class: 'preview-keys' }, mic, camera));

  function showKey(key, name, on, what) {
    setIcon(key, on ? name : `${name}-off`);
    attr(key, 'aria-pressed', String(!on));
    attr(key, 'aria-label', what);
    attr(key, 'title', what);
    attr(key, 'data-off', !on);
  }

  return {
    element,
    update({ me }) {
      const track = me.tracks.camera;

      if ((video.srcObject?.getVideoTracks()[0] ?? null) !== track) {
        video.srcObject = track ? new MediaStream([track]) : null;
      }
      video.hidden = !track;
      avatar.update(me.id, me.name);
      setText(note, CAMERA_TEXT[me.camera]);
      note.hidden = me.camera === 'on';
      showKey(mic, 'mic', me.mic === 'on',
        me.mic === 'on' ? 'Mute the microphone' : 'Unmute the microphone');
      showKey(camera, 'camera', me.camera === 'on',
        me.camera === 'on' ? 'Switch the camera off' : 'Switch the camera on');
    },
  };
}

function createProblems() {
  const element = h('div', { class: 'problems', role: 'status' });
  let shown = '';

  return {
    element,
    update({ deviceErrors }) {
      const texts = Object.values(deviceErrors).filter(Boolean);
      const both = texts.length === 2 && texts[0] === texts[1];
      const list = both ? texts.slice(0, 1) : texts;
      const signature = list.join('\n');

      if (signature === shown) return;
      shown = signature;
      element.replaceChildren(...list.map((text) =>
        h('p', {}, icon('warning'), h('span', {}, text))));
      if (texts.length === 2) {
        element.append(h('p', { class: 'hint' },
          'You can still join: you will see and hear the others.'));
      }
    },
  };
}

/**
 * @param {{state: object, actions: object,
 *   onJoin: (name: string) => void, onBack: () => void}} options
 */
export function lobbyView({ state, actions, onJoin, onBack }) {
  const preview = createPreview(actions);
  const problems = createProblems();
  const meter = createMeter();
  const micText = h('p', { class: 'caption' });
  const selects = {
    camera: deviceSelect({
      id: 'camera', label: 'Camera', none: 'No camera available',
      onChange: (id) => actions.choose('camera', id),
    }),
    mic: deviceSelect({
      id: 'mic', label: 'Microphone', none: 'No microphone available',
      onChange: (id) => actions.choose('mic', id),
    }),
    speaker: deviceSelect({
      id: 'speaker', label: 'Loudspeaker', none: 'The system’s own',
      onChange: (id) => actions.choose('speaker', id),
    }),
  };
  const name = h('input', {
    id: 'name', name: 'name', maxLength: DISPLAY_NAME_MAX, required: true,
    autocomplete: 'name', value: state.me.name, placeholder: 'Ada Lovelace',
    oninput: () => actions.rename(name.value),
  });

  function submit(event) {
    event.preventDefault();

    const person = normaliseName(name.value);

    if (!person) {
      name.value = '';
      name.reportValidity();

      return;
    }
    onJoin(person);
  }

  const element = h('div', { class: 'page lobby' },
    h('header', { class: 'top' }, brand(), themeButton()),
    h('main', {},
      h('section', { class: 'look' },
        preview.element,
        h('div', { class: 'sound' }, meter.element, micText),
        problems.element),
      h('section', { class: 'card' },
        h('p', { class: 'eyebrow' }, 'Room'),
        h('h1', { class: 'mono room-title' }, state.room),
        h('form', { onsubmit: submit, onpointerdown: () => meter.wake() },
          h('div', { class: 'field' },
            h('label', { htmlFor: 'name' }, 'Your name'), name),
          h('div', { class: 'row' },
            h('button', { class: 'primary', type: 'submit' }, 'Join the call'),
            h('button', { class: 'plain', type: 'button', onclick: onBack },
              'Other room')),
          h('details', { class: 'devices', open: !matchMedia(NARROW).matches },
            h('summary', {}, 'Devices', icon('up')),
            selects.camera.element,
            selects.mic.element,
            canChooseSpeaker() ? selects.speaker.element : null)))));

  return {
    element,
    focus: () => name.focus(),
    update(now) {
      preview.update(now);
      problems.update(now);
      setText(micText, MIC_TEXT[now.me.mic]);
      meter.update(now.me.mic === 'on' ? now.me.tracks.mic : null);
      for (const [kind, select] of Object.entries(selects)) {
        select.update(now.devices[kind], now.chosen[kind]);
      }
    },
    destroy: () => meter.stop(),
  };
}

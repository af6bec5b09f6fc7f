// SPDX-License-Identifier: LGPL-2.1-or-later
// The controls under the stage.

import { canShareScreen } from '../devices.js';
import { deviceMenu } from './device-menu.js';
import { attr, h, setText } from './dom.js';
import { icon, setIcon } from './icons.js';

function control({ id, glyph, label, key, onclick, kind = '' }) {
  const text = h('span', { class: 'control-text' }, label);
  const element = h('button', {
    class: `control ${kind}`, type: 'button', onclick, 'data-control': id,
    'aria-keyshortcuts': key,
  }, icon(glyph), text);

  return {
    element,
    /** @param {{glyph: string, label: string, hint: string}} now */
    show({ glyph: name, label: words, hint, pressed, off, busy }) {
      setIcon(element, name);
      setText(text, words);
      attr(element, 'aria-label', hint);
      attr(element, 'title', `${hint} (${key})`);
      attr(element, 'aria-pressed',
        pressed === undefined ? null : String(pressed));
      attr(element, 'data-off', Boolean(off));
      attr(element, 'aria-busy', busy ? 'true' : null);
    },
  };
}

const MIC = {
  on: { glyph: 'mic', label: 'Mute', hint: 'Mute the microphone' },
  muted: { glyph: 'mic-off', label: 'Unmute', hint: 'Unmute the microphone' },
  off: { glyph: 'mic-off', label: 'Mic', hint: 'Switch the microphone on' },
  starting: { glyph: 'mic', label: 'Starting', hint: 'Microphone is starting' },
};

const CAMERA = {
  on: { glyph: 'camera', label: 'Camera', hint: 'Switch the camera off' },
  off: { glyph: 'camera-off', label: 'Camera', hint: 'Switch the camera on' },
  starting: { glyph: 'camera', label: 'Starting', hint: 'Camera is starting' },
};

const SCREEN = {
  on: { glyph: 'screen-off', label: 'Stop', hint: 'Stop sharing your screen' },
  off: { glyph: 'screen', label: 'Share', hint: 'Share your screen' },
  starting: { glyph: 'screen', label: 'Share', hint: 'Choose what to share' },
};

/** @param {{actions: object, stateOf: () => object}} options */
export function createDock({ actions, stateOf }) {
  const mic = control({
    id: 'mic', glyph: 'mic', label: 'Mute', key: 'M',
    onclick: actions.toggleMic,
  });
  const camera = control({
    id: 'camera', glyph: 'camera', label: 'Camera', key: 'C',
    onclick: actions.toggleCamera,
  });
  const screen = control({
    id: 'screen', glyph: 'screen', label: 'Share', key: 'S',
    onclick: actions.toggleScreen,
  });
  const figures = control({
    id: 'figures', glyph: 'figures', label: 'Stats', key: 'I',
    onclick: actions.toggleFigures, kind: 'roomy',
  });
  const leave = control({
    id: 'leave', glyph: 'leave', label: 'Leave', key: 'Shift+Q',
    onclick: actions.leave, kind: 'danger',
  });
  const menus = [
    deviceMenu({
      kinds: ['mic', 'speaker'], label: 'Choose microphone and loudspeaker',
      choose: actions.choose, stateOf,
    }),
    deviceMenu({
      kinds: ['camera'], label: 'Choose camera',
      choose: actions.choose, stateOf,
    }),
  ];
  const element = h('footer', {}, h('div', {
    class: 'dock', role: 'group', 'aria-label': 'Call controls',
  },
  h('div', { class: 'split' }, mic.element, menus[0].element),
  h('div', { class: 'split' }, camera.element, menus[1].element),
  canShareScreen() ? screen.element : null,
  figures.element,
  leave.element));

  leave.show({ glyph: 'leave', label: 'Leave', hint: 'Leave the call' });

  return {
    element,
    update({ me, figuresOpen }) {
      const all = figuresOpen.has('all');

      mic.show({
        ...MIC[me.mic], off: me.mic === 'muted' || me.mic === 'off',
        busy: me.mic === 'starting',
      });
      camera.show({
        ...CAMERA[me.camera], off: me.camera === 'off',
        busy: me.camera === 'starting',
      });
      screen.show({ ...SCREEN[me.screen], pressed: me.screen === 'on' });
      figures.show({
        glyph: 'figures', label: 'Stats', pressed: all,
        hint: all ? 'Hide the stats' : 'Show stats on all tiles',
      });
    },
  };
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts the page together: the address, the store, the person's own media,
// the room, and the view that the store asks for.

import './css/app.css';

import { LocalMedia } from './local-media.js';
import { normaliseName } from './names.js';
import { parseParams, roomLink } from './params.js';
import { recall, remember } from './prefs.js';
import { RoomClient } from './room-client.js';
import { Sampler } from './sampler.js';
import { createStore, initialState } from './store.js';
import { installTestApi } from './test-api.js';
import { callView } from './ui/call.js';
import { landingView } from './ui/landing.js';
import { leftView } from './ui/left.js';
import { lobbyView } from './ui/lobby.js';
import { initTheme, toggleTheme } from './ui/theme.js';
import { createToasts } from './ui/toasts.js';

const params = parseParams(new URL(location.href));
const store = createStore(initialState());
const toasts = createToasts();
const { notify } = toasts;
const media = new LocalMedia(store, { resolution: params.resolution, notify });
const client = new RoomClient(store, { params, notify });
const sampler = new Sampler(store, () => client.session);

/** Unguessable, and new for each tab: a copied tab is another person. */
function makePeerId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));

  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

const setMe = (patch) => store.set(({ me }) => ({ me: { ...me, ...patch } }));

async function copyLink() {
  const link = roomLink(new URL(location.href), store.get().room);

  try {
    await navigator.clipboard.writeText(link);
    notify({ kind: 'info', text: 'The room’s link is copied.' });

    return true;
  } catch {
    // No clipboard without https or permission: show it to copy by hand.
    notify({ kind: 'info', text: link });

    return false;
  }
}

function showFigures(key) {
  const open = new Set(store.get().figuresOpen);

  // Closing "all" closes every single one too.
  if (open.has(key) && key === 'all') open.clear();
  else if (open.has(key)) open.delete(key);
  else open.add(key);
  store.set({ figuresOpen: open });
}

function leave() {
  client.close();
  media.closeAll();
  store.set({ view: 'left', closedBecause: null });
}

function join(name) {
  setMe({ name });
  if (!params.name) remember('name', name);
  store.set({ view: 'call' });
  client.connect();
}

/** Opens what was on last time; never more than the address allows. */
async function openMedia() {
  const wantMic = params.audio;
  const wantCamera = params.video && recall('cameraOn', true);

  if (wantMic && wantCamera) await media.openBoth();
  else if (wantMic) await media.open('mic', { quiet: true });
  else if (wantCamera) await media.open('camera', { quiet: true });
  if (!recall('micOn', true)) media.setMuted(true);
  await media.refreshDevices();
}

function enterLobby(name, room) {
  const url = new URL(location.href);

  setMe({ name });
  store.set({ room, view: 'lobby' });
  url.hash = '';
  url.searchParams.set('room', room);
  history.replaceState(null, '', url);
  document.title = `${room} · gst-sfu`;

  return openMedia();
}

function goHome() {
  media.closeAll();
  history.replaceState(null, '', location.pathname);
  document.title = 'gst-sfu';
  store.set({ view: 'landing', room: '' });
}

const actions = {
  toggleMic: () => media.toggleMic(),
  toggleCamera: () => media.toggleCamera(),
  toggleScreen: () => media.toggleScreen(),
  choose: (kind, deviceId) => media.choose(kind, deviceId),
  rename: (text) => setMe({ name: normaliseName(text) }),
  pin: (key) => store.set(({ pinned }) => ({
    pinned: pinned === key ? null : key,
  })),
  showFigures,
  toggleTheme,
  leave,
};

const VIEWS = {
  landing: (state) => landingView({
    state,
    onEnter: (name, room) => {
      remember('name', name);
      enterLobby(name, room);
    },
  }),
  lobby: (state) => lobbyView({
    state, actions, onJoin: join, onBack: goHome,
  }),
  call: () => callView({ store, actions, copyLink }),
  left: (state) => leftView({
    state,
    onRejoin: () => enterLobby(store.get().me.name, store.get().room),
    onHome: goHome,
  }),
};

function showViews(root) {
  let name = null;
  let view = null;

  store.subscribe((state) => {
    if (state.view !== name) {
      view?.destroy();
      ({ view: name } = state);
      view = VIEWS[name](state);
      root.replaceChildren(view.element, toasts.element);
      if (name === 'call') sampler.start();
      else sampler.stop();
      view.update(state);
      view.focus();

      return;
    }
    view.update(state);
  });

  // The room ended by itself: say why, keep the way back open.
  store.subscribe(({ view: shown, connection }) => {
    if (shown !== 'call' || connection !== 'closed') return;
    media.closeAll();
    store.set({ view: 'left' });
  });
}

async function start() {
  initTheme(params.theme);
  media.onChange = (source) => client.sync(source);
  setMe({
    id: params.peerId ?? makePeerId(),
    name: normaliseName(params.name || recall('name', '')),
  });
  store.set({ room: params.room });
  installTestApi({ store, client, sampler, actions });
  window.addEventListener('pagehide', () => client.close());
  window.addEventListener('pageshow', ({ persisted }) => {
    // Back from the browser's page cache: the call was hung up on leaving.
    if (persisted && store.get().view === 'call') client.connect();
  });

  if (params.room) {
    const opening = enterLobby(store.get().me.name, params.room);

    showViews(document.getElementById('app'));
    if (!params.autojoin) return;
    await opening;
    join(store.get().me.name || 'Guest');
  } else {
    showViews(document.getElementById('app'));
  }
}

start();

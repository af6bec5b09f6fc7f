// SPDX-License-Identifier: LGPL-2.1-or-later
// The admin page: asks the server once a second and shows what it says. The
// token is kept for this tab only.

import '../css/admin.css';

import { attr, h, setText } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { brand } from '../ui/landing.js';
import { initTheme, themeButton } from '../ui/theme.js';
import { createToasts } from '../ui/toasts.js';
import { createApi, Gone, NotAllowed } from './api.js';
import { loginView } from './login.js';
import { cpuOf, createHistory, formatUptime, roomOf } from './model.js';
import { doButton } from './parts.js';
import { roomView } from './room-view.js';
import { roomsView } from './rooms-view.js';
import { serverView } from './server-view.js';

const POLL_MS = 1000;
const TOKEN_KEY = 'gst-sfu.admin-token';

const root = document.getElementById('admin');
const toasts = createToasts();

function show(view) {
  root.replaceChildren(view.element, toasts.element);
  view.focus?.();
}

/** What can be done, with a message when it fails. */
function createActions(api, refresh) {
  const quietly = (verb) => async (...args) => {
    try {
      await verb(...args);
    } catch (error) {
      toasts.notify({ kind: 'error', text: error.message });
    }
    await refresh();
  };

  return {
    graph: api.graph,
    mute: quietly(api.mute),
    kick: quietly(api.kick),
    lock: quietly(api.lock),
    close: quietly(api.close),
    drain: quietly(api.drain),
  };
}

function topBar({ actions, canAct, onLeave }) {
  const lamp = h('span', { class: 'lamp', role: 'img' });
  const state = h('span', { class: 'state' });
  let draining = false;
  const drain = doButton({
    glyph: 'leave', run: () => actions.drain(!draining),
  });
  const element = h('header', { class: 'admin-top' },
    brand(), h('span', { class: 'status' }, lamp, state),
    h('span', { class: 'spacer' }),
    canAct ? drain.element : h('span', { class: 'hint' }, 'read only'),
    themeButton(),
    canAct ? h('button', {
      class: 'quiet', type: 'button', title: 'Forget the token',
      'aria-label': 'Forget the token', onclick: onLeave,
    }, icon('close')) : null);

  return {
    element,
    update({ server, lost }) {
      const short = server.workers.length < server.workersWanted;
      const word = lost ? 'No answer' : server.drain.draining
        ? `Draining, ${server.drain.rooms} rooms open`
        : short ? 'Workers are missing' : 'Running';

      draining = server.drain.draining;
      attr(lamp, 'data-lamp',
        lost ? 'bad' : draining || short ? 'busy' : 'good');
      attr(lamp, 'aria-label', word);
      setText(state, `${word} · ${server.version} · up ` +
        formatUptime(server.uptimeSeconds));
      drain.show(draining ? 'Take rooms again' : 'Drain',
        draining ? 'Open new rooms again' : 'Open no further rooms');
    },
  };
}

/** Everything behind the token. */
function dashboard({ api, canAct, first, onLeave, onRefused }) {
  const history = createHistory();
  const actions = createActions(api, () => poll());
  const top = topBar({ actions, canAct, onLeave });
  const totals = serverView();
  const list = roomsView();
  const place = h('div', { class: 'place' });
  const hint = h('p', { class: 'empty' }, 'Choose a room.');
  const element = h('div', { class: 'admin' }, top.element, totals.element,
    h('main', { class: 'board' }, list.element, place));
  let detail = null;
  let before = null;
  let timer = null;
  let over = false;

  function choose() {
    const id = roomOf(location.hash);

    if (detail?.id === id) return;
    detail?.destroy();
    detail = id === null ? null : roomView({ id, actions, canAct });
    place.replaceChildren(detail ? detail.element : hint);
    attr(element, 'data-detail', detail !== null);
    poll();
  }

  async function look() {
    const id = detail?.id ?? null;
    const [server, rooms, room] = await Promise.all([
      api.server(), api.rooms(),
      id === null ? null : api.room(id).catch((error) => {
        if (error instanceof Gone) return null;
        throw error;
      }),
    ]);

    if (over) return;
    update(server, rooms);
    if (detail && detail.id === id) detail.update(room);
  }

  function update(server, rooms) {
    const cpu = cpuOf(before, server);

    // Two looks in one moment say nothing of CPU.
    if (!before || server.nowMs - before.nowMs >= POLL_MS / 2) {
      history.add(cpu);
      before = server;
      totals.update({ server, cpu, history });
    }
    top.update({ server, lost: false });
    list.update({ rooms, selected: detail?.id ?? null });
  }

  async function poll() {
    clearTimeout(timer);
    if (over) return;
    try {
      if (!document.hidden) await look();
    } catch (error) {
      if (error instanceof NotAllowed) {
        onRefused(error.message);

        return;
      }
      top.update({ server: before ?? first, lost: true });
    }
    clearTimeout(timer);
    if (!over) timer = setTimeout(poll, POLL_MS);
  }

  window.addEventListener('hashchange', choose);
  update(first, []);
  choose();
  if (!detail) place.replaceChildren(hint);

  return {
    element,
    destroy() {
      over = true;
      clearTimeout(timer);
      detail?.destroy();
      window.removeEventListener('hashchange', choose);
    },
  };
}

function leave(text) {
  sessionStorage.removeItem(TOKEN_KEY);
  login(text);
}

function open(token, first) {
  const api = createApi(token);
  const view = dashboard({
    api, first, canAct: token !== null,
    onLeave: () => {
      view.destroy();
      leave();
    },
    onRefused: (text) => {
      view.destroy();
      leave(text);
    },
  });

  show(view);
}

/** What is wrong with the token; null = it is in. */
async function enter(token) {
  try {
    const first = await createApi(token).server();

    if (token) sessionStorage.setItem(TOKEN_KEY, token);
    open(token, first);

    return null;
  } catch (error) {
    return error instanceof NotAllowed ? error.message
      : `The server does not answer (${error.message}).`;
  }
}

function login(hint) {
  show(loginView({
    hint: hint ?? 'Rooms, people and processes of this server, for whoever ' +
      'runs it. The token is what --admin-token-file names.',
    onToken: enter,
  }));
}

initTheme(null);
const remembered = sessionStorage.getItem(TOKEN_KEY);
const refused = await enter(remembered);

if (refused !== null) leave(/^closed/.test(refused) ? refused : undefined);

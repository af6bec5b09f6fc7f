// SPDX-License-Identifier: LGPL-2.1-or-later
// The admin API. The token goes into a header of each question and nowhere
// else: no cookie, no address.

/** The server wants a token, or another one. */
export class NotAllowed extends Error {}

/** There is no such room or participant (any more). */
export class Gone extends Error {}

async function reasonOf(response) {
  try {
    return (await response.json()).error;
  } catch {
    return null;
  }
}

async function refuse(response) {
  const text = await reasonOf(response) ?? `HTTP ${response.status}`;

  if (response.status === 401 || response.status === 403) {
    throw new NotAllowed(text);
  }
  if (response.status === 404) throw new Gone(text);
  throw new Error(text);
}

const room = (id) => `rooms/${encodeURIComponent(id)}`;

/** @param {string|null} token */
export function createApi(token) {
  async function ask(path, { method = 'GET', body } = {}) {
    const headers = {};

    if (token) headers.authorization = `Bearer ${token}`;
    if (body) headers['content-type'] = 'application/json';

    const response = await fetch(path, {
      method, headers, cache: 'no-store', credentials: 'omit',
      redirect: 'error', body: body ? JSON.stringify(body) : undefined,
    });

    return response.ok ? response : refuse(response);
  }

  const json = async (path, options) => (await ask(path, options)).json();
  const post = (path, body) => json(path, { method: 'POST', body });

  return {
    server: () => json('admin/server'),
    rooms: async () => (await json('admin/rooms')).rooms,
    room: (id) => json(`admin/${room(id)}`),
    graph: async (id) => (await ask(`${room(id)}/graph.svg`)).blob(),
    drain: (draining) =>
      json('admin/drain', { method: 'PUT', body: { draining } }),
    kick: (id, peerId) => post(`${room(id)}/kick`, { peerId }),
    mute: (id, peerId, muted) => post(`${room(id)}/mute`, { peerId, muted }),
    lock: (id, locked) => post(`${room(id)}/lock`, { locked }),
    close: (id) => json(room(id), { method: 'DELETE' }),
  };
}

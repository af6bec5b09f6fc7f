// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves the test page, bundled on the spot. On localhost, because browsers
// give camera and microphone only to a secure context.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../page/', import.meta.url));

/** Resolves with { url, close() }. */
export async function servePages () {
  const bundle = await build({ entryPoints: [`${folder}peer.js`],
    bundle: true, format: 'iife', write: false, logLevel: 'error' });
  const files = {
    '/': ['text/html', await readFile(`${folder}index.html`)],
    '/peer.js': ['text/javascript', bundle.outputFiles[0].contents],
  };
  const server = http.createServer((request, response) => {
    const [type, body] = files[request.url] ?? ['text/plain', ''];
    response.writeHead(body ? 200 : 404, { 'content-type': type });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

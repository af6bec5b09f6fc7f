// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves the test pages, bundled on the spot. On localhost, because browsers
// give camera and microphone only to a secure context.
import { existsSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../page/', import.meta.url));

const html = (name) => `<!doctype html>
<meta charset="utf-8">
<title>${name}</title>
<body>
<script src="/${name}.js"></script>
`;

async function bundle (name) {
  const { outputFiles } = await build({ entryPoints: [`${folder}${name}.js`],
    bundle: true, format: 'iife', write: false, logLevel: 'error' });
  return outputFiles[0].contents;
}

/** Resolves with { url, close() }; url + NAME is the page of page/NAME.js. */
export async function servePages () {
  const bundles = new Map();
  const server = http.createServer(async (request, response) => {
    const [, name, script] = /^\/([a-z-]+)(\.js)?$/.exec(request.url) ?? [];
    if (!name || !existsSync(`${folder}${name}.js`)) {
      response.writeHead(404).end();
      return;
    }
    if (script && !bundles.has(name))
      bundles.set(name, bundle(name));
    response.writeHead(200,
      { 'content-type': script ? 'text/javascript' : 'text/html' });
    response.end(script ? await bundles.get(name) : html(name));
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

// SPDX-License-Identifier: LGPL-2.1-or-later
// The programs of examples/dialects do what the pages of the protocols say.
import assert from 'node:assert/strict';
import test from 'node:test';
import { runExample } from '../lib/example.mjs';
import { Server } from '../lib/server.mjs';

const SECRET = 'a secret of the tests, and of nobody else';

test('meetings.mjs', async (t) => {
  const server = await Server.start({ name: 'example-meetings',
    env: { JWT_SECRET: SECRET } });
  t.after(() => server.stop());
  const run = (secret) => runExample('meetings.mjs',
    [server.httpUrl, 'room1', 'reader'], { JWT_SECRET: secret });

  const { code, out, err } = await run(SECRET);
  assert.equal(err, '');
  assert.equal(code, 0);
  assert.match(out, /^joined with 0 others; codecs: audio\/opus, video\/VP8/);
  assert.match(out, /^media would go to 127\.0\.0\.1, UDP port \d+$/m);
  assert.match(out, /^Client reader: hello$/m);
  assert.match(out, /^left$/m);

  const refused = await run('another secret that is long enough');
  assert.equal(refused.err, 'cannot connect: Authentication error\n');
  assert.equal(refused.code, 1);
});

// SPDX-License-Identifier: LGPL-2.1-or-later
// Tokens as an application server makes them: JWT, HS256.
import { createHmac } from 'node:crypto';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** claims: say { userId: 'u1' }. */
export function mintToken (secret, claims) {
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  const signature = createHmac('sha256', secret).update(body)
    .digest('base64url');
  return `${body}.${signature}`;
}

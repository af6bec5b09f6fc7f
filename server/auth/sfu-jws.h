/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signed tokens: RFC 7515, compact form, with the algorithms of RFC 7518 that
 * the contracts name: HS256 (a shared secret), RS256 and ES256 (a public key).
 *
 * Each algorithm has a key of its own, and is accepted only when that key is
 * configured. A token's header can choose among those and nothing else: "none"
 * is never accepted, and a public key is never the secret of an HMAC.
 *
 * Threads: immutable; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longest token. It must fit into the header of a request. */
#define SFU_JWS_MAX_BYTES 8192

typedef struct _SfuJwsKeys SfuJwsKeys;

/* secret: for HS256; public_key: PEM of an RSA key of 2048 bits or more (RS256)
 * or of a P-256 key (ES256). NULL = none of that kind. NULL and
 * SFU_ERROR_INVALID_ARGUMENT when there is neither, or one cannot be used. */
SfuJwsKeys *sfu_jws_keys_new (
    GBytes *secret, const gchar *public_key, GError **error);
void sfu_jws_keys_free (SfuJwsKeys *keys);

/* What was signed, as text: a JSON object without duplicate names or NULs, not
 * bounded in depth. NULL and SFU_ERROR_UNAUTHORIZED; no text of an error has
 * anything of the token in it. */
gchar *sfu_jws_verify (
    const SfuJwsKeys *keys, const gchar *token, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuJwsKeys, sfu_jws_keys_free)

G_END_DECLS

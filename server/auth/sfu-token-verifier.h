/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a token (JWT, RFC 7519) to what it grants: the signature, the times, who
 * issued it for whom, and the claims.
 *
 * Threads: immutable; any thread. */
#pragma once

#include "sfu-grant.h"

G_BEGIN_DECLS

typedef struct _SfuTokenVerifier SfuTokenVerifier;

typedef struct {
  /* As sfu_jws_keys_new; copied. */
  GBytes *secret;
  const gchar *public_key;
  /* How far the clocks of issuer and server may be apart. */
  guint leeway_s;
  /* What iss must be and aud must contain; NULL = they are not looked at. */
  const gchar *issuer, *audience;
} SfuTokenVerifierOptions;

/* NULL and SFU_ERROR_INVALID_ARGUMENT when a key cannot be used. */
SfuTokenVerifier *sfu_token_verifier_new (
    const SfuTokenVerifierOptions *options, GError **error);
void sfu_token_verifier_free (SfuTokenVerifier *verifier);

/* token: NULL = none was given. now_s: Unix time. NULL and
 * SFU_ERROR_UNAUTHORIZED with a short text that a client may see. */
SfuGrant *sfu_token_verifier_check (const SfuTokenVerifier *verifier,
    const gchar *token, gint64 now_s, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuTokenVerifier, sfu_token_verifier_free)

G_END_DECLS

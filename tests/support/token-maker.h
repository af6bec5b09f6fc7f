/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens (RFC 7515) for tests, made by other code than what reads them.
 *
 * Threads: pure functions. */
#pragma once

#include <glib.h>
#include <openssl/evp.h>

#define TEST_TOKEN_HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

/* base64url of text. */
gchar *test_token_part (const gchar *text);

/* Signed as HS256 whatever the header says. header NULL = TEST_TOKEN_HEADER. */
gchar *test_token_hs256 (
    const gchar *secret, const gchar *header, const gchar *claims);

/* RS256 or ES256 by the key's type. */
gchar *test_token_signed (EVP_PKEY *key, const gchar *claims);

/* The public half as PEM. */
gchar *test_token_public_pem (EVP_PKEY *key);

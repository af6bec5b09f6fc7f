/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens for tests.
 *
 * Threads: pure functions. */
#include "token-maker.h"

#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <string.h>

#define ES256_HALF 32
#define MAX_SIGNATURE 1024

static gchar *
base64url (gconstpointer data, gsize len)
{
  gchar *text = g_base64_encode (data, len);

  for (gchar *p = text; *p != '\0'; p++)
    *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
  g_strdelimit (text, "=", '\0');
  return text;
}

gchar *
test_token_part (const gchar *text)
{
  return base64url (text, strlen (text));
}

static gchar *
unsigned_token (const gchar *header, const gchar *claims)
{
  g_autofree gchar *head = test_token_part (header);
  g_autofree gchar *body = test_token_part (claims);

  return g_strdup_printf ("%s.%s", head, body);
}

gchar *
test_token_hs256 (const gchar *secret, const gchar *header, const gchar *claims)
{
  g_autofree gchar *text =
      unsigned_token (header != NULL ? header : TEST_TOKEN_HEADER, claims);
  g_autoptr (GHmac) hmac =
      g_hmac_new (G_CHECKSUM_SHA256, (const guchar *)secret, strlen (secret));
  g_autofree gchar *signature = NULL;
  guint8 mac[32];
  gsize len = sizeof mac;

  g_hmac_update (hmac, (const guchar *)text, (gssize)strlen (text));
  g_hmac_get_digest (hmac, mac, &len);
  signature = base64url (mac, len);
  return g_strdup_printf ("%s.%s", text, signature);
}

/* RFC 7518 section 3.4: both numbers one after the other, each of 32 bytes. */
static void
raw_ecdsa (const guint8 *der, glong len, guint8 raw[2 * ES256_HALF])
{
  ECDSA_SIG *signature = d2i_ECDSA_SIG (NULL, &der, len);

  g_assert_nonnull (signature);
  BN_bn2binpad (ECDSA_SIG_get0_r (signature), raw, ES256_HALF);
  BN_bn2binpad (ECDSA_SIG_get0_s (signature), raw + ES256_HALF, ES256_HALF);
  ECDSA_SIG_free (signature);
}

gchar *
test_token_signed (EVP_PKEY *key, const gchar *claims)
{
  gboolean is_ec = EVP_PKEY_get_base_id (key) == EVP_PKEY_EC;
  g_autofree gchar *text = unsigned_token (
      is_ec ? "{\"alg\":\"ES256\"}" : "{\"alg\":\"RS256\"}", claims);
  EVP_MD_CTX *ctx = EVP_MD_CTX_new ();
  g_autofree gchar *signature = NULL;
  guint8 out[MAX_SIGNATURE];
  guint8 raw[2 * ES256_HALF];
  gsize len = sizeof out;

  g_assert_cmpint (
      EVP_DigestSignInit (ctx, NULL, EVP_sha256 (), NULL, key), ==, 1);
  g_assert_cmpint (
      EVP_DigestSign (ctx, out, &len, (const guint8 *)text, strlen (text)), ==,
      1);
  EVP_MD_CTX_free (ctx);
  if (is_ec)
    raw_ecdsa (out, (glong)len, raw);
  signature = is_ec ? base64url (raw, sizeof raw) : base64url (out, len);
  return g_strdup_printf ("%s.%s", text, signature);
}

gchar *
test_token_public_pem (EVP_PKEY *key)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  gchar *data, *pem;
  glong len;

  g_assert_cmpint (PEM_write_bio_PUBKEY (bio, key), ==, 1);
  len = BIO_get_mem_data (bio, &data);
  pem = g_strndup (data, (gsize)len);
  BIO_free (bio);
  return pem;
}

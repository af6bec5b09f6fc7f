/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: tokens. Input: a token as it comes; or, where it starts with {,
 * a line with its header and then its claims, which are signed here, so that
 * what is behind the signature is reached. Nothing without a right signature is
 * accepted.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-error.h"
#include "sfu-token-verifier.h"
#include "token-maker.h"

#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW 1700000000

static SfuTokenVerifier *
make_verifier (void)
{
  g_autoptr (GBytes) secret = g_bytes_new_static (SECRET, strlen (SECRET));
  SfuTokenVerifierOptions options = { .secret = secret, .leeway_s = 5 };

  return sfu_token_verifier_new (&options, NULL);
}

static gchar *
to_token (gchar *input)
{
  gchar *line_end = *input == '{' ? strchr (input, '\n') : NULL;

  if (line_end == NULL)
    return g_strdup (input);
  *line_end = '\0';
  return test_token_hs256 (SECRET, input, line_end + 1);
}

static gboolean
is_signed (const gchar *token)
{
  const gchar *dot = strrchr (token, '.');
  g_autofree gchar *text = g_strndup (token, (gsize)(dot - token));
  g_autofree gchar *mac = g_compute_hmac_for_string (
      G_CHECKSUM_SHA256, (const guchar *)SECRET, strlen (SECRET), text, -1);
  g_autofree gchar *standard = g_strdelimit (g_strdup (dot + 1), "-", '+');
  g_autofree gchar *padded =
      g_strconcat (g_strdelimit (standard, "_", '/'), "=", NULL);
  gsize len;
  g_autofree guchar *signature = g_base64_decode (padded, &len);
  g_autoptr (GString) hex = g_string_new (NULL);

  for (gsize i = 0; i < len; i++)
    g_string_append_printf (hex, "%02x", signature[i]);
  return strcmp (hex->str, mac) == 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static SfuTokenVerifier *verifier;
  g_autofree gchar *input = g_strndup ((const gchar *)data, size);
  g_autofree gchar *token = to_token (input);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuGrant) grant = NULL;

  if (!verifier)
    verifier = make_verifier ();
  grant = sfu_token_verifier_check (verifier, token, NOW, &error);
  g_assert ((grant == NULL) == (error != NULL));
  if (grant == NULL) {
    g_assert (g_error_matches (error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED));
    return 0;
  }
  g_assert (is_signed (token));
  g_assert (*grant->user_id != '\0');
  g_assert (strlen (grant->user_id) <= SFU_GRANT_MAX_ID);
  g_assert (g_utf8_validate (grant->user_id, -1, NULL));
  g_assert ((grant->rights & ~SFU_RIGHTS_ALL) == 0);
  g_assert (grant->expires_s == 0 || grant->expires_s > NOW - 5 - 1);
  return 0;
}

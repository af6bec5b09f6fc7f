/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-fingerprint.h.
 *
 * Threads: plain data. */
#include "sfu-fingerprint.h"

#include <string.h>

SfuFingerprint *
sfu_fingerprint_new (const gchar *algorithm, const gchar *value)
{
  SfuFingerprint *self = g_new (SfuFingerprint, 1);

  self->algorithm = g_strdup (algorithm);
  self->value = g_strdup (value);
  return self;
}

void
sfu_fingerprint_free (SfuFingerprint *self)
{
  g_free (self->algorithm);
  g_free (self->value);
  g_free (self);
}

/* RFC 8122 section 5: "AB:CD:…", as many bytes as the hash has. */
gboolean
sfu_fingerprint_check (
    const gchar *algorithm, const gchar *value, GError **error)
{
  static const struct {
    const gchar *name;
    gsize bytes;
  } hashes[] = { { "sha-1", 20 }, { "sha-224", 28 }, { "sha-256", 32 },
    { "sha-384", 48 }, { "sha-512", 64 } };
  gsize i, h;

  for (h = 0; h < G_N_ELEMENTS (hashes); h++) {
    if (algorithm && g_ascii_strcasecmp (algorithm, hashes[h].name) == 0)
      break;
  }
  if (h == G_N_ELEMENTS (hashes)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "fingerprint algorithm must be one of sha-1, sha-224, sha-256, "
        "sha-384, sha-512");
    return FALSE;
  }
  if (!value || strlen (value) != hashes[h].bytes * 3 - 1)
    goto malformed;
  for (i = 0; value[i]; i++) {
    if (i % 3 == 2 ? value[i] != ':' : !g_ascii_isxdigit (value[i]))
      goto malformed;
  }
  return TRUE;

malformed:
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "a %s fingerprint must be %u hexadecimal bytes with colons between them",
      hashes[h].name, (guint)hashes[h].bytes);
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unguessable ids, secret comparison.
 *
 * Threads: any. */
#include "sfu-id.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define UUID_BYTES 16
#define SHA256_BYTES 32
/* Where the hyphens stand in the text form of an UUID. */
static const gsize hyphens[] = { 8, 13, 18, 23 };

void
sfu_random_bytes (void *buf, gsize len)
{
  guint8 *p = buf;

  while (len > 0) {
    gssize n = getrandom (p, len, 0);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      g_error ("no random numbers from the kernel: %s", g_strerror (errno));
    p += n;
    len -= (gsize)n;
  }
}

gchar *
sfu_id_new (void)
{
  guint8 b[UUID_BYTES];
  GString *id = g_string_sized_new (SFU_ID_LEN);

  sfu_random_bytes (b, sizeof b);
  /* RFC 4122 section 4.4: version 4, variant 10. */
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  for (gsize i = 0; i < sizeof b; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      g_string_append_c (id, '-');
    g_string_append_printf (id, "%02x", b[i]);
  }
  return g_string_free (id, FALSE);
}

gboolean
sfu_id_is_valid (const gchar *id)
{
  if (id == NULL || strnlen (id, SFU_ID_LEN + 1) != SFU_ID_LEN)
    return FALSE;
  for (gsize i = 0, h = 0; i < SFU_ID_LEN; i++) {
    if (h < G_N_ELEMENTS (hyphens) && i == hyphens[h]) {
      if (id[i] != '-')
        return FALSE;
      h++;
    } else if (!g_ascii_isxdigit (id[i]) || g_ascii_isupper (id[i])) {
      return FALSE;
    }
  }
  return TRUE;
}

guint32
sfu_random_ssrc (void)
{
  guint32 ssrc;

  do {
    sfu_random_bytes (&ssrc, sizeof ssrc);
  } while (ssrc == 0);
  return ssrc;
}

static void
digest (const gchar *text, guint8 out[SHA256_BYTES])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize len = SHA256_BYTES;

  g_checksum_update (sum, (const guchar *)text, (gssize)strlen (text));
  g_checksum_get_digest (sum, out, &len);
}

/* Digests are compared, not the texts: that hides the length too. */
gboolean
sfu_secret_equal (const gchar *a, const gchar *b)
{
  guint8 da[SHA256_BYTES], db[SHA256_BYTES];
  volatile guint8 diff = 0;

  if (a == NULL || b == NULL)
    return FALSE;
  digest (a, da);
  digest (b, db);
  for (gsize i = 0; i < SHA256_BYTES; i++)
    diff |= da[i] ^ db[i];
  return diff == 0;
}

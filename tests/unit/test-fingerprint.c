/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fingerprints as signalling brings them.
 *
 * Threads: one. */
#include "sfu-fingerprint.h"

#define BYTES_4 "00:aA:Bb:fF"
#define BYTES_20 BYTES_4 ":" BYTES_4 ":" BYTES_4 ":" BYTES_4 ":" BYTES_4
#define BYTES_32 BYTES_20 ":" BYTES_4 ":" BYTES_4 ":" BYTES_4

static const struct {
  const gchar *algorithm, *value;
  gboolean ok;
} cases[] = {
  { "sha-1", BYTES_20, TRUE },
  { "sha-256", BYTES_32, TRUE },
  { "SHA-256", BYTES_32, TRUE },
  { "sha-224", BYTES_20 ":" BYTES_4 ":" BYTES_4, TRUE },
  { "sha-384", BYTES_32 ":" BYTES_4 ":" BYTES_4 ":" BYTES_4 ":" BYTES_4, TRUE },
  { "sha-512", BYTES_32 ":" BYTES_32, TRUE },
  { "sha-256", BYTES_20, FALSE },
  { "sha-1", BYTES_32, FALSE },
  { "md5", BYTES_20, FALSE },
  { "", BYTES_20, FALSE },
  { NULL, BYTES_20, FALSE },
  { "sha-1", NULL, FALSE },
  { "sha-1", "", FALSE },
  { "sha-1", BYTES_20 ":", FALSE },
  { "sha-1", BYTES_4 ":" BYTES_4 ":" BYTES_4 ":" BYTES_4 ":00:aA:Bb:fG",
      FALSE },
  { "sha-1", BYTES_4 ":" BYTES_4 ":" BYTES_4 ":" BYTES_4 ":00:aA:Bb-fF",
      FALSE },
  { "sha-1", BYTES_4 ":" BYTES_4 ":" BYTES_4 ":" BYTES_4 ":00:aA:B:bfF",
      FALSE },
};

static void
test_table (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s %s", cases[i].algorithm, cases[i].value);
    g_assert_cmpint (
        sfu_fingerprint_check (cases[i].algorithm, cases[i].value, &error), ==,
        cases[i].ok);
    if (cases[i].ok)
      g_assert_no_error (error);
    else
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fingerprint/table", test_table);
  return g_test_run ();
}

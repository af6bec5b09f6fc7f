/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands in for libFuzzer where the compiler has none: runs a target over the
 * files of a folder, each of them cut at every length and with every byte
 * replaced in turn, on heap blocks of exactly that size.
 *
 *   fuzz-rtp FOLDER
 *
 * Threads: one. */
#include "fuzz-target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes at which readers turn: all and no bits, signs, small counts. */
static const guint8 values[] = { 0x00, 0x01, 0x03, 0x0f, 0x10, 0x7f, 0x80, 0x90,
  0xbe, 0xc8, 0xce, 0xf0, 0xff };

static void
run (const guint8 *data, gsize len)
{
  guint8 *copy = calloc (1, len);

  memcpy (copy, data, len);
  LLVMFuzzerTestOneInput (copy, len);
  free (copy);
}

static guint
run_all (guint8 *data, gsize len)
{
  guint n = 0;

  for (gsize cut = 0; cut <= len; cut++, n++)
    run (data, cut);
  for (gsize i = 0; i < len; i++) {
    guint8 byte = data[i];

    for (guint v = 0; v < G_N_ELEMENTS (values); v++, n++) {
      data[i] = values[v];
      run (data, len);
    }
    data[i] = byte;
  }
  return n;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const gchar *name;
  guint files = 0, runs = 0;

  if (argc != 2) {
    fprintf (stderr, "usage: %s FOLDER\n", argv[0]);
    return EXIT_FAILURE;
  }
  dir = g_dir_open (argv[1], 0, &error);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (argv[1], name, NULL);
    g_autofree gchar *data = NULL;
    gsize len;

    if (!g_file_get_contents (path, &data, &len, &error))
      break;
    runs += run_all ((guint8 *)data, len);
    files++;
  }
  if (error != NULL) {
    fprintf (stderr, "%s\n", error->message);
    return EXIT_FAILURE;
  }
  printf ("%u files, %u runs\n", files, runs);
  return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

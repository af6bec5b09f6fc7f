/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/base: secrets in files.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-secret-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define LONG "0123456789abcdef0123456789abcdef"

typedef struct {
  gchar *dir, *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("secret-XXXXXX", NULL);
  f->path = g_build_filename (f->dir, "secret", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_remove (f->path);
  g_rmdir (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static void
write_file (Fixture *f, const gchar *text, gint mode)
{
  g_assert_true (g_file_set_contents (f->path, text, -1, NULL));
  g_assert_cmpint (g_chmod (f->path, mode), ==, 0);
}

static void
test_content (Fixture *f, gconstpointer data)
{
  static const struct {
    const gchar *text, *secret; /* NULL = empty */
  } cases[] = {
    { LONG, LONG },
    { LONG "\n", LONG },
    { LONG "\r\n", LONG },
    { LONG "\n\n", LONG "\n" },
    { LONG "\r", LONG "\r" },
    { " " LONG " \n", " " LONG " " },
    { "", NULL },
    { "\n", NULL },
    { "\r\n", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) secret = NULL;
    g_autofree gchar *warning = NULL;

    write_file (f, cases[i].text, 0600);
    secret =
        sfu_secret_file_read (f->path, SFU_SECRET_MIN_BYTES, &warning, &error);
    if (cases[i].secret == NULL) {
      g_assert_null (secret);
      g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_str_has_suffix (error->message, "the file is empty"));
      continue;
    }
    g_assert_no_error (error);
    g_assert_null (warning);
    g_assert_cmpmem (g_bytes_get_data (secret, NULL), g_bytes_get_size (secret),
        cases[i].secret, strlen (cases[i].secret));
    /* and as text */
    g_assert_cmpstr (g_bytes_get_data (secret, NULL), ==, cases[i].secret);
  }
}

static void
test_warnings (Fixture *f, gconstpointer data)
{
  static const struct {
    const gchar *text;
    gint mode;
    gboolean is_short, is_open;
  } cases[] = {
    { LONG, 0600, FALSE, FALSE },
    { LONG, 0640, FALSE, FALSE },
    { LONG, 0644, FALSE, TRUE },
    { "s3cr3t\n", 0600, TRUE, FALSE },
    { "s3cr3t\n", 0604, TRUE, TRUE },
    { "0123456789abcdef0123456789abcde\n", 0600, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *warning = NULL;
    g_autoptr (GBytes) secret = NULL;

    write_file (f, cases[i].text, cases[i].mode);
    secret =
        sfu_secret_file_read (f->path, SFU_SECRET_MIN_BYTES, &warning, NULL);
    g_assert_nonnull (secret);
    g_assert_cmpint (
        warning != NULL, ==, cases[i].is_short || cases[i].is_open);
    if (warning == NULL)
      continue;
    g_assert_true (g_str_has_prefix (warning, f->path));
    g_assert_cmpint (
        strstr (warning, "it is short") != NULL, ==, cases[i].is_short);
    g_assert_cmpint (
        strstr (warning, "can read it") != NULL, ==, cases[i].is_open);
    g_assert_null (strstr (warning, "s3cr3t"));
  }
  {
    g_autofree gchar *warning = NULL;
    g_autoptr (GBytes) secret = NULL;

    write_file (f, "s3cr3t", 0600);
    secret = sfu_secret_file_read (f->path, 6, &warning, NULL);
    g_assert_null (warning);
  }
}

static void
test_unreadable (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) folder = NULL;
  g_autoptr (GError) long_one = NULL;
  g_autofree gchar *text = g_strnfill (64 * 1024 + 1, 'x');
  g_autofree gchar *warning = NULL;

  g_assert_null (
      sfu_secret_file_read (f->path, SFU_SECRET_MIN_BYTES, &warning, &missing));
  g_assert_error (missing, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (missing->message, f->path));
  g_assert_null (
      sfu_secret_file_read (f->dir, SFU_SECRET_MIN_BYTES, &warning, &folder));
  g_assert_error (folder, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  write_file (f, text, 0600);
  g_assert_null (sfu_secret_file_read (
      f->path, SFU_SECRET_MIN_BYTES, &warning, &long_one));
  g_assert_error (long_one, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  g_assert_null (warning);
}

#define ADD(path, test)                                                        \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/secret-file/content", test_content);
  ADD ("/secret-file/warnings", test_warnings);
  ADD ("/secret-file/unreadable", test_unreadable);
  return g_test_run ();
}

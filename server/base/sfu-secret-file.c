/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets in files.
 *
 * Threads: any. */
#include "sfu-secret-file.h"

#include "sfu-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* No secret is longer; a wrong path to something large is no secret. */
#define MAX_BYTES (64 * 1024)

typedef struct {
  gchar *data;
  gsize size; /* of the memory */
} Secret;

static void
secret_free (gpointer data)
{
  Secret *secret = data;

  explicit_bzero (secret->data, secret->size);
  g_free (secret->data);
  g_free (secret);
}

static gchar *
describe_faults (const gchar *path, gsize len, gsize good_bytes)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GStatBuf info;

  if (g_stat (path, &info) == 0 && (info.st_mode & S_IROTH) != 0)
    g_string_append_printf (
        text, "everybody on this machine can read it (chmod 600 %s)", path);
  if (len < good_bytes)
    g_string_append_printf (text,
        "%sit is short: %" G_GSIZE_FORMAT " random bytes or more cannot be "
        "guessed (openssl rand -hex 32)",
        text->len > 0 ? "; " : "", good_bytes);
  if (text->len == 0)
    return NULL;
  g_string_prepend (text, ": ");
  g_string_prepend (text, path);
  return g_strdup (text->str);
}

GBytes *
sfu_secret_file_read (
    const gchar *path, gsize good_bytes, gchar **warning, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) bytes = NULL;
  Secret *secret;
  gchar *data;
  gsize len;

  *warning = NULL;
  if (!g_file_get_contents (path, &data, &len, &local)) {
    sfu_error_invalid (error, "%s", local->message);
    return NULL;
  }
  secret = g_new (Secret, 1);
  *secret = (Secret){ data, len };
  if (len > 0 && data[len - 1] == '\n')
    len--;
  if (len > 0 && len < secret->size && data[len - 1] == '\r')
    len--;
  data[len] = '\0';
  bytes = g_bytes_new_with_free_func (data, len, secret_free, secret);
  if (len == 0 || len > MAX_BYTES) {
    sfu_error_invalid (error, "%s: %s", path,
        len == 0 ? "the file is empty" : "too long for a secret");
    return NULL;
  }
  *warning = describe_faults (path, len, good_bytes);
  return g_steal_pointer (&bytes);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of keys that are secrets, or files with one in them: what is too short
 * is refused or warned of, and no message shows any.
 *
 * Threads: once at the start. */
#include "sfu-config-keys.h"

#include "sfu-error.h"
#include "sfu-secret-file.h"

#include <string.h>

/* Enough to be unguessable, short enough to be one line of a file. */
#define MIN_TOKEN 8
#define MAX_TOKEN 4096

static void
warn (SfuConfig *config, const SfuConfigKey *key, const gchar *text)
{
  g_ptr_array_add (
      config->warnings, g_strdup_printf ("%s: %s", key->name, text));
}

/* As text; NULL and an error for a file that has none. */
static gchar *
read_secret (const SfuConfigKey *key, SfuConfig *config, const gchar *path,
    gsize good_bytes, GError **error)
{
  g_autofree gchar *warning = NULL;
  g_autoptr (GBytes) secret =
      sfu_secret_file_read (path, good_bytes, &warning, error);
  const gchar *text;
  gsize len;

  if (secret == NULL)
    return NULL;
  text = g_bytes_get_data (secret, &len);
  if (strlen (text) != len) {
    sfu_error_invalid (error, "%s: has a NUL in it", path);
    return NULL;
  }
  if (warning != NULL)
    warn (config, key, warning);
  return g_strdup (text);
}

gboolean
sfu_config_read_secret_file (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  gchar **field = SFU_CONFIG_FIELD (gchar *);

  g_clear_pointer (field, g_free);
  if (*text != '\0')
    *field = read_secret (key, config, text, SFU_SECRET_MIN_BYTES, error);
  return *text == '\0' || *field != NULL;
}

gboolean
sfu_config_read_token_file (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_autofree gchar *token = NULL;
  gchar **field = SFU_CONFIG_FIELD (gchar *);
  gsize len;

  g_clear_pointer (field, g_free);
  if (*text == '\0')
    return TRUE;
  token = read_secret (key, config, text, MIN_TOKEN, error);
  if (token == NULL)
    return FALSE;
  len = strlen (g_strstrip (token));
  if (len < MIN_TOKEN || len > MAX_TOKEN)
    return sfu_error_invalid (error,
        "the token in \"%s\" must have %u to %u characters", text, MIN_TOKEN,
        MAX_TOKEN);
  *field = g_steal_pointer (&token);
  return TRUE;
}

gboolean
sfu_config_read_secret (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  gchar **field = SFU_CONFIG_FIELD (gchar *);

  if (*text == '\0')
    return TRUE;
  if (strlen (text) < MIN_TOKEN || strlen (text) > MAX_TOKEN)
    return sfu_error_invalid (
        error, "must have %u to %u characters", MIN_TOKEN, MAX_TOKEN);
  if (strlen (text) < SFU_SECRET_MIN_BYTES)
    warn (config, key, "it is short; see jwt-secret-file");
  g_free (*field);
  *field = g_strdup (text);
  return TRUE;
}

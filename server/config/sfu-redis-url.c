/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The address of a Redis.
 *
 * Threads: plain data of one owner. */
#include "sfu-redis-url.h"

#include "sfu-error.h"

#include <string.h>

void
sfu_redis_url_free (SfuRedisUrl *url)
{
  if (url == NULL)
    return;
  g_free (url->host);
  g_free (url->user);
  g_free (url->password);
  g_free (url);
}

SfuRedisUrl *
sfu_redis_url_copy (const SfuRedisUrl *url)
{
  SfuRedisUrl *copy = g_memdup2 (url, sizeof *url);

  copy->host = g_strdup (url->host);
  copy->user = g_strdup (url->user);
  copy->password = g_strdup (url->password);
  return copy;
}

static gboolean
check_scheme (const gchar *text, GError **error)
{
  if (g_ascii_strncasecmp (text, "redis://", strlen ("redis://")) == 0)
    return TRUE;
  if (g_ascii_strncasecmp (text, "rediss://", strlen ("rediss://")) == 0)
    return sfu_error_invalid (error,
        "rediss:// (TLS) is not supported: use redis:// over a network of "
        "trust, or through a TLS tunnel on this machine");
  return sfu_error_invalid (error, "must start with redis://");
}

/* "/3"; nothing and "/" are 0. */
static gboolean
read_database (const gchar *path, guint *database, GError **error)
{
  guint64 number = 0;

  if (*path == '\0' || strcmp (path, "/") == 0)
    return TRUE;
  if (!g_ascii_string_to_unsigned (
          path + 1, 10, 0, SFU_REDIS_MAX_DATABASE, &number, NULL))
    return sfu_error_invalid (error,
        "behind the slash stands the number of a database, 0 to %u",
        SFU_REDIS_MAX_DATABASE);
  *database = (guint)number;
  return TRUE;
}

static gchar *
dup_if_any (const gchar *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

SfuRedisUrl *
sfu_redis_url_parse (const gchar *text, GError **error)
{
  g_autoptr (SfuRedisUrl) url = NULL;
  g_autoptr (GUri) uri = NULL;

  if (!check_scheme (text, error))
    return NULL;
  uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL ||
      *g_uri_get_host (uri) == '\0' || g_uri_get_port (uri) == 0) {
    sfu_error_invalid (error,
        "must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]; @ : / ? # %% in "
        "user and password are written as %%40 %%3A %%2F %%3F %%23 %%25");
    return NULL;
  }
  if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL) {
    sfu_error_invalid (error, "nothing may follow the database");
    return NULL;
  }
  url = g_new0 (SfuRedisUrl, 1);
  if (!read_database (g_uri_get_path (uri), &url->database, error))
    return NULL;
  url->host = g_strdup (g_uri_get_host (uri));
  url->port = (guint16)(g_uri_get_port (uri) > 0 ? g_uri_get_port (uri)
                                                 : SFU_REDIS_DEFAULT_PORT);
  url->user = dup_if_any (g_uri_get_user (uri));
  url->password = dup_if_any (g_uri_get_password (uri));
  if (url->user != NULL && url->password == NULL) {
    sfu_error_invalid (
        error, "a user without a password; a password alone is :PASSWORD@");
    return NULL;
  }
  return g_steal_pointer (&url);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server that runs can take over of a configuration read anew.
 *
 * A key is here when everybody who uses it looks at SfuConfig each time, or is
 * told (sfu-http-reload.c, sfu-server.c). Sockets, workers and what clients were
 * promised (codecs, protocols) are not here.
 *
 * Threads: the server's one thread. */
#include "sfu-config-keys.h"

#include <string.h>

static const gchar *const live[] = {
  /* network */
  "tls-cert",
  "tls-key",
  /* access */
  "admin-token-file",
  "allowed-origins",
  "trusted-proxies",
  "jwt-secret-file",
  "jwt-secret",
  "jwt-public-key-file",
  "jwt-leeway",
  "jwt-issuer",
  "jwt-audience",
  "require-token",
  "default-rights",
  /* ice */
  "ice-servers",
  "turn-secret-file",
  "turn-username",
  "turn-credential-file",
  "turn-ttl",
  /* protocols */
  "resume-grace",
  "study-rooms-max-peers",
  "study-rooms-audio-only-above",
  "study-rooms-api",
  "meetings-grace",
  "rpc-token-file",
  "rpc-grace",
  "rpc-requests-per-second",
  "rpc-max-pending",
  "broadcaster-idle",
  "max-incoming-bitrate",
  /* rooms */
  "room-linger",
  "duplicate-peers",
  "kick-ban",
  "drain-timeout",
  /* limits */
  "max-rooms",
  "max-peers-per-room",
  "max-transports-per-peer",
  "max-producers-per-peer",
  "max-consumers-per-peer",
  "max-message-bytes",
  "max-queue-bytes",
  "max-pending-requests",
  "requests-per-second",
  "request-burst",
  "request-timeout",
  "ping-interval",
  "ping-timeout",
  "max-connections",
  "max-connections-per-address",
  "connections-per-second-per-address",
  "http-requests-per-second-per-address",
  "http-timeout",
  /* log */
  "log-level",
};

static gboolean
is_live (const SfuConfigKey *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (live); i++)
    if (strcmp (live[i], key->name) == 0)
      return TRUE;
  return FALSE;
}

/* Of the field, by who reads it. */
static gsize
field_size (const SfuConfigKey *key)
{
  static const struct {
    SfuConfigReader read;
    gsize size;
  } sizes[] = {
    { sfu_config_read_number, sizeof (guint) },
    { sfu_config_read_switch, sizeof (gboolean) },
    { sfu_config_read_rights, sizeof (SfuRights) },
    { sfu_config_read_duplicates, sizeof (SfuDuplicate) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i].read == key->read)
      return sizes[i].size;
  /* Strings, lists, arrays: all of them are owned through one pointer. */
  return sizeof (gpointer);
}

/* The same path may lead to another secret. */
static gboolean
is_content (const SfuConfigKey *key)
{
  return key->read == sfu_config_read_token_file ||
      key->read == sfu_config_read_secret_file;
}

static gboolean
differs (const SfuConfig *config, const SfuConfig *fresh, guint i)
{
  const SfuConfigKey *key = &sfu_config_keys[i];

  if (strcmp (config->texts[i], fresh->texts[i]) != 0)
    return TRUE;
  return is_content (key) && *fresh->texts[i] != '\0' &&
      g_strcmp0 (*(gchar **)G_STRUCT_MEMBER_P (config, key->offset),
          *(gchar **)G_STRUCT_MEMBER_P (fresh, key->offset)) != 0;
}

/* An open socket stays what it is, http or https. */
static gboolean
is_stuck (
    const SfuConfig *config, const SfuConfig *fresh, const SfuConfigKey *key)
{
  gboolean tls = key->offset == G_STRUCT_OFFSET (SfuConfig, tls_cert) ||
      key->offset == G_STRUCT_OFFSET (SfuConfig, tls_key);

  return !is_live (key) ||
      (tls && (config->tls_cert == NULL) != (fresh->tls_cert == NULL));
}

static void
swap (gpointer a, gpointer b, gsize size)
{
  guint8 keep[sizeof (gpointer)];

  memcpy (keep, a, size);
  memcpy (a, b, size);
  memcpy (b, keep, size);
}

/* jwt-secret and jwt-secret-file are two ways to set one field: swapped twice it
 * would be what it was. */
static gboolean
was_swapped (const GArray *offsets, gsize offset)
{
  for (guint i = 0; i < offsets->len; i++)
    if (g_array_index (offsets, gsize, i) == offset)
      return TRUE;
  return FALSE;
}

void
sfu_config_take_over (
    SfuConfig *config, SfuConfig *fresh, GPtrArray *taken, GPtrArray *left)
{
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (guint i = 0; i < sfu_config_n_keys; i++) {
    const SfuConfigKey *key = &sfu_config_keys[i];

    if (!differs (config, fresh, i))
      continue;
    if (is_stuck (config, fresh, key)) {
      g_ptr_array_add (left, (gpointer)key->name);
      continue;
    }
    g_ptr_array_add (taken, (gpointer)key->name);
    swap (&config->texts[i], &fresh->texts[i], sizeof (gchar *));
    if (was_swapped (offsets, key->offset))
      continue;
    g_array_append_val (offsets, key->offset);
    swap (G_STRUCT_MEMBER_P (config, key->offset),
        G_STRUCT_MEMBER_P (fresh, key->offset), field_size (key));
  }
}

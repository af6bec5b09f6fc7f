/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], as Redis' own programs write it.
 * What has a meaning in an address must be percent-encoded in user and
 * password.
 *
 * Threads: plain data of one owner. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SFU_REDIS_DEFAULT_PORT 6379
/* As many as Redis lets one configure. */
#define SFU_REDIS_MAX_DATABASE 65535

typedef struct {
  gchar *host; /* name or address, IPv6 without brackets */
  guint16 port;
  gchar *user, *password; /* NULL = none */
  guint database;
} SfuRedisUrl;

/* NULL and SFU_ERROR_INVALID_ARGUMENT; the text says what is wrong, and never
 * what the address was: there is a password in it. */
SfuRedisUrl *sfu_redis_url_parse (const gchar *text, GError **error);
SfuRedisUrl *sfu_redis_url_copy (const SfuRedisUrl *url);
/* NULL safe. */
void sfu_redis_url_free (SfuRedisUrl *url);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRedisUrl, sfu_redis_url_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keys. Internal to this folder.
 *
 * Threads: constant data. */
#pragma once

#include "sfu-config.h"

G_BEGIN_DECLS

typedef struct _SfuConfigKey SfuConfigKey;

/* Reads text into config. The error says what is wrong with the value, not
 * which key it is. */
typedef gboolean (*SfuConfigReader) (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);

struct _SfuConfigKey {
  const gchar *group; /* of the key file; also a chapter of --help */
  const gchar *name;
  const gchar *argument; /* of the flag, for --help; NULL = a switch */
  const gchar *fallback; /* "" = nothing */
  SfuConfigReader read;
  gsize offset;   /* of the field in SfuConfig */
  guint min, max; /* of numbers */
  gboolean list;  /* a repeated flag adds to it */
  const gchar *help;
  /* Names that other systems' deployments set it by, with commas between; NULL
   * = none. SFU_NAME wins over them. */
  const gchar *aliases;
  gboolean secret; /* --print-config shows no value */
};

/* In a reader: where the value goes. */
#define SFU_CONFIG_FIELD(type) ((type *)((guint8 *)config + key->offset))

extern const SfuConfigKey sfu_config_keys[];
extern const guint sfu_config_n_keys;

/* Index into the table, or -1. */
gint sfu_config_find_key (const gchar *name);
/* "SFU_HTTP_PORT". */
gchar *sfu_config_environment_name (const SfuConfigKey *key);
/* Text of --help. */
gchar *sfu_config_help (void);

/* sfu-config-read.c */
gboolean sfu_config_read_ports (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_rtc_port (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_plain_range (const SfuConfigKey *key,
    SfuConfig *config, const gchar *text, GError **error);
gboolean sfu_config_read_rtc_range (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_ips (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_announced (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_text (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_file (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
/* http or https, with a host. */
gboolean sfu_config_read_http_url (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_path (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_redis_url (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_duplicates (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_rights (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
/* Addresses and networks. */
gboolean sfu_config_read_masks (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_list (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_codecs (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
/* A number, or "auto". */
gboolean sfu_config_read_workers (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_number (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
/* "own" or "stock": a gboolean, TRUE = stock. */
gboolean sfu_config_read_dtls (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_switch (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_level (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
gboolean sfu_config_read_log_format (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);

/* sfu-config-read-secret.c */
/* Of one line, at least 8 characters; the field gets the content. */
gboolean sfu_config_read_token_file (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);
/* A secret of HMACs: the field gets the bytes but a line end; there is a warning
 * when it is short. */
gboolean sfu_config_read_secret_file (const SfuConfigKey *key,
    SfuConfig *config, const gchar *text, GError **error);
/* The value itself; empty leaves the field as it is (a file may have set it). */
gboolean sfu_config_read_secret (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error);

G_END_DECLS

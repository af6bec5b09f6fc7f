/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of keys: text -> field of SfuConfig. Secrets stand in
 * sfu-config-read-secret.c.
 *
 * Threads: once at the start. */
#include "sfu-config-keys.h"

#include "sfu-error.h"
#include "sfu-log.h"
#include "sfu-ortc.h"
#include "sfu-redis-url.h"

#include <string.h>

/* RFC 1123 2.1. An underscore is none of them, but DNS has it. */
#define NAME_CHARACTERS                                                        \
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
#define MAX_NAME 253

#define MAX_PORT 65535
#define MAX_PATH 128

static gboolean
read_uint (
    const gchar *text, guint min, guint max, guint *value, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, min, max, &number, NULL))
    return sfu_error_invalid (
        error, "must be a whole number from %u to %u", min, max);
  *value = (guint)number;
  return TRUE;
}

gboolean
sfu_config_read_number (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  return read_uint (text, key->min, key->max, SFU_CONFIG_FIELD (guint), error);
}

gboolean
sfu_config_read_workers (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  guint *n = SFU_CONFIG_FIELD (guint);

  config->workers_auto = FALSE;
  if (strcmp (text, "auto") != 0 && strcmp (text, "0") != 0)
    return read_uint (text, key->min, key->max, n, error);
  /* Of those that this process may use. */
  config->workers_auto = TRUE;
  *n = CLAMP (g_get_num_processors (), (guint)key->min, (guint)key->max);
  return TRUE;
}

static GStrv
split (const gchar *text)
{
  g_auto (GStrv) raw = g_strsplit (text, ",", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; raw[i] != NULL; i++)
    if (*g_strstrip (raw[i]) != '\0')
      g_strv_builder_add (builder, raw[i]);
  return g_strv_builder_end (builder);
}

gboolean
sfu_config_read_ports (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_auto (GStrv) parts = split (text);
  GArray **ports = SFU_CONFIG_FIELD (GArray *);

  g_clear_pointer (ports, g_array_unref);
  *ports = g_array_new (FALSE, FALSE, sizeof (guint16));
  for (guint i = 0; parts[i] != NULL; i++) {
    guint value = 0;
    guint16 port;

    if (!read_uint (parts[i], key->min, key->max, &value, error))
      return FALSE;
    port = (guint16)value;
    g_array_append_val (*ports, port);
  }
  if ((*ports)->len == 0)
    return sfu_error_invalid (error, "must be a port");
  return TRUE;
}

gboolean
sfu_config_read_rtc_port (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  guint port = 0;

  if (!read_uint (text, key->min, key->max, &port, error))
    return FALSE;
  config->rtc_port_min = config->rtc_port_max = (guint16)port;
  return TRUE;
}

static gboolean
read_range (const SfuConfigKey *key, const gchar *text, guint16 *range_min,
    guint16 *range_max, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "-", -1);
  guint min = 0, max = 0;

  if (*text == '\0')
    return TRUE;
  if (g_strv_length (parts) != 2 ||
      !read_uint (g_strstrip (parts[0]), key->min, key->max, &min, NULL) ||
      !read_uint (g_strstrip (parts[1]), key->min, key->max, &max, NULL) ||
      min >= max)
    return sfu_error_invalid (
        error, "must be two ports, the lower one first: 40000-40100");
  *range_min = (guint16)min;
  *range_max = (guint16)max;
  return TRUE;
}

gboolean
sfu_config_read_rtc_range (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  return read_range (
      key, text, &config->rtc_port_min, &config->rtc_port_max, error);
}

gboolean
sfu_config_read_plain_range (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  return read_range (
      key, text, &config->plain_port_min, &config->plain_port_max, error);
}

gboolean
sfu_config_read_text (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  gchar **field = SFU_CONFIG_FIELD (gchar *);

  g_free (*field);
  *field = *text != '\0' ? g_strdup (text) : NULL;
  return TRUE;
}

gboolean
sfu_config_read_redis_url (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_autoptr (SfuRedisUrl) url =
      *text != '\0' ? sfu_redis_url_parse (text, error) : NULL;

  if (*text != '\0' && url == NULL)
    return FALSE;
  return sfu_config_read_text (key, config, text, error);
}

gboolean
sfu_config_read_file (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  if (*text != '\0' && !g_file_test (text, G_FILE_TEST_EXISTS))
    return sfu_error_invalid (error, "\"%s\" does not exist", text);
  return sfu_config_read_text (key, config, text, error);
}

gboolean
sfu_config_read_path (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  gsize len = strlen (text);
  gchar **field = SFU_CONFIG_FIELD (gchar *);

  if (*text != '/' || len > MAX_PATH || strpbrk (text, "?#% ") != NULL)
    return sfu_error_invalid (error,
        "must start with \"/\", and have no \"?\", \"#\", \"%%\" or space");
  while (len > 1 && text[len - 1] == '/')
    len--;
  g_free (*field);
  *field = g_strndup (text, len);
  return TRUE;
}

gboolean
sfu_config_read_duplicates (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  gboolean replace = strcmp (text, "replace") == 0;

  if (!replace && strcmp (text, "refuse") != 0)
    return sfu_error_invalid (error, "must be replace or refuse");
  *SFU_CONFIG_FIELD (SfuDuplicate) =
      replace ? SFU_DUPLICATE_REPLACE : SFU_DUPLICATE_REFUSE;
  return TRUE;
}

gboolean
sfu_config_read_rights (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_auto (GStrv) parts = split (text);
  SfuRights rights = SFU_RIGHTS_NONE, right;

  for (guint i = 0; parts[i] != NULL; i++) {
    if (!sfu_right_from_name (parts[i], &right))
      return sfu_error_invalid (error,
          "\"%s\" is none of publish-audio, publish-video, publish-data, "
          "subscribe",
          parts[i]);
    rights |= right;
  }
  *SFU_CONFIG_FIELD (SfuRights) = rights;
  return TRUE;
}

gboolean
sfu_config_read_list (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  GStrv *field = SFU_CONFIG_FIELD (GStrv);

  g_strfreev (*field);
  *field = split (text);
  return TRUE;
}

/* "::" is IPv4, too; a wildcard beside an address that it covers could not be
 * bound. */
static gboolean
is_covered (GStrv ips, guint i)
{
  gboolean is_v6 = strchr (ips[i], ':') != NULL;

  for (guint other = 0; ips[other] != NULL; other++) {
    if (strcmp (ips[other], ips[i]) == 0) {
      if (other < i)
        return TRUE;
    } else if (strcmp (ips[other], "::") == 0 ||
        (strcmp (ips[other], "0.0.0.0") == 0 && !is_v6)) {
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
sfu_config_read_ips (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_auto (GStrv) ips = split (text);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GStrv *field = SFU_CONFIG_FIELD (GStrv);

  if (ips[0] == NULL)
    return sfu_error_invalid (error, "must be an IP address");
  for (guint i = 0; ips[i] != NULL; i++) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (ips[i]);

    if (address == NULL)
      return sfu_error_invalid (error, "must be an IP address");
    /* One way to write it. */
    g_free (ips[i]);
    ips[i] = g_inet_address_to_string (address);
  }
  for (guint i = 0; ips[i] != NULL; i++)
    if (!is_covered (ips, i))
      g_strv_builder_add (builder, ips[i]);
  g_strfreev (*field);
  *field = g_strv_builder_end (builder);
  return TRUE;
}

/* Names and addresses, as they go into candidates (RFC 8839 5.1). */
static gboolean
is_announceable (const gchar *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  gsize n = strspn (text, NAME_CHARACTERS);

  if (address != NULL)
    return !g_inet_address_get_is_any (address);
  /* Digits and dots alone are an address with a mistake in it. */
  return text[n] == '\0' && n <= MAX_NAME && text[0] != '.' && text[0] != '-' &&
      strspn (text, "0123456789.") < n;
}

gboolean
sfu_config_read_announced (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_auto (GStrv) parts = split (text);

  for (guint i = 0; parts[i] != NULL; i++)
    if (!is_announceable (parts[i]))
      return sfu_error_invalid (error,
          "\"%s\" is no address and no host name that a client could send to",
          parts[i]);
  return sfu_config_read_list (key, config, text, error);
}

gboolean
sfu_config_read_masks (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_auto (GStrv) parts = split (text);
  GPtrArray **field = SFU_CONFIG_FIELD (GPtrArray *);

  g_clear_pointer (field, g_ptr_array_unref);
  *field = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; parts[i] != NULL; i++) {
    GInetAddressMask *mask =
        g_inet_address_mask_new_from_string (parts[i], NULL);

    if (mask == NULL)
      return sfu_error_invalid (
          error, "\"%s\" is no address and no network", parts[i]);
    g_ptr_array_add (*field, mask);
  }
  return TRUE;
}

gboolean
sfu_config_read_codecs (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_auto (GStrv) parts = split (text);

  g_clear_pointer (&config->codecs, g_ptr_array_unref);
  config->codecs =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_rtp_codec_free);
  for (guint i = 0; parts[i] != NULL; i++) {
    SfuRtpCodec *codec = sfu_ortc_codec_from_string (parts[i], error);

    if (codec == NULL)
      return FALSE;
    g_ptr_array_add (config->codecs, codec);
  }
  if (config->codecs->len == 0)
    return sfu_error_invalid (error, "must name a codec");
  return TRUE;
}

gboolean
sfu_config_read_switch (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  static const gchar *const yes[] = { "yes", "true", "1", "on", NULL };
  static const gchar *const no[] = { "no", "false", "0", "off", "", NULL };
  g_autofree gchar *lower = g_ascii_strdown (text, -1);

  if (!g_strv_contains (yes, lower) && !g_strv_contains (no, lower))
    return sfu_error_invalid (error, "must be yes or no");
  *SFU_CONFIG_FIELD (gboolean) = g_strv_contains (yes, lower);
  return TRUE;
}

gboolean
sfu_config_read_dtls (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  gboolean stock = strcmp (text, "stock") == 0;

  if (!stock && strcmp (text, "own") != 0)
    return sfu_error_invalid (error, "must be own or stock");
  *SFU_CONFIG_FIELD (gboolean) = stock;
  return TRUE;
}

gboolean
sfu_config_read_level (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_autoptr (SfuLogLevels) levels = NULL;

  /* As other systems call them. */
  if (strcmp (text, "warn") == 0)
    text = "warning";
  else if (strcmp (text, "trace") == 0)
    text = "debug";
  levels = sfu_log_levels_parse (text, error);
  return levels != NULL && sfu_config_read_text (key, config, text, error);
}

gboolean
sfu_config_read_log_format (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  SfuLogFormat format;

  if (!sfu_log_format_from_name (text, &format))
    return sfu_error_invalid (error, "must be auto, text, json or journald");
  *SFU_CONFIG_FIELD (guint) = format;
  return TRUE;
}

gboolean
sfu_config_read_http_url (const SfuConfigKey *key, SfuConfig *config,
    const gchar *text, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  const gchar *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  if (*text != '\0' &&
      ((strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0) ||
          g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
          g_uri_get_fragment (uri) != NULL))
    return sfu_error_invalid (
        error, "must be an address like https://app.example/events");
  return sfu_config_read_text (key, config, text, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading application/x-rtp caps. Caps come from applications and from
 * signalling, so every number is checked.
 *
 * Threads: pure functions. */
#include "sfu-stream-config.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_CLOCK_RATE 90000
#define EXTMAP_PREFIX "extmap-"
#define ENCODINGS "encodings"
/* Three bits each in every format. */
#define MAX_LAYERS 8

void
sfu_stream_config_init (SfuStreamConfig *config)
{
  memset (config, 0, sizeof *config);
  config->codec = SFU_CODEC_UNKNOWN;
  config->clock_rate = DEFAULT_CLOCK_RATE;
  config->payload = SFU_PAYLOAD_NONE;
  config->rtx_payload = SFU_PAYLOAD_NONE;
  config->red_payload = SFU_PAYLOAD_NONE;
  config->red_rtx_payload = SFU_PAYLOAD_NONE;
  config->ulpfec_payload = SFU_PAYLOAD_NONE;
  config->n_encodings = 1;
  sfu_ext_map_init (&config->ext);
}

static gboolean
is_layer_count (gchar c)
{
  return c >= '1' && c <= '0' + MAX_LAYERS;
}

gboolean
sfu_scalability_mode_parse (
    const gchar *mode, guint8 *spatial_layers, guint8 *temporal_layers)
{
  if (!mode || (mode[0] != 'L' && mode[0] != 'S') ||
      !is_layer_count (mode[1]) || mode[2] != 'T' || !is_layer_count (mode[3]))
    return FALSE;
  if (mode[4] && mode[4] != '_' && mode[4] != 'h') /* _KEY, _KEY_SHIFT, h */
    return FALSE;
  *spatial_layers = (guint8)(mode[1] - '0');
  *temporal_layers = (guint8)(mode[3] - '0');
  return TRUE;
}

static gboolean
read_payload (const GstStructure *s, const gchar *field, gint *payload)
{
  gint value;

  if (!gst_structure_has_field (s, field))
    return TRUE;
  if (!gst_structure_get_int (s, field, &value) || value < 0 || value > 127)
    return FALSE;
  *payload = value;
  return TRUE;
}

static gboolean
read_payloads (
    const GstStructure *s, SfuStreamConfig *config, const gchar **field)
{
  const struct {
    const gchar *field;
    gint *payload;
  } fields[] = {
    { "payload", &config->payload },
    { "rtx-payload", &config->rtx_payload },
    { "red-payload", &config->red_payload },
    { "red-rtx-payload", &config->red_rtx_payload },
    { "ulpfec-payload", &config->ulpfec_payload },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    *field = fields[i].field;
    if (!read_payload (s, *field, fields[i].payload))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_mid (const GstStructure *s, SfuStreamConfig *config)
{
  const gchar *mid = gst_structure_get_string (s, "a-mid");

  if (!mid)
    return !gst_structure_has_field (s, "a-mid");
  return g_strlcpy (config->mid, mid, sizeof config->mid) < sizeof config->mid;
}

/* webrtcbin and rtp payloaders write an extmap either as the URI alone or as an
 * array of direction, URI and attributes. */
static const gchar *
extmap_uri (const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return g_value_get_string (value);
  if (GST_VALUE_HOLDS_ARRAY (value) && gst_value_array_get_size (value) >= 2) {
    const GValue *uri = gst_value_array_get_value (value, 1);
    return G_VALUE_HOLDS_STRING (uri) ? g_value_get_string (uri) : NULL;
  }
  return NULL;
}

static gboolean
read_extmap (GQuark field, const GValue *value, gpointer user_data)
{
  SfuExtMap *map = user_data;
  const gchar *name = g_quark_to_string (field);
  SfuExtKind kind;
  gchar *end;
  gulong id;

  if (!g_str_has_prefix (name, EXTMAP_PREFIX))
    return TRUE;
  id = strtoul (name + strlen (EXTMAP_PREFIX), &end, 10);
  if (*end || id < 1 || id > 255)
    return FALSE;
  kind = sfu_ext_from_uri (extmap_uri (value));
  /* An extension we do not know is not an error: it is not forwarded. */
  return kind == SFU_EXT_NONE || sfu_ext_map_add (map, id, kind);
}

static gboolean
read_extmaps (const GstStructure *s, SfuExtMap *out)
{
  SfuExtMap map;

  sfu_ext_map_init (&map);
  if (!gst_structure_foreach (s, read_extmap, &map))
    return FALSE;
  /* Caps without any extmap say nothing about extensions. */
  if (memcmp (&map, &(SfuExtMap){ { 0 } }, sizeof map) != 0)
    *out = map;
  return TRUE;
}

static gboolean
read_encoding (const GstStructure *s, SfuEncodingConfig *encoding)
{
  const gchar *rid = gst_structure_get_string (s, "rid");
  const gchar *mode = gst_structure_get_string (s, "scalability-mode");

  if (rid &&
      g_strlcpy (encoding->rid, rid, sizeof encoding->rid) >=
          sizeof encoding->rid)
    return FALSE;
  gst_structure_get_uint (s, "ssrc", &encoding->ssrc);
  gst_structure_get_uint (s, "rtx-ssrc", &encoding->rtx_ssrc);
  if (mode && mode[0])
    return sfu_scalability_mode_parse (
        mode, &encoding->spatial_layers, &encoding->temporal_layers);
  return TRUE;
}

/* A list replaces what was; without one the top-level fields are the only
 * encoding. */
static gboolean
read_encodings (const GstStructure *s, SfuStreamConfig *config)
{
  const GValue *list = gst_structure_get_value (s, ENCODINGS);
  guint i, n;

  if (!list)
    return config->n_encodings > 1 || read_encoding (s, &config->encodings[0]);
  if (!GST_VALUE_HOLDS_ARRAY (list))
    return FALSE;
  n = gst_value_array_get_size (list);
  if (n < 1 || n > SFU_MAX_ENCODINGS)
    return FALSE;
  memset (config->encodings, 0, sizeof config->encodings);
  for (i = 0; i < n; i++) {
    const GValue *item = gst_value_array_get_value (list, i);

    if (!GST_VALUE_HOLDS_STRUCTURE (item) ||
        !read_encoding (gst_value_get_structure (item), &config->encodings[i]))
      return FALSE;
  }
  config->n_encodings = n;
  return TRUE;
}

gboolean
sfu_stream_config_apply (
    SfuStreamConfig *config, const GstCaps *caps, const gchar **field)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  SfuStreamConfig next = *config;
  const gchar *name = gst_structure_get_string (s, "encoding-name");
  gint clock_rate = next.clock_rate;

  if (name) {
    next.codec = sfu_codec_from_name (name);
    next.is_video = sfu_codec_has_keyframes (next.codec);
  }
  if (gst_structure_has_field (s, "media"))
    next.is_video =
        g_strcmp0 (gst_structure_get_string (s, "media"), "video") == 0;
  *field = "clock-rate";
  gst_structure_get_int (s, "clock-rate", &clock_rate);
  if (clock_rate <= 0)
    return FALSE;
  next.clock_rate = clock_rate;
  if (!read_payloads (s, &next, field))
    return FALSE;
  *field = "a-mid";
  if (!read_mid (s, &next))
    return FALSE;
  *field = "extmap";
  if (!read_extmaps (s, &next.ext))
    return FALSE;
  *field = ENCODINGS;
  if (!read_encodings (s, &next))
    return FALSE;
  gst_structure_get_uint (s, "ssrc", &next.ssrc);
  gst_structure_get_uint (s, "rtx-ssrc", &next.rtx_ssrc);
  gst_structure_get_boolean (s, "rtcp-fb-nack", &next.nack);
  gst_structure_get_boolean (s, "rtcp-fb-nack-pli", &next.pli);
  *config = next;
  *field = NULL;
  return TRUE;
}

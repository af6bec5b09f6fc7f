/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-pad-caps.h.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-pad-caps.h"

#include <string.h>

/* What a stream without clock-rate in its caps is taken for: only jitter
 * depends on it. */
#define DEFAULT_CLOCK_RATE 90000
#define MAX_PAYLOAD_TYPE 127

static gboolean
read_payload (
    const GstStructure *s, const gchar *field, gint *payload, GError **error)
{
  gint value;

  *payload = -1;
  if (!gst_structure_get_int (s, field, &value))
    return TRUE;
  if (value < 0 || value > MAX_PAYLOAD_TYPE) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_CAPS,
        "%s is %d, must be 0..127", field, value);
    return FALSE;
  }
  *payload = value;
  return TRUE;
}

static gboolean
read_name (
    const GstStructure *s, const gchar *field, gchar *name, GError **error)
{
  const gchar *value = gst_structure_get_string (s, field);

  if (g_strlcpy (name, value ? value : "", SFU_PAD_NAME_SIZE) <
      SFU_PAD_NAME_SIZE)
    return TRUE;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_CAPS,
      "%s is longer than %d bytes", field, SFU_PAD_NAME_SIZE - 1);
  return FALSE;
}

/* GStreamer writes an extension as its URI, or as an array of direction, URI
 * and attributes. */
static const gchar *
extension_uri (const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return g_value_get_string (value);
  if (GST_VALUE_HOLDS_ARRAY (value) && gst_value_array_get_size (value) > 1)
    return extension_uri (gst_value_array_get_value (value, 1));
  return NULL;
}

static gboolean
read_extension (GQuark field, const GValue *value, gpointer data)
{
  SfuPadCaps *self = data;
  const gchar *name = g_quark_to_string (field);
  guint64 id;

  if (!g_str_has_prefix (name, "extmap-"))
    return TRUE;
  if (!g_ascii_string_to_unsigned (
          name + strlen ("extmap-"), 10, 1, 255, &id, NULL))
    return TRUE;
  /* What we do not know is not stamped and not learned from. */
  sfu_ext_map_add (&self->ext, id, sfu_ext_from_uri (extension_uri (value)));
  return TRUE;
}

static gboolean
flag (const GstStructure *s, const gchar *field, gboolean missing)
{
  gboolean value = missing;

  gst_structure_get_boolean (s, field, &value);
  return value;
}

static gboolean
read_shared (const GstStructure *s, SfuPadCaps *self, GError **error)
{
  gint clock_rate = 0;

  if (!read_payload (s, "payload", &self->payload, error) ||
      !read_payload (s, "rtx-payload", &self->rtx_payload, error) ||
      !read_payload (s, "red-payload", &self->red_payload, error) ||
      !read_payload (s, "red-rtx-payload", &self->red_rtx_payload, error) ||
      !read_payload (s, "ulpfec-payload", &self->ulpfec_payload, error) ||
      !read_name (s, "a-mid", self->mid, error))
    return FALSE;
  gst_structure_get_int (s, "clock-rate", &clock_rate);
  if (clock_rate > 0)
    self->clock_rate = clock_rate;
  self->audio = g_strcmp0 (gst_structure_get_string (s, "media"), "audio") == 0;
  self->cname = g_strdup (gst_structure_get_string (s, "cname"));
  self->nack = flag (s, "rtcp-fb-nack", FALSE);
  self->pli = flag (s, "rtcp-fb-nack-pli", FALSE);
  self->fir = flag (s, "rtcp-fb-ccm-fir", FALSE);
  self->transport_cc = flag (s, "rtcp-fb-transport-cc", FALSE);
  self->remb = flag (s, "rtcp-fb-goog-remb", FALSE);
  self->reduced_size = flag (s, "rtcp-reduced-size", TRUE);
  gst_structure_foreach (s, read_extension, self);
  return TRUE;
}

static gboolean
read_encoding (const GstStructure *s, SfuPadEncoding *encoding, GError **error)
{
  gst_structure_get_uint (s, "ssrc", &encoding->ssrc);
  gst_structure_get_uint (s, "rtx-ssrc", &encoding->rtx_ssrc);
  if (encoding->ssrc && encoding->ssrc == encoding->rtx_ssrc) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_CAPS,
        "ssrc and rtx-ssrc are both %u", encoding->ssrc);
    return FALSE;
  }
  return read_name (s, "rid", encoding->rid, error);
}

static gboolean
read_encodings (const GstStructure *s, SfuPadCaps *self, GError **error)
{
  const GValue *list = gst_structure_get_value (s, "encodings");
  guint i, n = 0;

  if (!list)
    return read_encoding (s, &self->encodings[0], error);
  if (GST_VALUE_HOLDS_ARRAY (list))
    n = gst_value_array_get_size (list);
  if (n < 1 || n > SFU_PAD_MAX_ENCODINGS) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_CAPS,
        "encodings must be a list of 1..%d", SFU_PAD_MAX_ENCODINGS);
    return FALSE;
  }
  for (i = 0; i < n; i++) {
    const GValue *item = gst_value_array_get_value (list, i);

    if (!GST_VALUE_HOLDS_STRUCTURE (item)) {
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_CAPS,
          "encoding %u is no structure", i);
      return FALSE;
    }
    if (!read_encoding (
            gst_value_get_structure (item), &self->encodings[i], error))
      return FALSE;
  }
  self->n_encodings = n;
  return TRUE;
}

gboolean
sfu_pad_caps_parse (const GstCaps *caps, SfuPadCaps *self, GError **error)
{
  const GstStructure *s;

  memset (self, 0, sizeof *self);
  self->payload = self->rtx_payload = -1;
  self->red_payload = self->red_rtx_payload = self->ulpfec_payload = -1;
  self->clock_rate = DEFAULT_CLOCK_RATE;
  self->n_encodings = 1;
  self->reduced_size = TRUE;
  sfu_ext_map_init (&self->ext);
  if (!caps || gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return TRUE;
  s = gst_caps_get_structure (caps, 0);
  if (read_shared (s, self, error) && read_encodings (s, self, error))
    return TRUE;
  sfu_pad_caps_clear (self);
  return FALSE;
}

gboolean
sfu_pad_caps_takes (const SfuPadCaps *self, gint payload_type, gboolean rtx)
{
  if (rtx)
    return self->rtx_payload < 0 || payload_type == self->rtx_payload ||
        payload_type == self->red_rtx_payload;
  return self->payload < 0 || payload_type == self->payload ||
      payload_type == self->red_payload || payload_type == self->ulpfec_payload;
}

void
sfu_pad_caps_clear (SfuPadCaps *self)
{
  g_clear_pointer (&self->cname, g_free);
}

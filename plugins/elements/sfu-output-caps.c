/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-output-caps.h.
 *
 * Threads: pure functions. */
#include "sfu-output-caps.h"

/* Fields of the publisher's session that say nothing about ours. */
static const gchar *const not_inherited[] = { "ssrc", "rtx-ssrc", "rtx-payload",
  "red-payload", "red-rtx-payload", "ulpfec-payload", "a-mid", "rid",
  "encodings", "cname", "timestamp-offset", "seqnum-offset", "seqnum-base",
  "clock-base", NULL };

static void
strip_session_fields (GstStructure *s)
{
  gint i;

  for (i = gst_structure_n_fields (s) - 1; i >= 0; i--) {
    const gchar *name = gst_structure_nth_field_name (s, i);
    if (g_str_has_prefix (name, "extmap-") ||
        g_str_has_prefix (name, "ssrc-") ||
        g_strv_contains (not_inherited, name))
      gst_structure_remove_field (s, name);
  }
}

static gboolean
overlay (GQuark field, const GValue *value, gpointer user_data)
{
  gst_structure_id_set_value (user_data, field, value);
  return TRUE;
}

GstCaps *
sfu_output_caps_new (
    GstCaps *in, GstCaps *wanted, guint32 ssrc, guint32 rtx_ssrc)
{
  GstCaps *out = gst_caps_copy (in);
  GstStructure *s = gst_caps_get_structure (out, 0);

  strip_session_fields (s);
  if (wanted)
    gst_structure_foreach (gst_caps_get_structure (wanted, 0), overlay, s);
  if (!gst_structure_has_field (s, "ssrc"))
    gst_structure_set (s, "ssrc", G_TYPE_UINT, ssrc, NULL);
  if (gst_structure_has_field (s, "rtx-payload") &&
      !gst_structure_has_field (s, "rtx-ssrc"))
    gst_structure_set (s, "rtx-ssrc", G_TYPE_UINT, rtx_ssrc, NULL);
  return out;
}

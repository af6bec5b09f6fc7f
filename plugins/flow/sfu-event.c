/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and reading the custom events of the pads. The facts travel as plain
 * fields, so that GST_DEBUG shows them.
 *
 * Threads: events are immutable. */
#include "sfu-event.h"

#define SENDER_REPORT "sfu-sender-report"
#define BYE "sfu-bye"
#define ACTIVITY "sfu-activity"
#define NACK "sfu-nack"
#define LOST "sfu-lost"
#define RTT "sfu-rtt"
#define TRANSPORT_STATE "sfu-transport-state"
/* The name and fields that GStreamer's encoders, payloaders and RTP session
 * agree on; its constructor lives in libgstvideo, which the cores do without.
 */
#define FORCE_KEY_UNIT "GstForceKeyUnit"

static const GstStructure *
structure_of (GstEvent *event, GstEventType type, const gchar *name)
{
  const GstStructure *structure = gst_event_get_structure (event);

  if (GST_EVENT_TYPE (event) != type || structure == NULL ||
      !gst_structure_has_name (structure, name))
    return NULL;
  return structure;
}

GstEvent *
sfu_event_new_sender_report (const SfuSenderReport *report)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
      gst_structure_new (SENDER_REPORT, "ssrc", G_TYPE_UINT, report->ssrc,
          "ntp", G_TYPE_UINT64, report->ntp, "rtp-timestamp", G_TYPE_UINT,
          report->rtp_timestamp, "received-us", G_TYPE_INT64,
          report->received_us, NULL));
}

gboolean
sfu_event_parse_sender_report (GstEvent *event, SfuSenderReport *report)
{
  const GstStructure *structure =
      structure_of (event, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, SENDER_REPORT);

  return structure != NULL &&
      gst_structure_get (structure, "ssrc", G_TYPE_UINT, &report->ssrc, "ntp",
          G_TYPE_UINT64, &report->ntp, "rtp-timestamp", G_TYPE_UINT,
          &report->rtp_timestamp, "received-us", G_TYPE_INT64,
          &report->received_us, NULL);
}

GstEvent *
sfu_event_new_rtt (gboolean upstream, gint64 rtt_us)
{
  return gst_event_new_custom (
      upstream ? GST_EVENT_CUSTOM_UPSTREAM : GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
      gst_structure_new (RTT, "rtt-us", G_TYPE_INT64, rtt_us, NULL));
}

gboolean
sfu_event_parse_rtt (GstEvent *event, gint64 *rtt_us)
{
  const GstStructure *structure = gst_event_get_structure (event);

  return structure && gst_structure_has_name (structure, RTT) &&
      gst_structure_get_int64 (structure, "rtt-us", rtt_us);
}

GstEvent *
sfu_event_new_bye (guint32 ssrc)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_structure_new (BYE, "ssrc", G_TYPE_UINT, ssrc, NULL));
}

gboolean
sfu_event_parse_bye (GstEvent *event, guint32 *ssrc)
{
  const GstStructure *structure =
      structure_of (event, GST_EVENT_CUSTOM_DOWNSTREAM, BYE);

  return structure != NULL && gst_structure_get_uint (structure, "ssrc", ssrc);
}

GstEvent *
sfu_event_new_activity (void)
{
  return gst_event_new_custom (
      GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty (ACTIVITY));
}

gboolean
sfu_event_is_activity (GstEvent *event)
{
  return structure_of (event, GST_EVENT_CUSTOM_DOWNSTREAM, ACTIVITY) != NULL;
}

static GstEvent *
new_seqs (const gchar *name, guint32 ssrc, const guint16 *seqs, guint n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (seqs, n * sizeof *seqs);

  return gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
      gst_structure_new (
          name, "ssrc", G_TYPE_UINT, ssrc, "seqs", G_TYPE_BYTES, bytes, NULL));
}

static gboolean
parse_seqs (GstEvent *event, const gchar *name, guint32 *ssrc,
    const guint16 **seqs, guint *n)
{
  const GstStructure *structure =
      structure_of (event, GST_EVENT_CUSTOM_UPSTREAM, name);
  const GValue *value;
  gsize size;

  if (structure == NULL || !gst_structure_get_uint (structure, "ssrc", ssrc))
    return FALSE;
  value = gst_structure_get_value (structure, "seqs");
  if (value == NULL || !G_VALUE_HOLDS (value, G_TYPE_BYTES))
    return FALSE;
  *seqs = g_bytes_get_data (g_value_get_boxed (value), &size);
  *n = (guint)(size / sizeof **seqs);
  return TRUE;
}

GstEvent *
sfu_event_new_nack (guint32 ssrc, const guint16 *seqs, guint n)
{
  return new_seqs (NACK, ssrc, seqs, n);
}

gboolean
sfu_event_parse_nack (
    GstEvent *event, guint32 *ssrc, const guint16 **seqs, guint *n)
{
  return parse_seqs (event, NACK, ssrc, seqs, n);
}

GstEvent *
sfu_event_new_lost (guint32 ssrc, const guint16 *seqs, guint n)
{
  return new_seqs (LOST, ssrc, seqs, n);
}

gboolean
sfu_event_parse_lost (
    GstEvent *event, guint32 *ssrc, const guint16 **seqs, guint *n)
{
  return parse_seqs (event, LOST, ssrc, seqs, n);
}

GstEvent *
sfu_event_new_keyframe_request (guint32 ssrc)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
      gst_structure_new (FORCE_KEY_UNIT, "running-time", GST_TYPE_CLOCK_TIME,
          GST_CLOCK_TIME_NONE, "all-headers", G_TYPE_BOOLEAN, TRUE, "count",
          G_TYPE_UINT, 0, "ssrc", G_TYPE_UINT, ssrc, NULL));
}

gboolean
sfu_event_is_keyframe_request (GstEvent *event)
{
  return structure_of (event, GST_EVENT_CUSTOM_UPSTREAM, FORCE_KEY_UNIT) !=
      NULL;
}

gboolean
sfu_event_parse_keyframe_request (GstEvent *event, guint32 *ssrc)
{
  const GstStructure *structure =
      structure_of (event, GST_EVENT_CUSTOM_UPSTREAM, FORCE_KEY_UNIT);

  if (structure == NULL)
    return FALSE;
  if (!gst_structure_get_uint (structure, "ssrc", ssrc))
    *ssrc = 0;
  return TRUE;
}

GstEvent *
sfu_event_new_transport_state (gboolean connected)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
      gst_structure_new (
          TRANSPORT_STATE, "connected", G_TYPE_BOOLEAN, connected, NULL));
}

gboolean
sfu_event_parse_transport_state (GstEvent *event, gboolean *connected)
{
  const GstStructure *structure =
      structure_of (event, GST_EVENT_CUSTOM_UPSTREAM, TRANSPORT_STATE);

  return structure != NULL &&
      gst_structure_get_boolean (structure, "connected", connected);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See transport-ends.h.
 *
 * Threads: see transport-ends.h. */
#include "transport-ends.h"

#include <string.h>
#include "sfu-base-transport.h"
#include "sfu-bytes.h"
#include "sfu-shortcut.h"

/* ---- statistics ---- */

static void
get_stat (gpointer object, const gchar *field, GType type, gpointer value)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (object, "stats", &stats, NULL);
  if (!gst_structure_get (stats, field, type, value, NULL))
    g_error ("no %s in stats", field);
}

guint64
stats_uint64 (gpointer object, const gchar *field)
{
  guint64 value = 0;

  get_stat (object, field, G_TYPE_UINT64, &value);
  return value;
}

gint64
stats_int64 (gpointer object, const gchar *field)
{
  gint64 value = 0;

  get_stat (object, field, G_TYPE_INT64, &value);
  return value;
}

guint64
stats_drops (gpointer object, const gchar *reason)
{
  g_autoptr (GstStructure) drops = NULL;
  guint64 value = 0;

  get_stat (object, "drops", GST_TYPE_STRUCTURE, &drops);
  gst_structure_get_uint64 (drops, reason, &value);
  return value;
}

/* ---- ends ---- */

static GstFlowReturn
on_end_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  End *end = gst_pad_get_element_private (pad);

  g_async_queue_push (end->buffers, buffer);
  return GST_FLOW_OK;
}

static gboolean
on_end_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  End *end = gst_pad_get_element_private (pad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS ||
      GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_UPSTREAM ||
      GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM ||
      GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM_STICKY)
    g_async_queue_push (end->events, event);
  else
    gst_event_unref (event);
  return TRUE;
}

static End *
end_new (GstPad *transport_pad)
{
  End *end = g_new0 (End, 1);

  end->transport_pad = transport_pad;
  end->buffers = g_async_queue_new_full ((GDestroyNotify)gst_buffer_unref);
  end->events = g_async_queue_new_full ((GDestroyNotify)gst_event_unref);
  end->pad = gst_object_ref_sink (gst_pad_new (
      NULL, GST_PAD_IS_SRC (transport_pad) ? GST_PAD_SINK : GST_PAD_SRC));
  gst_pad_set_element_private (end->pad, end);
  gst_pad_set_event_function (end->pad, on_end_event);
  if (GST_PAD_IS_SINK (end->pad))
    sfu_pad_set_buffer_function (end->pad, on_end_chain);
  gst_pad_set_active (end->pad, TRUE);
  return end;
}

End *
end_new_producer (gpointer transport, const gchar *caps_text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_text);
  GstPad *pad = gst_element_request_pad (GST_ELEMENT (transport),
      gst_element_get_pad_template (GST_ELEMENT (transport), "src_%u"), NULL,
      caps);
  End *end;

  if (!pad)
    return NULL;
  end = end_new (pad);
  g_assert_cmpint (gst_pad_link (pad, end->pad), ==, GST_PAD_LINK_OK);
  return end;
}

End *
end_new_consumer (gpointer transport, const gchar *caps_text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_text);
  GstPad *pad =
      gst_element_request_pad_simple (GST_ELEMENT (transport), "sink_%u");
  End *end = end_new (pad);
  GstSegment segment;

  g_assert_cmpint (gst_pad_link (end->pad, pad), ==, GST_PAD_LINK_OK);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (end->pad, gst_event_new_stream_start ("test"));
  gst_pad_push_event (end->pad, gst_event_new_caps (caps));
  gst_pad_push_event (end->pad, gst_event_new_segment (&segment));
  return end;
}

void
end_free (End *end, gpointer transport)
{
  gpointer left = end->transport_pad;

  g_object_add_weak_pointer (left, &left);
  gst_element_release_request_pad (GST_ELEMENT (transport), end->transport_pad);
  gst_object_unref (end->transport_pad);
  g_assert_null (left); /* nothing keeps it */
  gst_pad_set_active (end->pad, FALSE);
  gst_object_unref (end->pad);
  g_async_queue_unref (end->buffers);
  g_async_queue_unref (end->events);
  g_free (end);
}

typedef struct {
  End *end;
  const guint8 *data;
  gsize len;
  guint n;
} Push;

static void
push_burst (gpointer data, gpointer unused)
{
  Push *push = data;
  guint i;

  for (i = 0; i < push->n; i++)
    end_push_here (push->end, push->data, push->len);
}

void
end_push (End *end, gpointer transport, const guint8 *data, gsize len, guint n)
{
  Push push = { end, data, len, n };

  sfu_media_loop_call (
      SFU_BASE_TRANSPORT (transport)->media->loop, push_burst, &push);
}

void
end_push_here (End *end, const guint8 *data, gsize len)
{
  g_assert_cmpint (gst_pad_push (end->pad, gst_buffer_new_memdup (data, len)),
      ==, GST_FLOW_OK);
}

gsize
make_rtp (guint8 *data, guint8 pt, guint16 seq, guint32 timestamp, guint32 ssrc,
    const gchar *mid, gsize payload_len)
{
  gsize len = 12, mid_len = mid ? strlen (mid) : 0;

  memset (data, 0, 12 + 4 + 20 + payload_len);
  data[0] = 0x80 | (mid ? 0x10 : 0);
  data[1] = pt;
  sfu_put_u16 (data + 2, seq);
  sfu_put_u32 (data + 4, timestamp);
  sfu_put_u32 (data + 8, ssrc);
  if (mid) {
    gsize words = (1 + mid_len + 3) / 4;

    sfu_put_u16 (data + 12, 0xbede);
    sfu_put_u16 (data + 14, words);
    data[16] = 1 << 4 | (mid_len - 1);
    memcpy (data + 17, mid, mid_len);
    len += 4 + words * 4;
  }
  memset (data + len, 0x5a, payload_len);
  return len + payload_len;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-dtls-pads.h.
 *
 * Threads: see there. */
#include "sfu-dtls-pads.h"

#include "sfu-dtls-connection.h"

void
sfu_dtls_pad_start (GstPad *pad, const gchar *media_type, GstFormat format)
{
  /* gst_pad_create_stream_id is for elements with one sink pad at most. */
  g_autofree gchar *id = g_strdup_printf (
      "%s:%s", GST_OBJECT_NAME (GST_OBJECT_PARENT (pad)), GST_PAD_NAME (pad));
  GstSegment segment;

  gst_pad_push_event (pad, gst_event_new_stream_start (id));
  if (media_type) {
    g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (media_type);

    gst_pad_push_event (pad, gst_event_new_caps (caps));
  }
  gst_segment_init (&segment, format);
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
}

GstBuffer *
sfu_dtls_buffer_new (GBytes *bytes)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  g_bytes_unref (bytes);
  return buffer;
}

GType
sfu_dtls_connection_state_get_type (void)
{
  static const GEnumValue values[] = {
    { SFU_DTLS_CONNECTION_NEW, "New connection", "new" },
    { SFU_DTLS_CONNECTION_CLOSED, "Closed connection on either side",
        "closed" },
    { SFU_DTLS_CONNECTION_FAILED, "Failed connection", "failed" },
    { SFU_DTLS_CONNECTION_CONNECTING, "Connecting", "connecting" },
    { SFU_DTLS_CONNECTION_CONNECTED, "Successfully connected", "connected" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type)) {
    GType made = g_enum_register_static ("SfuDtlsConnectionState", values);

    g_once_init_leave (&type, made);
  }
  return type;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EOS on its data pad makes dtlsenc write close_notify; where the stock element
 * is used, a task of its own then pushes the datagram. So we wait for an alert
 * to come by at the pad behind.
 *
 * Threads: see sfu-close-notify.h; the probe runs on the task. */
#include "sfu-close-notify.h"

#define DTLS_ALERT 21 /* RFC 6347, ContentType; encrypted or not */

typedef struct {
  GMutex lock;
  GCond cond;
  gboolean passed;
} Passage;

static void
clear_passage (gpointer data)
{
  Passage *passage = data;

  g_mutex_clear (&passage->lock);
  g_cond_clear (&passage->cond);
}

static void
unref_passage (gpointer passage)
{
  g_atomic_rc_box_release_full (passage, clear_passage);
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Passage *passage = data;
  guint8 type = 0;

  gst_buffer_extract (buffer, 0, &type, 1);
  if (type == DTLS_ALERT) {
    g_mutex_lock (&passage->lock);
    passage->passed = TRUE;
    g_cond_signal (&passage->cond);
    g_mutex_unlock (&passage->lock);
  }
  return GST_PAD_PROBE_OK;
}

static void
wait_for_alert (GstPad *sink, Passage *passage, gint64 wait_us)
{
  gint64 deadline = g_get_monotonic_time () + wait_us;

  g_mutex_lock (&passage->lock);
  while (!passage->passed &&
      g_cond_wait_until (&passage->cond, &passage->lock, deadline)) {
  }
  g_mutex_unlock (&passage->lock);
  /* The probe runs before the chain function, both under the stream lock:
   * whoever gets it now comes after both. */
  GST_PAD_STREAM_LOCK (sink);
  GST_PAD_STREAM_UNLOCK (sink);
}

void
sfu_close_notify_send (GstElement *dtlssrtpenc, gint64 wait_us)
{
  g_autoptr (GstPad) data_sink =
      gst_element_get_static_pad (dtlssrtpenc, "data_sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (dtlssrtpenc, "src");
  g_autoptr (GstPad) sink = src ? gst_pad_get_peer (src) : NULL;
  Passage *passage;
  gulong probe;

  if (!data_sink || !sink)
    return;
  passage = g_atomic_rc_box_new0 (Passage);
  g_mutex_init (&passage->lock);
  g_cond_init (&passage->cond);
  probe = gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, on_buffer,
      g_atomic_rc_box_acquire (passage), unref_passage);
  /* A sticky event may not come before stream-start. */
  gst_pad_send_event (data_sink, gst_event_new_stream_start ("close-notify"));
  gst_pad_send_event (data_sink, gst_event_new_eos ());
  wait_for_alert (sink, passage, wait_us);
  gst_pad_remove_probe (sink, probe);
  unref_passage (passage);
}

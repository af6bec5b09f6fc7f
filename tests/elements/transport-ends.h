/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands behind the pads of a transport, of any kind, in its tests.
 *
 * Threads: owned by the test; its main context is the control thread's. */
#pragma once

#include <gst/gst.h>

#include "test-patience.h"

G_BEGIN_DECLS

/* Long, because DTLS under loss waits for seconds. */
#define TEST_DEADLINE_US (60 * G_USEC_PER_SEC)

/* The peer's timer wakes the main context, so this never blocks for long. */
#define WAIT_UNTIL(condition)                                                  \
  G_STMT_START                                                                 \
  {                                                                            \
    TestPatience patience_ = test_patience (TEST_DEADLINE_US);                 \
                                                                               \
    while (!(condition)) {                                                     \
      if (test_patience_is_over (&patience_))                                  \
        g_error ("%s:%d: never came: %s", __FILE__, __LINE__, #condition);     \
      g_main_context_iteration (NULL, TRUE);                                   \
    }                                                                          \
  }                                                                            \
  G_STMT_END

/* Stats of the transport or of a pad. */
guint64 stats_uint64 (gpointer object, const gchar *field);
gint64 stats_int64 (gpointer object, const gchar *field);
/* By name of sfu_verdict_name. */
guint64 stats_drops (gpointer object, const gchar *reason);

/* ---- what stands behind the pads of a transport ---- */

typedef struct {
  GstPad *pad; /* ours */
  GstPad *transport_pad;
  GAsyncQueue *buffers; /* GstBuffer, in order of arrival */
  GAsyncQueue *events;  /* GstEvent of interest */
} End;

/* A producer: request pad of these caps, linked. NULL: refused. */
End *end_new_producer (gpointer transport, const gchar *caps);
/* A consumer that sends with these caps: sticky events pushed. */
End *end_new_consumer (gpointer transport, const gchar *caps);
void end_free (End *end, gpointer transport);
/* On the media thread, as one burst. */
void end_push (
    End *end, gpointer transport, const guint8 *data, gsize len, guint n);
/* From the caller's thread. */
void end_push_here (End *end, const guint8 *data, gsize len);

/* RTP packet of 12 bytes header (and a MID of one-byte form id 1 if mid) and
 * payload_len bytes. Returns its length. */
gsize make_rtp (guint8 *data, guint8 pt, guint16 seq, guint32 timestamp,
    guint32 ssrc, const gchar *mid, gsize payload_len);

G_END_DECLS

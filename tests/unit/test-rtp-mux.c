/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathering the packets of consumers, and the way there from other threads.
 *
 * Threads: the test's; what belongs to the media thread is run there. */
#include "packets.h"
#include "sfu-transport-media.h"

#include <string.h>
#include "sfu-bytes.h"

#define MAX_LISTS 16

typedef struct {
  SfuMediaLoop *loop;
  GstElement *bin;
  SfuRtpMux *mux;
  SfuTransportSinkPad *pad;
  guint lists[MAX_LISTS]; /* lengths of what was sent */
  guint n_lists, started;
  guint n; /* packets to push */
} World;

static void
on_send (gpointer owner, SfuPacket *packets, guint n)
{
  World *w = owner;

  g_assert_cmpuint (w->n_lists, <, MAX_LISTS);
  w->lists[w->n_lists++] = n;
  sfu_packets_clear (packets, n);
}

static void
on_started (gpointer owner, SfuTransportSinkPad *pad, gint64 now_us)
{
  ((World *)owner)->started++;
  pad->report_due_us = now_us;
}

static GstBuffer *
make_packet (guint32 ssrc, gsize payload_len)
{
  guint8 data[200] = { 0x80, 96 };

  sfu_put_u32 (data + 8, ssrc);
  return gst_buffer_new_memdup (data, 12 + payload_len);
}

static SfuTransportSinkPad *
make_pad (World *w, const gchar *name)
{
  GstPad *pad = sfu_transport_sink_pad_new (NULL, name, w->loop);

  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (w->bin, pad);
  return SFU_TRANSPORT_SINK_PAD (pad);
}

static GstEvent *
caps_event (const gchar *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  return gst_event_new_caps (caps);
}

static void
on_media (World *w, GFunc func)
{
  sfu_media_loop_call (w->loop, func, w);
}

static void
make_mux (gpointer data, gpointer unused)
{
  static const SfuRtpMuxCallbacks callbacks = { on_send, on_started };
  World *w = data;

  w->mux = sfu_rtp_mux_new (w->loop, &callbacks, w);
  sfu_rtp_mux_add_pad (w->mux, w->pad);
  sfu_rtp_mux_event (w->mux, w->pad,
      caps_event ("application/x-rtp, ssrc=(uint)1, rtx-ssrc=(uint)2"));
  sfu_rtp_mux_set_connected (w->mux, TRUE);
}

static void
free_mux (gpointer data, gpointer unused)
{
  g_clear_pointer (&((World *)data)->mux, sfu_rtp_mux_free);
}

static void
push_packets (gpointer data, gpointer unused)
{
  World *w = data;
  guint i;

  for (i = 0; i < w->n; i++)
    sfu_rtp_mux_push (w->mux, w->pad, packet_of (make_packet (1, 100)), i + 1);
}

static void
nothing (gpointer data, gpointer unused)
{
}

static void
world_init (World *w)
{
  memset (w, 0, sizeof *w);
  w->loop = sfu_media_loop_get_default ();
  w->bin = gst_object_ref_sink (gst_bin_new (NULL));
  w->pad = make_pad (w, "sink_0");
}

static void
world_clear (World *w)
{
  on_media (w, free_mux);
  gst_pad_set_active (GST_PAD (w->pad), FALSE);
  gst_object_unref (w->bin);
  g_object_unref (w->loop);
}

/* ---- tests ---- */

/* One list for what came in one iteration of the loop, cut at its bound. */
static void
test_burst (void)
{
  World w;

  world_init (&w);
  on_media (&w, make_mux);
  w.n = 2 * SFU_RTP_MUX_LIST_MAX + 5;
  on_media (&w, push_packets);
  on_media (&w, nothing);
  g_assert_cmpuint (w.n_lists, ==, 3);
  g_assert_cmpuint (w.lists[0], ==, SFU_RTP_MUX_LIST_MAX);
  g_assert_cmpuint (w.lists[1], ==, SFU_RTP_MUX_LIST_MAX);
  g_assert_cmpuint (w.lists[2], ==, 5);
  g_assert_cmpuint (w.started, ==, 1);
  g_assert_cmpuint (w.pad->packets, ==, w.n);
  g_assert_cmpuint (w.pad->payload_bytes, ==, 100 * w.n);
  world_clear (&w);
}

static void
push_and_free (gpointer data, gpointer unused)
{
  push_packets (data, NULL);
  free_mux (data, NULL);
}

/* Its flush hook must not outlive it. */
static void
test_free_with_packets (void)
{
  World w;

  world_init (&w);
  on_media (&w, make_mux);
  w.n = 3;
  on_media (&w, push_and_free);
  on_media (&w, nothing);
  g_assert_cmpuint (w.n_lists, ==, 0);
  world_clear (&w);
}

static void
find_ssrcs (gpointer data, gpointer unused)
{
  World *w = data;
  SfuTransportSinkPad *other = make_pad (w, "sink_1");
  gboolean rtx;

  g_assert_true (sfu_rtp_mux_find (w->mux, 1, &rtx) == w->pad && !rtx);
  g_assert_true (sfu_rtp_mux_find (w->mux, 2, &rtx) == w->pad && rtx);
  g_assert_null (sfu_rtp_mux_find (w->mux, 3, &rtx));
  /* New caps: the old numbers are free. */
  sfu_rtp_mux_event (
      w->mux, w->pad, caps_event ("application/x-rtp, ssrc=(uint)3"));
  g_assert_null (sfu_rtp_mux_find (w->mux, 1, &rtx));
  g_assert_null (sfu_rtp_mux_find (w->mux, 2, &rtx));
  sfu_rtp_mux_add_pad (w->mux, other);
  sfu_rtp_mux_event (
      w->mux, other, caps_event ("application/x-rtp, ssrc=(uint)1"));
  /* Bad caps change nothing. */
  sfu_rtp_mux_event (w->mux, other,
      caps_event ("application/x-rtp, ssrc=(uint)4, payload=(int)400"));
  g_assert_true (sfu_rtp_mux_find (w->mux, 1, &rtx) == other);
  sfu_rtp_mux_remove_pad (w->mux, other);
  g_assert_null (sfu_rtp_mux_find (w->mux, 1, &rtx));
  g_assert_true (sfu_rtp_mux_find (w->mux, 3, &rtx) == w->pad);
}

static void
test_find (void)
{
  World w;

  world_init (&w);
  on_media (&w, make_mux);
  on_media (&w, find_ssrcs);
  world_clear (&w);
}

static void
push_refused (gpointer data, gpointer unused)
{
  World *w = data;
  GstBuffer *cut = make_packet (1, 0);

  gst_buffer_set_size (cut, 11);
  sfu_rtp_mux_push (w->mux, w->pad, packet_of (cut), 1);
  sfu_rtp_mux_set_connected (w->mux, FALSE);
  sfu_rtp_mux_push (w->mux, w->pad, packet_of (make_packet (1, 1)), 1);
}

static void
test_refused (void)
{
  World w;

  world_init (&w);
  on_media (&w, make_mux);
  on_media (&w, push_refused);
  on_media (&w, nothing);
  g_assert_cmpuint (w.n_lists, ==, 0);
  g_assert_cmpuint (w.pad->drops.n[SFU_DROP_MALFORMED], ==, 1);
  g_assert_cmpuint (w.pad->drops.n[SFU_DROP_NOT_AUTHENTICATED], ==, 1);
  world_clear (&w);
}

/* ---- from another thread ---- */

typedef struct {
  GMutex lock;
  GCond cond;
  gboolean go;
} Barrier;

static void
hold_media_thread (gpointer data, gpointer unused)
{
  Barrier *barrier = data;

  g_mutex_lock (&barrier->lock);
  while (!barrier->go)
    g_cond_wait (&barrier->cond, &barrier->lock);
  g_mutex_unlock (&barrier->lock);
}

static void
remove_and_close (gpointer data, gpointer unused)
{
  SfuTransportMedia *media = data;

  sfu_transport_media_close (media);
}

/* The media thread stands still: what waits for it is bounded, the rest is
 * counted. */
static void
push_one (SfuTransportMedia *media, SfuTransportSinkPad *pad)
{
  SfuPacket packet = *packet_of (make_packet (1, 10));

  sfu_transport_media_push (media, pad, &packet, 1);
}

static void
test_hand_over_bound (void)
{
  const guint excess = 10;
  SfuTransportMedia *media;
  Barrier barrier = { .go = FALSE };
  guint64 full = 0, refused = 0;
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GstStructure) drops = NULL;
  World w;
  guint i;

  world_init (&w);
  g_mutex_init (&barrier.lock);
  g_cond_init (&barrier.cond);
  media = sfu_transport_media_new (w.loop, "test");
  sfu_media_loop_invoke (w.loop, hold_media_thread, &barrier, NULL);
  for (i = 0; i < SFU_RTP_MUX_HAND_OVER_MAX + excess; i++)
    push_one (media, w.pad);
  g_mutex_lock (&barrier.lock);
  barrier.go = TRUE;
  g_cond_signal (&barrier.cond);
  g_mutex_unlock (&barrier.lock);
  g_object_get (w.pad, "stats", &stats, NULL);
  gst_structure_get (stats, "drops", GST_TYPE_STRUCTURE, &drops, NULL);
  gst_structure_get_uint64 (drops, "queue-full", &full);
  gst_structure_get_uint64 (drops, "not-authenticated", &refused);
  g_assert_cmpuint (full, ==, excess);
  /* Nobody has connected this one. */
  g_assert_cmpuint (refused, ==, SFU_RTP_MUX_HAND_OVER_MAX);
  /* What is on its way when it closes is let go. */
  push_one (media, w.pad);
  sfu_media_loop_call (w.loop, remove_and_close, media);
  push_one (media, w.pad);
  on_media (&w, nothing);
  sfu_transport_media_unref (media);
  g_mutex_clear (&barrier.lock);
  g_cond_clear (&barrier.cond);
  world_clear (&w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/rtp-mux/burst", test_burst);
  g_test_add_func ("/rtp-mux/free-with-packets", test_free_with_packets);
  g_test_add_func ("/rtp-mux/find", test_find);
  g_test_add_func ("/rtp-mux/refused", test_refused);
  g_test_add_func ("/rtp-mux/hand-over-bound", test_hand_over_bound);
  return g_test_run ();
}

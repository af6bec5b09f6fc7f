/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets through the walls of two bins: past them while nobody looks, pushed
 * when somebody does, and the same ones either way.
 *
 * Threads: one, and one more that pushes. */
#include "sfu-shortcut.h"

#include "pads.h"

#define N_WALK 2000

typedef struct {
  GstElement *from, *wall, *to; /* owned */
  GstPad *src, *sink, *outer;   /* borrowed */
  SfuShortcut shortcut;
  guint64 next;      /* number of the packet to come */
  guint32 arrived;   /* number that must arrive next */
  guint calls, seen; /* of the sink, by the probe */
  gulong probe;
} World;

static World *world; /* for the pad functions */

static GstFlowReturn
on_packets (GstPad *pad, GstObject *parent, SfuPacket *packets, guint n)
{
  g_assert_true (parent == GST_OBJECT (world->to));
  world->calls++;
  for (guint i = 0; i < n; i++) {
    g_assert_cmpuint (packets[i].size, ==, 4 + world->arrived % 9);
    g_assert_cmpuint (
        GST_READ_UINT32_BE (packets[i].data), ==, world->arrived++);
    packets[i].data[packets[i].size + SFU_PACKET_TAIL - 1] = 1;
  }
  sfu_packets_clear (packets, n);
  return GST_FLOW_OK;
}

static GstPadProbeReturn
on_probe (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  world->seen++;
  return GST_PAD_PROBE_OK;
}

static void
world_init (World *w)
{
  memset (w, 0, sizeof *w);
  world = w;
  w->from = gst_object_ref_sink (gst_bin_new ("from"));
  w->wall = gst_object_ref_sink (gst_bin_new ("wall"));
  w->to = gst_object_ref_sink (gst_bin_new ("to"));
  w->src = gst_pad_new ("src", GST_PAD_SRC);
  w->sink = gst_pad_new ("sink", GST_PAD_SINK);
  sfu_pad_set_packets_function (w->sink, on_packets);
  gst_pad_set_active (w->src, TRUE);
  gst_pad_set_active (w->sink, TRUE);
  gst_element_add_pad (w->from, w->src);
  gst_element_add_pad (w->to, w->sink);
  w->outer = gst_ghost_pad_new_no_target ("outer", GST_PAD_SINK);
  gst_pad_set_active (w->outer, TRUE);
  gst_element_add_pad (w->wall, w->outer);
  g_assert_true (gst_ghost_pad_set_target (GST_GHOST_PAD (w->outer), w->sink));
  g_assert_cmpint (
      gst_pad_link_full (w->src, w->outer, GST_PAD_LINK_CHECK_NOTHING), ==,
      GST_PAD_LINK_OK);
  start_src (w->src);
}

static void
world_clear (World *w)
{
  sfu_shortcut_clear (&w->shortcut);
  gst_object_unref (w->from);
  gst_object_unref (w->wall);
  gst_object_unref (w->to);
}

static GstFlowReturn
push (World *w, guint n)
{
  SfuPacket packets[SFU_PACKETS_MAX];

  for (guint i = 0; i < n; i++) {
    sfu_packet_new (&packets[i], 4 + w->next % 9);
    GST_WRITE_UINT32_BE (packets[i].data, (guint32)w->next++);
  }
  return sfu_shortcut_push (&w->shortcut, w->src, packets, n);
}

static void
look (World *w, GstPad *pad)
{
  w->probe = gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER_LIST, on_probe, NULL, NULL);
}

static void
test_probes (void)
{
  World w;

  world_init (&w);
  GstPad *pads[] = { w.src, w.outer, w.sink };
  gint refs = GST_OBJECT_REFCOUNT_VALUE (w.src);

  g_assert_cmpint (push (&w, 1), ==, GST_FLOW_OK);
  g_assert_cmpint (push (&w, 64), ==, GST_FLOW_OK);
  g_assert_cmpuint (w.shortcut.n_links, ==, 2);
  /* It may be the shortcut's owner. */
  g_assert_cmpint (GST_OBJECT_REFCOUNT_VALUE (w.src), ==, refs);
  for (guint i = 0; i < G_N_ELEMENTS (pads); i++) {
    look (&w, pads[i]);
    g_assert_cmpint (push (&w, 3), ==, GST_FLOW_OK);
    g_assert_cmpuint (w.seen, ==, i + 1);
    gst_pad_remove_probe (pads[i], w.probe);
    g_assert_cmpint (push (&w, 3), ==, GST_FLOW_OK);
    g_assert_cmpuint (w.seen, ==, i + 1);
  }
  g_assert_cmpuint (w.arrived, ==, w.next);
  world_clear (&w);
}

/* Taken apart and put together anew, flushing, at the end. */
static void
test_links (void)
{
  World w;

  world_init (&w);
  g_assert_cmpint (push (&w, 2), ==, GST_FLOW_OK);
  gst_pad_unlink (w.src, w.outer);
  g_assert_cmpint (push (&w, 2), ==, GST_FLOW_NOT_LINKED);
  w.next = w.arrived;
  gst_ghost_pad_set_target (GST_GHOST_PAD (w.outer), NULL);
  gst_pad_link_full (w.src, w.outer, GST_PAD_LINK_CHECK_NOTHING);
  g_assert_cmpint (push (&w, 2), ==, GST_FLOW_NOT_LINKED);
  w.next = w.arrived;
  gst_ghost_pad_set_target (GST_GHOST_PAD (w.outer), w.sink);
  g_assert_cmpint (push (&w, 2), ==, GST_FLOW_OK);
  g_assert_cmpuint (w.shortcut.n_links, ==, 2);
  gst_pad_set_active (w.sink, FALSE);
  g_assert_cmpint (push (&w, 2), ==, GST_FLOW_FLUSHING);
  w.next = w.arrived;
  gst_pad_set_active (w.sink, TRUE);
  gst_ghost_pad_set_target (GST_GHOST_PAD (w.outer), NULL);
  gst_ghost_pad_set_target (GST_GHOST_PAD (w.outer), w.sink);
  gst_pad_unlink (w.src, w.outer);
  gst_pad_link_full (w.src, w.outer, GST_PAD_LINK_CHECK_NOTHING);
  start_src (w.src);
  g_assert_cmpint (push (&w, 2), ==, GST_FLOW_OK);
  gst_pad_push_event (w.src, gst_event_new_eos ());
  g_assert_cmpint (push (&w, 2), ==, GST_FLOW_EOS);
  world_clear (&w);
}

static gpointer
push_there (gpointer data)
{
  look (data, ((World *)data)->src);
  gst_pad_remove_probe (((World *)data)->src, ((World *)data)->probe);
  return GINT_TO_POINTER (push (data, 5));
}

static void
test_other_thread (void)
{
  World w;

  world_init (&w);
  g_assert_cmpint (push (&w, 5), ==, GST_FLOW_OK);
  g_assert_true (w.shortcut.thread == g_thread_self ());
  g_assert_cmpint (
      GPOINTER_TO_INT (g_thread_join (g_thread_new ("push", push_there, &w))),
      ==, GST_FLOW_OK);
  g_assert_cmpint (push (&w, 5), ==, GST_FLOW_OK);
  g_assert_cmpuint (w.arrived, ==, 15);
  world_clear (&w);
}

/* Whichever way each takes, the packets are the same and in order. */
static void
test_same_packets (void)
{
  GRand *rand = g_rand_new_with_seed (g_test_rand_int ());
  GstPad *watched = NULL;
  guint pushed = 0;
  World w;

  world_init (&w);
  for (guint i = 0; i < N_WALK; i++) {
    GstPad *pads[] = { w.src, w.outer, w.sink };

    if (watched && g_rand_boolean (rand)) {
      gst_pad_remove_probe (watched, w.probe);
      watched = NULL;
    } else if (!watched && g_rand_int_range (rand, 0, 4) == 0) {
      watched = pads[g_rand_int_range (rand, 0, G_N_ELEMENTS (pads))];
      look (&w, watched);
    }
    pushed += watched != NULL;
    g_assert_cmpint (
        push (&w, (guint)g_rand_int_range (rand, 1, SFU_PACKETS_MAX + 1)), ==,
        GST_FLOW_OK);
  }
  g_assert_cmpuint (w.seen, ==, pushed);
  g_assert_cmpuint (w.calls, ==, N_WALK);
  g_assert_cmpuint (w.arrived, ==, w.next);
  world_clear (&w);
  g_rand_free (rand);
}

/* ---- buffers one by one ---- */

static GstFlowReturn
on_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  guint8 number[4];

  g_assert_true (parent == GST_OBJECT (world->to));
  world->calls++;
  gst_buffer_extract (buffer, 0, number, sizeof number);
  g_assert_cmpuint (GST_READ_UINT32_BE (number), ==, world->arrived++);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
push_buffer (World *w)
{
  guint8 number[4];

  GST_WRITE_UINT32_BE (number, (guint32)w->next++);
  return sfu_shortcut_push_buffer (
      &w->shortcut, w->src, gst_buffer_new_memdup (number, sizeof number));
}

static void
test_buffers (void)
{
  World w;

  world_init (&w);
  GstPad *pads[] = { w.src, w.outer, w.sink };

  /* A pad that takes packets takes no buffers past the walls, but pushed. */
  g_assert_cmpint (push_buffer (&w), ==, GST_FLOW_OK);
  g_assert_cmpuint (w.shortcut.n_links, ==, 0);
  sfu_pad_set_buffer_function (w.sink, on_buffer);
  for (guint i = 0; i < G_N_ELEMENTS (pads); i++) {
    g_assert_cmpint (push_buffer (&w), ==, GST_FLOW_OK);
    g_assert_cmpuint (w.shortcut.n_links, ==, 2);
    w.probe = gst_pad_add_probe (
        pads[i], GST_PAD_PROBE_TYPE_BUFFER, on_probe, NULL, NULL);
    g_assert_cmpint (push_buffer (&w), ==, GST_FLOW_OK);
    gst_pad_remove_probe (pads[i], w.probe);
    g_assert_cmpuint (w.seen, ==, i + 1);
  }
  gst_pad_set_active (w.sink, FALSE);
  g_assert_cmpint (push_buffer (&w), ==, GST_FLOW_FLUSHING);
  g_assert_cmpuint (w.arrived, ==, w.next - 1);
  world_clear (&w);
}

gint
main (gint argc, gchar **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shortcut/probes", test_probes);
  g_test_add_func ("/shortcut/links", test_links);
  g_test_add_func ("/shortcut/other-thread", test_other_thread);
  g_test_add_func ("/shortcut/same-packets", test_same_packets);
  g_test_add_func ("/shortcut/buffers", test_buffers);
  return g_test_run ();
}

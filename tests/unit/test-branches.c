/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list to all branches of a real tee: each gets each, in order, past the tee or
 * through it.
 *
 * Threads: one. */
#include "sfu-branches.h"

#include "pads.h"

#define N_BRANCHES 5

typedef struct {
  GstElement *pipeline, *tee;
  GstPad *src;
  SfuBranches branches;
  guint32 next;
  guint seen; /* lists, by the probe */
} World;

typedef struct {
  GstElement *element; /* owned */
  GstPad *sink, *tee_pad;
  guint32 arrived;     /* of this branch: what must come next */
  guint pushed, given; /* lists through the tee, and past it */
  guint looked;        /* how often what it touches was asked for */
} Branch;

static GstFlowReturn
take (GstPad *pad, GstBufferList *list)
{
  Branch *branch = gst_pad_get_element_private (pad);
  guint32 number;

  for (guint i = 0; i < gst_buffer_list_length (list); i++) {
    gst_buffer_extract (
        gst_buffer_list_get (list, i), 0, &number, sizeof number);
    g_assert_cmpuint (number, ==, branch->arrived++);
  }
  return GST_FLOW_OK;
}

static GstFlowReturn
on_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  ((Branch *)gst_pad_get_element_private (pad))->given++;
  return take (pad, list);
}

static void
add_lines (GstObject *parent, SfuHotLines *lines)
{
  GstPad *pad = GST_ELEMENT (parent)->sinkpads->data;
  Branch *branch = gst_pad_get_element_private (pad);

  branch->looked++;
  sfu_hot_lines_add (lines, branch, sizeof *branch);
}

static GstFlowReturn
on_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  ((Branch *)gst_pad_get_element_private (pad))->pushed++;
  take (pad, list);
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static GstPadProbeReturn
on_probe (GstPad *pad, GstPadProbeInfo *info, gpointer world)
{
  ((World *)world)->seen++;
  return GST_PAD_PROBE_OK;
}

static void
world_init (World *w)
{
  GstElement *from = gst_bin_new ("from");
  GstPad *tee_sink;

  memset (w, 0, sizeof *w);
  w->pipeline = gst_pipeline_new (NULL);
  w->tee = gst_element_factory_make ("tee", NULL);
  g_object_set (w->tee, "allow-not-linked", TRUE, NULL);
  gst_bin_add_many (GST_BIN (w->pipeline), from, w->tee, NULL);
  w->src = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_active (w->src, TRUE);
  gst_element_add_pad (from, w->src);
  gst_element_set_state (w->pipeline, GST_STATE_PLAYING);
  tee_sink = gst_element_get_static_pad (w->tee, "sink");
  g_assert_cmpint (
      gst_pad_link_full (w->src, tee_sink, GST_PAD_LINK_CHECK_NOTHING), ==,
      GST_PAD_LINK_OK);
  gst_object_unref (tee_sink);
  start_src (w->src);
}

static void
world_clear (World *w)
{
  sfu_branches_clear (&w->branches);
  gst_element_set_state (w->pipeline, GST_STATE_NULL);
  gst_object_unref (w->pipeline);
}

/* reads: it is of the kind that only reads. */
static void
branch_init (Branch *branch, World *w, gboolean reads)
{
  memset (branch, 0, sizeof *branch);
  branch->element = gst_bin_new (NULL);
  branch->arrived = w->next;
  branch->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_list_function (branch->sink, on_chain_list);
  if (reads)
    sfu_pad_set_list_function (branch->sink, on_list, add_lines);
  gst_pad_set_element_private (branch->sink, branch);
  gst_pad_set_active (branch->sink, TRUE);
  gst_element_add_pad (branch->element, branch->sink);
  gst_bin_add (GST_BIN (w->pipeline), branch->element);
  branch->tee_pad = gst_element_request_pad_simple (w->tee, "src_%u");
}

static void
branch_link (Branch *branch)
{
  g_assert_cmpint (gst_pad_link_full (branch->tee_pad, branch->sink,
                       GST_PAD_LINK_CHECK_NOTHING),
      ==, GST_PAD_LINK_OK);
}

static void
branch_remove (Branch *branch, World *w)
{
  gst_pad_unlink (branch->tee_pad, branch->sink);
  gst_element_release_request_pad (w->tee, branch->tee_pad);
  gst_object_unref (branch->tee_pad);
  gst_pad_set_active (branch->sink, FALSE);
  gst_bin_remove (GST_BIN (w->pipeline), branch->element);
}

static void
push (World *w, guint n)
{
  GstBufferList *list = gst_buffer_list_new ();

  for (guint i = 0; i < n; i++) {
    guint32 number = w->next++;

    gst_buffer_list_add (list, gst_buffer_new_memdup (&number, sizeof number));
  }
  g_assert_cmpint (
      sfu_branches_push (&w->branches, w->src, list), ==, GST_FLOW_OK);
}

static void
test_past (void)
{
  Branch branches[N_BRANCHES];
  World w;

  world_init (&w);
  for (guint i = 0; i < N_BRANCHES; i++) {
    branch_init (&branches[i], &w, TRUE);
    branch_link (&branches[i]);
  }
  push (&w, 3); /* brings the events that wait */
  push (&w, 1);
  push (&w, 64);
  for (guint i = 0; i < N_BRANCHES; i++) {
    g_assert_cmpuint (branches[i].arrived, ==, w.next);
    g_assert_cmpuint (branches[i].pushed, ==, 1);
    g_assert_cmpuint (branches[i].given, ==, 2);
    branch_remove (&branches[i], &w);
  }
  push (&w, 1);
  world_clear (&w);
}

/* Once there is a way, and now and then after that; a branch that has gone is
 * asked for no more. */
static void
test_lines (void)
{
  Branch stays, leaves;
  World w;

  world_init (&w);
  branch_init (&stays, &w, TRUE);
  branch_init (&leaves, &w, TRUE);
  branch_link (&stays);
  branch_link (&leaves);
  for (guint i = 0; i < 4; i++)
    push (&w, 1); /* through; then past: the way, the lines, what follows */
  g_assert_cmpuint (stays.looked, ==, 1);
  g_assert_cmpuint (leaves.looked, ==, 1);
  branch_remove (&leaves, &w);
  for (guint i = 0; i < 2000; i++)
    push (&w, 1);
  g_assert_cmpuint (stays.looked, ==, 3);
  g_assert_cmpuint (leaves.looked, ==, 1);
  branch_remove (&stays, &w);
  world_clear (&w);
}

static void
test_lines_are_bounded (void)
{
  static const guint8 state[SFU_CACHE_LINE * (SFU_HOT_LINES_MAX + 8)];
  SfuHotLines lines = { 0 };

  sfu_hot_lines_add (&lines, NULL, 100);
  g_assert_cmpuint (lines.n, ==, 0);
  sfu_hot_lines_add (&lines, state + SFU_CACHE_LINE, 1);
  sfu_hot_lines_add (&lines, state + SFU_CACHE_LINE, 1);
  g_assert_cmpuint (lines.n, ==, 1);
  sfu_hot_lines_add (&lines, state, sizeof state);
  g_assert_cmpuint (lines.n, ==, SFU_HOT_LINES_MAX);
  sfu_hot_lines_prefetch (&lines);
}

/* A recorder comes and goes; a probe looks; a branch is linked after the tee was
 * looked at. */
static void
test_through (void)
{
  Branch viewer, late, recorder;
  gulong probe;
  World w;

  world_init (&w);
  branch_init (&viewer, &w, TRUE);
  branch_link (&viewer);
  push (&w, 1);
  push (&w, 1);
  g_assert_cmpuint (viewer.given, ==, 1);

  branch_init (&recorder, &w, FALSE);
  branch_link (&recorder);
  push (&w, 2);
  push (&w, 2);
  g_assert_cmpuint (viewer.given, ==, 1);
  g_assert_cmpuint (recorder.pushed, ==, 2);
  branch_remove (&recorder, &w);

  probe = gst_pad_add_probe (
      viewer.tee_pad, GST_PAD_PROBE_TYPE_BUFFER_LIST, on_probe, &w, NULL);
  push (&w, 1);
  g_assert_cmpuint (w.seen, ==, 1);
  gst_pad_remove_probe (viewer.tee_pad, probe);
  push (&w, 1);
  g_assert_cmpuint (viewer.given, ==, 2);

  branch_init (&late, &w, TRUE);
  push (&w, 1);
  late.arrived = w.next;
  branch_link (&late);
  push (&w, 4);
  push (&w, 4);
  g_assert_cmpuint (late.arrived, ==, w.next);
  g_assert_cmpuint (late.given, ==, 1);
  g_assert_cmpuint (viewer.arrived, ==, w.next);
  branch_remove (&late, &w);
  branch_remove (&viewer, &w);
  world_clear (&w);
}

/* No tee: a consumer alone. */
static void
test_without (void)
{
  Branch viewer;
  GstPad *peer;
  World w;

  world_init (&w);
  branch_init (&viewer, &w, TRUE);
  peer = gst_pad_get_peer (w.src);
  gst_pad_unlink (w.src, peer);
  gst_object_unref (peer);
  gst_pad_link_full (w.src, viewer.sink, GST_PAD_LINK_CHECK_NOTHING);
  push (&w, 2);
  push (&w, 2);
  g_assert_cmpuint (viewer.arrived, ==, w.next);
  g_assert_cmpuint (viewer.pushed, ==, 2);
  branch_remove (&viewer, &w);
  world_clear (&w);
}

gint
main (gint argc, gchar **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/branches/past", test_past);
  g_test_add_func ("/branches/through", test_through);
  g_test_add_func ("/branches/lines", test_lines);
  g_test_add_func ("/branches/lines-are-bounded", test_lines_are_bounded);
  g_test_add_func ("/branches/without", test_without);
  return g_test_run ();
}

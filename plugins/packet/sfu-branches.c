/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-branches.h.
 *
 * Threads: see sfu-branches.h and sfu-shortcut.c. */
#include "sfu-branches.h"

#include "sfu-shortcut-private.h"

/* What a branch touches is looked at again after so many lists: it has a way of
 * its own only once something has passed, and may get another. */
#define LOOK_AGAIN_AFTER 1024
/* Branches from asking for the lines of one to serving it: what serving takes is
 * about what memory takes. */
#define AHEAD 2

static G_DEFINE_QUARK (sfu_list_func, func);
static G_DEFINE_QUARK (sfu_hot_lines_func, lines);

void
sfu_pad_set_list_function (GstPad *pad, SfuListFunc func, SfuHotLinesFunc lines)
{
  g_object_set_qdata (G_OBJECT (pad), func_quark (), (gpointer)func);
  g_object_set_qdata (G_OBJECT (pad), lines_quark (), (gpointer)lines);
}

/* ---- looking ---- */

static void
clear_branch (gpointer data)
{
  SfuBranch *branch = data;

  gst_object_unref (branch->out);
  gst_clear_object (&branch->in);
}

static void
forget (SfuBranches *self)
{
  gst_clear_object (&self->peer);
  gst_clear_object (&self->tee);
  g_clear_pointer (&self->branches, g_array_unref);
  g_clear_pointer (&self->hot, g_array_unref);
}

static gboolean
is_tee (GstElement *element)
{
  GstElementFactory *factory =
      element ? gst_element_get_factory (element) : NULL;

  return factory && g_str_equal (GST_OBJECT_NAME (factory), "tee");
}

/* FALSE: somebody there wants the list for himself. */
static gboolean
add_branch (GstElement *tee, GstPad *out, gpointer data)
{
  GArray *branches = data;
  SfuBranch branch = { gst_object_ref (out), gst_pad_get_peer (out) };

  if (branch.in) {
    branch.func =
        (SfuListFunc)g_object_get_qdata (G_OBJECT (branch.in), func_quark ());
    branch.lines = (SfuHotLinesFunc)g_object_get_qdata (
        G_OBJECT (branch.in), lines_quark ());
  }
  g_array_append_val (branches, branch);
  return branch.func || !branch.in;
}

/* All empty. */
static GArray *
hot_lines_new (guint n)
{
  GArray *hot = g_array_sized_new (FALSE, TRUE, sizeof (SfuHotLines), n);

  return g_array_set_size (hot, n);
}

static void
look (SfuBranches *self, GstPad *src)
{
  self->peer = gst_pad_get_peer (src);
  self->tee = self->peer ? gst_pad_get_parent_element (self->peer) : NULL;
  if (!is_tee (self->tee)) {
    gst_clear_object (&self->tee);
    return;
  }
  self->branches = g_array_new (FALSE, FALSE, sizeof (SfuBranch));
  g_array_set_clear_func (self->branches, clear_branch);
  self->cookie = self->tee->pads_cookie;
  self->given = 0;
  if (!gst_element_foreach_src_pad (self->tee, add_branch, self->branches))
    g_clear_pointer (&self->branches, g_array_unref);
  else
    self->hot = hot_lines_new (self->branches->len);
}

/* What we know is still so, be it that there is no way past; *open: there is one,
 * and nobody watches it. */
static gboolean
is_known (const SfuBranches *self, GstPad *src, gboolean *open)
{
  if (!self->peer || GST_PAD_PEER (src) != self->peer ||
      (self->tee && self->tee->pads_cookie != self->cookie))
    return FALSE;
  *open = self->branches && sfu_link_is_open (src, self->peer);
  for (guint i = 0; self->branches && i < self->branches->len; i++) {
    const SfuBranch *branch = &g_array_index (self->branches, SfuBranch, i);

    if (GST_PAD_PEER (branch->out) != branch->in)
      return FALSE;
    *open =
        *open && (!branch->in || sfu_link_is_open (branch->out, branch->in));
  }
  return TRUE;
}

/* ---- pushing ---- */

/* With the stream lock, which keeps the element. */
static void
look_at_lines (const SfuBranch *branch, SfuHotLines *lines)
{
  const GstPad *in = branch->in;

  lines->n = 0;
  sfu_hot_lines_add (lines, &in->stream_rec_lock, sizeof in->stream_rec_lock);
  sfu_hot_lines_add (lines, in->stream_rec_lock.p, sizeof (GRecMutex));
  if (branch->lines)
    branch->lines (GST_OBJECT_PARENT (in), lines);
}

/* As a tee that tolerates branches that lead nowhere: one that fails stops no
 * other. look: NULL, or what the branch touches is looked at. */
static void
give (const SfuBranch *branch, GstBufferList *list, SfuHotLines *look)
{
  GST_PAD_STREAM_LOCK (branch->in);
  if (!GST_PAD_IS_FLUSHING (branch->in)) {
    branch->func (branch->in, GST_OBJECT_PARENT (branch->in), list);
    if (look)
      look_at_lines (branch, look);
  }
  GST_PAD_STREAM_UNLOCK (branch->in);
}

static void
give_to_all (GArray *branches, GArray *hot, GstBufferList *list, gboolean look)
{
  const SfuBranch *all = (const SfuBranch *)branches->data;
  SfuHotLines *lines = (SfuHotLines *)hot->data;

  for (guint i = 0; i < branches->len; i++) {
    if (i + AHEAD < branches->len)
      sfu_hot_lines_prefetch (&lines[i + AHEAD]);
    if (all[i].in)
      give (&all[i], list, look ? &lines[i] : NULL);
  }
}

GstFlowReturn
sfu_branches_push (SfuBranches *self, GstPad *src, GstBufferList *list)
{
  g_autoptr (GArray) branches = NULL, hot = NULL;
  gboolean open = FALSE;

  if (GST_PAD_IS_FLUSHING (src) || !sfu_shortcut_is_mine (&self->thread))
    return gst_pad_push_list (src, list);
  if (!is_known (self, src, &open)) {
    forget (self);
    look (self, src);
    if (!is_known (self, src, &open))
      open = FALSE;
  }
  if (!open)
    return gst_pad_push_list (src, list);
  /* Whoever gets the list may change what there is. */
  branches = g_array_ref (self->branches);
  hot = g_array_ref (self->hot);
  give_to_all (branches, hot, list, self->given++ % LOOK_AGAIN_AFTER == 1);
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

void
sfu_branches_clear (SfuBranches *self)
{
  forget (self);
  g_atomic_pointer_set (&self->thread, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-shortcut.h.
 *
 * Threads: see sfu-shortcut.h. A pad that is being taken down flushes and then
 * waits for its stream lock, which is held while its function runs: its element
 * stays that long without a reference. */
#include "sfu-shortcut.h"

#include "sfu-shortcut-private.h"

/* What a pad takes past the walls. */
static G_DEFINE_QUARK (sfu_packets_func, packets);
static G_DEFINE_QUARK (sfu_buffer_func, buffer);

static SfuPacketsFunc
func_of (GstPad *pad)
{
  return (SfuPacketsFunc)g_object_get_qdata (G_OBJECT (pad), packets_quark ());
}

/* ---- packets that were pushed ---- */

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  SfuPacket packet;

  sfu_packet_take (&packet, buffer);
  return func_of (pad) (pad, parent, &packet, 1);
}

/* So that the list has no part in the buffer any more. */
static gboolean
steal (GstBuffer **buffer, guint i, gpointer data)
{
  GstBuffer ***next = data;

  *(*next)++ = g_steal_pointer (buffer);
  return TRUE;
}

static GstFlowReturn
chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  guint n = gst_buffer_list_length (list);
  g_autofree GstBuffer **buffers = g_new (GstBuffer *, n);
  GstBuffer **next = buffers;
  GstFlowReturn result = GST_FLOW_OK;
  SfuPacketsFunc func = func_of (pad);
  SfuPacket packets[SFU_PACKETS_MAX];

  list = gst_buffer_list_make_writable (list);
  gst_buffer_list_foreach (list, steal, &next);
  gst_buffer_list_unref (list);
  for (guint at = 0; at < n;) {
    guint some = MIN (n - at, SFU_PACKETS_MAX);

    for (guint i = 0; i < some; i++)
      sfu_packet_take (&packets[i], buffers[at + i]);
    result = func (pad, parent, packets, some);
    at += some;
  }
  return result;
}

void
sfu_pad_set_packets_function (GstPad *pad, SfuPacketsFunc func)
{
  g_object_set_qdata (G_OBJECT (pad), packets_quark (), (gpointer)func);
  gst_pad_set_chain_function (pad, chain);
  gst_pad_set_chain_list_function (pad, chain_list);
}

void
sfu_pad_set_buffer_function (GstPad *pad, GstPadChainFunction func)
{
  g_object_set_qdata (G_OBJECT (pad), buffer_quark (), (gpointer)func);
  gst_pad_set_chain_function (pad, func);
}

/* ---- the way ---- */

static gboolean
may_shorten (void)
{
  static gsize may; /* 1: no, 2: yes */

  if (g_once_init_enter (&may))
    g_once_init_leave (&may, g_getenv ("SFU_NO_SHORTCUTS") ? 1 : 2);
  return may == 2;
}

gboolean
sfu_shortcut_is_mine (GThread **thread)
{
  GThread *me = g_thread_self ();

  return g_atomic_pointer_get (thread) == me ||
      (may_shorten () &&
          g_atomic_pointer_compare_and_exchange (thread, NULL, me));
}

/* The first pad is the owner's, or the owner: a reference would keep it for ever. */
static void
forget_links (SfuShortcut *self)
{
  for (guint i = 0; i < self->n_links; i++) {
    if (i > 0)
      gst_object_unref (self->links[i].out);
    gst_object_unref (self->links[i].in);
  }
  self->n_links = 0;
  self->func = NULL;
}

/* A ghost pad's side that only passes on. */
static gboolean
is_wall (GstPad *pad)
{
  return GST_IS_PROXY_PAD (pad) &&
      GST_PAD_CHAINLISTFUNC (pad) == gst_proxy_pad_chain_list_default;
}

/* From src through ghost pads to a pad that takes what is pushed. */
static void
look (SfuShortcut *self, GstPad *src, GQuark kind)
{
  GstPad *out = gst_object_ref (src);

  while (out && self->n_links < SFU_SHORTCUT_LINKS) {
    GstPad *in = gst_pad_get_peer (out);

    if (!in)
      break;
    self->links[self->n_links].out = g_steal_pointer (&out);
    self->links[self->n_links++].in = in;
    self->func = (GCallback)g_object_get_qdata (G_OBJECT (in), kind);
    if (self->func || !is_wall (in))
      break;
    out = GST_PAD_CAST (gst_proxy_pad_get_internal (GST_PROXY_PAD (in)));
  }
  gst_clear_object (&out);
  if (self->n_links > 0)
    gst_object_unref (src);
  if (!self->func)
    forget_links (self);
}

static gboolean
leads_there (const SfuShortcut *self)
{
  for (guint i = 0; i < self->n_links; i++) {
    if (GST_PAD_PEER (self->links[i].out) != self->links[i].in)
      return FALSE;
  }
  return self->n_links > 0;
}

static gboolean
is_open (const SfuShortcut *self)
{
  for (guint i = 0; i < self->n_links; i++) {
    if (!sfu_link_is_open (self->links[i].out, self->links[i].in))
      return FALSE;
  }
  return TRUE;
}

static gboolean
may_take (SfuShortcut *self, GstPad *src, GQuark kind)
{
  /* What is being taken down must not hold anybody again. */
  if (GST_PAD_IS_FLUSHING (src) || !sfu_shortcut_is_mine (&self->thread))
    return FALSE;
  if (!leads_there (self)) {
    forget_links (self);
    look (self, src, kind);
  }
  return self->n_links > 0 && is_open (self);
}

/* ---- pushing ---- */

static GstFlowReturn
push_list (GstPad *src, SfuPacket *packets, guint n)
{
  GstBufferList *list = gst_buffer_list_new_sized (n);

  for (guint i = 0; i < n; i++)
    gst_buffer_list_add (list, sfu_packet_steal_buffer (&packets[i]));
  return gst_pad_push_list (src, list);
}

/* The pad at the other end, with its stream lock; NULL: it has to be pushed. */
static GstPad *
enter (SfuShortcut *self, GstPad *src, GQuark kind)
{
  GstPad *target;

  if (!may_take (self, src, kind))
    return NULL;
  target = self->links[self->n_links - 1].in;
  GST_PAD_STREAM_LOCK (target);
  if (!GST_PAD_IS_FLUSHING (target) && !GST_PAD_IS_EOS (target))
    return target;
  GST_PAD_STREAM_UNLOCK (target);
  return NULL;
}

GstFlowReturn
sfu_shortcut_push (SfuShortcut *self, GstPad *src, SfuPacket *packets, guint n)
{
  GstPad *target = enter (self, src, packets_quark ());
  GstFlowReturn result;

  if (!target)
    return push_list (src, packets, n);
  result = ((SfuPacketsFunc)self->func) (
      target, GST_OBJECT_PARENT (target), packets, n);
  GST_PAD_STREAM_UNLOCK (target);
  return result;
}

GstFlowReturn
sfu_shortcut_push_buffer (SfuShortcut *self, GstPad *src, GstBuffer *buffer)
{
  GstPad *target = enter (self, src, buffer_quark ());
  GstFlowReturn result;

  if (!target)
    return gst_pad_push (src, buffer);
  result = ((GstPadChainFunction)self->func) (
      target, GST_OBJECT_PARENT (target), buffer);
  GST_PAD_STREAM_UNLOCK (target);
  return result;
}

static void
add_checked_lines (const GstPad *pad, SfuHotLines *lines)
{
  sfu_hot_lines_add (
      lines, &GST_OBJECT_FLAGS (pad), sizeof GST_OBJECT_FLAGS (pad));
  sfu_hot_lines_add (lines, &pad->num_probes, sizeof pad->num_probes);
}

void
sfu_shortcut_add_lines (
    const SfuShortcut *self, gsize own_size, SfuHotLines *lines)
{
  GstPad *end;

  for (guint i = 0; i < self->n_links; i++) {
    GstPad *out = self->links[i].out;

    sfu_hot_lines_add (lines, &GST_PAD_PEER (out), sizeof GST_PAD_PEER (out));
    add_checked_lines (out, lines);
    add_checked_lines (self->links[i].in, lines);
  }
  if (self->n_links == 0)
    return;
  end = self->links[self->n_links - 1].in;
  sfu_hot_lines_add (lines, &end->stream_rec_lock, sizeof end->stream_rec_lock);
  sfu_hot_lines_add (lines, end->stream_rec_lock.p, sizeof (GRecMutex));
  sfu_hot_lines_add (lines, end + 1, own_size);
}

void
sfu_shortcut_clear (SfuShortcut *self)
{
  forget_links (self);
  g_atomic_pointer_set (&self->thread, NULL);
}

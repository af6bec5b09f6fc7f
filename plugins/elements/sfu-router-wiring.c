/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-router-wiring.h.
 *
 * Threads: control thread, and the timer of a switching pad on the media thread
 * (or the default loop's, when the router has none). */
#include "sfu-router-wiring.h"

GST_DEBUG_CATEGORY_EXTERN (sfurouter);
#define GST_CAT_DEFAULT sfurouter

void
sfu_router_in_data_path (SfuMediaLoop *loop, GFunc func, gpointer data)
{
  if (loop)
    sfu_media_loop_call (loop, func, data);
  else
    func (data, NULL);
}

/* Referenced, or NULL. Not gst_element_get_static_pad: that walks the src pads,
 * too, which are as many as there are producers times subscribers. name NULL: the
 * first one. */
static SfuRouterSinkPad *
find_sink_pad (GstElement *router, const gchar *name)
{
  SfuRouterSinkPad *pad = NULL;
  GList *l;

  GST_OBJECT_LOCK (router);
  for (l = router->sinkpads; l && !pad; l = l->next) {
    if (!name || g_str_equal (GST_PAD_NAME (l->data), name))
      pad = gst_object_ref (l->data);
  }
  GST_OBJECT_UNLOCK (router);
  return pad;
}

/* The sink pad a src pad is to follow now, referenced; NULL: not there yet. */
static SfuRouterSinkPad *
find_producer_pad (GstElement *router, SfuRouterSrcPad *src)
{
  g_autofree gchar *same_number = NULL;
  g_autofree gchar *wanted = NULL;
  gboolean auto_follow;
  SfuRouterSinkPad *pad = NULL;

  g_object_get (src, "producer", &wanted, NULL);
  g_object_get (router, "auto-follow", &auto_follow, NULL);
  if (wanted) {
    pad = find_sink_pad (router, wanted);
  } else if (auto_follow) {
    same_number = g_strconcat ("sink_", GST_PAD_NAME (src) + 4, NULL);
    pad = find_sink_pad (router, same_number);
    if (!pad)
      pad = find_sink_pad (router, NULL);
  }
  return pad;
}

/* ---- data path ---- */

void
sfu_router_detach (SfuRouterSrcPad *src)
{
  GstPad *sink;

  if (!src->tee_pad)
    return;
  sink = gst_element_get_static_pad (src->consumer, "sink");
  gst_pad_unlink (src->tee_pad, sink);
  gst_object_unref (sink);
  gst_element_release_request_pad (src->tee, src->tee_pad);
  gst_clear_object (&src->tee_pad);
  gst_clear_object (&src->tee);
}

static void
attach (SfuRouterSrcPad *src, SfuRouterSinkPad *sink)
{
  GstPad *consumer_sink = gst_element_get_static_pad (src->consumer, "sink");

  src->tee = gst_object_ref (sink->tee);
  src->tee_pad = gst_element_request_pad_simple (src->tee, "src_%u");
  gst_pad_link_full (src->tee_pad, consumer_sink, GST_PAD_LINK_CHECK_NOTHING);
  gst_object_unref (consumer_sink);
}

typedef struct {
  SfuRouterSrcPad *src;
  SfuRouterSinkPad *sink; /* NULL = follow nobody */
} Rewire;

static void
rewire (gpointer data, gpointer unused)
{
  Rewire *job = data;

  if (job->sink && job->src->tee == job->sink->tee)
    return;
  sfu_router_detach (job->src);
  if (job->sink)
    attach (job->src, job->sink);
}

/* ---- control ---- */

void
sfu_router_follow (GstElement *router, SfuMediaLoop *loop, SfuRouterSrcPad *src)
{
  Rewire job = { src, find_producer_pad (router, src) };

  GST_INFO_OBJECT (router, "consumer=%s producer=%s", GST_PAD_NAME (src),
      job.sink ? GST_PAD_NAME (job.sink) : "none");
  sfu_router_in_data_path (loop, rewire, &job);
  gst_clear_object (&job.sink);
}

static gpointer
ref_pad (gconstpointer pad, gpointer unused)
{
  return gst_object_ref ((gpointer)pad);
}

/* A copy, so that what is done with each needs no lock. */
static GList *
list_src_pads (GstElement *router)
{
  GList *pads;

  GST_OBJECT_LOCK (router);
  pads = g_list_copy_deep (router->srcpads, ref_pad, NULL);
  GST_OBJECT_UNLOCK (router);
  return pads;
}

void
sfu_router_follow_idle (GstElement *router, SfuMediaLoop *loop)
{
  GList *pads = list_src_pads (router);
  GList *l;

  for (l = pads; l; l = l->next) {
    SfuRouterSrcPad *src = l->data;
    if (!src->tee_pad)
      sfu_router_follow (router, loop, src);
  }
  g_list_free_full (pads, gst_object_unref);
}

void
sfu_router_leave (
    GstElement *router, SfuMediaLoop *loop, SfuRouterSinkPad *sink)
{
  GList *pads = list_src_pads (router);
  GList *l;

  for (l = pads; l; l = l->next) {
    Rewire job = { l->data, NULL };
    if (job.src->tee == sink->tee)
      sfu_router_in_data_path (loop, rewire, &job);
  }
  g_list_free_full (pads, gst_object_unref);
}

/* ---- following all in turn ---- */

/* Launch lines have no media loop; the default one then keeps the time. */
static SfuMediaLoop *
timer_loop (SfuMediaLoop *loop)
{
  return loop ? g_object_ref (loop) : sfu_media_loop_get_default ();
}

static gchar *
next_producer (GstElement *router, SfuRouterSrcPad *src)
{
  gchar *name = NULL;
  GList *l;

  GST_OBJECT_LOCK (router);
  for (l = router->sinkpads; l; l = l->next) {
    SfuRouterSinkPad *sink = l->data;
    if (sink->tee == src->tee)
      break;
  }
  l = l && l->next ? l->next : router->sinkpads;
  if (l)
    name = g_strdup (GST_PAD_NAME (l->data));
  GST_OBJECT_UNLOCK (router);
  return name;
}

static gboolean
on_switch_timer (gpointer data)
{
  SfuRouterSrcPad *src = data;
  GstElement *router = gst_pad_get_parent_element (GST_PAD (src));
  g_autofree gchar *next = NULL;

  if (!router)
    return G_SOURCE_CONTINUE;
  next = next_producer (router, src);
  if (next)
    g_object_set (src, "producer", next, NULL);
  gst_object_unref (router);
  return G_SOURCE_CONTINUE;
}

void
sfu_router_stop_switching (SfuMediaLoop *router_loop, SfuRouterSrcPad *src)
{
  g_autoptr (SfuMediaLoop) loop = NULL;

  if (!src->switch_timer)
    return;
  loop = timer_loop (router_loop);
  sfu_media_loop_remove_timer (loop, g_steal_pointer (&src->switch_timer));
}

void
sfu_router_update_switching (SfuMediaLoop *router_loop, SfuRouterSrcPad *src)
{
  g_autoptr (SfuMediaLoop) loop = timer_loop (router_loop);
  guint interval_ms;

  sfu_router_stop_switching (router_loop, src);
  g_object_get (src, "switch-interval", &interval_ms, NULL);
  if (interval_ms > 0)
    src->switch_timer = sfu_media_loop_add_timer (
        loop, interval_ms * G_GINT64_CONSTANT (1000), on_switch_timer, src);
}

void
sfu_router_stop_all_switching (GstElement *router, SfuMediaLoop *loop)
{
  GList *pads = list_src_pads (router);
  GList *l;

  for (l = pads; l; l = l->next)
    sfu_router_stop_switching (loop, l->data);
  g_list_free_full (pads, gst_object_unref);
}

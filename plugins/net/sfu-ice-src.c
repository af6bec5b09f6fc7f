/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: as the header says; started is cleared while the pad is inactive,
 * when nothing is pushed. */
#include "sfu-ice-src.h"

#include "sfu-shortcut.h"

struct _SfuIceSrc {
  GstElement parent;
  GstPad *pad;          /* owned by the element */
  gint started;         /* atomic: the sticky events have been pushed */
  SfuShortcut shortcut; /* of pad */
};

G_DEFINE_TYPE (SfuIceSrc, sfu_ice_src, GST_TYPE_ELEMENT)

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
push_sticky_events (SfuIceSrc *self)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-rtp");
  g_autofree gchar *id =
      gst_pad_create_stream_id (self->pad, GST_ELEMENT (self), NULL);
  GstSegment segment;

  gst_pad_push_event (self->pad, gst_event_new_stream_start (id));
  /* DTLS and RTCP as well, but this is what webrtcbin expects of ICE. */
  gst_pad_push_event (self->pad, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->pad, gst_event_new_segment (&segment));
}

GstFlowReturn
sfu_ice_src_push (SfuIceSrc *self, GstBuffer *buffer, gboolean media)
{
  if (G_UNLIKELY (!g_atomic_int_get (&self->started))) {
    if (!gst_pad_is_active (self->pad)) {
      gst_buffer_unref (buffer);
      return GST_FLOW_FLUSHING;
    }
    g_atomic_int_set (&self->started, TRUE);
    push_sticky_events (self);
  }
  return media ? sfu_shortcut_push_buffer (&self->shortcut, self->pad, buffer)
               : gst_pad_push (self->pad, buffer);
}

static gboolean
src_activate_mode (
    GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active)
    g_atomic_int_set (&SFU_ICE_SRC (parent)->started, FALSE);
  return TRUE;
}

static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

/* A live source: nothing comes in PAUSED that a sink could preroll with. */
static GstStateChangeReturn
sfu_ice_src_change_state (GstElement *element, GstStateChange transition)
{
  GstStateChangeReturn result = GST_ELEMENT_CLASS (sfu_ice_src_parent_class)
                                    ->change_state (element, transition);

  if (result != GST_STATE_CHANGE_FAILURE &&
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED ||
          transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    result = GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

static void
sfu_ice_src_finalize (GObject *object)
{
  sfu_shortcut_clear (&SFU_ICE_SRC (object)->shortcut);
  G_OBJECT_CLASS (sfu_ice_src_parent_class)->finalize (object);
}

static void
sfu_ice_src_class_init (SfuIceSrcClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sfu_ice_src_finalize;
  element_class->change_state = sfu_ice_src_change_state;
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "ICE-lite source",
      "Source/Network", "Packets of one WebRTC transport from a shared socket",
      "gst-sfu");
}

static void
sfu_ice_src_init (SfuIceSrc *self)
{
  self->pad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_query_function (self->pad, src_query);
  gst_pad_set_activatemode_function (self->pad, src_activate_mode);
  gst_element_add_pad (GST_ELEMENT (self), self->pad);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}

SfuIceSrc *
sfu_ice_src_new (void)
{
  return gst_object_ref_sink (g_object_new (SFU_TYPE_ICE_SRC, NULL));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-lane.h.
 *
 * Threads: see sfu-lane.h. */
#include "sfu-lane.h"

#include "sfu-dtls-element.h"

struct _SfuLane {
  GstElement parent;
  GstPad *rtp, *rtcp;                /* owned by the element */
  const SfuLaneCallbacks *callbacks; /* NULL when detached; media thread */
  gpointer owner;                    /* borrowed until detached */
  gboolean started;
  SfuShortcut shortcut; /* outward: of rtp */
};

G_DEFINE_TYPE (SfuLane, sfu_lane, GST_TYPE_ELEMENT)

/* srtpdec pushes single buffers, so there is no chain_list. */
static GstFlowReturn
on_rtp_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  SfuLane *self = SFU_LANE (parent);

  if (self->callbacks)
    self->callbacks->rtp (self->owner, buffer);
  else
    gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
on_rtcp_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  SfuLane *self = SFU_LANE (parent);

  if (self->callbacks)
    self->callbacks->rtcp (self->owner, buffer);
  else
    gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* Neither caps nor segments of the decoder say anything we use; an EOS (the
 * peer closed DTLS) is told by the connection's state. */
static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static gboolean
on_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static GstPad *
add_pad (SfuLane *self, const gchar *name, GstPadDirection direction)
{
  GstPad *pad = gst_pad_new (name, direction);

  gst_pad_set_event_function (pad, on_event);
  gst_pad_set_query_function (pad, on_query);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  return pad;
}

static void
sfu_lane_finalize (GObject *object)
{
  sfu_shortcut_clear (&SFU_LANE (object)->shortcut);
  G_OBJECT_CLASS (sfu_lane_parent_class)->finalize (object);
}

static void
sfu_lane_class_init (SfuLaneClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sfu_lane_finalize;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Lane of a transport", "Generic/Network",
      "RTP and RTCP in and out of webrtcbin, beside its rtpbin",
      "gst-sfu developers");
}

static void
sfu_lane_init (SfuLane *self)
{
}

GstElement *
sfu_lane_new_inward (const SfuLaneCallbacks *callbacks, gpointer owner)
{
  SfuLane *self = g_object_new (SFU_TYPE_LANE, "name", "lane-in", NULL);

  self->callbacks = callbacks;
  self->owner = owner;
  self->rtp = add_pad (self, "rtp", GST_PAD_SINK);
  self->rtcp = add_pad (self, "rtcp", GST_PAD_SINK);
  sfu_pad_set_buffer_function (self->rtp, on_rtp_chain);
  sfu_pad_set_buffer_function (self->rtcp, on_rtcp_chain);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  return GST_ELEMENT (self);
}

GstElement *
sfu_lane_new_outward (void)
{
  SfuLane *self = g_object_new (SFU_TYPE_LANE, "name", "lane-out", NULL);

  self->rtp = add_pad (self, "rtp", GST_PAD_SRC);
  self->rtcp = add_pad (self, "rtcp", GST_PAD_SRC);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  return GST_ELEMENT (self);
}

void
sfu_lane_detach (SfuLane *self)
{
  self->callbacks = NULL;
  self->owner = NULL;
}

void
sfu_lane_start (SfuLane *self)
{
  if (self->started)
    return;
  self->started = TRUE;
  sfu_dtls_pad_start (self->rtp, "application/x-rtp", GST_FORMAT_TIME);
  sfu_dtls_pad_start (self->rtcp, "application/x-rtcp", GST_FORMAT_TIME);
}

GstFlowReturn
sfu_lane_push_rtp (SfuLane *self, SfuPacket *packets, guint n)
{
  return sfu_shortcut_push (&self->shortcut, self->rtp, packets, n);
}

GstFlowReturn
sfu_lane_push_rtcp (SfuLane *self, GstBuffer *buffer)
{
  return gst_pad_push (self->rtcp, buffer);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-router-pad.h. "producer" is the one property with work behind it: the
 * router does it when it is notified.
 *
 * Threads: properties from any thread. */
#include "sfu-router-pad.h"

#include "sfu-consumer.h"
#include "sfu-layer-filter.h"
#include "sfu-producer.h"

enum {
  PROP_0,
  PROP_PAUSED,
  PROP_STATS,
  PROP_CAPS,
  PROP_PREFERRED_SPATIAL_LAYER,
  PROP_PREFERRED_TEMPORAL_LAYER,
  PROP_CURRENT_SPATIAL_LAYER,
  PROP_CURRENT_TEMPORAL_LAYER,
  PROP_PRODUCER,
  PROP_SWITCH_INTERVAL
};

enum { SIGNAL_LAYERS_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

/* ---- shared by both kinds: properties that the element behind has ---- */

static void
set_on (GstElement *element, GParamSpec *pspec, const GValue *value)
{
  g_object_set_property (G_OBJECT (element), pspec->name, value);
}

static void
get_from (GstElement *element, GParamSpec *pspec, GValue *value)
{
  g_object_get_property (G_OBJECT (element), pspec->name, value);
}

static void
install_common (GObjectClass *klass, const gchar *paused_blurb)
{
  g_object_class_install_property (klass, PROP_PAUSED,
      g_param_spec_boolean ("paused", "Paused", paused_blurb, FALSE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters; packets dropped by reason", GST_TYPE_STRUCTURE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

/* Takes over the target pad of element and keeps the element alive: properties
 * may be read after the pad was released. */
static void
aim (GstPad *pad, GstElement *element, const gchar *target_name)
{
  GstPad *target = gst_element_get_static_pad (element, target_name);

  gst_ghost_pad_set_target (GST_GHOST_PAD (pad), target);
  gst_object_unref (target);
}

/* ---- sink pad ---- */

G_DEFINE_TYPE (SfuRouterSinkPad, sfu_router_sink_pad, GST_TYPE_GHOST_PAD)

static void
sink_pad_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  set_on (SFU_ROUTER_SINK_PAD (object)->producer, pspec, value);
}

static void
sink_pad_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  get_from (SFU_ROUTER_SINK_PAD (object)->producer, pspec, value);
}

static void
sink_pad_finalize (GObject *object)
{
  SfuRouterSinkPad *self = SFU_ROUTER_SINK_PAD (object);

  gst_clear_object (&self->producer);
  gst_clear_object (&self->tee);
  G_OBJECT_CLASS (sfu_router_sink_pad_parent_class)->finalize (object);
}

static void
sfu_router_sink_pad_class_init (SfuRouterSinkPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = sink_pad_set_property;
  object_class->get_property = sink_pad_get_property;
  object_class->finalize = sink_pad_finalize;
  install_common (object_class, "Drop everything this publisher sends");
}

static void
sfu_router_sink_pad_init (SfuRouterSinkPad *self)
{
}

GstPad *
sfu_router_sink_pad_new (GstPadTemplate *templ, const gchar *name,
    GstElement *producer, GstElement *tee)
{
  SfuRouterSinkPad *self = g_object_new (SFU_TYPE_ROUTER_SINK_PAD, "name", name,
      "direction", GST_PAD_SINK, "template", templ, NULL);

  self->producer = gst_object_ref (producer);
  self->tee = gst_object_ref (tee);
  aim (GST_PAD (self), producer, "sink");
  return GST_PAD (self);
}

/* ---- src pad ---- */

G_DEFINE_TYPE (SfuRouterSrcPad, sfu_router_src_pad, GST_TYPE_GHOST_PAD)

static void
src_pad_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SfuRouterSrcPad *self = SFU_ROUTER_SRC_PAD (object);

  if (id != PROP_PRODUCER && id != PROP_SWITCH_INTERVAL) {
    set_on (self->consumer, pspec, value);
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id == PROP_PRODUCER) {
    g_free (self->wanted);
    self->wanted = g_value_dup_string (value);
  } else {
    self->switch_interval_ms = g_value_get_uint (value);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
src_pad_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuRouterSrcPad *self = SFU_ROUTER_SRC_PAD (object);

  if (id != PROP_PRODUCER && id != PROP_SWITCH_INTERVAL) {
    get_from (self->consumer, pspec, value);
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id == PROP_PRODUCER)
    g_value_set_string (value, self->wanted);
  else
    g_value_set_uint (value, self->switch_interval_ms);
  GST_OBJECT_UNLOCK (self);
}

/* The names are the consumer's. */
static void
install_layers (GObjectClass *klass)
{
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (klass, PROP_PREFERRED_SPATIAL_LAYER,
      g_param_spec_int ("preferred-spatial-layer", "Preferred spatial layer",
          "Encoding (simulcast) or spatial layer (SVC) that is not to be "
          "exceeded (-1 = the best there is)",
          -1, SFU_LAYER_MAX, -1, rw));
  g_object_class_install_property (klass, PROP_PREFERRED_TEMPORAL_LAYER,
      g_param_spec_int ("preferred-temporal-layer", "Preferred temporal layer",
          "Temporal layer that is not to be exceeded (-1 = all)", -1,
          SFU_LAYER_MAX, -1, rw));
  g_object_class_install_property (klass, PROP_CURRENT_SPATIAL_LAYER,
      g_param_spec_int ("current-spatial-layer", "Current spatial layer",
          "What is forwarded (-1 = nothing, or a track without layers)", -1,
          SFU_LAYER_MAX, -1, ro));
  g_object_class_install_property (klass, PROP_CURRENT_TEMPORAL_LAYER,
      g_param_spec_int ("current-temporal-layer", "Current temporal layer",
          "What is forwarded (-1 = nothing, or a track without layers)", -1,
          SFU_LAYER_MAX, -1, ro));
  /**
   * SfuRouterSrcPad::layers-changed:
   * @pad: the pad
   * @spatial: encoding or spatial layer forwarded now; -1 = nothing
   * @temporal: temporal layer forwarded now; -1 = nothing
   *
   * Of tracks that have more than one. On the thread that brought the change
   * about, mostly the media thread.
   */
  signals[SIGNAL_LAYERS_CHANGED] = g_signal_new ("layers-changed",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
}

static void
on_layers_changed (
    GstElement *consumer, gint spatial, gint temporal, SfuRouterSrcPad *self)
{
  g_object_notify (G_OBJECT (self), "current-spatial-layer");
  g_object_notify (G_OBJECT (self), "current-temporal-layer");
  g_signal_emit (self, signals[SIGNAL_LAYERS_CHANGED], 0, spatial, temporal);
}

static void
src_pad_finalize (GObject *object)
{
  SfuRouterSrcPad *self = SFU_ROUTER_SRC_PAD (object);

  gst_clear_object (&self->consumer);
  gst_clear_object (&self->tee_pad);
  gst_clear_object (&self->tee);
  g_free (self->wanted);
  G_OBJECT_CLASS (sfu_router_src_pad_parent_class)->finalize (object);
}

static void
sfu_router_src_pad_class_init (SfuRouterSrcPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->set_property = src_pad_set_property;
  object_class->get_property = src_pad_get_property;
  object_class->finalize = src_pad_finalize;
  install_common (object_class, "Forward nothing to this subscriber");
  install_layers (object_class);
  g_object_class_install_property (object_class, PROP_CAPS,
      g_param_spec_boxed ("caps", "Caps",
          "What is sent: ssrc, payload, ... (NULL = as the producer, with "
          "SSRCs of its own)",
          GST_TYPE_CAPS, rw));
  g_object_class_install_property (object_class, PROP_PRODUCER,
      g_param_spec_string ("producer", "Producer",
          "Name of the sink pad it follows; may be changed at any time (NULL = "
          "the sink pad of the same number, else the first one)",
          NULL, rw));
  g_object_class_install_property (object_class, PROP_SWITCH_INTERVAL,
      g_param_spec_uint ("switch-interval", "Switch interval",
          "Follow all producers in turn, so many ms each: a monitor wall, or a "
          "launch line that shows switching (0 = stay)",
          0, G_MAXINT, 0, rw));
}

static void
sfu_router_src_pad_init (SfuRouterSrcPad *self)
{
}

GstPad *
sfu_router_src_pad_new (
    GstPadTemplate *templ, const gchar *name, GstElement *consumer)
{
  SfuRouterSrcPad *self = g_object_new (SFU_TYPE_ROUTER_SRC_PAD, "name", name,
      "direction", GST_PAD_SRC, "template", templ, NULL);

  self->consumer = gst_object_ref (consumer);
  g_signal_connect_object (
      consumer, "layers-changed", G_CALLBACK (on_layers_changed), self, 0);
  aim (GST_PAD (self), consumer, "src");
  return GST_PAD (self);
}

/* ---- statistics ---- */

void
sfu_router_sink_pad_get_stats (
    SfuRouterSinkPad *self, SfuStreamReceiverStats *stats)
{
  sfu_producer_get_stats (SFU_PRODUCER (self->producer), stats);
}

void
sfu_router_src_pad_get_stats (
    SfuRouterSrcPad *self, SfuStreamSenderStats *stats)
{
  sfu_consumer_get_stats (SFU_CONSUMER (self->consumer), stats);
}

void
sfu_router_sink_pad_get_recovered (
    SfuRouterSinkPad *self, guint64 *recovered, guint n)
{
  sfu_producer_get_recovered (SFU_PRODUCER (self->producer), recovered, n);
}

gint
sfu_router_src_pad_get_spatial_layer (SfuRouterSrcPad *self)
{
  return sfu_consumer_get_spatial_layer (SFU_CONSUMER (self->consumer));
}

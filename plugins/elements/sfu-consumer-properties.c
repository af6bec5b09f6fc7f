/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of sfuconsumer.
 *
 * Threads: any; under the consumer's lock. */
#include "sfu-consumer-private.h"

#include "sfu-layer-filter.h"
#include "sfu-stats.h"

enum {
  PROP_0,
  PROP_CAPS,
  PROP_PAUSED,
  PROP_PREFERRED_SPATIAL_LAYER,
  PROP_PREFERRED_TEMPORAL_LAYER,
  PROP_CURRENT_SPATIAL_LAYER,
  PROP_CURRENT_TEMPORAL_LAYER,
  PROP_STATS,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void
prefer_layer (SfuConsumer *self, guint id, gint layer)
{
  gboolean keyframe;
  gint spatial, temporal;

  g_mutex_lock (&self->lock);
  sfu_stream_sender_get_preferred_layers (self->sender, &spatial, &temporal);
  if (id == PROP_PREFERRED_SPATIAL_LAYER)
    spatial = layer;
  else
    temporal = layer;
  keyframe = sfu_stream_sender_set_preferred_layers (
      self->sender, spatial, temporal, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
  sfu_consumer_settle (self, keyframe);
}

static GstStructure *
create_stats (SfuConsumer *self)
{
  SfuStreamSenderStats stats;
  const SfuStreamConfig *config;
  guint64 bitrate_bps;
  GstStructure *s;

  g_mutex_lock (&self->lock);
  sfu_stream_sender_get_stats (self->sender, &stats);
  bitrate_bps =
      sfu_stream_sender_bitrate_bps (self->sender, g_get_monotonic_time ());
  s = sfu_stats_from_sender (&stats, bitrate_bps);
  config = sfu_stream_sender_get_config (self->sender);
  gst_structure_set (s, "ssrc", G_TYPE_UINT, config->ssrc, "rtx-ssrc",
      G_TYPE_UINT, config->rtx_ssrc, NULL);
  g_mutex_unlock (&self->lock);
  return s;
}

void
sfu_consumer_get_stats (SfuConsumer *self, SfuStreamSenderStats *stats)
{
  g_mutex_lock (&self->lock);
  sfu_stream_sender_get_stats (self->sender, stats);
  g_mutex_unlock (&self->lock);
}

gint
sfu_consumer_get_spatial_layer (SfuConsumer *self)
{
  gint layer;

  g_mutex_lock (&self->lock);
  layer = self->spatial;
  g_mutex_unlock (&self->lock);
  return layer;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SfuConsumer *self = SFU_CONSUMER (object);

  switch (id) {
    case PROP_CAPS:
      g_mutex_lock (&self->lock);
      gst_clear_caps (&self->caps);
      self->caps = g_value_dup_boxed (value);
      self->caps_dirty = TRUE;
      g_mutex_unlock (&self->lock);
      break;
    case PROP_PAUSED:
      sfu_consumer_set_paused (self, g_value_get_boolean (value));
      break;
    case PROP_PREFERRED_SPATIAL_LAYER:
    case PROP_PREFERRED_TEMPORAL_LAYER:
      prefer_layer (self, id, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static gint
get_layer (SfuConsumer *self, guint id)
{
  gint preferred[2], layer;

  g_mutex_lock (&self->lock);
  sfu_stream_sender_get_preferred_layers (
      self->sender, &preferred[0], &preferred[1]);
  if (id == PROP_PREFERRED_SPATIAL_LAYER)
    layer = preferred[0];
  else if (id == PROP_PREFERRED_TEMPORAL_LAYER)
    layer = preferred[1];
  else
    layer = id == PROP_CURRENT_SPATIAL_LAYER ? self->spatial : self->temporal;
  g_mutex_unlock (&self->lock);
  return layer;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuConsumer *self = SFU_CONSUMER (object);

  switch (id) {
    case PROP_CAPS:
      g_mutex_lock (&self->lock);
      g_value_set_boxed (value, self->caps);
      g_mutex_unlock (&self->lock);
      break;
    case PROP_PAUSED:
      g_mutex_lock (&self->lock);
      g_value_set_boolean (value, sfu_stream_sender_get_paused (self->sender));
      g_mutex_unlock (&self->lock);
      break;
    case PROP_PREFERRED_SPATIAL_LAYER:
    case PROP_PREFERRED_TEMPORAL_LAYER:
    case PROP_CURRENT_SPATIAL_LAYER:
    case PROP_CURRENT_TEMPORAL_LAYER:
      g_value_set_int (value, get_layer (self, id));
      break;
    case PROP_STATS:
      g_value_take_boxed (value, create_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
install_layer_properties (void)
{
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_PREFERRED_SPATIAL_LAYER] =
      g_param_spec_int ("preferred-spatial-layer", "Preferred spatial layer",
          "Nothing above it is forwarded while it, or one below, is being "
          "sent; an encoding (simulcast) or a layer (SVC); 0 = the smallest "
          "picture, -1 = the best there is",
          -1, SFU_LAYER_MAX, -1, rw);
  properties[PROP_PREFERRED_TEMPORAL_LAYER] =
      g_param_spec_int ("preferred-temporal-layer", "Preferred temporal layer",
          "Nothing above it is forwarded; 0 = fewest pictures a second, -1 = "
          "all",
          -1, SFU_LAYER_MAX, -1, rw);
  properties[PROP_CURRENT_SPATIAL_LAYER] =
      g_param_spec_int ("current-spatial-layer", "Current spatial layer",
          "What is forwarded; -1 = nothing, or a track without layers", -1,
          SFU_LAYER_MAX, -1, ro);
  properties[PROP_CURRENT_TEMPORAL_LAYER] =
      g_param_spec_int ("current-temporal-layer", "Current temporal layer",
          "What is forwarded; -1 = nothing, or a track without layers", -1,
          SFU_LAYER_MAX, -1, ro);
}

void
sfu_consumer_install_properties (GObjectClass *klass)
{
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  klass->set_property = set_property;
  klass->get_property = get_property;
  properties[PROP_CAPS] = g_param_spec_boxed ("caps", "Caps",
      "What is sent: ssrc, payload, rtx-ssrc, rtx-payload, extmap-N, a-mid, "
      "cname; what is missing is taken from the producer or drawn at random "
      "(NULL = everything)",
      GST_TYPE_CAPS, rw);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", "Paused",
      "Forward nothing; resuming asks for a key frame and the numbers go on "
      "without a gap",
      FALSE, rw);
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters since start; packets dropped by reason", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  install_layer_properties ();
  g_object_class_install_properties (klass, N_PROPS, properties);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of sfuproducer.
 *
 * Threads: any; under the producer's lock. */
#include "sfu-producer-private.h"

#include <string.h>

#include "sfu-stats.h"

#define DEFAULT_CACHE_PACKETS 1024
#define DEFAULT_CACHE_TIME_MS 2000
#define DEFAULT_CACHE_BYTES (2 * 1024 * 1024)
#define DEFAULT_NACK_RETRIES 10
#define DEFAULT_NACK_INTERVAL_MS 50
#define DEFAULT_KEYFRAME_INTERVAL_MS 250

enum {
  PROP_0,
  PROP_PAUSED,
  PROP_STATS,
  PROP_CACHE_PACKETS,
  PROP_CACHE_TIME,
  PROP_CACHE_BYTES,
  PROP_NACK_RETRIES,
  PROP_NACK_INTERVAL,
  PROP_KEYFRAME_INTERVAL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GstStructure *
create_stats (SfuProducer *self)
{
  SfuStreamReceiverStats stats[SFU_MAX_ENCODINGS];
  guint64 bitrates_bps[SFU_MAX_ENCODINGS] = { 0 };
  gint64 now_us = g_get_monotonic_time ();
  guint i, n, active;

  memset (stats, 0, sizeof stats);
  g_mutex_lock (&self->lock);
  n = self->n_receivers;
  active = self->activity.active;
  for (i = 0; i < n; i++) {
    sfu_stream_receiver_get_stats (self->receivers[i], &stats[i]);
    bitrates_bps[i] =
        sfu_stream_receiver_bitrate_bps (self->receivers[i], now_us);
  }
  g_mutex_unlock (&self->lock);
  return sfu_stats_from_receivers (stats, bitrates_bps, MAX (n, 1), active);
}

static void
add_stats (SfuStreamReceiverStats *sum, const SfuStreamReceiverStats *one)
{
  sum->packets += one->packets;
  sum->bytes += one->bytes;
  sum->rtx_packets += one->rtx_packets;
  sum->keyframes += one->keyframes;
  sum->keyframe_requests += one->keyframe_requests;
  sum->restarts += one->restarts;
  sum->nack.lost += one->nack.lost;
  sum->nack.recovered += one->nack.recovered;
  sum->nack.given_up += one->nack.given_up;
  sum->nack.requested += one->nack.requested;
  for (guint i = 0; i < SFU_VERDICT_COUNT; i++)
    sum->verdicts.n[i] += one->verdicts.n[i];
}

void
sfu_producer_get_stats (SfuProducer *self, SfuStreamReceiverStats *stats)
{
  SfuStreamReceiverStats one;

  memset (stats, 0, sizeof *stats);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_receivers; i++) {
    sfu_stream_receiver_get_stats (self->receivers[i], &one);
    add_stats (stats, &one);
  }
  g_mutex_unlock (&self->lock);
}

void
sfu_producer_get_recovered (SfuProducer *self, guint64 *recovered, guint n)
{
  SfuStreamReceiverStats one;

  memset (recovered, 0, n * sizeof *recovered);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < MIN (n, self->n_receivers); i++) {
    sfu_stream_receiver_get_stats (self->receivers[i], &one);
    recovered[i] = one.nack.recovered;
  }
  g_mutex_unlock (&self->lock);
}

/* Where an unsigned property is kept; NULL for the others. */
static guint *
number_of (SfuProducer *self, guint id)
{
  switch (id) {
    case PROP_CACHE_PACKETS:
      return &self->cache_packets;
    case PROP_CACHE_TIME:
      return &self->cache_time_ms;
    case PROP_CACHE_BYTES:
      return &self->cache_bytes;
    case PROP_NACK_RETRIES:
      return &self->nack_retries;
    case PROP_NACK_INTERVAL:
      return &self->nack_interval_ms;
    case PROP_KEYFRAME_INTERVAL:
      return &self->keyframe_interval_ms;
    default:
      return NULL;
  }
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SfuProducer *self = SFU_PRODUCER (object);

  if (id == PROP_PAUSED) {
    sfu_producer_set_paused (self, g_value_get_boolean (value));
  } else if (number_of (self, id)) {
    g_mutex_lock (&self->lock);
    *number_of (self, id) = g_value_get_uint (value);
    g_mutex_unlock (&self->lock);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuProducer *self = SFU_PRODUCER (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, create_stats (self));
    return;
  }
  g_mutex_lock (&self->lock);
  if (id == PROP_PAUSED)
    g_value_set_boolean (value, self->paused);
  else if (number_of (self, id))
    g_value_set_uint (value, *number_of (self, id));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  g_mutex_unlock (&self->lock);
}

void
sfu_producer_install_properties (GObjectClass *klass)
{
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  klass->set_property = set_property;
  klass->get_property = get_property;
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", "Paused",
      "Drop everything the publisher sends; resuming asks for a key frame",
      FALSE, rw);
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters since the caps came; packets dropped by reason",
      GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CACHE_PACKETS] =
      g_param_spec_uint ("cache-packets", "Cache packets",
          "Packets kept for retransmission, rounded up to a power of two "
          "(takes effect with the next caps)",
          16, 32768, DEFAULT_CACHE_PACKETS, rw);
  properties[PROP_CACHE_TIME] = g_param_spec_uint ("cache-time", "Cache time",
      "How long a packet is kept for retransmission, in ms", 10, 60000,
      DEFAULT_CACHE_TIME_MS, rw);
  properties[PROP_CACHE_BYTES] = g_param_spec_uint ("cache-bytes",
      "Cache bytes", "Bytes kept for retransmission", 65536, G_MAXINT,
      DEFAULT_CACHE_BYTES, rw);
  properties[PROP_NACK_RETRIES] = g_param_spec_uint ("nack-retries",
      "NACK retries", "How often one missing packet is asked for", 1, 100,
      DEFAULT_NACK_RETRIES, rw);
  properties[PROP_NACK_INTERVAL] =
      g_param_spec_uint ("nack-interval", "NACK interval",
          "Time between two requests for the same packet until the round trip "
          "time is known, in ms",
          5, 10000, DEFAULT_NACK_INTERVAL_MS, rw);
  properties[PROP_KEYFRAME_INTERVAL] = g_param_spec_uint ("keyframe-interval",
      "Key frame interval",
      "Key frame requests of all consumers are merged so that the publisher "
      "gets at most one in this time, in ms",
      0, 60000, DEFAULT_KEYFRAME_INTERVAL_MS, rw);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

void
sfu_producer_init_properties (SfuProducer *self)
{
  self->cache_packets = DEFAULT_CACHE_PACKETS;
  self->cache_time_ms = DEFAULT_CACHE_TIME_MS;
  self->cache_bytes = DEFAULT_CACHE_BYTES;
  self->nack_retries = DEFAULT_NACK_RETRIES;
  self->nack_interval_ms = DEFAULT_NACK_INTERVAL_MS;
  self->rtt_us = -1;
  self->keyframe_interval_ms = DEFAULT_KEYFRAME_INTERVAL_MS;
}

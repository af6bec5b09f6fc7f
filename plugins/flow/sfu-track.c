/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shared side of a producer.
 *
 * Threads: reference counted; the mutex guards the encodings, and nothing is
 * called out under it but the release of buffers. */
#include "sfu-track.h"
#include "sfu-packet-cache.h"

#define EVENT_NAME "sfu-track"
#define TRACK_FIELD "track"

typedef struct {
  guint8 spatial_layers, temporal_layers; /* constant */
  SfuPacketCache *cache;                  /* owned; under lock */
  guint epoch;                            /* under lock */
  guint32 ssrc;                           /* under lock */
  gint reports;                           /* atomic; after report */
  SfuSenderReport report;                 /* under lock */
} Encoding;

struct _SfuTrack {
  gint refs; /* atomic */
  SfuCodec codec;
  guint32 clock_rate;
  guint n_encodings;
  gint active;     /* atomic */
  gint generation; /* atomic; after active */
  GMutex lock;
  Encoding encodings[SFU_MAX_ENCODINGS];
};

G_DEFINE_BOXED_TYPE (SfuTrack, sfu_track, sfu_track_ref, sfu_track_unref)

SfuTrack *
sfu_track_new (const SfuStreamConfig *config, guint max_packets,
    gint64 max_age_us, gsize max_bytes)
{
  SfuTrack *track = g_new0 (SfuTrack, 1);
  guint i;

  track->refs = 1;
  track->codec = config->codec;
  track->clock_rate = config->clock_rate;
  track->n_encodings = config->n_encodings;
  g_mutex_init (&track->lock);
  for (i = 0; i < track->n_encodings; i++) {
    Encoding *encoding = &track->encodings[i];

    encoding->spatial_layers = config->encodings[i].spatial_layers;
    encoding->temporal_layers = config->encodings[i].temporal_layers;
    encoding->ssrc = config->encodings[i].ssrc;
    encoding->cache = sfu_packet_cache_new (max_packets, max_age_us, max_bytes);
  }
  return track;
}

SfuTrack *
sfu_track_ref (SfuTrack *track)
{
  g_atomic_int_inc (&track->refs);
  return track;
}

void
sfu_track_unref (SfuTrack *track)
{
  guint i;

  if (!g_atomic_int_dec_and_test (&track->refs))
    return;
  for (i = 0; i < track->n_encodings; i++)
    sfu_packet_cache_free (track->encodings[i].cache);
  g_mutex_clear (&track->lock);
  g_free (track);
}

SfuCodec
sfu_track_codec (const SfuTrack *track)
{
  return track->codec;
}

guint32
sfu_track_clock_rate (const SfuTrack *track)
{
  return track->clock_rate;
}

guint
sfu_track_n_encodings (const SfuTrack *track)
{
  return track->n_encodings;
}

guint
sfu_track_spatial_layers (const SfuTrack *track, guint encoding)
{
  return track->encodings[encoding].spatial_layers;
}

guint
sfu_track_temporal_layers (const SfuTrack *track, guint encoding)
{
  return track->encodings[encoding].temporal_layers;
}

void
sfu_track_put (SfuTrack *track, guint encoding, guint16 seq, GstBuffer *buffer,
    gint64 now_us)
{
  g_mutex_lock (&track->lock);
  sfu_packet_cache_put (track->encodings[encoding].cache, seq, buffer, now_us);
  g_mutex_unlock (&track->lock);
}

GstBuffer *
sfu_track_get (SfuTrack *track, guint encoding, guint16 seq, gint64 now_us)
{
  GstBuffer *buffer;

  g_mutex_lock (&track->lock);
  buffer = sfu_packet_cache_get (track->encodings[encoding].cache, seq, now_us);
  g_mutex_unlock (&track->lock);
  return buffer;
}

void
sfu_track_clear (SfuTrack *track, guint encoding)
{
  g_mutex_lock (&track->lock);
  sfu_packet_cache_clear (track->encodings[encoding].cache);
  track->encodings[encoding].epoch++;
  g_mutex_unlock (&track->lock);
}

guint
sfu_track_epoch (SfuTrack *track, guint encoding)
{
  guint epoch;

  g_mutex_lock (&track->lock);
  epoch = track->encodings[encoding].epoch;
  g_mutex_unlock (&track->lock);
  return epoch;
}

/* ---- facts of an encoding ---- */

void
sfu_track_set_ssrc (SfuTrack *track, guint encoding, guint32 ssrc)
{
  g_mutex_lock (&track->lock);
  track->encodings[encoding].ssrc = ssrc;
  g_mutex_unlock (&track->lock);
}

guint32
sfu_track_ssrc (SfuTrack *track, guint encoding)
{
  guint32 ssrc;

  g_mutex_lock (&track->lock);
  ssrc = track->encodings[encoding].ssrc;
  g_mutex_unlock (&track->lock);
  return ssrc;
}

void
sfu_track_set_active (SfuTrack *track, guint active)
{
  if (g_atomic_int_get (&track->active) == (gint)active)
    return;
  g_atomic_int_set (&track->active, (gint)active);
  g_atomic_int_inc (&track->generation);
}

guint
sfu_track_active (SfuTrack *track)
{
  return (guint)g_atomic_int_get (&track->active);
}

gint
sfu_track_generation (SfuTrack *track)
{
  return g_atomic_int_get (&track->generation);
}

void
sfu_track_set_report (
    SfuTrack *track, guint encoding, const SfuSenderReport *report)
{
  g_mutex_lock (&track->lock);
  track->encodings[encoding].report = *report;
  g_atomic_int_inc (&track->encodings[encoding].reports);
  g_mutex_unlock (&track->lock);
}

gint
sfu_track_reports (SfuTrack *track, guint encoding)
{
  return g_atomic_int_get (&track->encodings[encoding].reports);
}

gboolean
sfu_track_get_report (SfuTrack *track, guint encoding, SfuSenderReport *report)
{
  gboolean reported;
  guint32 ssrc;

  g_mutex_lock (&track->lock);
  *report = track->encodings[encoding].report;
  ssrc = track->encodings[encoding].ssrc;
  reported = g_atomic_int_get (&track->encodings[encoding].reports) != 0 &&
      (ssrc == 0 || report->ssrc == ssrc);
  g_mutex_unlock (&track->lock);
  return reported;
}

/* ---- event ---- */

GstEvent *
sfu_event_new_track (SfuTrack *track)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
      gst_structure_new (EVENT_NAME, TRACK_FIELD, SFU_TYPE_TRACK, track, NULL));
}

SfuTrack *
sfu_event_parse_track (GstEvent *event)
{
  const GstStructure *structure = gst_event_get_structure (event);
  SfuTrack *track = NULL;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CUSTOM_DOWNSTREAM_STICKY ||
      !gst_structure_has_name (structure, EVENT_NAME))
    return NULL;
  gst_structure_get (structure, TRACK_FIELD, SFU_TYPE_TRACK, &track, NULL);
  return track;
}

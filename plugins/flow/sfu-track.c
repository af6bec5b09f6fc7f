/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shared side of a producer: its codec and its packet cache.
 *
 * Threads: reference counted; the mutex guards the cache alone and nothing is
 * called out under it but the release of buffers. */
#include "sfu-track.h"
#include "sfu-packet-cache.h"

#define EVENT_NAME "sfu-track"
#define TRACK_FIELD "track"

struct _SfuTrack {
  gint refs; /* atomic */
  SfuCodec codec;
  guint32 clock_rate;
  GMutex lock;
  SfuPacketCache *cache; /* owned; under lock */
};

G_DEFINE_BOXED_TYPE (SfuTrack, sfu_track, sfu_track_ref, sfu_track_unref)

SfuTrack *
sfu_track_new (SfuCodec codec, guint32 clock_rate, guint max_packets,
    gint64 max_age_us, gsize max_bytes)
{
  SfuTrack *track = g_new0 (SfuTrack, 1);

  track->refs = 1;
  track->codec = codec;
  track->clock_rate = clock_rate;
  g_mutex_init (&track->lock);
  track->cache = sfu_packet_cache_new (max_packets, max_age_us, max_bytes);
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
  if (!g_atomic_int_dec_and_test (&track->refs))
    return;
  sfu_packet_cache_free (track->cache);
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

void
sfu_track_put (SfuTrack *track, guint16 seq, GstBuffer *buffer, gint64 now_us)
{
  g_mutex_lock (&track->lock);
  sfu_packet_cache_put (track->cache, seq, buffer, now_us);
  g_mutex_unlock (&track->lock);
}

GstBuffer *
sfu_track_get (SfuTrack *track, guint16 seq, gint64 now_us)
{
  GstBuffer *buffer;

  g_mutex_lock (&track->lock);
  buffer = sfu_packet_cache_get (track->cache, seq, now_us);
  g_mutex_unlock (&track->lock);
  return buffer;
}

void
sfu_track_clear (SfuTrack *track)
{
  g_mutex_lock (&track->lock);
  sfu_packet_cache_clear (track->cache);
  g_mutex_unlock (&track->lock);
}

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

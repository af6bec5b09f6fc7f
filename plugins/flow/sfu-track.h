/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a producer shares with its consumers beside the packets: the cache from
 * which they answer NACKs, and the codec. Travels as a sticky event
 * ("sfu-track"), so that any graph of producer, tee and consumers works.
 *
 * Threads: reference counted, internally locked; its one mutex is a leaf. */
#pragma once

#include <gst/gst.h>
#include "sfu-codec.h"

G_BEGIN_DECLS

#define SFU_TYPE_TRACK (sfu_track_get_type ())
typedef struct _SfuTrack SfuTrack;

GType sfu_track_get_type (void);

/* Cache bounds as sfu_packet_cache_new. */
SfuTrack *sfu_track_new (SfuCodec codec, guint32 clock_rate, guint max_packets,
    gint64 max_age_us, gsize max_bytes);
SfuTrack *sfu_track_ref (SfuTrack *track);
void sfu_track_unref (SfuTrack *track);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuTrack, sfu_track_unref)

SfuCodec sfu_track_codec (const SfuTrack *track);
guint32 sfu_track_clock_rate (const SfuTrack *track);

void sfu_track_put (
    SfuTrack *track, guint16 seq, GstBuffer *buffer, gint64 now_us);
GstBuffer *sfu_track_get (SfuTrack *track, guint16 seq, gint64 now_us);
void sfu_track_clear (SfuTrack *track);

GstEvent *sfu_event_new_track (SfuTrack *track);
/* New reference, or NULL when the event is not one. */
SfuTrack *sfu_event_parse_track (GstEvent *event);

G_END_DECLS

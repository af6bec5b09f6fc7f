/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a producer shares with its consumers beside the packets: the codec, and
 * of each encoding the cache from which they answer NACKs, the SSRC by which
 * they ask for a key frame, whether it is being sent, and the publisher's last
 * sender report. Travels as a sticky event ("sfu-track"), so that any graph of
 * producer, tee and consumers works.
 *
 * Threads: reference counted, internally locked; its one mutex is a leaf.
 * generation and active may be read at any time without it. */
#pragma once

#include <gst/gst.h>
#include "sfu-codec.h"
#include "sfu-event.h"
#include "sfu-stream-config.h"

G_BEGIN_DECLS

#define SFU_TYPE_TRACK (sfu_track_get_type ())
typedef struct _SfuTrack SfuTrack;

GType sfu_track_get_type (void);

/* codec, clock rate and encodings: of config. Cache bounds, for each encoding:
 * as sfu_packet_cache_new. No encoding is active before the producer says so. */
SfuTrack *sfu_track_new (const SfuStreamConfig *config, guint max_packets,
    gint64 max_age_us, gsize max_bytes);
SfuTrack *sfu_track_ref (SfuTrack *track);
void sfu_track_unref (SfuTrack *track);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuTrack, sfu_track_unref)

SfuCodec sfu_track_codec (const SfuTrack *track);
guint32 sfu_track_clock_rate (const SfuTrack *track);
guint sfu_track_n_encodings (const SfuTrack *track);
/* As sfu_scalability_mode_parse; 0 = not said. */
guint sfu_track_spatial_layers (const SfuTrack *track, guint encoding);
guint sfu_track_temporal_layers (const SfuTrack *track, guint encoding);

/* encoding < n_encodings, here and below. */
void sfu_track_put (SfuTrack *track, guint encoding, guint16 seq,
    GstBuffer *buffer, gint64 now_us);
GstBuffer *sfu_track_get (
    SfuTrack *track, guint encoding, guint16 seq, gint64 now_us);
/* The publisher began anew: its numbers mean other packets from now on. */
void sfu_track_clear (SfuTrack *track, guint encoding);
/* How often that happened. */
guint sfu_track_epoch (SfuTrack *track, guint encoding);

/* 0 = not known yet. */
void sfu_track_set_ssrc (SfuTrack *track, guint encoding, guint32 ssrc);
guint32 sfu_track_ssrc (SfuTrack *track, guint encoding);

/* Bit i: encoding i is being sent. A change makes a new generation: a consumer
 * compares that for each packet and looks at the rest when it is another. */
void sfu_track_set_active (SfuTrack *track, guint active);
guint sfu_track_active (SfuTrack *track);
gint sfu_track_generation (SfuTrack *track);

/* report: of the publisher, as it came. */
void sfu_track_set_report (
    SfuTrack *track, guint encoding, const SfuSenderReport *report);
/* How many have come; without the lock, so that consumers may look with every
 * packet. */
gint sfu_track_reports (SfuTrack *track, guint encoding);
/* FALSE: none yet. */
/* FALSE: none yet of the SSRC that is sent now. */
gboolean sfu_track_get_report (
    SfuTrack *track, guint encoding, SfuSenderReport *report);

GstEvent *sfu_event_new_track (SfuTrack *track);
/* New reference, or NULL when the event is not one. */
SfuTrack *sfu_event_parse_track (GstEvent *event);

G_END_DECLS

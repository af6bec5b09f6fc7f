/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pair of linked request pads, one of sfurouter and one of a sfutransport:
 * what a producer and a consumer consist of in the graph.
 *
 *   producer:  sfutransport.src_N  ─►  sfurouter.sink_M
 *   consumer:  sfurouter.src_N     ─►  sfutransport.sink_M
 *
 * Threads: control thread. Linking, unlinking and releasing are done by the
 * media thread between two packets, so that none is inside the pads. */
#pragma once

#include <gst/gst.h>
#include "sfu-media-loop.h"

G_BEGIN_DECLS

typedef struct {
  GstElement *src_element, *sink_element; /* owned */
  GstPad *src, *sink;                     /* owned */
} SfuWorkerTrack;

/* FALSE and SFU_ERROR_FAILED when an element refuses; the track is then
 * cleared. caps are for both pads. */
gboolean sfu_worker_track_request (SfuWorkerTrack *track, GstElement *source,
    GstElement *sink, const GstCaps *caps, GError **error);
gboolean sfu_worker_track_link (
    SfuWorkerTrack *track, SfuMediaLoop *loop, GError **error);
/* Unlinks what is linked, releases the pads. Idempotent. */
void sfu_worker_track_clear (SfuWorkerTrack *track, SfuMediaLoop *loop);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes RTP and RTCP of a negotiated webrtcbin off its rtpbin:
 *
 *   ICE source -> capsfilter -> queue -> dtlssrtpdec -> rtpbin -> ...
 *   becomes
 *   ICE source -> dtlssrtpdec -> inward; outward -> dtlssrtpenc -> ICE sink
 *
 * Threads: control thread, after the negotiation and before the ICE agent is
 * opened: nothing flows. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What is inside webrtcbin, as found in "deep-element-added". */
typedef struct {
  GstElement *dec, *enc;          /* dtlssrtpdec, dtlssrtpenc */
  GstElement *queue, *capsfilter; /* between the ICE source and dec */
  GstElement *dtlsdec;            /* inside dec; only the stock pair has it */
} SfuWebrtcbinParts;

/* inward, outward: lanes in the same bin as webrtcbin. GError:
 * G_IO_ERROR_FAILED. */
gboolean sfu_relink (GstElement *webrtcbin, const SfuWebrtcbinParts *parts,
    GstElement *inward, GstElement *outward, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the two halves of SfuRtcpSession.
 *
 * Threads: media thread. */
#pragma once

#include "sfu-deadline.h"
#include "sfu-rtcp-session.h"
#include "sfu-twcc-recorder.h"

G_BEGIN_DECLS

struct _SfuRtcpSession {
  SfuRtpDemux *demux;                /* borrowed */
  SfuRtpMux *mux;                    /* borrowed */
  const SfuRtcpCallbacks *callbacks; /* static */
  gpointer owner;                    /* borrowed: owns us */
  gchar *cname;                      /* owned */
  guint32 local_ssrc;                /* of our receiver reports and feedback */
  gboolean running;
  gint64 rtt_us; /* to a peer that sends, smoothed; -1 = not known */

  SfuDeadline *deadline; /* owned; the next report */
  gint64 due_us;         /* when the timer fires */

  SfuTwccRecorder *transport_cc; /* owned; NULL until first used */
  guint32 transport_cc_ssrc;     /* a media SSRC for the feedback's header */
  gint64 transport_cc_due_us;    /* 0 = nothing pending */
  guint64 max_incoming_bps;      /* 0 = no REMB */
  gint64 remb_due_us;            /* 0 = no REMB */

  SfuRtcpStats stats;
};

/* What stands in a receiver reference time: 32.32 seconds. */
static inline guint64
sfu_rtcp_reference_time (gint64 now_us)
{
  return gst_util_uint64_scale (
      (guint64)now_us, G_GUINT64_CONSTANT (1) << 32, G_USEC_PER_SEC);
}

G_END_DECLS

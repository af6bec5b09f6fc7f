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

  SfuDeadline *deadline; /* owned; the next report */
  gint64 due_us;         /* when the timer fires */

  SfuTwccRecorder *transport_cc; /* owned; NULL until first used */
  guint32 transport_cc_ssrc;     /* a media SSRC for the feedback's header */
  gint64 transport_cc_due_us;    /* 0 = nothing pending */
  guint64 max_incoming_bps;      /* 0 = no REMB */
  gint64 remb_due_us;            /* 0 = no REMB */

  SfuRtcpStats stats;
};

G_END_DECLS

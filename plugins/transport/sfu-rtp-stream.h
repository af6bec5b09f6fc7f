/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of one received SSRC.
 *
 * Threads: media thread. */
#pragma once

#include <gst/gst.h>
#include "sfu-rate-meter.h"
#include "sfu-receive-stats.h"

G_BEGIN_DECLS

typedef struct _SfuTransportSrcPad SfuTransportSrcPad;

/* How its SSRC became known. */
typedef enum {
  SFU_SSRC_SIGNALLED,
  SFU_SSRC_BY_EXTENSION, /* MID, RID */
  SFU_SSRC_BY_PAYLOAD    /* the one pad with this payload type */
} SfuSsrcOrigin;

typedef struct {
  guint32 ssrc;
  gboolean rtx;
  guint encoding;          /* index into the pad's caps */
  SfuTransportSrcPad *pad; /* borrowed: the pad's removal frees the stream */
  SfuSsrcOrigin origin;
  guint64 packets, bytes; /* bytes of RTP, header included */
  SfuReceiveStats stats;
  SfuRateMeter rate;
  gint64 last_packet_us;
  guint8 fir_seq;       /* RFC 5104 4.3.1.1: one more for each request */
  gboolean said_bye;    /* and nothing came since */
  gint64 report_due_us; /* next receiver report; 0 = silent */
} SfuRtpStream;

G_END_DECLS

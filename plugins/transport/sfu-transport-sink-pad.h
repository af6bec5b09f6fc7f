/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the packets of one consumer enter a transport.
 *
 * Threads: all of it belongs to the media thread; what arrives on another one
 * is handed over. The `stats` property asks the media thread and waits. */
#pragma once

#include "sfu-event.h"
#include "sfu-media-loop.h"
#include "sfu-pad-caps.h"
#include "sfu-rate-meter.h"
#include "sfu-rtcp.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

/* Sender reports remembered to find the round trip time of the report block
 * that answers one of them. */
#define SFU_SENT_REPORTS 8

typedef struct {
  guint64 ntp;
  gint64 sent_us;
} SfuSentReport;

#define SFU_TYPE_TRANSPORT_SINK_PAD (sfu_transport_sink_pad_get_type ())
G_DECLARE_FINAL_TYPE (SfuTransportSinkPad, sfu_transport_sink_pad, SFU,
    TRANSPORT_SINK_PAD, GstPad)

struct _SfuTransportSinkPad {
  GstPad parent;
  SfuMediaLoop *loop; /* owned */
  gint handed_over;   /* atomic: packets on their way to the media thread */
  gint overflowed;    /* atomic: refused, not yet among the drops */

  /* media thread; first what every packet needs */
  guint64 packets, bytes, payload_bytes; /* media stream */
  gint64 last_packet_us;
  gint64 report_due_us; /* next sender report; 0 = silent */
  SfuRateMeter rate;
  SfuPadCaps caps;
  gboolean configured; /* caps have come */
  guint64 rtx_packets, rtx_bytes;
  SfuVerdictCounters drops;

  gboolean have_report;
  SfuSenderReport report; /* capture time, in this consumer's numbers */
  SfuSentReport sent[SFU_SENT_REPORTS]; /* ring */
  guint n_sent;

  /* what the receiver told */
  gint64 rtt_us; /* -1 = not known */
  guint8 fraction_lost;
  gint32 packets_lost;
  guint32 jitter;
  guint64 nack_messages;
  guint64 nack_count; /* packets asked for in them */
  guint64 pli_count, fir_count;
  gint last_fir_seq; /* -1 = none */
};

GstPad *sfu_transport_sink_pad_new (
    GstPadTemplate *templ, const gchar *name, SfuMediaLoop *loop);

/* Media thread. A report block about this pad's media stream. */
void sfu_transport_sink_pad_report_block (
    SfuTransportSinkPad *self, const SfuRtcpReportBlock *block, gint64 now_us);
/* Media thread. FALSE: nothing to report. */
gboolean sfu_transport_sink_pad_sender_info (
    SfuTransportSinkPad *self, SfuRtcpSenderInfo *info);
/* Media thread. It was sent: answers to it give the round trip time. */
void sfu_transport_sink_pad_sender_info_sent (
    SfuTransportSinkPad *self, const SfuRtcpSenderInfo *info, gint64 now_us);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the elements tell each other along the pads. Facts about media walk
 * downstream with the packets, wishes walk upstream:
 *
 *   downstream, sticky  sfu-track          producer -> its consumers
 *   downstream, sticky  sfu-sender-report  transport -> producer, which keeps it
 *                                          in the track; consumer -> transport
 *   downstream          sfu-bye            transport -> producer
 *   downstream          sfu-activity       producer -> its consumers: other
 *                                          encodings are being sent now
 *   upstream            GstForceKeyUnit    PLI/FIR, or a consumer's gate
 *   upstream            sfu-nack           transport -> consumer; producer ->
 *                                          transport
 *   upstream            sfu-lost           transport -> consumer
 *   upstream            sfu-transport-state  transport -> consumer
 *   either, sticky down sfu-rtt              transport -> producer, consumer
 *
 * Threads: events are immutable. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* ---- sender report (capture time) ---- */
typedef struct {
  guint32 ssrc;
  guint64 ntp;           /* 32.32, the publisher's wall clock */
  guint32 rtp_timestamp; /* in the numbers of whoever sends the event */
  gint64 received_us;    /* monotonic time when it reached us */
} SfuSenderReport;

GstEvent *sfu_event_new_sender_report (const SfuSenderReport *report);
gboolean sfu_event_parse_sender_report (
    GstEvent *event, SfuSenderReport *report);

/* ---- RTCP BYE: the publisher no longer sends this SSRC ---- */
GstEvent *sfu_event_new_bye (guint32 ssrc);
gboolean sfu_event_parse_bye (GstEvent *event, guint32 *ssrc);

/* ---- encodings of a producer began or ceased to be sent; which: SfuTrack ---- */
GstEvent *sfu_event_new_activity (void);
gboolean sfu_event_is_activity (GstEvent *event);

/* ---- round trip time between the transport and its peer ---- */
/* upstream: to a consumer; else sticky, to a producer. */
GstEvent *sfu_event_new_rtt (gboolean upstream, gint64 rtt_us);
gboolean sfu_event_parse_rtt (GstEvent *event, gint64 *rtt_us);

/* ---- negative acknowledgement ---- */
/* seqs are copied. ssrc: of the stream that misses them, in the numbers of the
 * pad the event is sent to. */
GstEvent *sfu_event_new_nack (guint32 ssrc, const guint16 *seqs, guint n);
/* *seqs is borrowed from the event. */
gboolean sfu_event_parse_nack (
    GstEvent *event, guint32 *ssrc, const guint16 **seqs, guint *n);

/* ---- the peer's transport feedback says that these did not come ---- */
/* As a NACK; but the receiver has not asked for them. */
GstEvent *sfu_event_new_lost (guint32 ssrc, const guint16 *seqs, guint n);
gboolean sfu_event_parse_lost (
    GstEvent *event, guint32 *ssrc, const guint16 **seqs, guint *n);

/* ---- key frame request: GStreamer's own GstForceKeyUnit (upstream) ---- */
GstEvent *sfu_event_new_keyframe_request (guint32 ssrc);
gboolean sfu_event_is_keyframe_request (GstEvent *event);
/* FALSE: not one. *ssrc is 0 when it names none (an encoder's or a sink's
 * request). */
gboolean sfu_event_parse_keyframe_request (GstEvent *event, guint32 *ssrc);

/* ---- the transport behind a consumer ---- */
GstEvent *sfu_event_new_transport_state (gboolean connected);
gboolean sfu_event_parse_transport_state (GstEvent *event, gboolean *connected);

G_END_DECLS

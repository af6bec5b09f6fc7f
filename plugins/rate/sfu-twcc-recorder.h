/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receiver side of transport-wide congestion control
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01): remembers when each
 * transport-wide sequence number arrived and writes the feedback packets from
 * which a sender estimates its bandwidth.
 *
 * Threads: owned by one transport's demultiplexer. Time is an argument. */
#pragma once

#include "sfu-rtcp.h"

G_BEGIN_DECLS

/* Arrivals remembered between two feedbacks; at 100 ms that is 80 kpps. */
#define SFU_TWCC_MAX_PENDING 8192

typedef struct _SfuTwccRecorder SfuTwccRecorder;

SfuTwccRecorder *sfu_twcc_recorder_new (void);
void sfu_twcc_recorder_free (SfuTwccRecorder *recorder);

void sfu_twcc_recorder_packet (
    SfuTwccRecorder *recorder, guint16 twcc_seq, gint64 arrival_us);
gboolean sfu_twcc_recorder_pending (const SfuTwccRecorder *recorder);

/* Appends one feedback packet for as much as fits into the writer and into the
 * format (status count, 16 bit deltas of 250 µs); call again while
 * sfu_twcc_recorder_pending. FALSE: nothing pending, or no room. Numbers never
 * received are reported as lost; each number is reported once, except that a
 * late one (after its loss was reported) opens a feedback of its own. */
gboolean sfu_twcc_recorder_feedback (SfuTwccRecorder *recorder,
    guint32 sender_ssrc, guint32 media_ssrc, SfuRtcpWriter *writer);

G_END_DECLS

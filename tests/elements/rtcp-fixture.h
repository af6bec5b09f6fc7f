/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP that a peer gets from a sfutransport and sends to it.
 *
 * Threads: the test's, which is the control thread. */
#pragma once

#include "transport-fixture.h"

#include "sfu-rtcp.h"

G_BEGIN_DECLS

#define VIDEO                                                                  \
  "application/x-rtp, media=(string)video, payload=(int)96, "                  \
  "clock-rate=(int)90000, cname=(string)alice"
#define IN_SSRC 1111u
#define OUT_SSRC 2222u
#define PEER_SSRC 77u
#define IN VIDEO ", ssrc=(uint)1111"
#define OUT VIDEO ", ssrc=(uint)2222, rtx-ssrc=(uint)2223"
#define MAX_RTCP 1200
#define TRANSPORT_CC_URI                                                       \
  "http://www.ietf.org/id/"                                                    \
  "draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define ABS_SEND_TIME_URI                                                      \
  "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

/* The next RTCP packet of this kind that came, those before it are gone; count
 * -1 = any. The bytes are the packet's. */
GBytes *pop_rtcp (TestPeer *peer, guint8 type, gint count);
/* Waits for it. */
GBytes *wait_rtcp (TestPeer *peer, guint8 type, gint count);
/* Borrows from bytes. */
SfuRtcpPacket as_packet (GBytes *bytes);
/* The next report block about ssrc. */
SfuRtcpReportBlock wait_block (TestPeer *peer, guint32 ssrc);
void send_rtcp (Fixture *f, SfuRtcpWriter *writer);

/* n packets of IN_SSRC, without each skip-th (0 = all). */
void send_in (Fixture *f, guint16 first, guint n, guint skip);
/* n packets of OUT_SSRC as one burst each. */
void send_out (Fixture *f, End *end, guint16 first, guint n);
/* The next of this type at the end's pad. */
GstEvent *wait_event (End *end, GstEventType type);

G_END_DECLS

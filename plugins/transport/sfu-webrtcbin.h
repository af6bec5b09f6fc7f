/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One webrtcbin used as a bare ICE + DTLS + SRTP (+ SCTP) transport. All that
 * knows how webrtcbin looks inside stands in sfu-webrtcbin.c:
 *
 *   - a synthetic negotiation of one inactive m=audio (or one m=application)
 *     brings DTLS up, once, for life;
 *   - the ICE source is linked straight to dtlssrtpdec (no queue, no thread),
 *     the SRTP pads straight to an SfuLane, rtpbin's pads are given back;
 *   - the peer's certificate is compared with the signalled fingerprints, which
 *     webrtcbin 1.22 does not do: by our own DTLS pair inside the handshake, and
 *     whatever pair it is, until it matched nothing passes, in either direction,
 *     data channels included.
 *
 * Threads: new, start, close_notify and stop on the control thread; pushes and
 * packets on the media thread; the state callback on any. */
#pragma once

#include <gst/gst.h>
#include "sfu-dtls-pair.h"
#include "sfu-fingerprint.h"
#include "sfu-ice-agent.h"
#include "sfu-packet.h"

G_BEGIN_DECLS

typedef enum {
  SFU_DTLS_NEW,
  SFU_DTLS_CONNECTING,
  SFU_DTLS_CONNECTED, /* and the fingerprint matched */
  SFU_DTLS_FAILED,
  SFU_DTLS_CLOSED
} SfuDtlsState;

const gchar *sfu_dtls_state_name (SfuDtlsState state);

typedef struct {
  /* Media thread. Both take the buffer. Authenticated packets only. */
  void (*rtp) (gpointer owner, GstBuffer *buffer);
  void (*rtcp) (gpointer owner, GstBuffer *buffer);
  /* Media thread: packets that the gate refused. */
  void (*refused) (gpointer owner, guint n_packets);
  /* Any thread. reason: static string, "" when all is well. */
  void (*dtls_state) (gpointer owner, SfuDtlsState state, const gchar *reason);
} SfuWebrtcbinCallbacks;

typedef struct _SfuWebrtcbin SfuWebrtcbin;

/* owner: a GObject, held weakly. bin: where webrtcbin goes, borrowed until
 * stop. loop: of the agent. */
SfuWebrtcbin *sfu_webrtcbin_new (GstBin *bin, SfuIceAgent *agent,
    SfuDtlsPair pair, SfuMediaLoop *loop,
    const SfuWebrtcbinCallbacks *callbacks, GObject *owner);

/* Makes webrtcbin, negotiates, re-links and opens the agent. fingerprints:
 * SfuFingerprint, any of them may match; taken. GError: GST_CORE_ERROR for
 * a missing plugin (says which package has it), else G_IO_ERROR. */
gboolean sfu_webrtcbin_start (SfuWebrtcbin *self, const gchar *pem,
    gboolean is_client, gboolean sctp, GPtrArray *fingerprints, GError **error);

/* Tells the peer that we go, if it is connected; waits until the datagram is
 * with the ICE sink, at most wait_us. */
void sfu_webrtcbin_send_close_notify (SfuWebrtcbin *self, gint64 wait_us);
/* Media thread: no rtp, rtcp or refused callback from now on. */
void sfu_webrtcbin_detach (SfuWebrtcbin *self);
/* After the agent was closed. Takes everything out of the bin and frees self
 * as soon as no thread is in it. */
void sfu_webrtcbin_stop (SfuWebrtcbin *self);

/* Connected and authenticated; any thread. */
gboolean sfu_webrtcbin_is_ready (SfuWebrtcbin *self);
/* Media thread. Both take their argument; what is pushed before it is ready is
 * refused and counted. */
void sfu_webrtcbin_push_rtp (SfuWebrtcbin *self, SfuPacket *packets, guint n);
void sfu_webrtcbin_push_rtcp (SfuWebrtcbin *self, GstBuffer *buffer);
/* Media thread, once, when it became ready. */
void sfu_webrtcbin_start_lane (SfuWebrtcbin *self);

/* "SRTP_AES128_CM_SHA1_80" and so on, or "" when not known. Static string. */
const gchar *sfu_webrtcbin_get_srtp_profile (SfuWebrtcbin *self);
/* What DTLS and SRTP have refused, in either direction; adds to drops. The stock
 * pair does not count. */
void sfu_webrtcbin_add_drops (SfuWebrtcbin *self, SfuVerdictCounters *drops);

G_END_DECLS

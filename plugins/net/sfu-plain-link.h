/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP and RTCP over plain UDP, with SRTP or without: what carries the packets
 * of a plain transport. mediasoup's rules: without "comedia" packets come from
 * the given address or not at all; with it from whoever sends the first valid
 * packet. SRTP keys are given, there is no handshake.
 *
 * Threads: made, connected, closed and asked on the control thread; packets and
 * callbacks on the media thread. */
#pragma once

#include "sfu-media-loop.h"
#include "sfu-packet.h"
#include "sfu-srtp.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

typedef struct {
  /* Media thread. Both take the buffer: one packet, authentic with SRTP. */
  void (*rtp) (gpointer owner, GstBuffer *buffer);
  void (*rtcp) (gpointer owner, GstBuffer *buffer);
  /* Media thread: packets can pass; once. Before the packet that did it. */
  void (*connected) (gpointer owner);
} SfuPlainLinkCallbacks;

typedef struct {
  const gchar *listen_ip;     /* literal */
  const gchar *announced;     /* told to others instead; NULL = listen_ip */
  guint16 port_min, port_max; /* 0, 0 = free ones; equal: that one */
  gboolean rtcp_mux;
  gboolean comedia;
  SfuSrtpSuite suite;
  const gchar *key; /* ours, base64; NULL = a new one */
} SfuPlainLinkOptions;

typedef struct _SfuPlainLink SfuPlainLink;

/* GError: G_IO_ERROR, for an operator. Nothing is received before start. */
SfuPlainLink *sfu_plain_link_new (SfuMediaLoop *loop,
    const SfuPlainLinkOptions *options, const SfuPlainLinkCallbacks *callbacks,
    gpointer owner, GError **error);
void sfu_plain_link_start (SfuPlainLink *self);
/* Waits for the media thread: no callback afterwards. Idempotent. */
void sfu_plain_link_close (SfuPlainLink *self);
/* Closes. NULL is allowed. */
void sfu_plain_link_free (SfuPlainLink *self);

typedef struct {
  const gchar *ip;    /* literal; not looked at with comedia */
  guint port;         /* the same */
  guint rtcp_port;    /* without rtcp_mux, and only then; 0 = none */
  const gchar *suite; /* NULL or "" = no SRTP. Another one than ours wins: we
                         get a new key then */
  const gchar *key;   /* the peer's, base64 */
} SfuPlainPeer;

/* Once, and not at all for comedia without SRTP. GError:
 * G_IO_ERROR_INVALID_ARGUMENT names the field, in mediasoup's spelling;
 * G_IO_ERROR_EXISTS ("already connected"); G_IO_ERROR_CLOSED. After an error
 * it can be tried again. */
gboolean sfu_plain_link_connect (
    SfuPlainLink *self, const SfuPlainPeer *peer, GError **error);

/* What the peer is told. */
const gchar *sfu_plain_link_get_ip (SfuPlainLink *self);
guint16 sfu_plain_link_get_port (SfuPlainLink *self);
/* 0 with rtcp_mux. */
guint16 sfu_plain_link_get_rtcp_port (SfuPlainLink *self);
SfuSrtpSuite sfu_plain_link_get_suite (SfuPlainLink *self);
/* Ours as base64, NULL without SRTP. g_free it, never log it. */
gchar *sfu_plain_link_dup_key (SfuPlainLink *self);

/* Media thread; both take what they are given. */
void sfu_plain_link_push_rtp (SfuPlainLink *self, SfuPacket *packets, guint n);
void sfu_plain_link_push_rtcp (SfuPlainLink *self, GstBuffer *buffer);

typedef struct {
  guint64 packets_received, bytes_received; /* from the peer, SRTP included */
  guint64 packets_sent, bytes_sent;
  SfuVerdictCounters drops;
  gboolean known, rtcp_known;     /* the fields below are */
  gboolean learned, rtcp_learned; /* and not given */
  gchar remote_ip[64], rtcp_remote_ip[64];
  guint16 remote_port, rtcp_remote_port; /* with rtcp_mux the same */
} SfuPlainLinkStats;

/* Waits for the media thread. */
void sfu_plain_link_get_stats (SfuPlainLink *self, SfuPlainLinkStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuPlainLink, sfu_plain_link_free)

G_END_DECLS

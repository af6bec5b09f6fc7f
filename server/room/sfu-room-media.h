/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transports, producers and consumers of a room, as the server keeps them:
 * who owns what, what is paused, what was promised to whom. The media itself is
 * in the worker, under the same ids.
 *
 *   peer ──► transport ──► producer ──► consumer (of another peer)
 *
 * A thing is live once the worker has confirmed it; only live things are
 * offered to others. Closing anything closes what hangs on it.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-ortc.h"
#include "sfu-peer.h"

G_BEGIN_DECLS

/* As many as sfu-ortc lets a producer have, and more than a worker takes. */
#define SFU_ROOM_MAX_ENCODINGS SFU_ORTC_MAX_ENCODINGS

struct _SfuRoomTransport {
  gchar *id;
  SfuPeer *peer; /* borrowed: NULL once closed */
  gboolean producing, consuming;
  gboolean plain; /* RTP without WebRTC */
  gboolean live, closed;
  gboolean connected; /* connectWebRtcTransport was asked for */
  guint32 next_mid;   /* of its consumers */
};

struct _SfuRoomProducer {
  gchar *id;
  SfuPeer *peer;               /* borrowed: NULL once closed */
  SfuRoomTransport *transport; /* owned; NULL on another server */
  SfuMediaKind kind;
  const gchar *type;            /* "simple", "simulcast" or "svc" */
  SfuRtpParameters *parameters; /* as the client sent them; or NULL, too */
  SfuRtpParameters *consumable; /* in the router's numbering; or NULL, too */
  gchar *app_data;              /* JSON object as text, passed on unread */
  gboolean paused;              /* what others see: either of the next two */
  gboolean paused_by_owner;     /* from when it asked for it */
  gboolean muted;               /* by a moderator */
  gboolean live, closed;
  GPtrArray *consumers; /* of SfuRoomConsumer, owned */
  /* Of each encoding: 0..10, and its SSRC where that was learned. */
  guint8 scores[SFU_ROOM_MAX_ENCODINGS];
  guint32 ssrcs[SFU_ROOM_MAX_ENCODINGS];
};

struct _SfuRoomConsumer {
  gchar *id;
  SfuPeer *peer;               /* borrowed: NULL once closed */
  SfuRoomTransport *transport; /* owned */
  SfuRoomProducer *producer;   /* borrowed: NULL once closed */
  SfuRtpParameters *parameters;
  gboolean paused;   /* by its own client */
  gboolean accepted; /* the client has taken it */
  gboolean live, closed;
  gint spatial_layer, temporal_layer;     /* wanted; -1 = the best */
  gint current_spatial, current_temporal; /* forwarded; -1 = nothing */
  guint score, producer_score;            /* 0..10 */
  guint priority;
};

SfuRoomTransport *sfu_room_transport_new (
    SfuPeer *peer, gboolean producing, gboolean consuming);
SfuRoomTransport *sfu_room_transport_ref (SfuRoomTransport *transport);
void sfu_room_transport_unref (SfuRoomTransport *transport);
/* Also closes what runs over it. Idempotent. */
void sfu_room_transport_close (SfuRoomTransport *transport);

/* Takes consumable. paused: by its owner; it may be muted besides, so that the
 * producer's own paused is what counts. */
SfuRoomProducer *sfu_room_producer_new (SfuRoomTransport *transport,
    SfuMediaKind kind, const SfuRtpParameters *parameters,
    SfuRtpParameters *consumable, const gchar *app_data, gboolean paused);
/* For SfuPresence only: one of a peer of another server, live. Borrowed. */
SfuRoomProducer *sfu_room_producer_new_remote (
    SfuPeer *peer, const gchar *id, SfuMediaKind kind);
SfuRoomProducer *sfu_room_producer_ref (SfuRoomProducer *producer);
void sfu_room_producer_unref (SfuRoomProducer *producer);
/* Also closes its consumers and tells their clients. Idempotent. */
void sfu_room_producer_close (SfuRoomProducer *producer);
/* The worker has done what the two say: paused becomes what they make, and the
 * clients that consume it are told when it is another than before. */
void sfu_room_producer_update_paused (SfuRoomProducer *producer);
/* What a moderator wants: the worker is told, the owner, and the clients that
 * consume it. */
void sfu_room_producer_set_muted (SfuRoomProducer *producer, gboolean muted);
/* As measured: a(suy) of the seam. Its owner is told. */
void sfu_room_producer_set_scores (SfuRoomProducer *producer, GVariant *scores);
/* The worker has confirmed: offer it to all who can consume it. */
void sfu_room_producer_went_live (SfuRoomProducer *producer);

/* A consumer on this transport, which the worker does not know yet: the caller
 * asks it. capabilities: what the client can receive. NULL and
 * SFU_ERROR_NOT_SUPPORTED when it cannot receive this. Borrowed. */
SfuRoomConsumer *sfu_room_consumer_new (SfuRoomTransport *transport,
    SfuRoomProducer *producer, const SfuRtpCapabilities *capabilities,
    GError **error);
/* Makes a consumer of producer for peer, paused in the worker, and offers it
 * to the client when the worker has it. Nothing happens when the peer cannot
 * or may not consume it or has no transport to receive on. */
void sfu_room_consumer_offer (SfuPeer *peer, SfuRoomProducer *producer);
SfuRoomConsumer *sfu_room_consumer_ref (SfuRoomConsumer *consumer);
void sfu_room_consumer_unref (SfuRoomConsumer *consumer);
/* The client has it: let media flow. */
void sfu_room_consumer_accept (SfuRoomConsumer *consumer);
/* Both: as the worker says; its client is told, once it has accepted. The
 * layers of a track without any are nobody's concern. */
void sfu_room_consumer_set_layers (
    SfuRoomConsumer *consumer, gint spatial, gint temporal);
void sfu_room_consumer_set_score (
    SfuRoomConsumer *consumer, guint score, guint producer_score);
/* tell_client: send SFU_NOTICE_CONSUMER_CLOSED. Idempotent. */
void sfu_room_consumer_close (SfuRoomConsumer *consumer, gboolean tell_client);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRoomTransport, sfu_room_transport_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRoomProducer, sfu_room_producer_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRoomConsumer, sfu_room_consumer_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client asks for, and what it is answered, in no protocol's words. A
 * dialect turns its messages into these; from here on nobody sees JSON (what is
 * passed on unread, device and appData, is text).
 *
 * Threads: plain data of one owner. */
#pragma once

#include "sfu-peer.h"
#include "sfu-seam.h"

G_BEGIN_DECLS

typedef enum {
  SFU_METHOD_GET_ROUTER_RTP_CAPABILITIES,
  SFU_METHOD_JOIN,
  SFU_METHOD_CREATE_TRANSPORT,
  SFU_METHOD_CONNECT_TRANSPORT,
  SFU_METHOD_RESTART_ICE,
  SFU_METHOD_PRODUCE,
  SFU_METHOD_CLOSE_PRODUCER,
  SFU_METHOD_PAUSE_PRODUCER,
  SFU_METHOD_RESUME_PRODUCER,
  SFU_METHOD_PAUSE_CONSUMER,
  SFU_METHOD_RESUME_CONSUMER,
  SFU_METHOD_SET_CONSUMER_PREFERRED_LAYERS,
  SFU_METHOD_SET_CONSUMER_PRIORITY,
  SFU_METHOD_REQUEST_CONSUMER_KEY_FRAME,
  SFU_METHOD_CHANGE_DISPLAY_NAME,
  SFU_METHOD_GET_TRANSPORT_STATS,
  SFU_METHOD_GET_PRODUCER_STATS,
  SFU_METHOD_GET_CONSUMER_STATS,
  SFU_METHOD_PRODUCE_DATA,
  SFU_METHOD_GET_DATA_PRODUCER_STATS,
  SFU_METHOD_GET_DATA_CONSUMER_STATS,
  SFU_METHOD_APPLY_NETWORK_THROTTLE,
  SFU_METHOD_RESET_NETWORK_THROTTLE,
  SFU_METHOD_CONSUME,
  SFU_METHOD_CLOSE_CONSUMER,
  SFU_METHOD_CLOSE_TRANSPORT,
  SFU_METHOD_SEND_CHAT,
  SFU_METHOD_KICK_PEER,
  SFU_METHOD_MUTE_PEER,
  SFU_METHOD_LOCK_ROOM,
  SFU_METHOD_CLOSE_ROOM,
  SFU_N_METHODS
} SfuMethod;

/* Which fields count depends on the method; the others are 0 or NULL. */
typedef struct {
  SfuMethod method;
  gchar *id; /* of the transport, producer or consumer it is about */
  /* JOIN; display_name also CHANGE_DISPLAY_NAME */
  gchar *display_name;
  gchar *device; /* JSON object as text */
  gchar *user_id, *email, *picture;
  SfuRtpCapabilities *capabilities; /* also CONSUME; NULL = those of JOIN */
  /* CREATE_TRANSPORT */
  gboolean producing, consuming, force_tcp, sctp;
  gboolean plain; /* RTP without WebRTC; the next three are for that */
  gboolean rtcp_mux, comedia;
  gchar *srtp_suite; /* NULL = no SRTP; also CONNECT_TRANSPORT: the peer's */
  /* CONNECT_TRANSPORT */
  gchar *dtls_role;
  GPtrArray *fingerprints; /* of SfuSeamFingerprint; NULL = a plain one */
  gchar *ip;               /* a plain one: NULL = not given */
  guint16 port, rtcp_port; /* 0 = not given */
  gchar *srtp_key;         /* base64 */
  /* PRODUCE */
  SfuMediaKind kind;
  SfuRtpParameters *parameters;
  gchar *app_data; /* JSON object as text */
  gboolean paused; /* also CONSUME */
  /* CONSUME; id is the transport's */
  gchar *producer_id;
  /* SEND_CHAT */
  gchar *text;
  /* KICK_PEER, MUTE_PEER */
  gchar *peer_id;
  guint kinds; /* MUTE_PEER: SFU_KIND_BIT */
  gboolean on; /* MUTE_PEER: muted; LOCK_ROOM: locked */
  /* SET_CONSUMER_PREFERRED_LAYERS; -1 = not given */
  gint spatial_layer, temporal_layer;
  /* SET_CONSUMER_PRIORITY */
  guint priority;
  /* APPLY_NETWORK_THROTTLE; percent of packets */
  gdouble packet_loss;
} SfuRequest;

SfuRequest *sfu_request_new (SfuMethod method);
void sfu_request_free (SfuRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRequest, sfu_request_free)

typedef enum {
  SFU_REPLY_EMPTY,
  SFU_REPLY_ID,             /* id */
  SFU_REPLY_PEERS,          /* peers, ice_servers */
  SFU_REPLY_CAPABILITIES,   /* capabilities */
  SFU_REPLY_TRANSPORT,      /* id, transport, ice_servers */
  SFU_REPLY_PLAIN,          /* id, plain */
  SFU_REPLY_SRTP,           /* srtp_suite, srtp_key */
  SFU_REPLY_ICE_PARAMETERS, /* ufrag, pwd */
  SFU_REPLY_STATS,          /* stats */
  SFU_REPLY_CONSUMER        /* consumer */
} SfuReplyKind;

/* All borrowed: alive during the call. */
typedef struct {
  SfuReplyKind kind;
  const gchar *id;
  const GPtrArray *peers; /* of SfuPeer */
  /* PEERS, TRANSPORT: of SfuIceServer; NULL = none are configured */
  const GPtrArray *ice_servers;
  const SfuRtpCapabilities *capabilities;
  SfuMemo *memo; /* CAPABILITIES: they are always the same; or NULL */
  const SfuSeamTransportInfo *transport;
  const SfuSeamPlainInfo *plain;
  const gchar *srtp_suite, *srtp_key; /* ours */
  const gchar *ufrag, *pwd;
  GVariant *stats; /* aa{sv} */
  const SfuRoomConsumer *consumer;
} SfuReply;

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What servers of one cluster tell each other, as JSON:
 *
 *   {"v":1, "node":UUID, "seq":N, "type":"put", "peer":PEER}
 *   {"v":1, "node":UUID, "seq":N, "type":"del", "room":R, "id":P}
 *   {"v":1, "node":UUID, "seq":N, "type":"alive"}   I am, and this was my last
 *   {"v":1, "node":UUID, "seq":N, "type":"state"}   read all of mine anew
 *   {"v":1, "node":UUID, "seq":N, "type":"bye"}     I stop
 *
 *   PEER: {"room", "id", "connection", "name", "userId", "account", "email",
 *          "picture", "device", "producers":[{"id", "kind"}]}
 *
 * seq counts what changes a node's state: put, del and state. PEER is all of a
 * participant, in a message as in the state that Redis keeps. Members that are
 * not known are passed over, so that a later version can add some.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json.h"
#include "sfu-name.h"
#include "sfu-presence.h"

G_BEGIN_DECLS

/* In characters; what is longer is refused when it comes in and left out when
 * it goes out. */
#define SFU_CLUSTER_MAX_MESSAGE (64 * 1024)
#define SFU_CLUSTER_MAX_ID SFU_NAME_MAX_BYTES
#define SFU_CLUSTER_MAX_NAME 256
#define SFU_CLUSTER_MAX_EMAIL 320
#define SFU_CLUSTER_MAX_PICTURE 2048
#define SFU_CLUSTER_MAX_DEVICE 1024

typedef enum {
  SFU_CLUSTER_PUT, /* peer */
  SFU_CLUSTER_DEL, /* room_id, peer_id */
  SFU_CLUSTER_ALIVE,
  SFU_CLUSTER_STATE,
  SFU_CLUSTER_BYE
} SfuClusterKind;

typedef struct {
  SfuClusterKind kind;
  const gchar *node; /* NULL for a peer of a state */
  guint64 seq;
  SfuRemotePeer peer;
  const gchar *room_id, *peer_id;
  /* private: what all this is borrowed from */
  JsonNode *json;
  gchar *device;
  SfuRemoteProducer *producers;
} SfuClusterMessage;

/* NULL and an error that says what is wrong with it. */
SfuClusterMessage *sfu_cluster_message_parse (
    const gchar *text, gsize len, GError **error);
/* One PEER, as a put without node and seq. */
SfuClusterMessage *sfu_cluster_message_parse_peer (
    const gchar *text, gsize len, GError **error);
/* NULL safe. */
void sfu_cluster_message_free (SfuClusterMessage *message);

/* PEER of a peer of this server; NULL when others would refuse it. */
gchar *sfu_cluster_encode_peer (const SfuPeer *peer);
/* peer: as sfu_cluster_encode_peer made it. */
gchar *sfu_cluster_encode_put (
    const gchar *node, guint64 seq, const gchar *peer);
gchar *sfu_cluster_encode_del (
    const gchar *node, guint64 seq, const gchar *room_id, const gchar *peer_id);
/* ALIVE, STATE or BYE. */
gchar *sfu_cluster_encode_plain (
    SfuClusterKind kind, const gchar *node, guint64 seq);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuClusterMessage, sfu_cluster_message_free)

G_END_DECLS

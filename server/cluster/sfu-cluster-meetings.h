/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channels by which servers of the meetings system tell each other of
 * participants and producers. We are one of them: what we publish is what they
 * expect, to the letter, and what they publish is taken in.
 *
 *   room:join       {roomCode, userId, socketId, name, email, picture}
 *   room:leave      {roomCode, userId, socketId}
 *   media:producer  {roomCode, userId, producerId, kind}
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json.h"
#include "sfu-peer.h"
#include "sfu-room-media.h"

G_BEGIN_DECLS

typedef enum {
  SFU_CLUSTER_MEETINGS_JOIN,
  SFU_CLUSTER_MEETINGS_LEAVE,
  SFU_CLUSTER_MEETINGS_PRODUCER,
  SFU_CLUSTER_MEETINGS_N_CHANNELS
} SfuClusterMeetingsChannel;

/* "room:join" ... */
const gchar *sfu_cluster_meetings_channel_name (
    SfuClusterMeetingsChannel channel);
/* FALSE for any other name. */
gboolean sfu_cluster_meetings_channel_from_name (
    const gchar *name, SfuClusterMeetingsChannel *channel);

typedef struct {
  SfuClusterMeetingsChannel channel;
  const gchar *room_id, *user_id;
  const gchar *socket_id; /* NULL for a producer */
  /* JOIN; never NULL there but for picture */
  const gchar *name, *email, *picture;
  /* PRODUCER */
  const gchar *producer_id;
  SfuMediaKind kind;
  JsonNode *json; /* what all this is borrowed from */
} SfuClusterMeetings;

/* A participant who did not say his name has "" for it; so has who has no
 * email. NULL and an error that says what is wrong. */
SfuClusterMeetings *sfu_cluster_meetings_parse (
    SfuClusterMeetingsChannel channel, const gchar *text, gsize len,
    GError **error);
/* NULL safe. */
void sfu_cluster_meetings_free (SfuClusterMeetings *message);

/* Of a peer of this server, by whatever protocol it came. Its id is the user's,
 * as it is for clients of meetings. */
gchar *sfu_cluster_meetings_encode_join (const SfuPeer *peer);
/* socket_id: the one with which it joined. */
gchar *sfu_cluster_meetings_encode_leave (
    const SfuPeer *peer, const gchar *socket_id);
gchar *sfu_cluster_meetings_encode_producer (
    const SfuPeer *peer, const SfuRoomProducer *producer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuClusterMeetings, sfu_cluster_meetings_free)

G_END_DECLS

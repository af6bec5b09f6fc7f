/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every dialect's sessions are given: the rooms, the configuration, the
 * bounds of one connection, and who checks tokens.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-calls-webhook.h"
#include "sfu-config.h"
#include "sfu-ice-servers.h"
#include "sfu-rooms.h"
#include "sfu-socket.h"
#include "sfu-token-bucket.h"
#include "sfu-token-verifier.h"

G_BEGIN_DECLS

typedef struct {
  SfuSocketLimits socket;
  gdouble requests_per_second; /* 0 = no limit */
  gdouble request_burst;
  guint max_pending;       /* requests of the client under way */
  guint request_timeout_s; /* of ours: how long a client may think */
} SfuSessionLimits;

/* They live longer than any session. */
typedef struct {
  const SfuConfig *config;    /* borrowed */
  SfuRooms *rooms;            /* borrowed */
  SfuTokenVerifier *verifier; /* owned; NULL = there are no accounts */
  SfuIceServers *ice_servers; /* owned */
  SfuCallsWebhook *webhook;   /* owned; NULL = nobody is told of calls */
  SfuSessionLimits limits;
} SfuServices;

/* FALSE and SFU_ERROR_INVALID_ARGUMENT, with the name of the key, when a key of
 * tokens or an address of a STUN or TURN server cannot be used. Clear it in any
 * case. rooms may be NULL for such a check. */
gboolean sfu_services_init (SfuServices *services, const SfuConfig *config,
    SfuRooms *rooms, GError **error);
void sfu_services_clear (SfuServices *services);
/* After config has taken over values of another one, of which fresh was made:
 * takes what fresh has, and clears the rest of it. */
void sfu_services_take_over (SfuServices *services, SfuServices *fresh);

/* May somebody in who shows this token (NULL or empty = none)? room_id: NULL when it is
 * not known yet; sfu_services_enter looks again. *grant: what the token grants,
 * NULL = the client has no account. FALSE: SFU_ERROR_UNAUTHORIZED (a bad token,
 * or none where one is needed) or SFU_ERROR_FORBIDDEN (for other rooms). */
gboolean sfu_services_admit (const SfuServices *services, const gchar *token,
    const gchar *room_id, SfuGrant **grant, GError **error);

/* A new peer of the room, which is opened when need be, with the rights and the
 * identity of grant (NULL = no account). NULL and an error: no place, or
 * SFU_ERROR_FORBIDDEN: the grant is for other rooms, or another user has the
 * id. The caller gets a reference. */
SfuPeer *sfu_services_enter (const SfuServices *services, const SfuGrant *grant,
    const gchar *room_id, const gchar *peer_id, const SfuPeerSink *sink,
    gpointer sink_owner, GError **error);

/* Refusals for being too fast, in a row, before we hang up. */
#define SFU_SESSION_MAX_TOO_FAST 200
/* Messages that are no messages before we hang up. */
#define SFU_SESSION_MAX_MALFORMED 16

G_END_DECLS

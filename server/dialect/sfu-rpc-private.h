/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of the hub:
 *
 *   sfu-rpc-hub      clients, routers, how long they stay
 *   sfu-rpc-records  users, and what the callers' ids stand for
 *   sfu-rpc-call     calls; sfu-rpc-methods-* is what they do
 *   sfu-rpc-stats    what getStats and listProducers say
 *   sfu-rpc-monitor  heartbeats, and producers that fall silent
 *
 * Things close by themselves (a connection ends, a worker dies, a moderator
 * acts), so a record is believed only as far as the closed flag of its thing.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rpc-hub.h"

#include "sfu-room.h"

G_BEGIN_DECLS

typedef struct _SfuRpcMonitor SfuRpcMonitor;

typedef enum {
  SFU_RPC_TRANSPORT,
  SFU_RPC_PRODUCER,
  SFU_RPC_CONSUMER,
  SFU_RPC_N_KINDS
} SfuRpcKind;

/* Counted: calls under way keep it. */
struct _SfuRpcHub {
  const SfuServices *services; /* borrowed */
  gboolean stopping;
  GPtrArray *clients;                   /* of SfuRpcClient, borrowed */
  GHashTable *routers;                  /* id -> SfuRpcRouter, owned */
  GHashTable *records[SFU_RPC_N_KINDS]; /* id -> SfuRpcRecord, owned */
  GQueue closed_routers;                /* of ClosedRouter, oldest first */
  SfuRpcMonitor *monitor;               /* owned */
};

struct _SfuRpcClient {
  SfuRpcHub *hub; /* counted */
  const SfuRpcClientCallbacks *callbacks;
  gpointer owner;
};

typedef struct {
  gchar *id;           /* the caller's, and the name of the room */
  SfuRpcHub *hub;      /* borrowed */
  SfuRoom *room;       /* owned, and held */
  GHashTable *users;   /* set of SfuRpcClient, borrowed */
  GHashTable *members; /* user id -> SfuRpcMember, owned */
  guint grace_id;      /* source that lets it go; while nobody uses it */
} SfuRpcRouter;

/* producing, consuming, both. */
#define SFU_RPC_N_DIRECTIONS 3

/* A user in a router: a peer of the room, from its first transport to its last.
 * Counted: records and calls under way keep it. */
typedef struct {
  SfuRpcRouter *router; /* borrowed; NULL once it has left */
  SfuPeer *peer;        /* owned */
  GHashTable *records;  /* set of SfuRpcRecord, borrowed */
  guint n_pending;      /* transports that are being made */
  guint tidy_id;        /* idle source: something of it has closed */
  /* Transports that the user asked for himself (REST): their ids, owned. */
  gchar *own[SFU_RPC_N_DIRECTIONS];
} SfuRpcMember;

/* What an id of a caller stands for. Counted: calls under way keep it. */
typedef struct {
  SfuRpcKind kind;
  gchar *id;
  SfuRpcMember *member; /* owned */
  /* SfuRoomTransport, SfuRoomProducer or SfuRoomConsumer; owned. NULL while it
   * is being made. */
  gpointer thing;
  gboolean dropped; /* not in the hub any more */
  /* transports */
  JsonObject *reply;  /* owned; that of createTransport */
  GPtrArray *waiting; /* calls that get it when it has been made */
  /* producers */
  gboolean silent;       /* and the clients know */
  gint64 counts_from_us; /* silence before it does not count: a pause */
  /* consumers */
  gchar *producer_id; /* as the caller named it */
} SfuRpcRecord;

/* ---- sfu-rpc-hub.c ---- */

SfuRpcHub *sfu_rpc_hub_ref (SfuRpcHub *hub);
void sfu_rpc_hub_unref (SfuRpcHub *hub);
/* To all clients. Takes params. */
void sfu_rpc_hub_notify (
    SfuRpcHub *hub, const gchar *method, JsonObject *params);

/* client uses it from now on; NULL = somebody without a connection. */
void sfu_rpc_router_use (SfuRpcRouter *router, SfuRpcClient *client);
/* Borrowed. NULL and SFU_ERROR_NOT_FOUND when there is none, or it was
 * closed. */
SfuRpcRouter *sfu_rpc_find_router (
    SfuRpcHub *hub, const gchar *id, GError **error);
SfuRpcRouter *sfu_rpc_get_or_create_router (
    SfuRpcHub *hub, const gchar *id, GError **error);
/* Closes the room, for everybody in it, and remembers that for a while. */
void sfu_rpc_shut_router (SfuRpcRouter *router);
/* Was it closed a while ago, and not made again? */
gboolean sfu_rpc_was_closed (SfuRpcHub *hub, const gchar *router_id);

/* ---- sfu-rpc-records.c ---- */

/* The peer of a user; it joins the room when it is not there yet. grant NULL =
 * an application server speaks for it. Borrowed. */
SfuRpcMember *sfu_rpc_get_or_join (SfuRpcRouter *router, const gchar *user_id,
    const SfuGrant *grant, GError **error);
SfuRpcMember *sfu_rpc_member_ref (SfuRpcMember *member);
void sfu_rpc_member_unref (SfuRpcMember *member);
/* Its records are dropped, and the peer leaves the room. */
void sfu_rpc_member_leave (SfuRpcMember *member);
/* A little later: drops what has closed, and leaves with the last transport. */
void sfu_rpc_member_tidy_later (SfuRpcMember *member);

/* A new record, borrowed; the id must be free. */
SfuRpcRecord *sfu_rpc_add (
    SfuRpcMember *member, SfuRpcKind kind, const gchar *id);
SfuRpcRecord *sfu_rpc_record_ref (SfuRpcRecord *record);
void sfu_rpc_record_unref (SfuRpcRecord *record);
/* Idempotent. */
void sfu_rpc_drop (SfuRpcRecord *record);

/* Open, or being made; NULL = the id is free. Borrowed. */
SfuRpcRecord *sfu_rpc_lookup (SfuRpcHub *hub, SfuRpcKind kind, const gchar *id);
/* Open. NULL and SFU_ERROR_NOT_FOUND or, while it is being made,
 * SFU_ERROR_WRONG_STATE. Borrowed. */
SfuRpcRecord *sfu_rpc_find (
    SfuRpcHub *hub, SfuRpcKind kind, const gchar *id, GError **error);
/* The thing has closed, or is being made. */
gboolean sfu_rpc_record_is_open (const SfuRpcRecord *record);

/* ---- sfu-rpc-stats.c ---- */

/* Of the whole server, as in heartbeats. */
JsonObject *sfu_rpc_server_stats (SfuRpcHub *hub);
JsonObject *sfu_rpc_router_stats (SfuRpcRouter *router);
/* {producers: [...]}: all of the room. */
JsonObject *sfu_rpc_producer_list (SfuRpcRouter *router);

/* ---- sfu-rpc-monitor.c ---- */

SfuRpcMonitor *sfu_rpc_monitor_new (SfuRpcHub *hub);
void sfu_rpc_monitor_free (SfuRpcMonitor *monitor);
/* There are clients, or there are none. */
void sfu_rpc_monitor_set_running (SfuRpcMonitor *monitor, gboolean running);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRpcHub, sfu_rpc_hub_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRpcMember, sfu_rpc_member_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRpcRecord, sfu_rpc_record_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All rooms of the server, the workers they are spread over, and what the
 * workers report.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-drain.h"
#include "sfu-ice-servers.h"
#include "sfu-metrics.h"
#include "sfu-peer.h"
#include "sfu-worker-pool.h"

G_BEGIN_DECLS

typedef struct _SfuRooms SfuRooms;
typedef struct _SfuPresence SfuPresence;

typedef struct {
  guint max_rooms;
  guint max_peers; /* in a room */
  guint max_transports_per_peer;
  guint max_producers_per_peer;
  guint max_consumers_per_peer;
  guint linger_s;             /* how long a room stays that nobody needs */
  guint kick_ban_s;           /* how long who was kicked stays out */
  gboolean refuse_duplicates; /* else a second connection replaces the first */
  guint32 max_incoming_bps;   /* of a transport, bit/s; 0 = no bound */
  guint loudest;              /* audio streams that are forwarded; 0 = all */
  gboolean allow_impairment;  /* may clients lose packets on purpose? */
} SfuRoomLimits;

/* pool is borrowed and must live longer. router: the capabilities of every
 * room, copied. */
SfuRooms *sfu_rooms_new (SfuWorkerPool *pool, const SfuRtpCapabilities *router,
    const SfuRoomLimits *limits);
/* Closes all rooms (SFU_CLOSE_GOING_AWAY). NULL safe. */
void sfu_rooms_free (SfuRooms *rooms);

const SfuRoomLimits *sfu_rooms_get_limits (SfuRooms *rooms);
/* From now on; nobody who is in is put out. */
void sfu_rooms_set_limits (SfuRooms *rooms, const SfuRoomLimits *limits);
const SfuRtpCapabilities *sfu_rooms_get_capabilities (SfuRooms *rooms);
/* For what somebody makes of them. */
SfuMemo *sfu_rooms_get_capabilities_memo (SfuRooms *rooms);
SfuWorkerPool *sfu_rooms_get_pool (SfuRooms *rooms);
/* What is counted. Never NULL; borrowed: who keeps it takes a reference. */
SfuMetrics *sfu_rooms_get_metrics (SfuRooms *rooms);
/* Who takes part on other servers. Never NULL; borrowed. */
SfuPresence *sfu_rooms_get_presence (SfuRooms *rooms);

/* Never NULL; borrowed. */
SfuDrain *sfu_rooms_get_drain (SfuRooms *rooms);
/* Begins to drain: rooms that only linger are closed at once. */
void sfu_rooms_drain (SfuRooms *rooms, const SfuDrainOrder *order);

/* What peers are told to reach us through. Borrowed; NULL = nothing. */
void sfu_rooms_set_ice_servers (SfuRooms *rooms, const SfuIceServers *servers);
/* For this peer, with credentials; NULL = none. Of SfuIceServer. */
GPtrArray *sfu_rooms_mint_ice_servers (SfuRooms *rooms, const SfuPeer *peer);

/* Borrowed; NULL when there is none of that name. */
SfuRoom *sfu_rooms_find (SfuRooms *rooms, const gchar *id);
/* Borrowed. NULL and an error when there are too many, no worker runs, or the
 * server is being drained. A new
 * room goes again when nobody enters or holds it in this turn of the loop
 * (linger_s > 0: so long). */
SfuRoom *sfu_rooms_get_or_create (
    SfuRooms *rooms, const gchar *id, GError **error);

/* moved: called when a room goes on in another worker because its own is gone:
 * its peers are closed by then. One listener, once; destroy (owner) when the
 * rooms are freed. */
void sfu_rooms_watch_moves (SfuRooms *rooms,
    void (*moved) (gpointer owner, SfuRoom *room), gpointer owner,
    GDestroyNotify destroy);

/* Calls func for every room; it must not add or close rooms. */
void sfu_rooms_foreach (SfuRooms *rooms,
    void (*func) (SfuRoom *room, gpointer data), gpointer data);
guint sfu_rooms_n_rooms (SfuRooms *rooms);
/* Joined or not. */
guint sfu_rooms_n_peers (SfuRooms *rooms);
/* What the peers of all rooms have. */
typedef struct {
  guint joined; /* peers */
  guint transports, producers, consumers;
  guint producers_of[2], consumers_of[2]; /* by SfuMediaKind */
} SfuRoomsTotals;
void sfu_rooms_count (SfuRooms *rooms, SfuRoomsTotals *totals);

void sfu_rooms_close_all (SfuRooms *rooms, SfuCloseReason reason);

/* For SfuRoom and its parts: the indices by which reports find them. */
void sfu_rooms_forget_room (SfuRooms *rooms, SfuRoom *room);
void sfu_rooms_add_transport (SfuRooms *rooms, SfuRoomTransport *transport);
void sfu_rooms_forget_transport (
    SfuRooms *rooms, const SfuRoomTransport *transport);
void sfu_rooms_add_producer (SfuRooms *rooms, SfuRoomProducer *producer);
void sfu_rooms_forget_producer (
    SfuRooms *rooms, const SfuRoomProducer *producer);
void sfu_rooms_add_consumer (SfuRooms *rooms, SfuRoomConsumer *consumer);
void sfu_rooms_forget_consumer (
    SfuRooms *rooms, const SfuRoomConsumer *consumer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRooms, sfu_rooms_free)

G_END_DECLS

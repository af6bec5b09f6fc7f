/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hub of the media-server RPC: who is connected, which routers there are,
 * and how long each stays.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-private.h"

#include "sfu-error.h"

#include <string.h>

/* A call that was closed stays closed for who asks by REST: so long, and so
 * many of them. An application server can make it again at any time. */
#define CLOSED_FOR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define MAX_CLOSED_ROUTERS 4096
/* A router that only REST has asked for waits at least so long for an
 * application server. */
#define MIN_REST_GRACE_S 10

typedef struct {
  gchar *id;
  gint64 closed_us; /* monotonic */
} ClosedRouter;

/* ---- closed routers ---- */

static void
closed_router_free (gpointer data)
{
  ClosedRouter *closed = data;

  g_free (closed->id);
  g_free (closed);
}

static GList *
find_closed (SfuRpcHub *hub, const gchar *id)
{
  for (GList *l = hub->closed_routers.head; l != NULL; l = l->next)
    if (strcmp (((ClosedRouter *)l->data)->id, id) == 0)
      return l;
  return NULL;
}

static void
forget_closed (SfuRpcHub *hub, GList *link)
{
  if (link == NULL)
    return;
  closed_router_free (link->data);
  g_queue_delete_link (&hub->closed_routers, link);
}

static void
remember_closed (SfuRpcHub *hub, const gchar *id)
{
  ClosedRouter *closed = g_new (ClosedRouter, 1);

  forget_closed (hub, find_closed (hub, id));
  if (g_queue_get_length (&hub->closed_routers) >= MAX_CLOSED_ROUTERS)
    forget_closed (hub, hub->closed_routers.head);
  closed->id = g_strdup (id);
  closed->closed_us = g_get_monotonic_time ();
  g_queue_push_tail (&hub->closed_routers, closed);
}

gboolean
sfu_rpc_was_closed (SfuRpcHub *hub, const gchar *router_id)
{
  GList *link = find_closed (hub, router_id);
  ClosedRouter *closed = link != NULL ? link->data : NULL;

  return closed != NULL &&
      g_get_monotonic_time () - closed->closed_us < CLOSED_FOR_US;
}

/* ---- routers ---- */

/* Its users leave the room; the room stays open for whoever else is in it. */
static void
router_free (SfuRpcRouter *router)
{
  g_autoptr (GPtrArray) members = sfu_peer_table_values (router->members);

  g_clear_handle_id (&router->grace_id, g_source_remove);
  for (guint i = 0; i < members->len; i++)
    sfu_rpc_member_leave (members->pdata[i]);
  sfu_room_release (router->room);
  sfu_room_unref (router->room);
  g_hash_table_unref (router->members);
  g_hash_table_unref (router->users);
  g_free (router->id);
  g_free (router);
}

static void
drop_router (SfuRpcRouter *router)
{
  g_hash_table_remove (router->hub->routers, router->id);
  router_free (router);
}

static gboolean
on_grace_over (gpointer data)
{
  SfuRpcRouter *router = data;

  g_info ("router=%s used by nobody any more", router->id);
  router->grace_id = 0;
  drop_router (router);
  return G_SOURCE_REMOVE;
}

static void
start_grace (SfuRpcRouter *router, guint seconds)
{
  g_clear_handle_id (&router->grace_id, g_source_remove);
  router->grace_id = g_timeout_add_seconds (seconds, on_grace_over, router);
}

void
sfu_rpc_router_use (SfuRpcRouter *router, SfuRpcClient *client)
{
  if (client != NULL) {
    g_clear_handle_id (&router->grace_id, g_source_remove);
    g_hash_table_add (router->users, client);
  } else if (g_hash_table_size (router->users) == 0) {
    start_grace (router,
        MAX (router->hub->services->config->rpc_grace_s, MIN_REST_GRACE_S));
  }
}

static void
stop_using (SfuRpcRouter *router, SfuRpcClient *client)
{
  if (g_hash_table_remove (router->users, client) &&
      g_hash_table_size (router->users) == 0)
    start_grace (router, router->hub->services->config->rpc_grace_s);
}

static SfuRpcRouter *
lookup_router (SfuRpcHub *hub, const gchar *id)
{
  SfuRpcRouter *router = g_hash_table_lookup (hub->routers, id);

  /* By a worker's death, or by somebody who may. */
  if (router != NULL && router->room->closed) {
    drop_router (router);
    return NULL;
  }
  return router;
}

/* Of one that could not be made the reason is told once; then it is as unknown as
 * any other. */
SfuRpcRouter *
sfu_rpc_find_router (SfuRpcHub *hub, const gchar *id, GError **error)
{
  SfuRpcRouter *router = g_hash_table_lookup (hub->routers, id);
  g_autoptr (GError) refusal = router != NULL && router->room->refusal != NULL
      ? g_error_copy (router->room->refusal)
      : NULL;

  router = lookup_router (hub, id);
  if (refusal != NULL)
    g_propagate_error (error, g_steal_pointer (&refusal));
  else if (router == NULL)
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
        "router \"%s\" is not known, or closed", id);
  return router;
}

SfuRpcRouter *
sfu_rpc_get_or_create_router (SfuRpcHub *hub, const gchar *id, GError **error)
{
  SfuRpcRouter *router = lookup_router (hub, id);
  SfuRoom *room;

  if (router != NULL)
    return router;
  room = sfu_rooms_get_or_create (hub->services->rooms, id, error);
  if (room == NULL)
    return NULL;
  router = g_new0 (SfuRpcRouter, 1);
  router->id = g_strdup (id);
  router->hub = hub;
  router->room = sfu_room_ref (room);
  sfu_room_hold (room);
  router->users = g_hash_table_new (NULL, NULL);
  router->members = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)sfu_rpc_member_unref);
  g_hash_table_insert (hub->routers, router->id, router);
  forget_closed (hub, find_closed (hub, id));
  return router;
}

void
sfu_rpc_shut_router (SfuRpcRouter *router)
{
  g_autoptr (SfuRoom) room = sfu_room_ref (router->room);

  g_info ("router=%s closed by its application server", router->id);
  remember_closed (router->hub, router->id);
  drop_router (router);
  sfu_room_close (room, SFU_CLOSE_ROOM);
}

/* ---- clients ---- */

SfuRpcClient *
sfu_rpc_hub_connect (
    SfuRpcHub *hub, const SfuRpcClientCallbacks *callbacks, gpointer owner)
{
  SfuRpcClient *client;

  if (hub->stopping || hub->clients->len >= SFU_RPC_MAX_CLIENTS)
    return NULL;
  client = g_new0 (SfuRpcClient, 1);
  client->hub = sfu_rpc_hub_ref (hub);
  client->callbacks = callbacks;
  client->owner = owner;
  g_ptr_array_add (hub->clients, client);
  sfu_rpc_monitor_set_running (hub->monitor, TRUE);
  return client;
}

void
sfu_rpc_client_free (SfuRpcClient *client)
{
  g_autoptr (SfuRpcHub) hub = client->hub;
  GHashTableIter iter;
  gpointer router;

  g_ptr_array_remove (hub->clients, client);
  g_hash_table_iter_init (&iter, hub->routers);
  while (g_hash_table_iter_next (&iter, NULL, &router))
    stop_using (router, client);
  if (hub->clients->len == 0 && hub->monitor != NULL)
    sfu_rpc_monitor_set_running (hub->monitor, FALSE);
  g_free (client);
}

void
sfu_rpc_hub_notify (SfuRpcHub *hub, const gchar *method, JsonObject *params)
{
  g_autoptr (JsonNode) node = sfu_shape_node (params);

  for (guint i = 0; i < hub->clients->len; i++) {
    SfuRpcClient *client = hub->clients->pdata[i];

    client->callbacks->notify (client->owner, method, json_node_copy (node));
  }
}

/* Of a hub that was freed there is nothing in the table any more.
 *
 * The room goes on in another worker, without anything that was made in it: for
 * an application server its router is gone, and createRouter makes it again. */
static void
on_room_moved (gpointer owner, SfuRoom *room)
{
  SfuRpcHub *hub = owner;
  SfuRpcRouter *router = g_hash_table_lookup (hub->routers, room->id);
  JsonObject *params;

  if (router == NULL || router->room != room)
    return;
  params = json_object_new ();
  json_object_set_string_member (params, "routerId", router->id);
  json_object_set_string_member (params, "reason", "workerDied");
  g_message ("router=%s its worker died", router->id);
  drop_router (router);
  sfu_rpc_hub_notify (hub, "routerClosed", params);
}

/* ---- life ---- */

SfuRpcHub *
sfu_rpc_hub_new (const SfuServices *services)
{
  SfuRpcHub *hub = g_rc_box_new0 (SfuRpcHub);

  hub->services = services;
  hub->clients = g_ptr_array_new ();
  /* Each is dropped by functions that find it in here, so that no table frees
   * what is in it. */
  hub->routers = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < SFU_RPC_N_KINDS; i++)
    hub->records[i] = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&hub->closed_routers);
  hub->monitor = sfu_rpc_monitor_new (hub);
  sfu_rooms_watch_moves (services->rooms, on_room_moved, sfu_rpc_hub_ref (hub),
      (GDestroyNotify)sfu_rpc_hub_unref);
  return hub;
}

SfuRpcHub *
sfu_rpc_hub_ref (SfuRpcHub *hub)
{
  return g_rc_box_acquire (hub);
}

static void
hub_clear (gpointer data)
{
  SfuRpcHub *hub = data;

  g_ptr_array_unref (hub->clients);
  g_hash_table_unref (hub->routers);
  for (guint i = 0; i < SFU_RPC_N_KINDS; i++)
    g_hash_table_unref (hub->records[i]);
}

void
sfu_rpc_hub_unref (SfuRpcHub *hub)
{
  g_rc_box_release_full (hub, hub_clear);
}

void
sfu_rpc_hub_stop (SfuRpcHub *hub)
{
  hub->stopping = TRUE;
  for (guint i = 0; i < hub->clients->len; i++) {
    SfuRpcClient *client = hub->clients->pdata[i];

    client->callbacks->stop (client->owner);
  }
}

gboolean
sfu_rpc_hub_is_idle (SfuRpcHub *hub)
{
  return hub->clients->len == 0;
}

void
sfu_rpc_hub_free (SfuRpcHub *hub)
{
  g_autoptr (GPtrArray) routers = NULL;

  if (hub == NULL)
    return;
  sfu_rpc_hub_stop (hub);
  g_clear_pointer (&hub->monitor, sfu_rpc_monitor_free);
  routers = sfu_peer_table_values (hub->routers);
  for (guint i = 0; i < routers->len; i++)
    drop_router (routers->pdata[i]);
  g_queue_clear_full (&hub->closed_routers, closed_router_free);
  sfu_rpc_hub_unref (hub);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users of the media-server RPC, and what the callers' ids stand for.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-private.h"

#include "sfu-dispatch.h"
#include "sfu-error.h"
#include "sfu-room-media.h"

static const gchar *const kind_names[] = {
  [SFU_RPC_TRANSPORT] = "transport",
  [SFU_RPC_PRODUCER] = "producer",
  [SFU_RPC_CONSUMER] = "consumer",
};
G_STATIC_ASSERT (G_N_ELEMENTS (kind_names) == SFU_RPC_N_KINDS);

/* ---- records ---- */

SfuRpcRecord *
sfu_rpc_add (SfuRpcMember *member, SfuRpcKind kind, const gchar *id)
{
  SfuRpcRecord *record = g_rc_box_new0 (SfuRpcRecord);

  record->kind = kind;
  record->id = g_strdup (id);
  record->member = sfu_rpc_member_ref (member);
  record->counts_from_us = g_get_monotonic_time ();
  g_hash_table_add (member->records, record);
  g_hash_table_insert (member->router->hub->records[kind], record->id, record);
  return record;
}

SfuRpcRecord *
sfu_rpc_record_ref (SfuRpcRecord *record)
{
  return g_rc_box_acquire (record);
}

static void
unref_thing (SfuRpcKind kind, gpointer thing)
{
  switch (kind) {
    case SFU_RPC_TRANSPORT:
      sfu_room_transport_unref (thing);
      break;
    case SFU_RPC_PRODUCER:
      sfu_room_producer_unref (thing);
      break;
    case SFU_RPC_CONSUMER:
      sfu_room_consumer_unref (thing);
      break;
    case SFU_RPC_N_KINDS:
      break;
  }
}

static void
record_clear (gpointer data)
{
  SfuRpcRecord *record = data;

  unref_thing (record->kind, record->thing);
  g_clear_pointer (&record->reply, json_object_unref);
  g_clear_pointer (&record->waiting, g_ptr_array_unref);
  sfu_rpc_member_unref (record->member);
  g_free (record->producer_id);
  g_free (record->id);
}

void
sfu_rpc_record_unref (SfuRpcRecord *record)
{
  g_rc_box_release_full (record, record_clear);
}

void
sfu_rpc_drop (SfuRpcRecord *record)
{
  SfuRpcMember *member = record->member;

  if (record->dropped)
    return;
  record->dropped = TRUE;
  g_hash_table_remove (member->records, record);
  g_hash_table_remove (member->router->hub->records[record->kind], record->id);
  sfu_rpc_record_unref (record);
}

gboolean
sfu_rpc_record_is_open (const SfuRpcRecord *record)
{
  const void *thing = record->thing;

  if (thing == NULL)
    return FALSE;
  switch (record->kind) {
    case SFU_RPC_TRANSPORT:
      return !((const SfuRoomTransport *)thing)->closed;
    case SFU_RPC_PRODUCER:
      return !((const SfuRoomProducer *)thing)->closed;
    case SFU_RPC_CONSUMER:
      return !((const SfuRoomConsumer *)thing)->closed;
    case SFU_RPC_N_KINDS:
    default:
      return FALSE;
  }
}

SfuRpcRecord *
sfu_rpc_lookup (SfuRpcHub *hub, SfuRpcKind kind, const gchar *id)
{
  SfuRpcRecord *record = g_hash_table_lookup (hub->records[kind], id);

  if (record != NULL && record->thing != NULL &&
      !sfu_rpc_record_is_open (record)) {
    sfu_rpc_drop (record);
    return NULL;
  }
  return record;
}

SfuRpcRecord *
sfu_rpc_find (SfuRpcHub *hub, SfuRpcKind kind, const gchar *id, GError **error)
{
  SfuRpcRecord *record = sfu_rpc_lookup (hub, kind, id);

  if (record == NULL) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
        "%s \"%s\" is not known, or closed", kind_names[kind], id);
    return NULL;
  }
  if (record->thing == NULL) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_WRONG_STATE,
        "%s \"%s\" is still being made", kind_names[kind], id);
    return NULL;
  }
  return record;
}

/* ---- members ---- */

SfuRpcMember *
sfu_rpc_member_ref (SfuRpcMember *member)
{
  return g_rc_box_acquire (member);
}

static void
member_clear (gpointer data)
{
  SfuRpcMember *member = data;

  for (guint i = 0; i < SFU_RPC_N_DIRECTIONS; i++)
    g_free (member->own[i]);
  g_clear_pointer (&member->peer, sfu_peer_unref);
  g_hash_table_unref (member->records);
}

void
sfu_rpc_member_unref (SfuRpcMember *member)
{
  g_rc_box_release_full (member, member_clear);
}

static GPtrArray *
records_of (SfuRpcMember *member)
{
  return sfu_peer_table_values (member->records);
}

/* The peer is not in the room any more, or is about to leave it. */
static void
forget (SfuRpcMember *member)
{
  g_autoptr (SfuRpcMember) keep = sfu_rpc_member_ref (member);
  g_autoptr (GPtrArray) records = records_of (member);

  if (member->router == NULL)
    return;
  g_clear_handle_id (&member->tidy_id, g_source_remove);
  for (guint i = 0; i < records->len; i++)
    sfu_rpc_drop (records->pdata[i]);
  g_hash_table_remove (member->router->members, member->peer->id);
  member->router = NULL;
}

void
sfu_rpc_member_leave (SfuRpcMember *member)
{
  g_autoptr (SfuPeer) peer = sfu_peer_ref (member->peer);

  forget (member);
  sfu_room_remove_peer (peer);
}

static gboolean
on_tidy (gpointer data)
{
  SfuRpcMember *member = data;
  g_autoptr (GPtrArray) records = records_of (member);

  member->tidy_id = 0;
  for (guint i = 0; i < records->len; i++) {
    SfuRpcRecord *record = records->pdata[i];

    if (record->thing != NULL && !sfu_rpc_record_is_open (record))
      sfu_rpc_drop (record);
  }
  if (member->n_pending == 0 &&
      g_hash_table_size (member->peer->transports) == 0)
    sfu_rpc_member_leave (member);
  return G_SOURCE_REMOVE;
}

/* A member in a router is alive, and forget takes the source away. */
void
sfu_rpc_member_tidy_later (SfuRpcMember *member)
{
  if (member->router != NULL && member->tidy_id == 0)
    member->tidy_id =
        g_idle_add_full (G_PRIORITY_DEFAULT, on_tidy, member, NULL);
}

/* ---- the room speaks ---- */

static void
on_notify (gpointer owner, const SfuNotice *notice)
{
  if (notice->kind == SFU_NOTICE_TRANSPORT_CLOSED ||
      notice->kind == SFU_NOTICE_CONSUMER_CLOSED)
    sfu_rpc_member_tidy_later (owner);
}

/* Its peers ask for each consumer. */
static void
on_offer_consumer (gpointer owner, SfuRoomConsumer *consumer)
{
}

static void
on_closed (gpointer owner, SfuCloseReason reason)
{
  forget (owner);
}

static const SfuPeerSink sink = {
  .notify = on_notify,
  .offer_consumer = on_offer_consumer,
  .closed = on_closed,
};

/* ---- joining ---- */

static void
on_joined (
    gpointer owner, SfuCall *call, const SfuReply *reply, const GError *error)
{
  GError **result = owner;

  if (reply == NULL)
    *result = g_error_copy (error);
}

/* The room answers to a join at once: it asks nobody. */
static gboolean
join (SfuRpcMember *member, GError **error)
{
  SfuRequest *request = sfu_request_new (SFU_METHOD_JOIN);
  GError *local = NULL;

  if (member->peer->display_name == NULL)
    request->display_name = g_strdup (member->peer->id);
  request->user_id = g_strdup (member->peer->id);
  sfu_dispatch (sfu_call_new (member->peer, request, 0, on_joined, &local));
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

SfuRpcMember *
sfu_rpc_get_or_join (SfuRpcRouter *router, const gchar *user_id,
    const SfuGrant *grant, GError **error)
{
  SfuRpcMember *member = g_hash_table_lookup (router->members, user_id);

  if (member != NULL)
    return member;
  member = g_rc_box_new0 (SfuRpcMember);
  member->records = g_hash_table_new (NULL, NULL);
  member->peer = sfu_services_enter (
      router->hub->services, grant, router->id, user_id, &sink, member, error);
  if (member->peer == NULL) {
    sfu_rpc_member_unref (member);
    return NULL;
  }
  /* An application server answers for its users itself. */
  if (grant == NULL)
    member->peer->rights = SFU_RIGHTS_ALL;
  member->peer->dialect = "rpc";
  member->router = router;
  g_hash_table_insert (router->members, member->peer->id, member);
  if (join (member, error))
    return member;
  sfu_rpc_member_leave (member);
  return NULL;
}

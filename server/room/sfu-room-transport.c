/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport of a room, as the server keeps it.
 *
 * Threads: the server's one thread. */
#include "sfu-room-media.h"

#include "sfu-id.h"
#include "sfu-room-calls.h"
#include "sfu-room.h"

SfuRoomTransport *
sfu_room_transport_new (SfuPeer *peer, gboolean producing, gboolean consuming)
{
  SfuRoomTransport *transport = g_rc_box_new0 (SfuRoomTransport);

  transport->id = sfu_id_new ();
  transport->peer = peer;
  transport->producing = producing;
  transport->consuming = consuming;
  g_hash_table_insert (
      peer->transports, transport->id, sfu_room_transport_ref (transport));
  if (peer->room->rooms != NULL)
    sfu_rooms_add_transport (peer->room->rooms, transport);
  return transport;
}

SfuRoomTransport *
sfu_room_transport_ref (SfuRoomTransport *transport)
{
  return g_rc_box_acquire (transport);
}

static void
transport_clear (gpointer data)
{
  SfuRoomTransport *transport = data;

  g_free (transport->id);
}

void
sfu_room_transport_unref (SfuRoomTransport *transport)
{
  if (transport != NULL)
    g_rc_box_release_full (transport, transport_clear);
}

static void
close_consumers (SfuRoomTransport *transport)
{
  g_autoptr (GPtrArray) consumers =
      sfu_peer_table_values (transport->peer->consumers);

  for (guint i = 0; i < consumers->len; i++) {
    SfuRoomConsumer *consumer = consumers->pdata[i];

    /* The client knows: what it received them on is gone. */
    if (consumer->transport == transport)
      sfu_room_consumer_close (consumer, FALSE);
  }
}

static void
close_producers (SfuRoomTransport *transport)
{
  g_autoptr (GPtrArray) producers =
      sfu_peer_table_values (transport->peer->producers);

  for (guint i = 0; i < producers->len; i++) {
    SfuRoomProducer *producer = producers->pdata[i];

    if (producer->transport == transport)
      sfu_room_producer_close (producer);
  }
}

void
sfu_room_transport_close (SfuRoomTransport *transport)
{
  g_autoptr (SfuRoomTransport) keep = NULL;
  g_autoptr (SfuPeer) peer = NULL;
  SfuNotice notice = { .kind = SFU_NOTICE_TRANSPORT_CLOSED,
    .transport = transport };

  if (transport->closed)
    return;
  keep = sfu_room_transport_ref (transport);
  peer = notice.peer = sfu_peer_ref (transport->peer);
  transport->closed = TRUE;
  transport->live = FALSE;
  close_consumers (transport);
  close_producers (transport);
  if (!peer->room->closed)
    sfu_room_tell_close_transport (
        sfu_room_router (peer->room)->worker, transport->id);
  if (peer->room->rooms != NULL)
    sfu_rooms_forget_transport (peer->room->rooms, transport);
  transport->peer = NULL;
  g_hash_table_remove (peer->transports, transport->id);
  sfu_peer_notify (peer, &notice);
}

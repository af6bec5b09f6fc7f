/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Consumers that a client of the native protocol is asked to take.
 *
 * Threads: the server's one thread. */
#include "sfu-native-session-private.h"

#include "sfu-native.h"
#include "sfu-room-media.h"

/* Consumers that the client has been asked to take and has not answered. */
#define MAX_OFFERS 2048

typedef struct {
  SfuNativeSession *session; /* borrowed: it owns the table of offers */
  gint64 id;
  SfuRoomConsumer *consumer; /* owned */
  guint timeout_id;
} Offer;

static void
offer_free (gpointer data)
{
  Offer *offer = data;

  g_clear_handle_id (&offer->timeout_id, g_source_remove);
  sfu_room_consumer_unref (offer->consumer);
  g_free (offer);
}

GHashTable *
sfu_native_offers_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, offer_free);
}

static gboolean
on_offer_timeout (gpointer data)
{
  Offer *offer = data;
  g_autoptr (SfuRoomConsumer) consumer =
      sfu_room_consumer_ref (offer->consumer);
  SfuNativeSession *session = offer->session;

  offer->timeout_id = 0;
  g_message (
      "%s consumer=%s not answered in time", session->label, consumer->id);
  g_hash_table_remove (session->offers, &offer->id);
  sfu_room_consumer_close (consumer, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_too_many_offers (gpointer data)
{
  sfu_room_consumer_close (data, FALSE);
  return G_SOURCE_REMOVE;
}

void
sfu_native_offer (SfuNativeSession *session, SfuRoomConsumer *consumer)
{
  Offer *offer;

  if (g_hash_table_size (session->offers) >= MAX_OFFERS) {
    g_message ("%s does not answer: consumer=%s given up", session->label,
        consumer->id);
    /* Later: the room is not to be called from here. */
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_too_many_offers,
        sfu_room_consumer_ref (consumer),
        (GDestroyNotify)sfu_room_consumer_unref);
    return;
  }
  offer = g_new0 (Offer, 1);
  offer->session = session;
  offer->id = session->next_id++;
  offer->consumer = sfu_room_consumer_ref (consumer);
  offer->timeout_id = g_timeout_add_seconds (
      session->services->limits.request_timeout_s, on_offer_timeout, offer);
  g_hash_table_insert (session->offers, &offer->id, offer);
  sfu_native_session_send (session,
      sfu_protoo_request (
          offer->id, "newConsumer", sfu_native_encode_new_consumer (consumer)));
}

void
sfu_native_offer_answered (
    SfuNativeSession *session, const SfuProtooMessage *message)
{
  Offer *offer = g_hash_table_lookup (session->offers, &message->id);
  g_autoptr (SfuRoomConsumer) consumer = NULL;

  if (offer == NULL) {
    g_debug ("%s answers to nothing", session->label);
    return;
  }
  consumer = sfu_room_consumer_ref (offer->consumer);
  g_hash_table_remove (session->offers, &message->id);
  if (message->ok) {
    sfu_room_consumer_accept (consumer);
  } else {
    g_message ("%s consumer=%s refused by the client: %s", session->label,
        consumer->id, message->error_reason);
    sfu_room_consumer_close (consumer, FALSE);
  }
}

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
  gint64 due_us;             /* 0 while the session waits for its client */
  gboolean sent;
} Offer;

static void
offer_free (gpointer data)
{
  Offer *offer = data;

  sfu_room_consumer_unref (offer->consumer);
  g_free (offer);
}

GHashTable *
sfu_native_offers_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, offer_free);
}

/* ---- time ---- */

/* One that is due; *next_us: when the next one will be, 0 = none. */
static Offer *
find_due (SfuNativeSession *session, gint64 now_us, gint64 *next_us)
{
  GHashTableIter iter;
  gpointer value;

  *next_us = 0;
  g_hash_table_iter_init (&iter, session->offers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Offer *offer = value;

    if (offer->due_us == 0)
      continue;
    if (offer->due_us <= now_us)
      return offer;
    if (*next_us == 0 || offer->due_us < *next_us)
      *next_us = offer->due_us;
  }
  return NULL;
}

static void
give_up (Offer *offer)
{
  g_autoptr (SfuRoomConsumer) consumer =
      sfu_room_consumer_ref (offer->consumer);
  SfuNativeSession *session = offer->session;

  g_message (
      "%s consumer=%s not answered in time", session->label, consumer->id);
  g_hash_table_remove (session->offers, &offer->id);
  sfu_room_consumer_close (consumer, TRUE);
}

static gboolean on_offers_timeout (gpointer data);

static void
arm (SfuNativeSession *session, gint64 due_us)
{
  gint64 wait_us = MAX (due_us - g_get_monotonic_time (), 0);

  session->offers_id = g_timeout_add (
      wait_us / G_TIME_SPAN_MILLISECOND + 1, on_offers_timeout, session);
}

static gboolean
on_offers_timeout (gpointer data)
{
  SfuNativeSession *session = data;
  gint64 now_us = g_get_monotonic_time (), next_us;
  Offer *offer;

  session->offers_id = 0;
  while ((offer = find_due (session, now_us, &next_us)) != NULL)
    give_up (offer);
  if (next_us != 0 && session->offers_id == 0)
    arm (session, next_us);
  return G_SOURCE_REMOVE;
}

/* One timer for all of a session: whoever enters a large room is asked to take
 * everything in it, and each turn of the loop looks at all timers. They all have
 * the same time, so the one that runs is the earliest. */
static void
start_timeout (Offer *offer)
{
  SfuNativeSession *session = offer->session;

  offer->due_us = g_get_monotonic_time () +
      session->services->limits.request_timeout_s * G_USEC_PER_SEC;
  if (session->offers_id == 0)
    arm (session, offer->due_us);
}

/* Takes what was offered back. */
static void
forget (SfuNativeSession *session, gint64 id)
{
  g_hash_table_remove (session->offers, &id);
  if (g_hash_table_size (session->offers) == 0)
    g_clear_handle_id (&session->offers_id, g_source_remove);
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
  offer->sent = session->socket != NULL;
  if (offer->sent)
    start_timeout (offer);
  g_hash_table_insert (session->offers, &offer->id, offer);
  sfu_native_session_send_tagged (session,
      sfu_protoo_request (
          offer->id, "newConsumer", sfu_native_encode_new_consumer (consumer)),
      offer->id);
}

/* It had been asked after all, before the connection broke: what it has taken
 * is closed, and it may have heard of that before it took it. */
static void
answered_late (SfuNativeSession *session, gint64 id)
{
  const gchar *consumer_id = session->reoffered != NULL
      ? g_hash_table_lookup (session->reoffered, &id)
      : NULL;
  SfuRoomConsumer consumer = { .id = (gchar *)consumer_id };
  SfuNotice notice = { .kind = SFU_NOTICE_CONSUMER_CLOSED,
    .consumer = &consumer };

  if (consumer_id == NULL) {
    g_debug ("%s answers to nothing", session->label);
    return;
  }
  sfu_native_session_notify (session, &notice);
  g_hash_table_remove (session->reoffered, &id);
}

void
sfu_native_offer_answered (
    SfuNativeSession *session, const SfuProtooMessage *message)
{
  Offer *offer = g_hash_table_lookup (session->offers, &message->id);
  g_autoptr (SfuRoomConsumer) consumer = NULL;

  if (offer == NULL) {
    answered_late (session, message->id);
    return;
  }
  if (session->outbox != NULL)
    sfu_outbox_tag_arrived (session->outbox, message->id);
  consumer = sfu_room_consumer_ref (offer->consumer);
  forget (session, message->id);
  if (message->ok) {
    sfu_room_consumer_accept (consumer);
  } else {
    g_message ("%s consumer=%s refused by the client: %s", session->label,
        consumer->id, message->error_reason);
    sfu_room_consumer_close (consumer, FALSE);
  }
}

/* ---- a connection breaks, another one comes ---- */

void
sfu_native_offers_wait (SfuNativeSession *session)
{
  GHashTableIter iter;
  gpointer value;

  g_clear_handle_id (&session->offers_id, g_source_remove);
  g_hash_table_iter_init (&iter, session->offers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((Offer *)value)->due_us = 0;
}

void
sfu_native_offers_go_on (SfuNativeSession *session)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, session->offers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Offer *offer = value;

    offer->sent = TRUE;
    if (offer->due_us == 0)
      start_timeout (offer);
  }
}

gboolean
sfu_native_offer_is_unsent (SfuNativeSession *session, gint64 id)
{
  const Offer *offer = g_hash_table_lookup (session->offers, &id);

  return offer != NULL && !offer->sent;
}

static void
renew (SfuNativeSession *session, SfuRoomConsumer *consumer)
{
  g_autoptr (SfuRoomProducer) producer = NULL;

  if (consumer->closed)
    return;
  producer = sfu_room_producer_ref (consumer->producer);
  sfu_room_consumer_close (consumer, TRUE);
  sfu_room_consumer_offer (session->peer, producer);
}

void
sfu_native_offers_renew (SfuNativeSession *session)
{
  g_autoptr (GPtrArray) all = sfu_peer_table_values (session->offers);

  g_hash_table_remove_all (session->reoffered);
  for (guint i = 0; i < all->len; i++) {
    Offer *offer = all->pdata[i];
    g_autoptr (SfuRoomConsumer) consumer = NULL;
    gint64 *id;

    if (!offer->sent)
      continue;
    consumer = sfu_room_consumer_ref (offer->consumer);
    id = g_new (gint64, 1);
    *id = offer->id;
    g_hash_table_insert (session->reoffered, id, g_strdup (consumer->id));
    g_hash_table_remove (session->offers, id);
    renew (session, consumer);
  }
}

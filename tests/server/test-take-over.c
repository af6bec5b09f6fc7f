/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A peer whose connection is replaced: who is told what, and what it keeps.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-room-media.h"
#include "sfu-room.h"

/* A connection that only counts. */
typedef struct {
  guint n_new_peer, n_peer_closed, n_producer_closed, n_renamed, n_chat;
  guint n_closed;
  SfuCloseReason reason;
} Ear;

static void
on_notify (gpointer owner, const SfuNotice *notice)
{
  Ear *ear = owner;

  ear->n_new_peer += notice->kind == SFU_NOTICE_NEW_PEER;
  ear->n_peer_closed += notice->kind == SFU_NOTICE_PEER_CLOSED;
  ear->n_producer_closed += notice->kind == SFU_NOTICE_PRODUCER_CLOSED;
  ear->n_renamed += notice->kind == SFU_NOTICE_DISPLAY_NAME_CHANGED;
  ear->n_chat += notice->kind == SFU_NOTICE_CHAT;
}

static void
on_offer (gpointer owner, SfuRoomConsumer *consumer)
{
}

static void
on_closed (gpointer owner, SfuCloseReason reason)
{
  Ear *ear = owner;

  ear->n_closed++;
  ear->reason = reason;
}

static const SfuPeerSink sink = {
  .notify = on_notify,
  .offer_consumer = on_offer,
  .closed = on_closed,
};

static SfuPeer *
join (Fixture *f, const gchar *id, Ear *ear)
{
  g_autoptr (GError) error = NULL;
  SfuRoom *room =
      sfu_rooms_get_or_create (sfu_server_get_rooms (f->server), "r", &error);
  SfuPeer *peer;

  g_assert_no_error (error);
  peer = sfu_room_add_peer (room, id, &sink, ear, &error);
  g_assert_no_error (error);
  peer->display_name = g_strdup (id);
  sfu_room_peer_joined (peer);
  return peer;
}

static void
test_take_over (void)
{
  Fixture f;
  Ear a_ear = { 0 }, b_ear = { 0 }, a_again = { 0 };
  SfuNotice chat = { .kind = SFU_NOTICE_CHAT, .text = "hello" };
  g_autoptr (SfuPeer) a = NULL;
  g_autoptr (SfuPeer) b = NULL;
  g_autoptr (SfuRoomTransport) transport = NULL;
  SfuRtpParameters *consumable = sfu_rtp_parameters_new ();
  g_autoptr (SfuRtpParameters) parameters = sfu_rtp_parameters_new ();
  g_autoptr (SfuRoomProducer) producer = NULL;

  fixture_start (&f, NULL);
  b = join (&f, "b", &b_ear);
  a = join (&f, "a", &a_ear);
  g_assert_cmpuint (b_ear.n_new_peer, ==, 1);
  transport = sfu_room_transport_new (a, TRUE, FALSE);
  producer = sfu_room_producer_new (
      transport, SFU_MEDIA_AUDIO, parameters, consumable, NULL, FALSE);
  sfu_room_producer_went_live (producer);

  sfu_room_take_over (a, &sink, &a_again);
  g_assert_cmpuint (a_ear.n_closed, ==, 1);
  g_assert_cmpint (a_ear.reason, ==, SFU_CLOSE_REPLACED);
  /* Nobody has noticed, and everything is where it was. */
  g_assert_cmpuint (b_ear.n_new_peer, ==, 1);
  g_assert_cmpuint (b_ear.n_peer_closed, ==, 0);
  g_assert_cmpuint (b_ear.n_producer_closed, ==, 0);
  g_assert_false (producer->closed);
  g_assert_true (a->joined);
  g_assert_false (a->closed);
  g_assert_true (g_hash_table_lookup (a->room->peers, "a") == a);
  /* Only the new connection hears. */
  sfu_room_notify (a->room, &chat, NULL);
  g_assert_cmpuint (a_ear.n_chat, ==, 0);
  g_assert_cmpuint (a_again.n_chat, ==, 1);

  sfu_room_close_media (a);
  g_assert_true (transport->closed);
  g_assert_true (producer->closed);
  g_assert_cmpuint (b_ear.n_producer_closed, ==, 1);
  g_assert_cmpuint (b_ear.n_peer_closed, ==, 0);

  sfu_room_set_display_name (a, "Anna");
  g_assert_cmpuint (b_ear.n_renamed, ==, 1);
  g_assert_cmpuint (a_again.n_renamed, ==, 0);
  g_assert_cmpstr (a->display_name, ==, "Anna");

  /* And the last call goes to the new one. */
  sfu_room_close (a->room, SFU_CLOSE_ROOM);
  g_assert_cmpuint (a_again.n_closed, ==, 1);
  g_assert_cmpuint (a_ear.n_closed, ==, 1);
  g_clear_pointer (&a, sfu_peer_unref);
  g_clear_pointer (&b, sfu_peer_unref);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/take-over", test_take_over);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of rooms: how long one stays open, who may come in.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-error.h"
#include "sfu-room-rules.h"

#include <string.h>

static SfuRooms *
rooms_of (Fixture *f)
{
  return sfu_server_get_rooms (f->server);
}

static gboolean
has_room (Fixture *f, const gchar *name)
{
  return sfu_rooms_find (rooms_of (f), name) != NULL;
}

/* A room that a test takes for itself. */
static SfuRoom *
open_room (Fixture *f, const gchar *name)
{
  g_autoptr (GError) error = NULL;
  SfuRoom *room = sfu_rooms_get_or_create (rooms_of (f), name, &error);

  g_assert_no_error (error);
  return sfu_room_ref (room);
}

/* Made, and nobody enters. */
static void
test_unused (void)
{
  Fixture f;
  g_autoptr (SfuRoom) room = NULL;

  fixture_start (&f, NULL);
  room = open_room (&f, "r");
  g_assert_true (has_room (&f, "r"));
  WAIT_UNTIL (!has_room (&f, "r"));
  g_assert_true (room->closed);
  fixture_stop (&f);
}

static void
test_hold (void)
{
  Fixture f;
  g_autoptr (SfuRoom) room = NULL;
  g_autoptr (Client) c = NULL;

  fixture_start (&f, NULL);
  room = open_room (&f, "r");
  sfu_room_hold (room);
  sfu_room_hold (room);
  /* Somebody comes and goes: it stays. */
  c = client_new (&f, "r", "a");
  WAIT_UNTIL (sfu_rooms_n_peers (rooms_of (&f)) == 1);
  g_clear_pointer (&c, client_free);
  WAIT_UNTIL (sfu_rooms_n_peers (rooms_of (&f)) == 0);
  g_assert_false (room->closed);
  sfu_room_release (room);
  g_assert_false (room->closed);
  /* Released while somebody is in: it stays for that one. */
  c = client_new (&f, "r", "a");
  WAIT_UNTIL (sfu_rooms_n_peers (rooms_of (&f)) == 1);
  sfu_room_release (room);
  g_assert_false (room->closed);
  g_clear_pointer (&c, client_free);
  WAIT_UNTIL (room->closed);
  g_assert_false (has_room (&f, "r"));
  fixture_stop (&f);
}

/* Closed by somebody else while it is held. */
static void
test_hold_closed (void)
{
  Fixture f;
  g_autoptr (SfuRoom) room = NULL;

  fixture_start (&f, NULL);
  room = open_room (&f, "r");
  sfu_room_hold (room);
  sfu_room_close (room, SFU_CLOSE_ROOM);
  g_assert_false (has_room (&f, "r"));
  sfu_room_release (room);
  fixture_stop (&f);
}

/* The same room, the same router, for whoever comes back in time; and then it
 * goes after all. */
static void
test_linger (void)
{
  static const gchar *const flags[] = { "--room-linger=1", NULL };
  Fixture f;
  g_autoptr (Client) c = NULL;
  SfuRoom *room;
  gint64 left_us;

  fixture_start (&f, flags);
  c = client_new (&f, "r", "a");
  room = sfu_rooms_find (rooms_of (&f), "r");
  g_assert_nonnull (room);
  g_clear_pointer (&c, client_free);
  WAIT_UNTIL (sfu_rooms_n_peers (rooms_of (&f)) == 0);
  g_assert_true (sfu_rooms_find (rooms_of (&f), "r") == room);
  c = client_new (&f, "r", "a");
  WAIT_UNTIL (sfu_rooms_n_peers (rooms_of (&f)) == 1);
  g_assert_true (sfu_rooms_find (rooms_of (&f), "r") == room);
  g_assert_cmpuint (room->linger_id, ==, 0);
  g_clear_pointer (&c, client_free);
  left_us = g_get_monotonic_time ();
  WAIT_UNTIL (!has_room (&f, "r"));
  g_assert_cmpint (g_get_monotonic_time () - left_us, <, 10 * G_USEC_PER_SEC);
  fixture_stop (&f);
}

/* Empty rooms are not counted against who wants one; held ones are. */
static void
test_linger_makes_place (void)
{
  static const gchar *const flags[] = { "--room-linger=3600", "--max-rooms=2",
    NULL };
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autoptr (SfuRoom) held = NULL;

  fixture_start (&f, flags);
  held = open_room (&f, "held");
  sfu_room_hold (held);
  a = client_new (&f, "one", "a");
  WAIT_UNTIL (sfu_rooms_n_peers (rooms_of (&f)) == 1);
  b = client_new (&f, "two", "b");
  client_wait_closed (b);
  g_assert_cmpuint (b->close_code, ==, 4000);
  g_clear_pointer (&b, client_free);
  g_clear_pointer (&a, client_free);
  WAIT_UNTIL (sfu_rooms_n_peers (rooms_of (&f)) == 0);
  g_assert_true (has_room (&f, "one"));
  b = client_new (&f, "two", "b");
  client_join (b);
  g_assert_false (has_room (&f, "one"));
  g_assert_true (has_room (&f, "held"));
  g_clear_pointer (&b, client_free);
  sfu_room_release (held);
  fixture_stop (&f);
}

/* ---- who may come in ---- */

/* One that is refused: closed, for good, with this reason. */
static void
assert_refused (
    Fixture *f, const gchar *room, const gchar *peer, const gchar *reason)
{
  g_autoptr (Client) c = client_new (f, room, peer);

  client_wait_closed (c);
  g_assert_cmpuint (c->close_code, ==, 4000);
  if (strstr (c->close_reason, reason) == NULL)
    g_error ("\"%s\" does not say \"%s\"", c->close_reason, reason);
}

static void
test_duplicates_refused (void)
{
  static const gchar *const flags[] = { "--duplicate-peers=refuse", NULL };
  Fixture f;
  g_autoptr (Client) a = NULL;

  fixture_start (&f, flags);
  a = client_new (&f, "r", "a");
  client_join (a);
  assert_refused (&f, "r", "a", "already");
  json_node_unref (client_ok (a, "getRouterRtpCapabilities", NULL));
  g_clear_pointer (&a, client_free);
  /* The id is free again. */
  WAIT_UNTIL (sfu_rooms_n_peers (rooms_of (&f)) == 0);
  a = client_new (&f, "r", "a");
  client_join (a);
  g_clear_pointer (&a, client_free);
  fixture_stop (&f);
}

/* A connection that hears nothing. */
static void
deaf_notify (gpointer owner, const SfuNotice *notice)
{
}

static void
deaf_offer (gpointer owner, SfuRoomConsumer *consumer)
{
}

static void
deaf_closed (gpointer owner, SfuCloseReason reason)
{
  *(gint *)owner = (gint)reason;
}

static const SfuPeerSink deaf = { deaf_notify, deaf_offer, deaf_closed };

/* Enters as account, and leaves again when that was possible. */
static gboolean
can_enter (SfuRoom *room, const gchar *id, const SfuPeerTerms *terms, gint code)
{
  g_autoptr (GError) error = NULL;
  gint reason = -1;
  g_autoptr (SfuPeer) peer =
      sfu_room_add_peer_as (room, id, terms, &deaf, &reason, &error);

  if (peer == NULL) {
    g_assert_error (error, SFU_ERROR, code);
    return FALSE;
  }
  g_assert_no_error (error);
  g_assert_cmpint (peer->moderator, ==, terms->moderator);
  g_assert_cmpstr (peer->user_id, ==, terms->account);
  sfu_room_remove_peer (peer);
  return TRUE;
}

static const SfuPeerTerms nobody = { .rights = SFU_RIGHTS_ALL };
static const SfuPeerTerms anna = { .rights = SFU_RIGHTS_ALL,
  .account = "anna" };
static const SfuPeerTerms bert = { .rights = SFU_RIGHTS_ALL,
  .account = "bert" };
static const SfuPeerTerms moderator = {
  .rights = SFU_RIGHTS_ALL, .account = "mona", .moderator = TRUE
};

/* Who has an account is replaced by that account only, who is exclusive by
 * nobody. */
static void
test_accounts (void)
{
  Fixture f;
  g_autoptr (SfuRoom) room = NULL;
  g_autoptr (SfuPeer) peer = NULL;
  gint reason = -1;

  fixture_start (&f, NULL);
  room = open_room (&f, "r");
  sfu_room_hold (room);
  peer = sfu_room_add_peer_as (room, "p", &anna, &deaf, &reason, NULL);
  g_assert_false (can_enter (room, "p", &nobody, SFU_ERROR_FORBIDDEN));
  g_assert_false (can_enter (room, "p", &bert, SFU_ERROR_FORBIDDEN));
  g_assert_false (can_enter (room, "p", &moderator, SFU_ERROR_FORBIDDEN));
  g_assert_cmpint (reason, ==, -1);
  peer->exclusive = TRUE;
  g_assert_false (can_enter (room, "p", &anna, SFU_ERROR_EXISTS));
  peer->exclusive = FALSE;
  g_assert_true (can_enter (room, "p", &anna, 0));
  g_assert_cmpint (reason, ==, SFU_CLOSE_REPLACED);
  sfu_room_release (room);
  fixture_stop (&f);
}

/* Moderators come in, and who is proven to be in already. */
static void
test_locked (void)
{
  Fixture f;
  g_autoptr (SfuRoom) room = NULL;
  g_autoptr (SfuPeer) peer = NULL;
  g_autoptr (SfuPeer) other = NULL;
  gint reason = -1;

  fixture_start (&f, NULL);
  room = open_room (&f, "r");
  sfu_room_hold (room);
  peer = sfu_room_add_peer_as (room, "anna", &anna, &deaf, &reason, NULL);
  other = sfu_room_add_peer_as (room, "other", &nobody, &deaf, &reason, NULL);
  sfu_room_set_locked (room, TRUE);
  g_assert_false (can_enter (room, "new", &nobody, SFU_ERROR_FORBIDDEN));
  g_assert_false (can_enter (room, "bert", &bert, SFU_ERROR_FORBIDDEN));
  g_assert_false (can_enter (room, "other", &nobody, SFU_ERROR_FORBIDDEN));
  g_assert_true (can_enter (room, "mona", &moderator, 0));
  g_assert_true (can_enter (room, "anna", &anna, 0));
  g_assert_false (can_enter (room, "anna", &anna, SFU_ERROR_FORBIDDEN));
  sfu_room_set_locked (room, FALSE);
  g_assert_true (can_enter (room, "new", &nobody, 0));
  sfu_room_remove_peer (other);
  sfu_room_release (room);
  fixture_stop (&f);
}

static void
test_kick_ban (void)
{
  static const gchar *const flags[] = { "--kick-ban=3600", NULL };
  Fixture f;
  g_autoptr (SfuRoom) room = NULL;
  gint reasons[2] = { -1, -1 };
  g_autoptr (SfuPeer) one = NULL;
  g_autoptr (SfuPeer) two = NULL;

  fixture_start (&f, flags);
  room = open_room (&f, "r");
  sfu_room_hold (room);
  one = sfu_room_add_peer_as (room, "one", &anna, &deaf, &reasons[0], NULL);
  two = sfu_room_add_peer_as (room, "two", &nobody, &deaf, &reasons[1], NULL);
  sfu_room_kick (one);
  sfu_room_kick (two);
  g_assert_cmpint (reasons[0], ==, SFU_CLOSE_KICKED);
  g_assert_cmpint (reasons[1], ==, SFU_CLOSE_KICKED);
  g_assert_cmpuint (g_hash_table_size (room->peers), ==, 0);
  /* The account under any id, the id without one. */
  g_assert_false (can_enter (room, "other-id", &anna, SFU_ERROR_FORBIDDEN));
  g_assert_false (can_enter (room, "two", &nobody, SFU_ERROR_FORBIDDEN));
  g_assert_true (can_enter (room, "one", &bert, 0));
  g_assert_true (can_enter (room, "three", &nobody, 0));
  sfu_room_release (room);
  fixture_stop (&f);
}

/* What is remembered has a bound; what means nothing any more makes place. */
static void
test_records (void)
{
  Fixture f;
  g_autoptr (SfuRoom) room = NULL;
  gint reason = -1;

  fixture_start (&f, NULL);
  room = open_room (&f, "r");
  sfu_room_hold (room);
  for (guint i = 0; i < SFU_ROOM_MAX_RECORDS + 10; i++) {
    g_autofree gchar *id = g_strdup_printf ("%u", i);
    g_autoptr (SfuPeer) peer =
        sfu_room_add_peer (room, id, &deaf, &reason, NULL);

    sfu_room_mute (peer, SFU_KINDS_ALL, TRUE);
    if (i < 5)
      sfu_room_mute (peer, SFU_KINDS_ALL, FALSE);
    sfu_room_remove_peer (peer);
  }
  g_assert_cmpuint (
      g_hash_table_size (room->records), ==, SFU_ROOM_MAX_RECORDS);
  sfu_room_release (room);
  fixture_stop (&f);
}

/* The option of the server is a property of each room's router. */
static void
test_loudest (void)
{
  static const gchar *const flags[] = { "--loudest=3", "--admin-open", NULL };
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_auto (Answer) answer = { 0 };

  fixture_start (&f, flags);
  a = client_new (&f, "r", "a");
  client_join (a);
  answer = fixture_http (&f, "GET", "/rooms/r/dump", NULL);
  g_assert_cmpuint (answer.status, ==, 200);
  if (strstr (answer.body, "\"loudest\":3") == NULL)
    g_error ("%s", answer.body);
  g_clear_pointer (&a, client_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/unused", test_unused);
  g_test_add_func ("/rules/hold", test_hold);
  g_test_add_func ("/rules/hold-closed", test_hold_closed);
  g_test_add_func ("/rules/linger", test_linger);
  g_test_add_func ("/rules/linger-makes-place", test_linger_makes_place);
  g_test_add_func ("/rules/duplicates-refused", test_duplicates_refused);
  g_test_add_func ("/rules/accounts", test_accounts);
  g_test_add_func ("/rules/locked", test_locked);
  g_test_add_func ("/rules/kick-ban", test_kick_ban);
  g_test_add_func ("/rules/records", test_records);
  g_test_add_func ("/rules/loudest", test_loudest);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of rooms: how long one stays open, who may come in.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-room.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/unused", test_unused);
  g_test_add_func ("/rules/hold", test_hold);
  g_test_add_func ("/rules/hold-closed", test_hold_closed);
  g_test_add_func ("/rules/linger", test_linger);
  g_test_add_func ("/rules/linger-makes-place", test_linger_makes_place);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room of so many that who comes and goes is told with what follows: everybody
 * hears of everybody, once and in order, and an answer takes along what waited.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

/* Above the number from which the room does that. */
#define N_CROWD 24

static void
expect_peer (Client *c, const gchar *method, const gchar *member, guint i)
{
  g_autoptr (JsonNode) data = client_wait_notification (c, method);
  g_autofree gchar *id = g_strdup_printf ("p%u", i);

  g_assert_cmpstr (get_string (data, member), ==, id);
}

static void
enter (Fixture *f, Client **crowd)
{
  for (guint i = 0; i < N_CROWD; i++) {
    g_autofree gchar *id = g_strdup_printf ("p%u", i);

    crowd[i] = client_new (f, "r", id);
    client_join (crowd[i]);
  }
}

static void
test_everybody_hears (void)
{
  Client *crowd[N_CROWD];
  Fixture f;

  fixture_start (&f, NULL);
  enter (&f, crowd);
  for (guint i = 0; i < N_CROWD; i++)
    for (guint j = i + 1; j < N_CROWD; j++)
      expect_peer (crowd[i], "newPeer", "id", j);
  /* The last goes, then the one before, down to a room that is none. */
  for (guint i = N_CROWD - 1; i > 0; i--) {
    client_free (crowd[i]);
    expect_peer (crowd[0], "peerClosed", "peerId", i);
  }
  g_assert_false (client_has_notification (crowd[0], "newPeer"));
  g_assert_false (client_has_notification (crowd[0], "peerClosed"));
  client_free (crowd[0]);
  fixture_stop (&f);
}

/* Whoever is told of a name has been told whose it is. */
static void
test_order (void)
{
  Client *crowd[N_CROWD];
  Fixture f;
  g_autoptr (JsonNode) changed = NULL;
  g_autoptr (JsonNode) unused = NULL;

  fixture_start (&f, NULL);
  enter (&f, crowd);
  unused = client_ok (
      crowd[N_CROWD - 1], "changeDisplayName", "{\"displayName\":\"new\"}");
  changed = client_wait_notification (crowd[0], "peerDisplayNameChanged");
  for (guint i = 1; i < N_CROWD; i++) {
    g_assert_true (client_has_notification (crowd[0], "newPeer"));
    expect_peer (crowd[0], "newPeer", "id", i);
  }
  for (guint i = 0; i < N_CROWD; i++)
    client_free (crowd[i]);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crowd/everybody-hears", test_everybody_hears);
  g_test_add_func ("/crowd/order", test_order);
  return g_test_run ();
}

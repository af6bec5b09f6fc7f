/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions of the native protocol that outlive their connection: what is kept,
 * what arrives after all, and who may not have it.
 *
 * Threads: one; the worker is another process. */
#include "resume-fixture.h"

#include "sfu-protoo.h"
#include "sfu-room-rules.h"

#include <string.h>

/* What happened in the gap arrives; nobody else has noticed. */
static void
test_resume (void)
{
  World w;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autoptr (JsonNode) note = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  SfuPeer *peer;

  world_start (&w, NULL);
  a = connect_a (&w, SECRET);
  assert_first (a, "mediasoup-version");
  client_join (a);
  transport = client_create_transport (a, TRUE, TRUE);
  producer = client_produce (a, transport, "audio", 1);
  peer = peer_of (&w, "a");
  for (guint i = 0; i < 3; i++) {
    g_autofree gchar *name = g_strdup_printf ("b%u", i);

    cut (&w, &a);
    b = client_new (&w.f, "r", name);
    client_join (b);
    a = connect_a (&w, SECRET);
    assert_first (a, "resumed");
    do {
      g_clear_pointer (&note, json_node_unref);
      note = client_wait_notification (a, "newPeer");
    } while (strcmp (get_string (note, "id"), name) != 0);
    g_assert_true (peer_of (&w, "a") == peer);
    g_assert_cmpuint (g_hash_table_size (peer->producers), ==, 1);
    g_clear_pointer (&b, client_free);
    json_node_unref (client_wait_notification (w.witness, "peerClosed"));
    assert_works (&w, a, transport);
  }
  g_assert_false (client_has_notification (a, "mediasoup-version"));
  g_clear_pointer (&a, client_free);
  world_stop (&w);
}

/* Who says goodbye is gone at once; so is who has no secret. */
static void
test_goodbye (void)
{
  static const gchar *const flags[] = { "--resume-grace=3600", NULL };
  World w;
  g_autoptr (Client) a = NULL;

  world_start (&w, flags);
  a = connect_a (&w, SECRET);
  client_join (a);
  g_clear_pointer (&a, client_free);
  json_node_unref (client_wait_notification (w.witness, "peerClosed"));
  a = connect_a (&w, NULL);
  client_join (a);
  cut (&w, &a);
  json_node_unref (client_wait_notification (w.witness, "peerClosed"));
  world_stop (&w);
}

static void
test_grace_over (void)
{
  static const gchar *const flags[] = { "--resume-grace=1", NULL };
  World w;
  g_autoptr (Client) a = NULL;
  g_autofree gchar *transport = NULL;

  world_start (&w, flags);
  a = connect_a (&w, SECRET);
  client_join (a);
  transport = client_create_transport (a, TRUE, TRUE);
  cut (&w, &a);
  json_node_unref (client_wait_notification (w.witness, "peerClosed"));
  g_assert_null (peer_of (&w, "a"));
  a = connect_a (&w, SECRET);
  assert_first (a, "mediasoup-version");
  g_clear_pointer (&a, client_free);
  world_stop (&w);
}

static void
test_no_grace (void)
{
  static const gchar *const flags[] = { "--resume-grace=0", NULL };
  World w;
  g_autoptr (Client) a = NULL;

  world_start (&w, flags);
  a = connect_a (&w, SECRET);
  client_join (a);
  cut (&w, &a);
  json_node_unref (client_wait_notification (w.witness, "peerClosed"));
  world_stop (&w);
}

/* With a secret, the id alone is good for nothing: neither while it is
 * connected nor while it is not. */
static void
test_stranger (void)
{
  World w;
  g_autoptr (Client) a = NULL;
  g_autofree gchar *transport = NULL;

  world_start (&w, NULL);
  a = connect_a (&w, SECRET);
  client_join (a);
  transport = client_create_transport (a, TRUE, TRUE);
  assert_refused (&w, OTHER_SECRET);
  assert_refused (&w, NULL);
  assert_works (&w, a, transport);
  cut (&w, &a);
  assert_refused (&w, OTHER_SECRET);
  assert_refused (&w, NULL);
  a = connect_a (&w, SECRET);
  assert_first (a, "resumed");
  assert_works (&w, a, transport);
  g_clear_pointer (&a, client_free);
  world_stop (&w);
}

static void
test_bad_secrets (void)
{
  static const gchar *const secrets[] = { "", "short", "0123456789abcde",
    "0123456789abcdef%20", "0123456789abcdef%0a", "0123456789abcdef%C3%A9",
    "0123456789abcdef.." };
  World w;
  g_autofree gchar *long_secret = g_strnfill (129, 'x');

  world_start (&w, NULL);
  for (guint i = 0; i <= G_N_ELEMENTS (secrets); i++) {
    const gchar *secret = i < G_N_ELEMENTS (secrets) ? secrets[i] : long_secret;
    g_autofree gchar *path =
        g_strdup_printf ("/?roomId=r&peerId=a&resume=%s", secret);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", path);
    g_assert_null (client_try (&w.f, path, SFU_PROTOO_SUBPROTOCOL, &error));
    g_assert_nonnull (error);
  }
  g_assert_null (peer_of (&w, "a"));
  world_stop (&w);
}

/* The old connection does not know yet that it is dead, or is not: the new one
 * has the session, the old one is told to stay away. */
static void
test_take_over (void)
{
  World w;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) again = NULL;
  g_autofree gchar *transport = NULL;

  world_start (&w, NULL);
  a = connect_a (&w, SECRET);
  client_join (a);
  transport = client_create_transport (a, TRUE, TRUE);
  again = connect_a (&w, SECRET);
  assert_first (again, "resumed");
  client_wait_closed (a);
  g_assert_cmpuint (a->close_code, ==, 4000);
  assert_works (&w, again, transport);
  g_clear_pointer (&again, client_free);
  json_node_unref (client_wait_notification (w.witness, "peerClosed"));
  world_stop (&w);
}

/* What was said to a connection that was dead already is said again. */
static void
test_swallowed (void)
{
  World w;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) again = NULL;
  g_autoptr (Client) b = NULL;
  g_autoptr (JsonNode) note = NULL;
  g_autofree gchar *transport = NULL;

  world_start (&w, NULL);
  a = connect_a (&w, SECRET);
  client_join (a);
  transport = client_create_transport (a, TRUE, TRUE);
  relay_swallow (w.relay);
  b = client_new (&w.f, "r", "b");
  client_join (b);
  json_node_unref (
      client_ok (b, "changeDisplayName", "{\"displayName\":\"Berta\"}"));
  g_assert_false (is_waiting (&w));
  again = connect_a (&w, SECRET);
  assert_first (again, "resumed");
  note = client_wait_notification (again, "newPeer");
  g_assert_cmpstr (get_string (note, "id"), ==, "b");
  g_clear_pointer (&note, json_node_unref);
  note = client_wait_notification (again, "peerDisplayNameChanged");
  g_assert_cmpstr (get_string (note, "displayName"), ==, "Berta");
  g_assert_false (client_has_notification (a, "newPeer"));
  assert_works (&w, again, transport);
  relay_cut (w.relay);
  client_wait_closed (a);
  client_wait_closed (again);
  g_clear_pointer (&b, client_free);
  world_stop (&w);
}

/* What the client has confirmed with a pong is not said again. */
static void
test_pong (void)
{
  static const gchar *const flags[] = { "--ping-interval=1", NULL };
  World w;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;

  world_start (&w, flags);
  a = connect_a (&w, SECRET);
  client_join (a);
  b = client_new (&w.f, "r", "b");
  client_join (b);
  json_node_unref (client_wait_notification (a, "newPeer"));
  g_assert_cmpuint (sfu_outbox_get_length (session_of (&w)->outbox), >, 0);
  WAIT_UNTIL (sfu_outbox_get_length (session_of (&w)->outbox) == 0);
  cut (&w, &a);
  json_node_unref (
      client_ok (b, "changeDisplayName", "{\"displayName\":\"Berta\"}"));
  a = connect_a (&w, SECRET);
  assert_first (a, "resumed");
  json_node_unref (client_wait_notification (a, "peerDisplayNameChanged"));
  g_assert_false (client_has_notification (a, "newPeer"));
  g_clear_pointer (&a, client_free);
  g_clear_pointer (&b, client_free);
  world_stop (&w);
}

/* The answer to what was asked before comes after. */
static void
test_answer (void)
{
  World w;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) again = NULL;
  g_autoptr (JsonNode) answer = NULL;
  gint64 id;

  world_start (&w, NULL);
  a = connect_a (&w, SECRET);
  client_join (a);
  relay_swallow (w.relay);
  id = client_send_request (a, "createWebRtcTransport", "{}");
  WAIT_UNTIL (g_hash_table_size (peer_of (&w, "a")->transports) == 1);
  relay_cut (w.relay);
  client_wait_closed (a);
  WAIT_UNTIL (is_waiting (&w));
  again = connect_a (&w, SECRET);
  assert_first (again, "resumed");
  answer = client_wait_response (again, id);
  g_assert_true (
      json_object_get_boolean_member (json_node_get_object (answer), "ok"));
  g_clear_pointer (&again, client_free);
  world_stop (&w);
}

/* ---- the end while it waits ---- */

/* More than max-queue-bytes waits for it. */
static void
test_overflow (void)
{
  static const gchar *const flags[] = { "--resume-grace=3600",
    "--max-queue-bytes=65536", "--requests-per-second=0", NULL };
  World w;
  g_autoptr (Client) a = NULL;
  g_autofree gchar *name = g_strnfill (100, 'n');
  g_autofree gchar *data = g_strdup_printf ("{\"displayName\":\"%s\"}", name);

  world_start (&w, flags);
  a = connect_a (&w, SECRET);
  client_join (a);
  cut (&w, &a);
  for (guint i = 0; i < 1000 && peer_of (&w, "a") != NULL; i++)
    json_node_unref (client_ok (w.witness, "changeDisplayName", data));
  g_assert_null (peer_of (&w, "a"));
  json_node_unref (client_wait_notification (w.witness, "peerClosed"));
  a = connect_a (&w, SECRET);
  assert_first (a, "mediasoup-version");
  g_clear_pointer (&a, client_free);
  world_stop (&w);
}

/* A client that confirms nothing: too much may be lost to go on, and it begins
 * anew, with the same secret. */
static void
test_hole (void)
{
  static const gchar *const flags[] = { "--max-queue-bytes=65536",
    "--ping-interval=0", "--requests-per-second=0", NULL };
  World w;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) again = NULL;

  world_start (&w, flags);
  a = connect_a (&w, SECRET);
  client_join (a);
  while (sfu_outbox_is_complete (session_of (&w)->outbox))
    json_node_unref (client_ok (a, "getRouterRtpCapabilities", NULL));
  again = connect_a (&w, SECRET);
  assert_first (again, "mediasoup-version");
  client_join (again);
  client_wait_closed (a);
  json_node_unref (client_wait_notification (w.witness, "peerClosed"));
  json_node_unref (client_wait_notification (w.witness, "newPeer"));
  /* And so when the connection breaks. */
  while (sfu_outbox_is_complete (session_of (&w)->outbox))
    json_node_unref (client_ok (again, "getRouterRtpCapabilities", NULL));
  relay_cut (w.relay);
  json_node_unref (client_wait_notification (w.witness, "peerClosed"));
  client_wait_closed (again);
  world_stop (&w);
}

static void
kick (World *w)
{
  sfu_room_kick (peer_of (w, "a"));
}

static void
close_room (World *w)
{
  sfu_room_close (sfu_rooms_find (rooms_of (w), "r"), SFU_CLOSE_ROOM);
}

/* Kicked, or the room closed, while it waits: the client begins anew. */
static void
test_ended (void)
{
  static void (*const ends[]) (World * w) = { kick, close_room };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    World w;
    g_autoptr (Client) a = NULL;

    world_start (&w, NULL);
    a = connect_a (&w, SECRET);
    client_join (a);
    cut (&w, &a);
    ends[i](&w);
    g_assert_null (peer_of (&w, "a"));
    a = connect_a (&w, SECRET);
    assert_first (a, "mediasoup-version");
    client_join (a);
    g_clear_pointer (&a, client_free);
    world_stop (&w);
  }
}

/* A locked room is no obstacle: it never left. */
static void
test_locked (void)
{
  World w;
  g_autoptr (Client) a = NULL;

  world_start (&w, NULL);
  a = connect_a (&w, SECRET);
  client_join (a);
  cut (&w, &a);
  sfu_room_set_locked (sfu_rooms_find (rooms_of (&w), "r"), TRUE);
  a = connect_a (&w, SECRET);
  assert_first (a, "resumed");
  json_node_unref (client_wait_notification (a, "roomLocked"));
  g_clear_pointer (&a, client_free);
  world_stop (&w);
}

/* The server stops while somebody is away. */
static void
test_stop (void)
{
  World w;
  g_autoptr (Client) a = NULL;

  world_start (&w, NULL);
  a = connect_a (&w, SECRET);
  client_join (a);
  cut (&w, &a);
  world_stop (&w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resume/resume", test_resume);
  g_test_add_func ("/resume/goodbye", test_goodbye);
  g_test_add_func ("/resume/grace-over", test_grace_over);
  g_test_add_func ("/resume/no-grace", test_no_grace);
  g_test_add_func ("/resume/stranger", test_stranger);
  g_test_add_func ("/resume/bad-secrets", test_bad_secrets);
  g_test_add_func ("/resume/take-over", test_take_over);
  g_test_add_func ("/resume/swallowed", test_swallowed);
  g_test_add_func ("/resume/pong", test_pong);
  g_test_add_func ("/resume/answer", test_answer);
  g_test_add_func ("/resume/overflow", test_overflow);
  g_test_add_func ("/resume/hole", test_hole);
  g_test_add_func ("/resume/ended", test_ended);
  g_test_add_func ("/resume/locked", test_locked);
  g_test_add_func ("/resume/stop", test_stop);
  return g_test_run ();
}

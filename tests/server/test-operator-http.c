/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /admin/...: what it says of server, rooms and peers, draining over HTTP, and
 * that it is closed to others.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-room-media.h"
#include "sfu-room.h"

#include <glib/gstdio.h>
#include <string.h>

#define ADMIN "operators-own-token"

static gchar *admin_flag;
static const gchar operator[] = "Authorization: Bearer " ADMIN;

static void
start (Fixture *f)
{
  const gchar *flags[] = { admin_flag, "--workers=1", NULL };

  fixture_start (f, flags);
}

/* Must be answered with 200; the object. */
static JsonNode *
get (Fixture *f, const gchar *path)
{
  g_auto (Answer) answer = fixture_http (f, "GET", path, operator);
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  if (answer.status != 200)
    g_error ("%s: %u %s", path, answer.status, answer.body);
  node = sfu_json_parse_object (answer.body, -1, &error);
  g_assert_no_error (error);
  return node;
}

static JsonObject *
only (JsonNode *node, const gchar *array)
{
  JsonArray *list =
      json_object_get_array_member (json_node_get_object (node), array);

  g_assert_cmpuint (json_array_get_length (list), ==, 1);
  return json_array_get_object_element (list, 0);
}

static void
test_closed_to_others (void)
{
  static const struct {
    const gchar *method, *path, *body;
  } routes[] = {
    { "GET", "/admin/server", NULL },
    { "GET", "/admin/rooms", NULL },
    { "GET", "/admin/rooms/r", NULL },
    { "GET", "/admin/drain", NULL },
    { "PUT", "/admin/drain", "{\"draining\":true}" },
  };
  Fixture f;

  start (&f);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    g_auto (Answer) none = fixture_send (
        &f, routes[i].method, routes[i].path, NULL, routes[i].body);
    g_auto (Answer) wrong = fixture_send (&f, routes[i].method, routes[i].path,
        "Authorization: Bearer operators-own-tokem", routes[i].body);

    g_assert_cmpuint (none.status, ==, 401);
    g_assert_cmpuint (wrong.status, ==, 401);
  }
  g_assert_false (
      sfu_drain_is_on (sfu_rooms_get_drain (sfu_server_get_rooms (f.server))));
  fixture_stop (&f);
}

/* With admin-open anybody on this machine may look; but what changes something
 * is not for pages that a browser of this machine has open. */
static void
test_open_is_not_for_pages (void)
{
  static const gchar *const flags[] = { "--admin-open", NULL };
  Fixture f;
  g_auto (Answer) look = { 0 };
  g_auto (Answer) page = { 0 };
  g_auto (Answer) program = { 0 };

  fixture_start (&f, flags);
  look = fixture_http (&f, "GET", "/admin/server", NULL);
  g_assert_cmpuint (look.status, ==, 200);
  page = fixture_send (&f, "PUT", "/admin/drain", "Origin: http://evil.example",
      "{\"draining\":true}");
  g_assert_cmpuint (page.status, ==, 403);
  program =
      fixture_send (&f, "PUT", "/admin/drain", NULL, "{\"draining\":true}");
  g_assert_cmpuint (program.status, ==, 200);
  fixture_stop (&f);
}

static void
test_server (void)
{
  Fixture f;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (Client) a = NULL;
  JsonObject *worker, *process;

  start (&f);
  a = client_new (&f, "r", "a");
  client_join (a);
  node = get (&f, "/admin/server");
  g_assert_cmpstr (get_string (node, "version"), ==, SFU_VERSION);
  g_assert_cmpint (get_int (node, "rooms"), ==, 1);
  g_assert_cmpint (get_int (node, "peers"), ==, 1);
  worker = only (node, "workers");
  g_assert_cmpint (json_object_get_int_member (worker, "rooms"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (worker, "rssBytes"), >, 1000000);
  g_assert_true (json_object_has_member (worker, "cpuSeconds"));
  process =
      json_object_get_object_member (json_node_get_object (node), "process");
  g_assert_cmpint (json_object_get_int_member (process, "threads"), >=, 1);
  client_free (g_steal_pointer (&a));
  fixture_stop (&f);
}

static void
test_rooms (void)
{
  Fixture f;
  g_autoptr (JsonNode) none = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  JsonArray *rooms;
  g_auto (Answer) missing = { 0 };

  start (&f);
  none = get (&f, "/admin/rooms");
  rooms = json_object_get_array_member (json_node_get_object (none), "rooms");
  g_assert_cmpuint (json_array_get_length (rooms), ==, 0);
  b = client_new (&f, "zebra", "b");
  a = client_new (&f, "ant", "a");
  client_join (a);
  node = get (&f, "/admin/rooms");
  rooms = json_object_get_array_member (json_node_get_object (node), "rooms");
  g_assert_cmpuint (json_array_get_length (rooms), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (
                       json_array_get_object_element (rooms, 0), "id"),
      ==, "ant");
  missing = fixture_http (&f, "GET", "/admin/rooms/bee", operator);
  g_assert_cmpuint (missing.status, ==, 404);
  client_free (g_steal_pointer (&a));
  client_free (g_steal_pointer (&b));
  fixture_stop (&f);
}

static JsonObject *
element (JsonObject *object, const gchar *array, guint i)
{
  return json_array_get_object_element (
      json_object_get_array_member (object, array), i);
}

static guint
length (JsonObject *object, const gchar *array)
{
  return json_array_get_length (json_object_get_array_member (object, array));
}

/* One sends, the other receives: both with figures of the worker. */
static void
test_room (void)
{
  static const gchar hostile[] =
      "{\"displayName\":\"<img src=x onerror=alert(1)>\"}";
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autofree gchar *send = NULL;
  g_autofree gchar *receive = NULL;
  g_autofree gchar *audio = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *room, *peer, *producer, *consumer, *report;

  start (&f);
  a = client_new (&f, "r", "a");
  client_join (a);
  json_node_unref (client_ok (a, "changeDisplayName", hostile));
  b = client_new (&f, "r", "b");
  client_join (b);
  receive = client_create_transport (b, FALSE, TRUE);
  send = client_create_transport (a, TRUE, FALSE);
  audio = client_produce (a, send, "audio", 1);
  client_wait_offer (b, 1);
  node = get (&f, "/admin/rooms/r");
  room = json_node_get_object (node);
  g_assert_cmpuint (length (room, "peers"), ==, 2);
  peer = element (room, "peers", 0);
  g_assert_cmpstr (json_object_get_string_member (peer, "id"), ==, "a");
  /* JSON needs no other escapes: who shows it must not take it for markup. */
  g_assert_cmpstr (json_object_get_string_member (peer, "displayName"), ==,
      "<img src=x onerror=alert(1)>");
  g_assert_cmpuint (length (peer, "transports"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (
                       element (peer, "transports", 0), "direction"),
      ==, "send");
  report = element (element (peer, "transports", 0), "stats", 0);
  g_assert_true (json_object_has_member (report, "recvBitrate"));
  producer = element (peer, "producers", 0);
  g_assert_cmpstr (json_object_get_string_member (producer, "id"), ==, audio);
  g_assert_cmpint (json_object_get_int_member (producer, "consumers"), ==, 1);
  report = element (producer, "stats", 0);
  g_assert_cmpstr (
      json_object_get_string_member (report, "type"), ==, "inbound-rtp");
  g_assert_true (json_object_has_member (report, "bitrate"));
  consumer = element (element (room, "peers", 1), "consumers", 0);
  g_assert_cmpstr (
      json_object_get_string_member (consumer, "producerId"), ==, audio);
  g_assert_cmpstr (json_object_get_string_member (consumer, "from"), ==, "a");
  g_assert_false (json_object_get_boolean_member (room, "figuresCut"));
  client_free (g_steal_pointer (&a));
  client_free (g_steal_pointer (&b));
  fixture_stop (&f);
}

/* A room that closes while the worker is asked: what was asked for is answered
 * without it. */
static void
test_room_that_goes (void)
{
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autofree gchar *send = NULL;
  SfuRoom *room;

  start (&f);
  a = client_new (&f, "r", "a");
  client_join (a);
  send = client_create_transport (a, TRUE, FALSE);
  room = sfu_rooms_find (sfu_server_get_rooms (f.server), "r");
  g_assert_nonnull (room);
  client_send (a,
      "{\"request\":true,\"id\":77,\"method\":"
      "\"closeTransport\",\"data\":{\"transportId\":\"x\"}}");
  for (guint i = 0; i < 3; i++)
    json_node_unref (get (&f, "/admin/rooms/r"));
  client_free (g_steal_pointer (&a));
  WAIT_UNTIL (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)) == 0);
  fixture_stop (&f);
}

static void
put_drain (Fixture *f, const gchar *body, guint status, const gchar *says)
{
  g_auto (Answer) answer =
      fixture_send (f, "PUT", "/admin/drain", operator, body);

  if (answer.status != status || strstr (answer.body, says) == NULL)
    g_error ("%s: %u %s", body, answer.status, answer.body);
}

static void
set_flag (gpointer owner)
{
  *(gboolean *)owner = TRUE;
}

static void
test_drain (void)
{
  Fixture f;
  g_autoptr (JsonNode) node = NULL;
  gboolean over = FALSE;

  start (&f);
  sfu_drain_set_over (
      sfu_rooms_get_drain (sfu_server_get_rooms (f.server)), set_flag, &over);
  node = get (&f, "/admin/drain");
  g_assert_false (
      json_object_get_boolean_member (json_node_get_object (node), "draining"));
  put_drain (&f, "{}", 400, "draining");
  put_drain (&f, "{\"draining\":1}", 400, "draining");
  put_drain (
      &f, "{\"draining\":true,\"deadlineSeconds\":-1}", 400, "deadlineSeconds");
  put_drain (&f, "{\"draining\":true}", 200, "\"draining\":true");
  put_drain (&f, "{\"draining\":false}", 200, "\"draining\":false");
  g_assert_false (over);
  put_drain (&f, "{\"draining\":true,\"exit\":true,\"deadlineSeconds\":60}",
      200, "\"exit\":true");
  WAIT_UNTIL (over);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *path = NULL;
  gint fd, status;

  g_test_init (&argc, &argv, NULL);
  fd = g_file_open_tmp ("sfu-admin-XXXXXX", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_file_set_contents (path, ADMIN "\n", -1, NULL);
  admin_flag = g_strdup_printf ("--admin-token-file=%s", path);
  g_test_add_func ("/operator/closed-to-others", test_closed_to_others);
  g_test_add_func (
      "/operator/open-is-not-for-pages", test_open_is_not_for_pages);
  g_test_add_func ("/operator/server", test_server);
  g_test_add_func ("/operator/rooms", test_rooms);
  g_test_add_func ("/operator/room", test_room);
  g_test_add_func ("/operator/room-that-goes", test_room_that_goes);
  g_test_add_func ("/operator/drain", test_drain);
  status = g_test_run ();
  g_remove (path);
  g_free (admin_flag);
  return status;
}

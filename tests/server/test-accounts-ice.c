/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ICE servers that clients are given, and the credentials for them.
 *
 * Threads: one; the worker is another process. */
#include "accounts-fixture.h"

#include "sio-client.h"
#include "token-maker.h"

#include <string.h>

/* Its STUN server and its TURN server, as a browser takes them. */
static void
assert_ice_servers (JsonNode *reply, const gchar *user_id)
{
  JsonArray *servers =
      json_object_get_array_member (json_node_get_object (reply), "iceServers");
  g_autofree gchar *end = g_strdup_printf (":%s", user_id);
  const gchar *username;
  JsonObject *server;

  g_assert_cmpuint (json_array_get_length (servers), ==, 2);
  server = json_array_get_object_element (servers, 0);
  g_assert_cmpuint (json_object_get_size (server), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (
                       json_object_get_array_member (server, "urls"), 0),
      ==, "stun:192.0.2.1:3478");
  server = json_array_get_object_element (servers, 1);
  g_assert_cmpstr (json_array_get_string_element (
                       json_object_get_array_member (server, "urls"), 0),
      ==, "turn:192.0.2.1:3478?transport=udp");
  username = json_object_get_string_member (server, "username");
  g_assert_true (g_str_has_suffix (username, end));
  g_assert_cmpint (g_ascii_strtoll (username, NULL, 10), >=,
      g_get_real_time () / G_USEC_PER_SEC + 3600 - 60);
  g_assert_cmpuint (
      strlen (json_object_get_string_member (server, "credential")), ==, 28);
}

static void
test_ice_servers (void)
{
  g_autofree gchar *turn =
      g_strdup_printf ("--turn-secret-file=%s", secret_file);
  g_autofree gchar *jwt = g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  const gchar *flags[] = { turn, jwt, "--turn-ttl=3600",
    "--ice-servers=stun:192.0.2.1:3478, turn:192.0.2.1:3478?transport=udp",
    NULL };
  Fixture f;
  g_autoptr (Client) guest = NULL;
  g_autoptr (Client) member = NULL;
  g_autoptr (JsonNode) transport = NULL;
  g_autoptr (JsonNode) joined = NULL;
  g_autoptr (JsonNode) of_member = NULL;

  fixture_start (&f, flags);
  guest = enter (&f, "r", "guest", NULL);
  member = enter (&f, "r", "m", "{\"userId\":\"u:1\"}");
  transport = client_ok (guest, "createWebRtcTransport", "{}");
  assert_ice_servers (transport, "guest");
  joined = client_ok (guest, "join", "{\"displayName\":\"G\"}");
  assert_ice_servers (joined, "guest");
  of_member = client_ok (member, "createWebRtcTransport", "{}");
  assert_ice_servers (of_member, "u:1");
  g_clear_pointer (&guest, client_free);
  g_clear_pointer (&member, client_free);
  fixture_stop (&f);
}

/* The same servers in the answer of each protocol that has Socket.IO. */
static void
test_ice_servers_everywhere (void)
{
  static const struct {
    const gchar *path, *namespace;
    const gchar *events[3][2];
  } cases[] = {
    { "/socket.io/", "/room/r",
        { { "create-transport", "{\"direction\":\"send\"}" } } },
    { "/socket.io/", "/",
        { { "createRoom", "{\"callId\":\"c\"}" },
            { "joinRoom", "{\"callId\":\"c\",\"userId\":\"u\"}" },
            { "createTransport", "{\"direction\":\"recv\"}" } } },
    { "/socket/", "/",
        { { "joinRoom", "{\"roomCode\":\"r\",\"name\":\"n\"}" },
            { "createTransport", "{\"isProducer\":true}" } } },
  };
  static const gchar expect[] =
      "\"iceServers\":[{\"urls\":[\"turn:192.0.2.1\"],\"username\":\"";
  g_autofree gchar *turn =
      g_strdup_printf ("--turn-secret-file=%s", secret_file);
  g_autofree gchar *jwt = g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  const gchar *flags[] = { turn, jwt, "--ice-servers=turn:192.0.2.1", NULL };
  g_autofree gchar *token = test_token_hs256 (SECRET, NULL, "{\"sub\":\"s\"}");
  g_autofree gchar *auth = g_strdup_printf ("{\"token\":\"%s\"}", token);
  Fixture f;

  fixture_start (&f, flags);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SioClient) c =
        sio_new (&f, cases[i].path, cases[i].namespace, auth);
    g_autofree gchar *answer = NULL;

    for (guint j = 0; j < 3 && cases[i].events[j][0] != NULL; j++) {
      g_free (answer);
      answer =
          sio_request_text (c, cases[i].events[j][0], cases[i].events[j][1]);
    }
    if (strstr (answer, expect) == NULL)
      g_error ("%s%s: %s", cases[i].path, cases[i].namespace, answer);
  }
  fixture_stop (&f);
}

static void
test_no_ice_servers (void)
{
  Fixture f;
  g_autoptr (Client) c = NULL;
  g_autoptr (JsonNode) transport = NULL;
  g_autoptr (JsonNode) joined = NULL;

  fixture_start (&f, NULL);
  c = client_new (&f, "r", "a");
  transport = client_ok (c, "createWebRtcTransport", "{}");
  joined = client_ok (c, "join", "{\"displayName\":\"A\"}");
  g_assert_false (
      json_object_has_member (json_node_get_object (transport), "iceServers"));
  g_assert_false (
      json_object_has_member (json_node_get_object (joined), "iceServers"));
  g_clear_pointer (&c, client_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accounts/ice-servers", test_ice_servers);
  g_test_add_func (
      "/accounts/ice-servers-everywhere", test_ice_servers_everywhere);
  g_test_add_func ("/accounts/no-ice-servers", test_no_ice_servers);
  return accounts_test_run ();
}

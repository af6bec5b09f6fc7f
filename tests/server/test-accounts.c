/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accounts: who gets in with which token, and what a token lets its owner do.
 *
 * Threads: one; the worker is another process. */
#include "accounts-fixture.h"

#include "sfu-room.h"
#include "token-maker.h"
#include "test-result.h"

#include <string.h>

#define ERROR_FORBIDDEN 403

/* A server with accounts. require: nobody gets in without a token. */
static void
start (Fixture *f, gboolean require, const gchar *more)
{
  g_autofree gchar *flag =
      g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  const gchar *flags[] = { flag,
    require ? "--require-token" : "--no-require-token", more, NULL };

  fixture_start (f, flags);
}

static SfuPeer *
find_peer (Fixture *f, const gchar *room_id, const gchar *peer_id)
{
  SfuRoom *room = sfu_rooms_find (sfu_server_get_rooms (f->server), room_id);

  g_assert_nonnull (room);
  return g_hash_table_lookup (room->peers, peer_id);
}

static gboolean
is_complete (const GString *answer)
{
  const gchar *body = strstr (answer->str, "\r\n\r\n");
  const gchar *length = strstr (answer->str, "Content-Length: ");

  return body != NULL &&
      (length == NULL || length > body ||
          strlen (body + 4) >=
              strtoul (length + strlen ("Content-Length: "), NULL, 10));
}

/* The answer to a handshake as it is on the wire: no client of WebSockets shows
 * what a refusal says. header: a line, or NULL. */
static gchar *
handshake (Fixture *f, const gchar *query, const gchar *header)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree gchar *request = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: "
      "websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: protoo\r\n%s%s\r\n",
      query, header != NULL ? header : "", header != NULL ? "\r\n" : "");
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gchar part[1024];

  connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", f->port, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
      strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
  while (!is_complete (answer)) {
    GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
    g_autoptr (GAsyncResult) result = NULL;
    gssize n;

    g_input_stream_read_async (
        in, part, sizeof part, G_PRIORITY_DEFAULT, NULL, on_result, &result);
    WAIT_UNTIL (result != NULL);
    n = g_input_stream_read_finish (in, result, &error);
    g_assert_no_error (error);
    g_assert_cmpint (n, >, 0);
    g_string_append_len (answer, part, n);
  }
  return g_strdup (answer->str);
}

/* text: of the error; NULL = it is accepted. */
static void
assert_handshake (Fixture *f, const gchar *query, const gchar *header,
    guint status, const gchar *text)
{
  g_autofree gchar *answer = handshake (f, query, header);
  g_autofree gchar *start = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree gchar *end = g_strdup_printf ("{\"error\":\"%s\"}", text);

  g_test_message ("%s", query);
  g_assert_cmpstr (answer, !=, NULL);
  if (!g_str_has_prefix (answer, start))
    g_error ("%s instead of %u", answer, status);
  if (text != NULL && !g_str_has_suffix (answer, end))
    g_error ("%s instead of %s", answer, end);
  g_assert_cmpint (
      strstr (answer, "WWW-Authenticate: Bearer") != NULL, ==, status == 401);
}

static void
test_handshake (void)
{
  static const struct {
    const gchar *claims;
    guint status;
    const gchar *text;
  } cases[] = {
    { NULL, 401, "a token is needed" },
    { "{\"userId\":\"u\"}", 101, NULL },
    { "{\"userId\":\"u\",\"room\":\"r\"}", 101, NULL },
    { "{\"userId\":\"u\",\"exp\":1}", 401, "token expired" },
    { "{\"userId\":\"u\",\"nbf\":9000000000}", 401, "token not valid yet" },
    { "{\"name\":\"u\"}", 401, "token without userId" },
    { "{\"userId\":\"u\",\"room\":\"s\"}", 403,
        "the token is not for this room" },
  };
  Fixture f;

  start (&f, TRUE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *query = make_query ("r", "a", cases[i].claims);

    assert_handshake (&f, query, NULL, cases[i].status, cases[i].text);
  }
  assert_handshake (
      &f, "/?roomId=r&peerId=a&token=", NULL, 401, "a token is needed");
  assert_handshake (&f, "/?roomId=r&peerId=a&token=x.y.z", NULL, 401,
      "token is not base64url");
  fixture_stop (&f);
}

/* Without require-token: whoever shows none is a guest, a bad one is refused
 * all the same. */
static void
test_optional (void)
{
  Fixture f;
  g_autoptr (Client) guest = NULL;

  start (&f, FALSE, "--default-rights=subscribe");
  assert_handshake (&f, "/?roomId=r&peerId=a&token=x.y.z", NULL, 401,
      "token is not base64url");
  guest = enter (&f, "r", "guest", NULL);
  g_assert_cmpuint (
      find_peer (&f, "r", "guest")->rights, ==, SFU_RIGHT_SUBSCRIBE);
  g_assert_false (find_peer (&f, "r", "guest")->account);
  g_clear_pointer (&guest, client_free);
  fixture_stop (&f);
}

/* A server without accounts cannot check tokens and does not look at them. */
static void
test_no_accounts (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  assert_handshake (&f, "/?roomId=r&peerId=a&token=x.y.z", NULL, 101, NULL);
  fixture_stop (&f);
}

/* As a header, where a client can send one. */
static void
test_header (void)
{
  g_autofree gchar *token = test_token_hs256 (SECRET, NULL, "{\"sub\":\"s\"}");
  g_autofree gchar *good = g_strdup_printf ("Authorization: Bearer %s", token);
  Fixture f;

  start (&f, TRUE, NULL);
  assert_handshake (&f, "/?roomId=r&peerId=a", good, 101, NULL);
  assert_handshake (&f, "/?roomId=r&peerId=a", "Authorization: Bearer x", 401,
      "token must have three parts");
  fixture_stop (&f);
}

/* What the token says of its owner is what others see, but for the name, which
 * everybody may choose. */
static void
test_identity (void)
{
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autoptr (JsonNode) reply = NULL;
  g_autoptr (JsonNode) seen = NULL;
  g_autofree gchar *why = NULL;
  const SfuPeer *peer;

  start (&f, TRUE, NULL);
  a = enter (&f, "r", "a",
      "{\"userId\":\"u1\",\"name\":\"Ada\",\"email\":\"a@x\",\"picture\":\"p\","
      "\"moderator\":true}");
  b = enter (&f, "r", "b", "{\"userId\":\"u2\"}");
  why = client_fails (b, "join", "{}", 400);
  g_assert_cmpstr (why, ==, "displayName: missing");
  client_join (b);
  reply = client_ok (a, "join", "{}");
  seen = client_wait_notification (b, "newPeer");
  g_assert_cmpstr (get_string (seen, "displayName"), ==, "Ada");
  peer = find_peer (&f, "r", "a");
  g_assert_true (peer->account);
  g_assert_true (peer->moderator);
  g_assert_cmpstr (peer->user_id, ==, "u1");
  g_assert_cmpstr (peer->email, ==, "a@x");
  g_assert_cmpstr (peer->picture, ==, "p");
  g_assert_false (find_peer (&f, "r", "b")->moderator);
  g_clear_pointer (&a, client_free);
  g_clear_pointer (&b, client_free);
  fixture_stop (&f);
}

/* A peer's id is taken over by the same user only. */
static void
test_taken (void)
{
  Fixture f;
  g_autoptr (Client) first = NULL;
  g_autoptr (Client) stranger = NULL;
  g_autoptr (Client) guest = NULL;
  g_autoptr (Client) again = NULL;

  start (&f, FALSE, NULL);
  first = enter (&f, "r", "a", "{\"userId\":\"u1\"}");
  stranger = enter (&f, "r", "a", "{\"userId\":\"u2\"}");
  client_wait_closed (stranger);
  g_assert_cmpstr (stranger->close_reason, ==, "another user has this peer id");
  guest = enter (&f, "r", "a", NULL);
  client_wait_closed (guest);
  g_assert_false (first->closed);
  again = enter (&f, "r", "a", "{\"userId\":\"u1\"}");
  client_wait_closed (first);
  g_assert_false (again->closed);
  g_clear_pointer (&again, client_free);
  fixture_stop (&f);
}

/* Rights that the token leaves out are refused by name, the others work. */
static void
test_rights (void)
{
  static const struct {
    const gchar *right, *kind;
  } cases[] = {
    { "publishAudio", "audio" },
    { "publishVideo", "video" },
  };
  Fixture f;

  start (&f, TRUE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *claims = g_strdup_printf (
        "{\"userId\":\"u\",\"rights\":[\"%s\"]}", cases[i].right);
    g_autofree gchar *denying = g_strdup_printf (
        "{\"userId\":\"u\",\"rights\":{\"%s\":false}}", cases[i].right);
    g_autoptr (Client) with = enter (&f, "r", "with", claims);
    g_autoptr (Client) without = enter (&f, "r", "without", denying);
    Client *clients[] = { with, without };

    for (guint j = 0; j < G_N_ELEMENTS (clients); j++) {
      g_autofree gchar *transport = NULL;

      client_join (clients[j]);
      transport = client_create_transport (clients[j], TRUE, FALSE);
      for (guint k = 0; k < G_N_ELEMENTS (cases); k++) {
        g_autofree gchar *data =
            produce_data (transport, cases[k].kind, 1000 + 10 * k);
        g_autofree gchar *expect =
            g_strdup_printf ("no right to publish-%s", cases[k].kind);
        g_autofree gchar *why = NULL;
        g_autoptr (JsonNode) reply = NULL;

        if ((j == 0) == (i == k)) {
          reply = client_ok (clients[j], "produce", data);
          continue;
        }
        why = client_fails (clients[j], "produce", data, ERROR_FORBIDDEN);
        g_assert_cmpstr (why, ==, expect);
      }
    }
  }
  fixture_stop (&f);
}

static void
test_subscribe (void)
{
  Fixture f;
  g_autoptr (Client) sender = NULL;
  g_autoptr (Client) deaf = NULL;
  g_autoptr (Client) hears = NULL;
  g_autofree gchar *up = NULL;
  g_autofree gchar *down_deaf = NULL;
  g_autofree gchar *down = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *why = NULL;

  start (&f, TRUE, NULL);
  sender = enter (&f, "r", "sender", "{\"userId\":\"u1\"}");
  deaf = enter (
      &f, "r", "deaf", "{\"userId\":\"u2\",\"rights\":{\"subscribe\":false}}");
  hears = enter (
      &f, "r", "hears", "{\"userId\":\"u3\",\"rights\":[\"subscribe\"]}");
  client_join (sender);
  client_join (deaf);
  client_join (hears);
  up = client_create_transport (sender, TRUE, FALSE);
  down_deaf = client_create_transport (deaf, FALSE, TRUE);
  down = client_create_transport (hears, FALSE, TRUE);
  producer = client_produce (sender, up, "audio", 1000);
  client_wait_offer (hears, 1);
  /* An answer after the offer to the other: what was to come has come. */
  why = client_fails (deaf, "produceData", "{}", 501);
  g_assert_cmpuint (deaf->offers->len, ==, 0);
  g_clear_pointer (&why, g_free);
  why = client_fails (hears, "produceData", "{}", ERROR_FORBIDDEN);
  g_assert_cmpstr (why, ==, "no right to publish-data");
  g_clear_pointer (&sender, client_free);
  g_clear_pointer (&deaf, client_free);
  g_clear_pointer (&hears, client_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accounts/handshake", test_handshake);
  g_test_add_func ("/accounts/optional", test_optional);
  g_test_add_func ("/accounts/no-accounts", test_no_accounts);
  g_test_add_func ("/accounts/header", test_header);
  g_test_add_func ("/accounts/identity", test_identity);
  g_test_add_func ("/accounts/taken", test_taken);
  g_test_add_func ("/accounts/rights", test_rights);
  g_test_add_func ("/accounts/subscribe", test_subscribe);
  return accounts_test_run ();
}

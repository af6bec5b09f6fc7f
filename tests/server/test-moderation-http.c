/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moderation over HTTP: what it does, who may, and that every route for the
 * operator is closed to others.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-room-rules.h"
#include "token-maker.h"

#include <glib/gstdio.h>
#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define ADMIN "operators-own-token"

static gchar *secret_file, *admin_file;

static gchar *
make_file (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  gchar *path = NULL;
  gint fd = g_file_open_tmp ("sfu-test-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

typedef struct {
  Fixture f;
  Client *a, *b;
  gchar *audio;
} World;

/* a sends, b receives. */
static void
world_start (World *w)
{
  g_autofree gchar *secret =
      g_strconcat ("--jwt-secret-file=", secret_file, NULL);
  g_autofree gchar *admin =
      g_strconcat ("--admin-token-file=", admin_file, NULL);
  const gchar *flags[] = { secret, admin, "--no-require-token", NULL };
  g_autofree gchar *send = NULL;
  g_autofree gchar *receive = NULL;

  fixture_start (&w->f, flags);
  w->a = client_new (&w->f, "r", "a");
  client_join (w->a);
  w->b = client_new (&w->f, "r", "b");
  client_join (w->b);
  receive = client_create_transport (w->b, FALSE, TRUE);
  send = client_create_transport (w->a, TRUE, FALSE);
  w->audio = client_produce (w->a, send, "audio", 1);
  client_wait_offer (w->b, 1);
}

static void
world_stop (World *w)
{
  client_free (w->a);
  client_free (w->b);
  g_free (w->audio);
  fixture_stop (&w->f);
}

static gchar *
bearer (const gchar *claims)
{
  g_autofree gchar *token = test_token_hs256 (SECRET, NULL, claims);

  return g_strconcat ("Authorization: Bearer ", token, NULL);
}

static void
assert_answer (World *w, const gchar *method, const gchar *path,
    const gchar *header, const gchar *body, guint status, const gchar *text)
{
  g_auto (Answer) answer = fixture_send (&w->f, method, path, header, body);

  if (answer.status != status || strstr (answer.body, text) == NULL)
    g_error ("%s %s %s: %u %s instead of %u \"%s\"", method, path, body,
        answer.status, answer.body, status, text);
  g_assert_cmpstr (answer.type, ==, "application/json");
}

static const gchar operator[] = "Authorization: Bearer " ADMIN;

static SfuRoom *
room_of (World *w)
{
  return sfu_rooms_find (sfu_server_get_rooms (w->f.server), "r");
}

static void
test_mute (void)
{
  World w;
  g_autoptr (JsonNode) note = NULL;
  g_autofree gchar *moderator =
      bearer ("{\"userId\":\"m\",\"moderator\":true,\"rooms\":[\"r\"]}");

  world_start (&w);
  assert_answer (&w, "POST", "/rooms/r/mute", operator,
      "{\"peerId\":\"a\",\"kind\":\"audio\",\"muted\":true}", 200, "{}");
  note = client_wait_notification (w.a, "producerMuted");
  g_assert_cmpstr (get_string (note, "producerId"), ==, w.audio);
  json_node_unref (client_wait_notification (w.b, "consumerPaused"));
  assert_answer (&w, "POST", "/rooms/r/mute", moderator,
      "{\"peerId\":\"a\",\"muted\":false}", 200, "{}");
  json_node_unref (client_wait_notification (w.b, "consumerResumed"));
  world_stop (&w);
}

static void
test_kick (void)
{
  World w;

  world_start (&w);
  assert_answer (
      &w, "POST", "/rooms/r/kick", operator, "{\"peerId\":\"a\"}", 200, "{}");
  client_wait_closed (w.a);
  g_assert_cmpstr (w.a->close_reason, ==, "kicked by a moderator");
  json_node_unref (client_wait_notification (w.b, "peerClosed"));
  world_stop (&w);
}

static void
test_lock_and_close (void)
{
  World w;

  world_start (&w);
  assert_answer (
      &w, "POST", "/rooms/r/lock", operator, "{\"locked\":true}", 200, "{}");
  json_node_unref (client_wait_notification (w.a, "roomLocked"));
  g_assert_true (room_of (&w)->locked);
  assert_answer (
      &w, "POST", "/rooms/r/lock", operator, "{\"locked\":false}", 200, "{}");
  json_node_unref (client_wait_notification (w.a, "roomLocked"));
  assert_answer (&w, "DELETE", "/rooms/r", operator, NULL, 200, "{}");
  client_wait_closed (w.a);
  client_wait_closed (w.b);
  g_assert_cmpstr (w.a->close_reason, ==, "room closed");
  g_assert_null (room_of (&w));
  assert_answer (&w, "DELETE", "/rooms/r", operator, NULL, 404, "nobody");
  world_stop (&w);
}

/* Nothing of this changes anything. */
static void
test_refused (void)
{
  static const struct {
    const gchar *method, *path, *body;
    guint status;
    const gchar *text;
  } cases[] = {
    { "POST", "/rooms/r/kick", NULL, 400, "peerId: missing" },
    { "POST", "/rooms/r/kick", "{}", 400, "peerId: missing" },
    { "POST", "/rooms/r/kick", "[]", 400, "body" },
    { "POST", "/rooms/r/kick", "{", 400, "body" },
    { "POST", "/rooms/r/kick", "{\"peerId\":1}", 400, "must be a string" },
    { "POST", "/rooms/r/kick", "{\"peerId\":\"x\"}", 404, "not found" },
    { "POST", "/rooms/other/kick", "{\"peerId\":\"a\"}", 404, "nobody" },
    { "POST", "/rooms/r/mute", "{\"peerId\":\"a\"}", 400, "muted: missing" },
    { "POST", "/rooms/r/mute",
        "{\"peerId\":\"a\",\"muted\":true,\"kind\":\"smell\"}", 400,
        "kind: must be" },
    { "POST", "/rooms/r/mute", "{\"peerId\":\"x\",\"muted\":true}", 404,
        "not found" },
    { "POST", "/rooms/r/lock", "{\"locked\":1}", 400, "locked: must be" },
    { "POST", "/rooms/r/lock", NULL, 400, "locked: missing" },
    { "GET", "/rooms/r/kick", NULL, 405, "method" },
    { "PUT", "/rooms/r/lock", "{\"locked\":true}", 405, "method" },
    { "POST", "/rooms/%0a/kick", "{\"peerId\":\"a\"}", 400, "name" },
  };
  World w;

  world_start (&w);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_answer (&w, cases[i].method, cases[i].path, operator, cases[i].body,
        cases[i].status, cases[i].text);
  json_node_unref (client_ok (w.a, "getRouterRtpCapabilities", NULL));
  g_assert_false (client_has_notification (w.a, "producerMuted"));
  g_assert_false (client_has_notification (w.a, "roomLocked"));
  world_stop (&w);
}

/* Everything that only the operator may ask. */
static const struct {
  const gchar *method, *path, *body;
  gboolean moderators; /* may, too */
} routes[] = {
  { "GET", "/rooms/r/dump", NULL, FALSE },
  { "GET", "/rooms/r/graph.dot", NULL, FALSE },
  { "GET", "/rooms/r/graph.svg", NULL, FALSE },
  { "POST", "/rooms/r/kick", "{\"peerId\":\"nobody\"}", TRUE },
  { "POST", "/rooms/r/mute", "{\"peerId\":\"nobody\",\"muted\":true}", TRUE },
  { "POST", "/rooms/r/lock", "{\"locked\":false}", TRUE },
  { "DELETE", "/rooms/r", NULL, TRUE },
};

static guint
ask (World *w, guint i, const gchar *header)
{
  g_auto (Answer) answer = fixture_send (
      &w->f, routes[i].method, routes[i].path, header, routes[i].body);

  return answer.status;
}

static void
test_who (void)
{
  g_autofree gchar *participant = bearer ("{\"userId\":\"u\"}");
  g_autofree gchar *elsewhere =
      bearer ("{\"userId\":\"u\",\"moderator\":true,\"rooms\":[\"other\"]}");
  g_autofree gchar *expired =
      bearer ("{\"userId\":\"u\",\"moderator\":true,\"exp\":1}");
  g_autofree gchar *moderator =
      bearer ("{\"userId\":\"u\",\"moderator\":true}");
  const struct {
    const gchar *header;
    guint status;
  } cases[] = {
    { NULL, 401 },
    { "Authorization: Bearer wrong", 401 },
    { "Authorization: Bearer ", 401 },
    { "Authorization: Basic " ADMIN, 401 },
    { "X-Token: " ADMIN, 401 },
    { participant, 403 },
    { elsewhere, 403 },
    { expired, 401 },
  };
  World w;

  world_start (&w);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (cases); j++) {
      /* The inside is for the operator; a token of an account is no token. */
      guint wanted = routes[i].moderators ? cases[j].status : 401;
      guint status = ask (&w, i, cases[j].header);

      if (status != wanted)
        g_error ("%s %s with \"%s\": %u", routes[i].method, routes[i].path,
            cases[j].header, status);
    }
    g_assert_nonnull (room_of (&w));
    if (!routes[i].moderators)
      g_assert_cmpuint (ask (&w, i, moderator), ==, 401);
  }
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    guint status = ask (&w, i, routes[i].moderators ? moderator : operator);

    g_assert_cmpuint (status, !=, 401);
    g_assert_cmpuint (status, !=, 403);
  }
  g_assert_null (room_of (&w));
  world_stop (&w);
}

/* Without tokens configured all is closed; open on a loopback address it is not
 * for pages that a browser there shows. */
static void
test_without_tokens (void)
{
  static const gchar *const flags[] = { "--admin-open", NULL };
  World w = { 0 };

  fixture_start (&w.f, NULL);
  w.a = client_new (&w.f, "r", "a");
  client_join (w.a);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    g_assert_cmpuint (ask (&w, i, operator), ==, 403);
  world_stop (&w);
  fixture_start (&w.f, flags);
  w.audio = NULL;
  w.b = NULL;
  w.a = client_new (&w.f, "r", "a");
  client_join (w.a);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (routes[i].moderators)
      g_assert_cmpuint (ask (&w, i, "Origin: https://evil.example"), ==, 403);
  assert_answer (&w, "DELETE", "/rooms/r", NULL, NULL, 200, "{}");
  world_stop (&w);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  secret_file = make_file (SECRET "\n");
  admin_file = make_file (ADMIN "\n");
  g_test_add_func ("/moderation-http/mute", test_mute);
  g_test_add_func ("/moderation-http/kick", test_kick);
  g_test_add_func ("/moderation-http/lock-and-close", test_lock_and_close);
  g_test_add_func ("/moderation-http/refused", test_refused);
  g_test_add_func ("/moderation-http/who", test_who);
  g_test_add_func ("/moderation-http/without-tokens", test_without_tokens);
  status = g_test_run ();
  g_remove (secret_file);
  g_remove (admin_file);
  g_free (secret_file);
  g_free (admin_file);
  return status;
}

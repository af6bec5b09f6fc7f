/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nothing secret is ever in the log, at any level and of any library: the
 * secrets of tokens and of TURN, what clients show (right or wrong), what they
 * are given.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-protoo.h"
#include "sio-client.h"
#include "token-maker.h"

#include <glib/gstdio.h>
#include <string.h>

#define JWT_SECRET "jwt-secret-0123456789abcdef012345"
#define TURN_SECRET "turn-secret-0123456789abcdef01234"
#define ADMIN_TOKEN "admin-token-0123456789abcdef01234"
#define HOOK_SECRET "hook-secret-0123456789abcdef01234"
#define WRONG_ADMIN "admin-wrong-0123456789abcdef01234"

static GString *log_text;
static gchar *folder;

static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer data)
{
  for (gsize i = 0; i < n_fields; i++) {
    g_string_append_len (log_text, fields[i].value, fields[i].length);
    g_string_append_c (log_text, '\n');
  }
  return G_LOG_WRITER_HANDLED;
}

/* Libraries that use the older functions. */
static void
on_plain_log (const gchar *domain, GLogLevelFlags level, const gchar *message,
    gpointer data)
{
  g_string_append (log_text, message);
  g_string_append_c (log_text, '\n');
}

static gchar *
make_file (const gchar *name, const gchar *text)
{
  gchar *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
start (Fixture *f)
{
  g_autofree gchar *jwt = make_file ("jwt", JWT_SECRET "\n");
  g_autofree gchar *turn = make_file ("turn", TURN_SECRET "\n");
  g_autofree gchar *admin = make_file ("admin", ADMIN_TOKEN "\n");
  g_autofree gchar *jwt_flag = g_strdup_printf ("--jwt-secret-file=%s", jwt);
  g_autofree gchar *turn_flag = g_strdup_printf ("--turn-secret-file=%s", turn);
  g_autofree gchar *admin_flag =
      g_strdup_printf ("--admin-token-file=%s", admin);
  g_autofree gchar *hook = make_file ("hook", HOOK_SECRET "\n");
  g_autofree gchar *hook_flag =
      g_strdup_printf ("--webhook-secret-file=%s", hook);
  /* Nobody listens there: what is not delivered is logged. */
  const gchar *flags[] = { jwt_flag, turn_flag, admin_flag, hook_flag,
    "--webhook-url=http://127.0.0.1:1/", "--log-level=debug",
    "--ice-servers=turn:192.0.2.1", NULL };

  fixture_start (f, flags);
}

/* Not there, and none of its three parts when it is a token: a part is enough
 * to guess a short secret from, or to be somebody. */
static void
assert_not_logged (const gchar *secret)
{
  g_auto (GStrv) parts = g_strsplit (secret, ".", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    g_test_message ("%s", parts[i]);
    g_assert_true (
        strlen (parts[i]) <= 8 || strstr (log_text->str, parts[i]) == NULL);
  }
}

/* Everything that a native client may say with a token; what it is given. */
static void
visit_native (Fixture *f, const gchar *token)
{
  g_autofree gchar *query =
      g_strdup_printf ("/?roomId=r&peerId=p&token=%s", token);
  g_autoptr (GError) error = NULL;
  g_autoptr (Client) c = client_try (f, query, SFU_PROTOO_SUBPROTOCOL, &error);
  g_autoptr (JsonNode) reply = NULL;
  g_autofree gchar *why = NULL;
  JsonObject *turn;

  if (c == NULL)
    return;
  client_join (c);
  why = client_fails (c, "join", "{\"displayName\":\"x\"}", 409);
  reply = client_ok (c, "createWebRtcTransport", "{\"producing\":true}");
  turn = json_array_get_object_element (
      json_object_get_array_member (json_node_get_object (reply), "iceServers"),
      0);
  assert_not_logged (json_object_get_string_member (turn, "credential"));
}

static void
visit_events (
    Fixture *f, const gchar *path, const gchar *namespace, const gchar *token)
{
  g_autofree gchar *auth = g_strdup_printf ("{\"token\":\"%s\"}", token);
  g_autoptr (SioClient) c = sio_try (f, path, namespace, auth);

  if (c->id != NULL)
    sio_emit (c, "nonsense", "{\"token\":1}");
}

static void
visit_admin (Fixture *f, const gchar *token)
{
  g_autofree gchar *path = g_strdup_printf ("/rooms/r/dump?token=%s", token);
  g_autofree gchar *header =
      g_strdup_printf ("Authorization: Bearer %s", token);
  g_auto (Answer) by_query = fixture_http (f, "GET", path, NULL);
  g_auto (Answer) by_header = fixture_http (f, "GET", "/rooms/r/dump", header);

  g_assert_cmpuint (by_query.status, ==, by_header.status);
}

static void
test_secrets (void)
{
  g_autofree gchar *good = test_token_hs256 (
      JWT_SECRET, NULL, "{\"userId\":\"somebody\",\"name\":\"Some Body\"}");
  g_autofree gchar *expired = test_token_hs256 (
      JWT_SECRET, NULL, "{\"userId\":\"late-comer\",\"exp\":1}");
  g_autofree gchar *foreign =
      test_token_hs256 (WRONG_ADMIN, NULL, "{\"userId\":\"forger-of-tokens\"}");
  g_autofree gchar *mistyped = test_token_hs256 (
      JWT_SECRET, NULL, "{\"userId\":\"mistyped-user\",\"name\":{}}");
  g_autofree gchar *no_json =
      test_token_hs256 (JWT_SECRET, "{\"alg\":\"HS256\"", "{nonsense here}");
  const gchar *const tokens[] = { good, expired, foreign, mistyped, no_json,
    "no-token-at-all" };
  Fixture f;

  start (&f);
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++) {
    visit_native (&f, tokens[i]);
    visit_events (&f, "/socket.io/", "/room/r", tokens[i]);
    visit_events (&f, "/socket.io/", "/", tokens[i]);
    visit_events (&f, "/socket", "/", tokens[i]);
  }
  visit_admin (&f, ADMIN_TOKEN);
  visit_admin (&f, WRONG_ADMIN);
  fixture_stop (&f);

  /* The log was on, at its lowest level, with the refusals in it. */
  g_assert_nonnull (strstr (log_text->str, "method=createWebRtcTransport"));
  g_assert_nonnull (strstr (log_text->str, "token expired"));
  g_assert_nonnull (strstr (log_text->str, "type=room.started not delivered"));
  g_assert_nonnull (strstr (log_text->str, "bad signature"));
  g_assert_nonnull (strstr (log_text->str, "Starting application layer"));
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    assert_not_logged (tokens[i]);
  assert_not_logged (JWT_SECRET);
  assert_not_logged (TURN_SECRET);
  assert_not_logged (ADMIN_TOKEN);
  assert_not_logged (HOOK_SECRET);
  assert_not_logged (WRONG_ADMIN);
}

int
main (int argc, char **argv)
{
  static const gchar *const names[] = { "jwt", "turn", "admin", "hook" };
  gint status;

  g_test_init (&argc, &argv, NULL);
  log_text = g_string_new (NULL);
  g_log_set_writer_func (on_log, NULL, NULL);
  g_log_set_default_handler (on_plain_log, NULL);
  folder = g_dir_make_tmp ("sfu-secrets-XXXXXX", NULL);
  g_test_add_func ("/log/secrets", test_secrets);
  status = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = g_build_filename (folder, names[i], NULL);

    g_remove (path);
  }
  g_rmdir (folder);
  g_free (folder);
  g_string_free (log_text, TRUE);
  return status;
}

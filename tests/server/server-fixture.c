/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See server-fixture.h.
 *
 * Threads: the test's. */
#include "server-fixture.h"
#include "test-result.h"

#include <string.h>

#define ITERATE_MS 50

static gboolean
on_tick (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

void
test_iterate (void)
{
  gboolean ticked = FALSE;
  guint id = g_timeout_add (ITERATE_MS, on_tick, &ticked);

  g_main_context_iteration (NULL, TRUE);
  if (!ticked)
    g_source_remove (id);
}

void
fixture_start (Fixture *f, const gchar *const *flags)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree gchar *worker =
      g_strdup_printf ("--worker-program=%s", g_getenv ("SFU_TEST_WORKER"));
  gchar *environment[] = { NULL };
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  SfuConfigAction action;
  SfuConfig *config;

  g_ptr_array_add (argv, "sfu-server");
  g_ptr_array_add (argv, "--http-port=0");
  g_ptr_array_add (argv, "--rtc-port=0");
  g_ptr_array_add (argv, "--room-linger=0");
  g_ptr_array_add (argv, "--workers=1");
  g_ptr_array_add (argv, "--no-spare-worker");
  /* How busy this machine is says nothing about the server. */
  g_ptr_array_add (argv, "--worker-cpu-limit=0");
  g_ptr_array_add (argv, worker);
  for (guint i = 0; flags != NULL && flags[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)flags[i]);
  config = sfu_config_load ((gint)argv->len, (gchar **)argv->pdata, environment,
      &action, &text, &error);
  g_assert_no_error (error);
  f->server = sfu_server_new (config, &error);
  g_assert_no_error (error);
  sfu_server_start_async (f->server, on_result, &result);
  WAIT_UNTIL (result != NULL);
  sfu_server_start_finish (f->server, result, &error);
  g_assert_no_error (error);
  f->port = g_array_index (
      sfu_http_server_get_ports (sfu_server_get_http (f->server)), guint16, 0);
  f->session = soup_session_new ();
}

void
fixture_stop (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;

  sfu_server_stop_async (f->server, on_result, &result);
  WAIT_UNTIL (result != NULL);
  sfu_server_stop_finish (f->server, result);
  soup_session_abort (f->session);
  g_clear_object (&f->session);
  g_clear_pointer (&f->server, sfu_server_free);
}

/* ---- HTTP ---- */

GUri *
fixture_uri (Fixture *f, const gchar *scheme, const gchar *path_and_query)
{
  g_autofree gchar *text =
      g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, f->port, path_and_query);
  g_autoptr (GError) error = NULL;
  GUri *uri = g_uri_parse (
      text, G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY, &error);

  g_assert_no_error (error);
  return uri;
}

Answer
fixture_send (Fixture *f, const gchar *method, const gchar *path,
    const gchar *header, const gchar *text)
{
  g_autoptr (GUri) uri = fixture_uri (f, "http", path);
  g_autoptr (SoupMessage) message = soup_message_new_from_uri (method, uri);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  SoupMessageHeaders *headers;
  Answer answer = { 0 };

  if (text != NULL) {
    g_autoptr (GBytes) sent = g_bytes_new (text, strlen (text));

    soup_message_set_request_body_from_bytes (
        message, "application/json", sent);
  }
  if (header != NULL) {
    g_auto (GStrv) parts = g_strsplit (header, ": ", 2);

    soup_message_headers_append (
        soup_message_get_request_headers (message), parts[0], parts[1]);
  }
  soup_session_send_and_read_async (
      f->session, message, G_PRIORITY_DEFAULT, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  body = soup_session_send_and_read_finish (f->session, result, &error);
  g_assert_no_error (error);
  headers = soup_message_get_response_headers (message);
  answer.status = soup_message_get_status (message);
  answer.type =
      g_strdup (soup_message_headers_get_one (headers, "Content-Type"));
  answer.etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  answer.origin = g_strdup (
      soup_message_headers_get_one (headers, "Access-Control-Allow-Origin"));
  answer.body = g_strndup (
      g_bytes_get_size (body) > 0 ? g_bytes_get_data (body, NULL) : "",
      g_bytes_get_size (body));
  return answer;
}

Answer
fixture_http (
    Fixture *f, const gchar *method, const gchar *path, const gchar *header)
{
  return fixture_send (f, method, path, header, NULL);
}

void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->type, g_free);
  g_clear_pointer (&answer->body, g_free);
  g_clear_pointer (&answer->etag, g_free);
  g_clear_pointer (&answer->origin, g_free);
}

/* Things of one kind, of the room's one router. */
static JsonArray *
get_things (JsonNode *dump, const gchar *what)
{
  JsonArray *routers =
      json_object_get_array_member (json_node_get_object (dump), "routers");

  g_assert_cmpuint (json_array_get_length (routers), ==, 1);
  return json_object_get_array_member (
      json_array_get_object_element (routers, 0), what);
}

static JsonNode *
get_dump (Fixture *f, const gchar *room)
{
  g_autofree gchar *path = g_strdup_printf ("/rooms/%s/dump", room);
  g_auto (Answer) answer = fixture_http (f, "GET", path, NULL);
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_cmpuint (answer.status, ==, 200);
  node = json_from_string (answer.body, &error);
  g_assert_no_error (error);
  return node;
}

guint
fixture_count (Fixture *f, const gchar *room, const gchar *what)
{
  g_autoptr (JsonNode) dump = get_dump (f, room);

  return json_array_get_length (get_things (dump, what));
}

gboolean
fixture_says (Fixture *f, const gchar *room, const gchar *what, const gchar *id,
    const gchar *member)
{
  g_autoptr (JsonNode) dump = get_dump (f, room);
  JsonArray *things = get_things (dump, what);

  for (guint i = 0; i < json_array_get_length (things); i++) {
    JsonObject *thing = json_array_get_object_element (things, i);

    if (strcmp (json_object_get_string_member (thing, "id"), id) == 0)
      return json_object_get_boolean_member (thing, member);
  }
  g_error ("the worker has no %s of id %s", what, id);
  return FALSE;
}

const gchar *
get_string (JsonNode *node, const gchar *name)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), name);

  g_assert_nonnull (member);
  return json_node_get_string (member);
}

gchar *
get_members (JsonNode *node)
{
  g_autoptr (GList) names =
      json_object_get_members (json_node_get_object (node));
  GString *text = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next)
    g_string_append_printf (
        text, "%s%s", l == names ? "" : ",", (const gchar *)l->data);
  return g_string_free (text, FALSE);
}

gint64
get_int (JsonNode *node, const gchar *name)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), name);

  g_assert_nonnull (member);
  return json_node_get_int (member);
}

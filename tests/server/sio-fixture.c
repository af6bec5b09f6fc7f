/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sio-fixture.h.
 *
 * Threads: the test's. */
#include "sio-fixture.h"

#include <string.h>

#define ITERATE_MS 50

static gboolean
on_tick (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

void
sio_iterate (void)
{
  gboolean ticked = FALSE;
  guint id = g_timeout_add (ITERATE_MS, on_tick, &ticked);

  g_main_context_iteration (NULL, TRUE);
  if (!ticked)
    g_source_remove (id);
}

/* ---- the server's side ---- */

static void
on_event (gpointer owner, const gchar *event, JsonArray *args, gint64 ack_id)
{
  Member *member = owner;

  member->n_events++;
  if (strcmp (event, "echo") == 0)
    sfu_sio_socket_ack_args (member->socket, ack_id, json_array_ref (args));
  else if (strcmp (event, "say") == 0)
    sfu_sio_socket_emit_args (member->socket, "said", json_array_ref (args));
}

static void
on_refused (gpointer owner, gint64 ack_id, const GError *error)
{
  Member *member = owner;

  member->n_refused++;
  sfu_sio_socket_ack (member->socket, ack_id,
      json_node_init_string (json_node_alloc (), error->message));
}

static void
on_answered (gpointer owner, gint64 id, JsonArray *args)
{
  Member *member = owner;

  member->n_answered++;
  /* It comes back to the client, who compares. */
  json_array_ref (args);
  sfu_sio_socket_emit_args (member->socket, "answered", args);
}

static void
on_closed (gpointer owner, SfuSioCloseReason reason)
{
  Member *member = owner;

  member->n_closed++;
  member->reason = reason;
  member->socket = NULL;
}

/* The default answer to what is not taken is tested in "/". */
static const SfuSioCallbacks callbacks = {
  .event = on_event,
  .refused = on_refused,
  .answered = on_answered,
  .closed = on_closed,
};
static const SfuSioCallbacks root_callbacks = {
  .event = on_event,
  .closed = on_closed,
};

Member *
sio_accept (SioFixture *f, SfuSioSocket *socket)
{
  Member *member = g_new0 (Member, 1);

  member->f = f;
  member->socket = socket;
  member->ns = g_strdup (sfu_sio_socket_get_namespace (socket));
  member->id = g_strdup (sfu_sio_socket_get_id (socket));
  g_ptr_array_add (f->members, member);
  sfu_sio_socket_accept (socket,
      strcmp (member->ns, "/") == 0 ? &root_callbacks : &callbacks, member);
  return member;
}

static void
member_free (gpointer data)
{
  Member *member = data;

  g_free (member->ns);
  g_free (member->id);
  g_free (member);
}

static void
on_connect (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  sio_accept (user, socket);
}

static void
on_connect_auth (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  if (auth != NULL &&
      g_strcmp0 (
          json_object_get_string_member_with_default (auth, "token", NULL),
          "secret") == 0)
    sio_accept (user, socket);
  else
    sfu_sio_socket_refuse (socket, "Authentication error",
        sfu_json_parse ("{\"code\":7}", -1, NULL));
}

static void
on_connect_slow (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  SioFixture *f = user;

  g_ptr_array_add (f->pending, socket);
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer data)
{
  SioFixture *f = data;

  f->n_requests++;
  if (!sfu_sio_server_has_path (f->sio, path))
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  else if (soup_message_headers_get_one (
               soup_server_message_get_request_headers (message), "Upgrade"))
    sfu_sio_server_check_websocket (f->sio, message);
  else
    sfu_sio_server_handle_request (f->sio, message);
}

static void
on_websocket (SoupServer *soup, SoupServerMessage *message, const char *path,
    SoupWebsocketConnection *connection, gpointer data)
{
  SioFixture *f = data;

  sfu_sio_server_handle_websocket (f->sio, message, connection);
}

void
sio_start (SioFixture *f, const SfuSioOptions *options)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  f->members = g_ptr_array_new_with_free_func (member_free);
  f->pending = g_ptr_array_new ();
  f->sio = sfu_sio_server_new (options);
  sfu_sio_server_add_namespace (f->sio, "/", on_connect, f);
  sfu_sio_server_add_namespace (f->sio, "/room/*", on_connect, f);
  sfu_sio_server_add_namespace (f->sio, "/auth", on_connect_auth, f);
  sfu_sio_server_add_namespace (f->sio, "/slow", on_connect_slow, f);
  f->soup = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_remove_websocket_extension (
      f->soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_handler (f->soup, NULL, on_request, f, NULL);
  soup_server_add_websocket_handler (
      f->soup, NULL, NULL, NULL, on_websocket, f, NULL);
  soup_server_listen_local (f->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (f->soup);
  f->port = (guint16)g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  f->session = soup_session_new_with_options (
      "max-conns", 1000, "max-conns-per-host", 1000, NULL);
}

void
sio_stop (SioFixture *f)
{
  g_clear_pointer (&f->sio, sfu_sio_server_free);
  for (guint i = 0; i < f->members->len; i++) {
    Member *member = f->members->pdata[i];

    g_assert_cmpuint (member->n_closed, ==, 1);
  }
  soup_session_abort (f->session);
  g_clear_object (&f->session);
  soup_server_disconnect (f->soup);
  g_clear_object (&f->soup);
  g_ptr_array_unref (f->members);
  g_ptr_array_unref (f->pending);
}

Member *
sio_wait_member (SioFixture *f, guint n)
{
  SIO_WAIT_UNTIL (f->members->len >= n);
  return f->members->pdata[n - 1];
}

void
sio_wait_closed (Member *member, SfuSioCloseReason reason)
{
  SIO_WAIT_UNTIL (member->n_closed > 0);
  g_assert_cmpuint (member->n_closed, ==, 1);
  g_assert_cmpint (member->reason, ==, reason);
}

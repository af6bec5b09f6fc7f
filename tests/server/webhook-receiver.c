/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See webhook-receiver.h.
 *
 * Threads: the test's. */
#include "webhook-receiver.h"

#define DEADLINE_S 20

static void
received_free (gpointer data)
{
  Received *received = data;

  g_free (received->type);
  g_free (received->id);
  g_free (received->timestamp);
  g_free (received->signature);
  g_free (received->body);
  json_node_unref (received->json);
  g_free (received);
}

static gchar *
dup_header (SoupServerMessage *message, const gchar *name)
{
  return g_strdup (soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), name));
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer data)
{
  Receiver *self = data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  Received *received = g_new0 (Received, 1);
  g_autoptr (GError) error = NULL;

  received->type = dup_header (message, "X-Sfu-Event");
  received->id = dup_header (message, "X-Sfu-Delivery");
  received->timestamp = dup_header (message, "X-Sfu-Timestamp");
  received->signature = dup_header (message, "X-Sfu-Signature");
  received->body =
      g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  received->json = json_from_string (received->body, &error);
  g_assert_no_error (error);
  g_ptr_array_add (self->received, received);
  if (self->status != 0) {
    soup_server_message_set_status (message, self->status, NULL);
    return;
  }
  soup_server_message_pause (message);
  g_ptr_array_add (self->paused, g_object_ref (message));
}

void
receiver_start (Receiver *self, guint status)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *root = NULL;
  GSList *uris;

  self->soup = soup_server_new (NULL, NULL);
  self->status = status;
  self->received = g_ptr_array_new_with_free_func (received_free);
  self->paused = g_ptr_array_new_with_free_func (g_object_unref);
  soup_server_add_handler (self->soup, "/hook", on_request, self, NULL);
  soup_server_listen_local (
      self->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->soup);
  root = g_uri_to_string (uris->data);
  self->url = g_strconcat (root, "hook?from=sfu", NULL);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
}

void
receiver_stop (Receiver *self)
{
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
  g_free (self->url);
  g_ptr_array_unref (self->received);
  g_ptr_array_unref (self->paused);
}

void
receiver_answer (Receiver *self, guint status)
{
  for (guint i = 0; i < self->paused->len; i++) {
    soup_server_message_set_status (self->paused->pdata[i], status, NULL);
    soup_server_message_unpause (self->paused->pdata[i]);
  }
  g_ptr_array_set_size (self->paused, 0);
}

static gboolean
on_deadline (gpointer data)
{
  g_error ("no event comes");
  return G_SOURCE_REMOVE;
}

const Received *
receiver_wait (Receiver *self, guint n)
{
  guint id = g_timeout_add_seconds (DEADLINE_S, on_deadline, NULL);

  while (self->received->len <= n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  return self->received->pdata[n];
}

const gchar *
received_get (const Received *received, const gchar *name)
{
  return json_object_get_string_member_with_default (
      json_object_get_object_member (
          json_node_get_object (received->json), "data"),
      name, NULL);
}

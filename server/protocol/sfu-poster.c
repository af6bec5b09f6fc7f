/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-poster.h.
 *
 * Threads: the server's one thread. */
#include "sfu-poster.h"

#include <string.h>

struct _SfuPoster {
  SoupSession *session;  /* owned */
  GHashTable *under_way; /* set of Sending */
};

typedef struct {
  SfuPoster *poster; /* borrowed; NULL once that has gone */
  SfuPosterDone done;
  gpointer data;
} Sending;

/* Of a poster that has gone: it is only cleared away. */
static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  SoupSession *session = SOUP_SESSION (source);
  g_autofree Sending *sending = data;
  SoupMessage *message =
      soup_session_get_async_result_message (session, result);
  guint status = soup_message_get_status (message);
  g_autofree gchar *why = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) body =
      soup_session_send_finish (session, result, &error);

  if (sending->poster == NULL)
    return;
  g_hash_table_remove (sending->poster->under_way, sending);
  if (body == NULL)
    why = g_strdup (error->message);
  else if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    why = g_strdup_printf ("it answered %u", status);
  sending->done (sending->data, body != NULL ? status : 0, why);
}

void
sfu_poster_send (SfuPoster *self, const gchar *url, const gchar *body,
    const gchar *const *headers, SfuPosterDone done, gpointer data)
{
  g_autoptr (SoupMessage) message = soup_message_new ("POST", url);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  Sending *sending = g_new (Sending, 1);

  sending->poster = self;
  sending->done = done;
  sending->data = data;
  g_hash_table_add (self->under_way, sending);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  for (guint i = 0; headers != NULL && headers[i] != NULL; i += 2)
    soup_message_headers_replace (
        soup_message_get_request_headers (message), headers[i], headers[i + 1]);
  soup_session_send_async (
      self->session, message, G_PRIORITY_DEFAULT, NULL, on_sent, sending);
}

SfuPoster *
sfu_poster_new (guint timeout_s, guint parallel)
{
  SfuPoster *self = g_new0 (SfuPoster, 1);

  self->under_way = g_hash_table_new (NULL, NULL);
  self->session = soup_session_new_with_options ("timeout", timeout_s,
      "max-conns-per-host", (gint)parallel, "max-conns", (gint)parallel, NULL);
  soup_session_set_user_agent (self->session, "gst-sfu");
  return self;
}

void
sfu_poster_free (SfuPoster *self)
{
  GHashTableIter iter;
  gpointer sending;

  if (self == NULL)
    return;
  g_hash_table_iter_init (&iter, self->under_way);
  while (g_hash_table_iter_next (&iter, &sending, NULL))
    ((Sending *)sending)->poster = NULL;
  g_hash_table_unref (self->under_way);
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_free (self);
}

gboolean
sfu_poster_is_url (const gchar *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  const gchar *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  return (strcmp (scheme, "http") == 0 || strcmp (scheme, "https") == 0) &&
      g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
      g_uri_get_fragment (uri) == NULL;
}

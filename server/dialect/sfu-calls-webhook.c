/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells a backend of calls.
 *
 * Threads: the server's one thread. */
#include "sfu-calls-webhook.h"

#include "sfu-error.h"
#include "sfu-json.h"

#include <libsoup/soup.h>
#include <string.h>

/* A backend that answers later than that does not answer. */
#define TIMEOUT_S 5
#define MAX_TRIES 2
#define RETRY_MS 1000
/* Calls that are made faster than a backend takes them are not waited for. */
#define MAX_UNDER_WAY 64

struct _SfuCallsWebhook {
  gchar *base; /* without a slash at its end */
  SoupSession *session;
  GHashTable *under_way; /* set of Telling */
};

typedef struct {
  SfuCallsWebhook *webhook; /* borrowed; NULL once that has gone */
  gchar *call_id, *url, *body;
  guint n_tries;
  guint retry_id;
} Telling;

static void
telling_free (Telling *telling)
{
  if (telling->webhook != NULL)
    g_hash_table_remove (telling->webhook->under_way, telling);
  g_clear_handle_id (&telling->retry_id, g_source_remove);
  g_free (telling->call_id);
  g_free (telling->url);
  g_free (telling->body);
  g_free (telling);
}

static void start (Telling *telling);

static gboolean
on_retry (gpointer data)
{
  Telling *telling = data;

  telling->retry_id = 0;
  start (telling);
  return G_SOURCE_REMOVE;
}

static void
failed (Telling *telling, const gchar *why)
{
  gboolean again = telling->n_tries < MAX_TRIES;

  g_message ("call=%s backend not told: %s%s", telling->call_id, why,
      again ? "; once more" : "");
  if (again)
    telling->retry_id = g_timeout_add (RETRY_MS, on_retry, telling);
  else
    telling_free (telling);
}

/* What the backend answers beyond the status is not read. */
static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  SoupSession *session = SOUP_SESSION (source);
  Telling *telling = data;
  SoupMessage *message =
      soup_session_get_async_result_message (session, result);
  guint status = soup_message_get_status (message);
  g_autofree gchar *why = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) body =
      soup_session_send_finish (session, result, &error);

  if (telling->webhook == NULL) {
    telling_free (telling);
  } else if (body == NULL) {
    failed (telling, error->message);
  } else if (!SOUP_STATUS_IS_SUCCESSFUL (status)) {
    why = g_strdup_printf ("it answered %u", status);
    failed (telling, why);
  } else {
    g_info ("call=%s backend told", telling->call_id);
    telling_free (telling);
  }
}

static void
start (Telling *telling)
{
  g_autoptr (SoupMessage) message = soup_message_new ("POST", telling->url);
  g_autoptr (GBytes) body = g_bytes_new (telling->body, strlen (telling->body));

  telling->n_tries++;
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_session_send_async (telling->webhook->session, message,
      G_PRIORITY_DEFAULT, NULL, on_sent, telling);
}

/* Some servers take even an escaped ".." for the folder above. */
static gboolean
fits_into_path (const gchar *call_id)
{
  return strcmp (call_id, ".") != 0 && strcmp (call_id, "..") != 0;
}

static gchar *
make_body (const gchar *room_id)
{
  JsonObject *object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "webrtcRoomId", room_id);
  json_node_take_object (node, object);
  return sfu_json_to_string (node);
}

void
sfu_calls_webhook_tell (
    SfuCallsWebhook *webhook, const gchar *call_id, const gchar *room_id)
{
  g_autofree gchar *escaped = NULL;
  Telling *telling;

  if (webhook == NULL)
    return;
  if (g_hash_table_size (webhook->under_way) >= MAX_UNDER_WAY ||
      !fits_into_path (call_id)) {
    g_message ("call=%s backend not told: %s", call_id,
        fits_into_path (call_id) ? "too many calls wait for it"
                                 : "no address for this id");
    return;
  }
  escaped = g_uri_escape_string (call_id, NULL, FALSE);
  telling = g_new0 (Telling, 1);
  telling->webhook = webhook;
  telling->call_id = g_strdup (call_id);
  telling->url =
      g_strdup_printf ("%s/calls/%s/setWebRtcRoomId", webhook->base, escaped);
  telling->body = make_body (room_id);
  g_hash_table_add (webhook->under_way, telling);
  start (telling);
}

/* With a host, and nothing behind the path. */
static gboolean
is_base (const gchar *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  const gchar *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  return (strcmp (scheme, "http") == 0 || strcmp (scheme, "https") == 0) &&
      g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
      g_uri_get_query (uri) == NULL && g_uri_get_fragment (uri) == NULL;
}

SfuCallsWebhook *
sfu_calls_webhook_new (const gchar *url, GError **error)
{
  SfuCallsWebhook *webhook;
  gsize len = strlen (url);

  if (!is_base (url)) {
    sfu_error_invalid (
        error, "must be an address like https://backend.example");
    return NULL;
  }
  while (url[len - 1] == '/')
    len--;
  webhook = g_new0 (SfuCallsWebhook, 1);
  webhook->base = g_strndup (url, len);
  webhook->under_way = g_hash_table_new (NULL, NULL);
  webhook->session =
      soup_session_new_with_options ("timeout", (guint)TIMEOUT_S, NULL);
  soup_session_set_user_agent (webhook->session, "gst-sfu");
  return webhook;
}

void
sfu_calls_webhook_free (SfuCallsWebhook *webhook)
{
  GHashTableIter iter;
  gpointer key;

  if (webhook == NULL)
    return;
  g_hash_table_iter_init (&iter, webhook->under_way);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    Telling *telling = key;

    telling->webhook = NULL;
    /* The others are answered, soon. */
    if (telling->retry_id != 0)
      telling_free (telling);
  }
  g_hash_table_unref (webhook->under_way);
  soup_session_abort (webhook->session);
  g_object_unref (webhook->session);
  g_free (webhook->base);
  g_free (webhook);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells a backend of calls.
 *
 * Threads: the server's one thread. */
#include "sfu-calls-webhook.h"

#include "sfu-error.h"
#include "sfu-json.h"
#include "sfu-log-line.h"
#include "sfu-poster.h"

#include <string.h>

/* A backend that answers later than that does not answer. */
#define TIMEOUT_S 5
#define MAX_TRIES 2
#define RETRY_MS 1000
/* Calls that are made faster than a backend takes them are not waited for. */
#define MAX_UNDER_WAY 64
/* As libsoup does by itself. */
#define PARALLEL 2

struct _SfuCallsWebhook {
  gchar *base; /* without a slash at its end */
  SfuPoster *poster;
  GHashTable *under_way; /* set of Telling, owned */
};

typedef struct {
  SfuCallsWebhook *webhook; /* borrowed */
  gchar *label, *url, *body;
  guint n_tries;
  guint retry_id;
} Telling;

static void
telling_free (gpointer data)
{
  Telling *telling = data;

  g_clear_handle_id (&telling->retry_id, g_source_remove);
  g_free (telling->label);
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
on_sent (gpointer data, guint status, const gchar *why)
{
  Telling *telling = data;
  gboolean again = why != NULL && telling->n_tries < MAX_TRIES;

  if (why != NULL)
    g_message ("call=%s backend not told: %s%s", telling->label, why,
        again ? "; once more" : "");
  else
    g_info ("call=%s backend told", telling->label);
  if (again)
    telling->retry_id = g_timeout_add (RETRY_MS, on_retry, telling);
  else
    g_hash_table_remove (telling->webhook->under_way, telling);
}

static void
start (Telling *telling)
{
  telling->n_tries++;
  sfu_poster_send (telling->webhook->poster, telling->url, telling->body, NULL,
      on_sent, telling);
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
  g_autofree gchar *label = sfu_log_quote (call_id);
  Telling *telling;

  if (webhook == NULL)
    return;
  if (g_hash_table_size (webhook->under_way) >= MAX_UNDER_WAY ||
      !fits_into_path (call_id)) {
    g_message ("call=%s backend not told: %s", label,
        fits_into_path (call_id) ? "too many calls wait for it"
                                 : "no address for this id");
    return;
  }
  escaped = g_uri_escape_string (call_id, NULL, FALSE);
  telling = g_new0 (Telling, 1);
  telling->webhook = webhook;
  telling->label = g_steal_pointer (&label);
  telling->url =
      g_strdup_printf ("%s/calls/%s/setWebRtcRoomId", webhook->base, escaped);
  telling->body = make_body (room_id);
  g_hash_table_add (webhook->under_way, telling);
  start (telling);
}

/* Nothing behind the path. */
static gboolean
is_base (const gchar *url)
{
  return sfu_poster_is_url (url) && strchr (url, '?') == NULL;
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
  webhook->under_way = g_hash_table_new_full (NULL, NULL, telling_free, NULL);
  webhook->poster = sfu_poster_new (TIMEOUT_S, PARALLEL);
  return webhook;
}

void
sfu_calls_webhook_free (SfuCallsWebhook *webhook)
{
  if (webhook == NULL)
    return;
  sfu_poster_free (webhook->poster);
  g_hash_table_unref (webhook->under_way);
  g_free (webhook->base);
  g_free (webhook);
}

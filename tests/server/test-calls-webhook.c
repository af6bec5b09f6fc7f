/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application's backend is told of calls, and what becomes of it when
 * the backend is slow, broken or gone.
 *
 * Threads: one; the backend runs in it, too. */
#include "sfu-calls-webhook.h"
#include "sfu-error.h"

#include <libsoup/soup.h>
#include <string.h>

#define DEADLINE_S 20
/* As in the source. */
#define MAX_UNDER_WAY 64

typedef struct {
  SoupServer *soup;
  gchar *url;
  guint status;      /* of the answers; 0 = none comes */
  GPtrArray *told;   /* "METHOD PATH TYPE BODY" */
  GPtrArray *paused; /* of SoupServerMessage, that wait for an answer */
} Backend;

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer data)
{
  Backend *backend = data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);

  g_ptr_array_add (backend->told,
      g_strdup_printf ("%s %s %s %.*s",
          soup_server_message_get_method (message),
          g_uri_get_path (soup_server_message_get_uri (message)),
          soup_message_headers_get_one (
              soup_server_message_get_request_headers (message),
              "Content-Type"),
          (gint)g_bytes_get_size (bytes),
          (const gchar *)g_bytes_get_data (bytes, NULL)));
  if (backend->status != 0) {
    soup_server_message_set_status (message, backend->status, NULL);
    return;
  }
  soup_server_message_pause (message);
  g_ptr_array_add (backend->paused, g_object_ref (message));
}

static void
backend_start (Backend *backend, guint status)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  backend->soup = soup_server_new ("raw-paths", TRUE, NULL);
  backend->status = status;
  backend->told = g_ptr_array_new_with_free_func (g_free);
  backend->paused = g_ptr_array_new_with_free_func (g_object_unref);
  soup_server_add_handler (backend->soup, NULL, on_request, backend, NULL);
  soup_server_listen_local (
      backend->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (backend->soup);
  backend->url = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
}

static void
backend_stop (Backend *backend)
{
  soup_server_disconnect (backend->soup);
  g_object_unref (backend->soup);
  g_free (backend->url);
  g_ptr_array_unref (backend->told);
  g_ptr_array_unref (backend->paused);
}

/* Messages of the log. */
static GPtrArray *said;

static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_MESSAGE)
    return g_log_writer_default (level, fields, n_fields, data);
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_ptr_array_add (said, g_strdup (fields[i].value));
  return G_LOG_WRITER_HANDLED;
}

static gboolean
on_deadline (gpointer data)
{
  g_error ("the backend is not told");
  return G_SOURCE_REMOVE;
}

static void
wait_for (const GPtrArray *list, guint n)
{
  guint id = g_timeout_add_seconds (DEADLINE_S, on_deadline, NULL);

  while (list->len < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

static void
wait_told (Backend *backend, guint n)
{
  wait_for (backend->told, n);
}

/* The next message, which must begin and end so. */
static void
assert_said (const gchar *start, const gchar *end)
{
  g_autofree gchar *text = NULL;

  wait_for (said, 1);
  text = g_ptr_array_steal_index (said, 0);
  if (!g_str_has_prefix (text, start) || !g_str_has_suffix (text, end))
    g_error ("\"%s\"", text);
}

static SfuCallsWebhook *
make (const gchar *url)
{
  g_autoptr (GError) error = NULL;
  SfuCallsWebhook *webhook = sfu_calls_webhook_new (url, &error);

  g_assert_no_error (error);
  return webhook;
}

static void
test_told (void)
{
  static const struct {
    const gchar *path, *call, *wanted;
  } cases[] = {
    { "", "c1", "POST /calls/c1/setWebRtcRoomId" },
    { "/", "c1", "POST /calls/c1/setWebRtcRoomId" },
    { "/api/v1", "c1", "POST /api/v1/calls/c1/setWebRtcRoomId" },
    { "/api//", "c1", "POST /api/calls/c1/setWebRtcRoomId" },
    { "", "a b/../c?d#e%",
        "POST /calls/a%20b%2F..%2Fc%3Fd%23e%25/setWebRtcRoomId" },
    { "", "\303\244", "POST /calls/%C3%A4/setWebRtcRoomId" },
  };
  Backend backend;

  backend_start (&backend, SOUP_STATUS_NO_CONTENT);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *root = g_strndup (backend.url, strlen (backend.url) - 1);
    g_autofree gchar *url = g_strconcat (root, cases[i].path, NULL);
    g_autofree gchar *wanted = g_strconcat (cases[i].wanted,
        " application/json {\"webrtcRoomId\":\"room \\\"7\\\"\"}", NULL);
    g_autoptr (SfuCallsWebhook) webhook = make (url);

    sfu_calls_webhook_tell (webhook, cases[i].call, "room \"7\"");
    wait_told (&backend, i + 1);
    g_assert_cmpstr (backend.told->pdata[i], ==, wanted);
  }
  backend_stop (&backend);
}

/* An error is tried once more, a yes is not. */
static void
test_retry (void)
{
  Backend backend;
  g_autoptr (SfuCallsWebhook) webhook = NULL;

  backend_start (&backend, SOUP_STATUS_INTERNAL_SERVER_ERROR);
  webhook = make (backend.url);
  sfu_calls_webhook_tell (webhook, "broken", "r");
  wait_told (&backend, 2);
  assert_said ("call=broken backend not told: ", "it answered 500; once more");
  assert_said ("call=broken backend not told: ", "it answered 500");
  g_assert_cmpstr (backend.told->pdata[0], ==, backend.told->pdata[1]);
  /* It is not followed anywhere either. */
  backend.status = SOUP_STATUS_TEMPORARY_REDIRECT;
  sfu_calls_webhook_tell (webhook, "moved", "r");
  assert_said ("call=moved backend not told: ", "it answered 307; once more");
  backend.status = SOUP_STATUS_OK;
  wait_told (&backend, 4);
  sfu_calls_webhook_tell (webhook, "good", "r");
  wait_told (&backend, 5);
  g_assert_nonnull (strstr (backend.told->pdata[2], "/moved/"));
  g_assert_nonnull (strstr (backend.told->pdata[3], "/moved/"));
  g_assert_nonnull (strstr (backend.told->pdata[4], "/good/"));
  backend_stop (&backend);
}

/* More than a bound do not wait for a backend that does not answer; and all is
 * given up with the webhook. */
static void
test_bound (void)
{
  Backend backend;
  g_autoptr (SfuCallsWebhook) webhook = NULL;

  backend_start (&backend, 0);
  webhook = make (backend.url);
  for (guint i = 0; i < MAX_UNDER_WAY; i++) {
    g_autofree gchar *call = g_strdup_printf ("c%u", i);

    sfu_calls_webhook_tell (webhook, call, "r");
  }
  g_assert_cmpuint (said->len, ==, 0);
  sfu_calls_webhook_tell (webhook, "one-more", "r");
  assert_said (
      "call=one-more backend not told: ", "too many calls wait for it");
  /* libsoup opens no more than a few connections to one host at a time. */
  wait_told (&backend, 1);
  g_clear_pointer (&webhook, sfu_calls_webhook_free);
  backend_stop (&backend);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Nobody listens: a line in the log, and a retry that the end cuts off. */
static void
test_unreachable (void)
{
  Backend backend;
  g_autofree gchar *url = NULL;
  g_autoptr (SfuCallsWebhook) webhook = NULL;

  backend_start (&backend, SOUP_STATUS_OK);
  url = g_strdup (backend.url);
  backend_stop (&backend);
  webhook = make (url);
  sfu_calls_webhook_tell (webhook, "c1", "r");
  assert_said ("call=c1 backend not told: ", "; once more");
}

static void
test_no_path (void)
{
  Backend backend;
  g_autoptr (SfuCallsWebhook) webhook = NULL;

  backend_start (&backend, SOUP_STATUS_OK);
  webhook = make (backend.url);
  sfu_calls_webhook_tell (webhook, "..", "r");
  assert_said ("call=.. backend not told: ", "no address for this id");
  sfu_calls_webhook_tell (webhook, "...", "r");
  wait_told (&backend, 1);
  g_assert_nonnull (strstr (backend.told->pdata[0], "/calls/.../"));
  backend_stop (&backend);
  /* Without one nobody is told. */
  sfu_calls_webhook_tell (NULL, "c1", "r");
}

static void
test_urls (void)
{
  static const gchar *const bad[] = { "", "backend", "/calls", "ftp://x/",
    "http://", "http:///x", "http://x/?a=b", "https://x/#y", "javascript:x" };
  static const gchar *const good[] = { "http://x", "https://x:8443/a/b/",
    "http://[::1]:3000" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i]);
    g_assert_null (sfu_calls_webhook_new (bad[i], &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    sfu_calls_webhook_free (make (good[i]));
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  said = g_ptr_array_new_with_free_func (g_free);
  g_log_set_writer_func (on_log, NULL, NULL);
  g_test_add_func ("/calls-webhook/told", test_told);
  g_test_add_func ("/calls-webhook/retry", test_retry);
  g_test_add_func ("/calls-webhook/bound", test_bound);
  g_test_add_func ("/calls-webhook/unreachable", test_unreachable);
  g_test_add_func ("/calls-webhook/no-path", test_no_path);
  g_test_add_func ("/calls-webhook/urls", test_urls);
  status = g_test_run ();
  g_ptr_array_unref (said);
  return status;
}

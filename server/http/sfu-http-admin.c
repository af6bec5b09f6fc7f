/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may see the inside of a room: whoever has the admin token; without one
 * configured nobody, unless the operator opened it on a loopback address. And
 * the tokens of accounts.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-error.h"
#include "sfu-id.h"
#include "sfu-log-line.h"

static const gchar bearer[] = "Bearer ";

gchar *
sfu_http_given_token (SoupServerMessage *message)
{
  const gchar *header = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");
  const gchar *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) form = NULL;

  if (header != NULL &&
      g_ascii_strncasecmp (header, bearer, sizeof bearer - 1) == 0)
    return g_strstrip (g_strdup (header + sizeof bearer - 1));
  if (query == NULL)
    return NULL;
  form = soup_form_decode (query);
  return g_strdup (g_hash_table_lookup (form, "token"));
}

static void
ask_for_token (SoupServerMessage *message)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "WWW-Authenticate",
      "Bearer");
}

gboolean
sfu_http_admit (SfuHttpServer *server, SoupServerMessage *message,
    const gchar *room_id, SfuGrant **grant)
{
  g_autofree gchar *token = sfu_http_given_token (message);
  g_autofree gchar *quoted = NULL;
  g_autoptr (GError) error = NULL;

  if (sfu_services_admit (&server->services, token, room_id, grant, &error))
    return TRUE;
  quoted = sfu_log_quote (room_id != NULL ? room_id : "?");
  g_info ("room=%s refused: %s", quoted, error->message);
  sfu_metrics_add (sfu_rooms_get_metrics (server->rooms),
      SFU_METRIC_CONNECTIONS_REFUSED, 1, "token");
  if (g_error_matches (error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED))
    ask_for_token (message);
  sfu_http_reply_gerror (message, error);
  return FALSE;
}

gboolean
sfu_http_check_admin (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autofree gchar *token = NULL;

  if (server->config->admin_open)
    return TRUE;
  if (server->config->admin_token == NULL) {
    sfu_http_reply_error (message, SOUP_STATUS_FORBIDDEN,
        "closed: start sfu-server with --admin-token-file FILE, or on a "
        "loopback address with --admin-open");
    return FALSE;
  }
  token = sfu_http_given_token (message);
  if (sfu_secret_equal (token, server->config->admin_token))
    return TRUE;
  ask_for_token (message);
  sfu_http_reply_error (message, SOUP_STATUS_UNAUTHORIZED,
      token == NULL ? "needs the admin token" : "wrong admin token");
  return FALSE;
}

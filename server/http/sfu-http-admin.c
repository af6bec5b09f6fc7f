/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may see the inside of a room: whoever has the admin token; without one
 * configured nobody, unless the operator opened it on a loopback address.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-id.h"

static const gchar bearer[] = "Bearer ";

static gchar *
given_token (SoupServerMessage *message)
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
  token = given_token (message);
  if (sfu_secret_equal (token, server->config->admin_token))
    return TRUE;
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "WWW-Authenticate",
      "Bearer");
  sfu_http_reply_error (message, SOUP_STATUS_UNAUTHORIZED,
      token == NULL ? "needs the admin token" : "wrong admin token");
  return FALSE;
}

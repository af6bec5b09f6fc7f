/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The door of the media-server RPC. It commands calls of others, so it is for
 * application servers only: with the token from anywhere, or, when none is
 * configured, from this machine.
 *
 * A page in a browser on this machine is on this machine, too, and may open a
 * WebSocket to it: whatever has an Origin is refused unless that is named in
 * allowed-origins ("*" names nobody). So is what a proxy passes on.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-id.h"
#include "sfu-rpc-session.h"

#include <string.h>

static const gchar *
header_of (SoupServerMessage *message, const gchar *name)
{
  return soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), name);
}

static gboolean
is_named_origin (SfuHttpServer *server, const gchar *origin)
{
  const gchar *const *allowed =
      (const gchar *const *)server->config->allowed_origins;

  return strcmp (origin, "*") != 0 && g_strv_contains (allowed, origin);
}

static gboolean
is_local (SoupServerMessage *message)
{
  static const gchar *const marks[] = { "X-Forwarded-For", "Forwarded",
    "X-Real-IP", "Via" };
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (header_of (message, marks[i]) != NULL)
      return FALSE;
  return G_IS_INET_SOCKET_ADDRESS (remote) &&
      g_inet_address_get_is_loopback (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

static gboolean
has_token (SfuHttpServer *server, SoupServerMessage *message)
{
  static const gchar bearer[] = "Bearer ";
  const gchar *header = header_of (message, "Authorization");
  g_autofree gchar *token = NULL;

  if (header == NULL ||
      g_ascii_strncasecmp (header, bearer, sizeof bearer - 1) != 0)
    return FALSE;
  token = g_strstrip (g_strdup (header + sizeof bearer - 1));
  return sfu_secret_equal (token, server->config->rpc_token);
}

/* Plain: whoever offers a subprotocol speaks another one. So does whoever names
 * a room in the address, and has only forgotten to offer protoo. */
gboolean
sfu_http_wants_rpc (SfuHttpServer *server, SoupServerMessage *message)
{
  const gchar *query = g_uri_get_query (soup_server_message_get_uri (message));

  return header_of (message, "Sec-WebSocket-Protocol") == NULL &&
      (query == NULL || strstr (query, "roomId=") == NULL);
}

gboolean
sfu_http_check_rpc (SfuHttpServer *server, SoupServerMessage *message)
{
  const gchar *origin = header_of (message, "Origin");

  if (origin != NULL && !is_named_origin (server, origin)) {
    g_info ("rpc refused: a page of %s", origin);
    sfu_http_reply_error (message, SOUP_STATUS_FORBIDDEN,
        "the media-server RPC is for application servers; for a page, name its "
        "origin in allowed-origins");
    return FALSE;
  }
  if (server->config->rpc_token == NULL && !is_local (message)) {
    sfu_http_reply_error (message, SOUP_STATUS_FORBIDDEN,
        "the media-server RPC is for this machine only; start sfu-server with "
        "--rpc-token-file FILE");
    return FALSE;
  }
  if (server->config->rpc_token != NULL && !has_token (server, message)) {
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), "WWW-Authenticate",
        "Bearer");
    sfu_http_reply_error (message, SOUP_STATUS_UNAUTHORIZED,
        "the media-server RPC needs Authorization: Bearer and the token of "
        "rpc-token-file");
    return FALSE;
  }
  return TRUE;
}

void
sfu_http_accept_rpc (SfuHttpServer *server, SoupServerMessage *message,
    SoupWebsocketConnection *connection)
{
  sfu_rpc_session_start (&server->services, server->rpc, connection);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Before any protocol: who knocks, from which page, and how often; and how long
 * somebody may take to say what it wants.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include <string.h>

/* Behind so many proxies in a row nobody is. */
#define MAX_HOPS 16
/* RFC 6585; libsoup has no name for it. */
#define TOO_MANY_REQUESTS 429
#define MAX_ADDRESS 64
#define WATCH_KEY "sfu-watch"

/* ---- who is it? ---- */

static gboolean
is_trusted (SfuHttpServer *server, GInetAddress *address)
{
  const GPtrArray *masks = server->config->trusted_proxies;

  for (guint i = 0; i < masks->len; i++)
    if (g_inet_address_mask_matches (masks->pdata[i], address))
      return TRUE;
  return FALSE;
}

/* "192.0.2.1", "192.0.2.1:1234", "2001:db8::1", "[2001:db8::1]:1234". */
static GInetAddress *
parse_hop (gchar *text)
{
  gchar *end;

  g_strstrip (text);
  if (strlen (text) > MAX_ADDRESS)
    return NULL;
  if (*text == '[') {
    end = strchr (text, ']');
    if (end == NULL)
      return NULL;
    *end = '\0';
    return g_inet_address_new_from_string (text + 1);
  }
  end = strchr (text, ':');
  if (end != NULL && strchr (end + 1, ':') == NULL)
    *end = '\0';
  return g_inet_address_new_from_string (text);
}

static GInetAddress *
peer_address (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  if (G_IS_INET_SOCKET_ADDRESS (remote))
    return g_object_ref (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  return g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
}

/* Each proxy writes down whom it got the request from, at the end. So the list
 * is read from there, and as far as proxies of ours have written it. */
GInetAddress *
sfu_http_client_address (SfuHttpServer *server, SoupServerMessage *message)
{
  const gchar *header = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "X-Forwarded-For");
  g_autoptr (GInetAddress) address = peer_address (message);
  g_auto (GStrv) hops = NULL;
  guint n;

  if (header == NULL || !is_trusted (server, address))
    return g_steal_pointer (&address);
  hops = g_strsplit (header, ",", -1);
  n = g_strv_length (hops);
  for (guint i = 0; i < MIN (n, MAX_HOPS); i++) {
    GInetAddress *hop = parse_hop (hops[n - 1 - i]);

    if (hop == NULL)
      break;
    g_set_object (&address, hop);
    g_object_unref (hop);
    if (!is_trusted (server, address))
      break;
  }
  return g_steal_pointer (&address);
}

/* ---- how often? ---- */

static void
count_refused (SfuHttpServer *server, const gchar *reason)
{
  sfu_metrics_add (sfu_rooms_get_metrics (server->rooms),
      SFU_METRIC_CONNECTIONS_REFUSED, 1, reason);
}

static gboolean
turn_away (SfuHttpServer *server, SoupServerMessage *message,
    GInetAddress *address, SfuAddressVerdict verdict)
{
  static const gchar *const reasons[] = {
    [SFU_ADDRESS_SERVER_FULL] = "server-full",
    [SFU_ADDRESS_TOO_MANY] = "too-many",
    [SFU_ADDRESS_TOO_FAST] = "too-fast",
  };
  g_autofree gchar *text = g_inet_address_to_string (address);
  guint status = verdict == SFU_ADDRESS_SERVER_FULL
      ? SOUP_STATUS_SERVICE_UNAVAILABLE
      : TOO_MANY_REQUESTS;

  g_info (
      "address=%s turned away: %s", text, sfu_address_verdict_text (verdict));
  count_refused (server, reasons[verdict]);
  /* A second: what a bucket needs to have something again. */
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Retry-After", "1");
  sfu_http_reply_error (message, status, sfu_address_verdict_text (verdict));
  return FALSE;
}

gboolean
sfu_http_gate_connection (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autoptr (GInetAddress) address = sfu_http_client_address (server, message);
  SfuAddressSlot *slot;
  SfuAddressVerdict verdict = sfu_address_limits_enter (
      server->limits, address, g_get_monotonic_time (), &slot);

  if (verdict != SFU_ADDRESS_OK)
    return turn_away (server, message, address, verdict);
  sfu_address_slot_attach (slot, G_OBJECT (message));
  return TRUE;
}

void
sfu_http_gate_keep (
    SoupServerMessage *message, SoupWebsocketConnection *connection)
{
  SfuAddressSlot *slot = sfu_address_slot_steal (G_OBJECT (message));

  if (slot != NULL)
    sfu_address_slot_attach (slot, G_OBJECT (connection));
}

void
sfu_http_gate_leave (SoupServerMessage *message)
{
  sfu_address_slot_free (sfu_address_slot_steal (G_OBJECT (message)));
}

gboolean
sfu_http_gate_request (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autoptr (GInetAddress) address = sfu_http_client_address (server, message);
  SfuAddressVerdict verdict = sfu_address_limits_request (
      server->limits, address, g_get_monotonic_time ());

  return verdict == SFU_ADDRESS_OK ||
      turn_away (server, message, address, verdict);
}

/* ---- from which page? ---- */

static gboolean
is_origin (const gchar *listed, const gchar *origin)
{
  gsize len = strlen (listed);

  /* People write addresses; an origin has no slash at its end. */
  if (len > 0 && listed[len - 1] == '/')
    len--;
  return strcmp (listed, "*") == 0 ||
      (strlen (origin) == len &&
          g_ascii_strncasecmp (listed, origin, len) == 0);
}

gboolean
sfu_http_gate_origin (SfuHttpServer *server, SoupServerMessage *message)
{
  GStrv allowed = server->config->allowed_origins;
  const gchar *origin = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "Origin");

  if (origin == NULL)
    return TRUE;
  for (guint i = 0; allowed[i] != NULL; i++)
    if (is_origin (allowed[i], origin))
      return TRUE;
  g_info ("a page of %.128s turned away", origin);
  count_refused (server, "origin");
  sfu_http_reply_error (message, SOUP_STATUS_FORBIDDEN,
      "pages of this origin may not connect: see allowed-origins");
  return FALSE;
}

/* ---- how long? ---- */

/* The watch is the socket's: between two requests there is no message. */
static gboolean
on_too_long (gpointer data)
{
  GSocket *socket = data;

  g_object_steal_data (G_OBJECT (socket), WATCH_KEY);
  g_socket_shutdown (socket, TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
stop_watch (gpointer data)
{
  g_source_remove (GPOINTER_TO_UINT (data));
}

static void
start_watch (SoupServerMessage *message, gpointer data)
{
  SfuHttpServer *server = data;
  GSocket *socket = sfu_listener_socket_of (message);

  if (socket != NULL)
    g_object_set_data_full (G_OBJECT (socket), WATCH_KEY,
        GUINT_TO_POINTER (g_timeout_add_seconds (
            server->config->http_timeout_s, on_too_long, socket)),
        stop_watch);
}

static void
on_got_body (SoupServerMessage *message, gpointer data)
{
  GSocket *socket = sfu_listener_socket_of (message);

  if (socket != NULL)
    g_object_set_data (G_OBJECT (socket), WATCH_KEY, NULL);
}

void
sfu_http_gate_watch (SfuHttpServer *server, SoupServerMessage *message)
{
  if (server->config->http_timeout_s == 0)
    return;
  start_watch (message, server);
  g_signal_connect (message, "got-body", G_CALLBACK (on_got_body), NULL);
  g_signal_connect (message, "finished", G_CALLBACK (start_watch), server);
}

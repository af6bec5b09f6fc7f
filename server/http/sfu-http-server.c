/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP side.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-error.h"
#include "sfu-protoo.h"

#include <string.h>

/* Longer bodies are refused, or cut off when they did not say how long. */
#define MAX_BODY_BYTES (256 * 1024)

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer data)
{
  SfuHttpServer *server = data;

  if (!sfu_http_doors_handle (server, message) &&
      !sfu_http_handle_api (server, message, path))
    sfu_http_handle_static (server, message, path);
}

static void
on_websocket (SoupServer *soup, SoupServerMessage *message, const char *path,
    SoupWebsocketConnection *connection, gpointer data)
{
  sfu_http_doors_accept (data, message, connection);
}

/* libsoup keeps a body in memory: one without a length is counted while it
 * comes, and no longer kept when it is too long. */
static void
on_got_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if (body->length > MAX_BODY_BYTES)
    soup_message_body_set_accumulate (body, FALSE);
}

static void
on_got_headers (SoupServerMessage *message, gpointer data)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  goffset len = soup_message_headers_get_content_length (headers);

  /* libsoup hangs up after each answer on a connection that it did not accept
   * itself, and does not say so: a client that sends the next request on it
   * loses that. Not beside the "Upgrade" of a WebSocket's handshake, which
   * some clients want to stand there alone. */
  if (soup_server_message_get_socket (message) == NULL &&
      soup_message_headers_get_one (headers, "Upgrade") == NULL)
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), "Connection",
        "close");
  if (len > MAX_BODY_BYTES)
    sfu_http_reply_error (
        message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "the body is too long");
}

static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  sfu_http_gate_watch (data, message);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_got_headers), NULL);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), NULL);
}

GTlsCertificate *
sfu_http_load_certificate (const SfuConfig *config, GError **error)
{
  g_autoptr (GError) local = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_files (
      config->tls_cert, config->tls_key, &local);

  if (certificate == NULL)
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "tls-cert %s, tls-key %s: %s%s", config->tls_cert, config->tls_key,
        local->message,
        g_tls_backend_supports_tls (g_tls_backend_get_default ())
            ? ""
            : " (Debian: apt install glib-networking)");
  return certificate;
}

static gboolean
load_certificate (SfuHttpServer *server, GError **error)
{
  if (server->config->tls_cert == NULL)
    return TRUE;
  server->certificate = sfu_http_load_certificate (server->config, error);
  if (server->certificate == NULL)
    return FALSE;
  return TRUE;
}

/* *port 0: becomes the free one that it got. */
static gboolean
listen_at (
    SfuHttpServer *server, const gchar *ip, guint16 *port, GError **error)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (ip, *port);
  g_autoptr (GError) local = NULL;
  const gchar *advice = "";
  SfuListener *listener =
      sfu_listener_new (server->soup, address, server->certificate, &local);

  if (listener != NULL) {
    g_ptr_array_add (server->listeners, listener);
    *port = sfu_listener_get_port (listener);
    return TRUE;
  }
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    advice = ": another program has it; stop that, or choose another port with "
             "--http-port";
  else if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    advice = ": ports below 1024 are for root; choose another with --http-port";
  else if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) ||
      strstr (local->message, "assign") != NULL)
    advice = ": this machine has no such address; see --listen-ip";
  g_set_error (error, SFU_ERROR, SFU_ERROR_FAILED,
      "cannot listen on %s port %u (TCP)%s (%s)", ip, *port, advice,
      local->message);
  return FALSE;
}

/* A listener of IPv6 is for that alone, "::" included. */
static gboolean
listen_on (SfuHttpServer *server, guint16 port, GError **error)
{
  for (guint i = 0; server->config->listen_ips[i] != NULL; i++) {
    const gchar *ip = server->config->listen_ips[i];

    if (!listen_at (server, ip, &port, error) ||
        (strcmp (ip, "::") == 0 &&
            !listen_at (server, "0.0.0.0", &port, error)))
      return FALSE;
  }
  g_array_append_val (server->ports, port);
  g_message ("Server listening on port %u", port);
  return TRUE;
}

SfuAddressLimitsOptions
sfu_http_address_limits (const SfuConfig *config)
{
  return (SfuAddressLimitsOptions){
    .max_connections = config->max_connections,
    .max_per_address = config->max_connections_per_address,
    .new_per_second = config->connections_per_second_per_address,
    .requests_per_second = config->http_requests_per_second_per_address,
  };
}

SfuHttpServer *
sfu_http_server_new (const SfuConfig *config, SfuRooms *rooms, GError **error)
{
  static const gchar *protocols[] = { SFU_PROTOO_SUBPROTOCOL, NULL };
  g_autoptr (SfuHttpServer) server = g_new0 (SfuHttpServer, 1);
  SfuAddressLimitsOptions limits = sfu_http_address_limits (config);

  server->config = config;
  server->rooms = rooms;
  server->started_us = g_get_monotonic_time ();
  server->ports = g_array_new (FALSE, FALSE, sizeof (guint16));
  server->listeners =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_listener_free);
  server->web_root = sfu_http_find_web_root (config->web_root);
  server->soup =
      soup_server_new ("server-header", "gst-sfu", "raw-paths", TRUE, NULL);
  if (!sfu_services_init (&server->services, config, rooms, error))
    return NULL;
  server->rpc = sfu_rpc_hub_new (&server->services);
  server->limits = sfu_address_limits_new (&limits);
  /* Compression of many small messages costs more than it saves, and keeps
   * 300 kB of state for each connection. */
  soup_server_remove_websocket_extension (
      server->soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  sfu_http_mounts_open (server);
  if (!load_certificate (server, error))
    return NULL;
  g_signal_connect (
      server->soup, "request-started", G_CALLBACK (on_request_started), server);
  soup_server_add_handler (server->soup, NULL, on_request, server, NULL);
  soup_server_add_websocket_handler (server->soup, NULL, NULL,
      (gchar **)protocols, on_websocket, server, NULL);
  g_message ("HTTP ready");
  for (guint i = 0; i < config->http_ports->len; i++)
    if (!listen_on (
            server, g_array_index (config->http_ports, guint16, i), error))
      return NULL;
  return g_steal_pointer (&server);
}

void
sfu_http_server_free (SfuHttpServer *server)
{
  if (server == NULL)
    return;
  g_clear_pointer (&server->listeners, g_ptr_array_unref);
  if (server->soup != NULL)
    soup_server_disconnect (server->soup);
  g_clear_object (&server->soup);
  g_clear_object (&server->certificate);
  g_clear_pointer (&server->mounts, g_ptr_array_unref);
  g_clear_pointer (&server->rpc, sfu_rpc_hub_free);
  sfu_address_limits_free (server->limits);
  sfu_services_clear (&server->services);
  g_array_unref (server->ports);
  g_clear_object (&server->certificate);
  g_free (server->web_root);
  g_free (server);
}

void
sfu_http_server_set_cluster (SfuHttpServer *server, SfuCluster *cluster)
{
  server->cluster = cluster;
}

void
sfu_http_server_set_webhook (SfuHttpServer *server, const SfuWebhook *webhook)
{
  server->webhook = webhook;
}

void
sfu_http_server_stop_accepting (SfuHttpServer *server)
{
  g_ptr_array_set_size (server->listeners, 0);
}

void
sfu_http_server_disconnect_all (SfuHttpServer *server)
{
  sfu_http_mounts_close_all (server);
  sfu_rpc_hub_stop (server->rpc);
}

gboolean
sfu_http_server_is_idle (SfuHttpServer *server)
{
  return sfu_http_mounts_are_empty (server) &&
      sfu_rpc_hub_is_idle (server->rpc);
}

const GArray *
sfu_http_server_get_ports (SfuHttpServer *server)
{
  return server->ports;
}

gchar *
sfu_http_server_get_url (SfuHttpServer *server)
{
  g_autoptr (GInetAddress) address =
      g_inet_address_new_from_string (server->config->listen_ips[0]);
  const gchar *const *announced =
      (const gchar *const *)server->config->announced_addresses;
  const gchar *host = server->config->listen_ips[0];
  gboolean v6;

  /* Browsers trust "localhost" with cameras. */
  if (g_inet_address_get_is_loopback (address))
    host = "localhost";
  else if (announced[0] != NULL)
    host = announced[0];
  v6 = strchr (host, ':') != NULL;
  return g_strdup_printf ("%s://%s%s%s:%u/",
      server->config->tls_cert != NULL ? "https" : "http", v6 ? "[" : "", host,
      v6 ? "]" : "", g_array_index (server->ports, guint16, 0));
}

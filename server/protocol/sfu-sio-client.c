/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client's connection: its packets, and the namespaces it is in.
 *
 * Binary data. None of our dialects has a use for them. The reference server
 * passes them on; a parser without them would have to end the connection. We
 * read the packet, swallow its attachments, and refuse the one event, through
 * its ack: the other namespaces do not notice. Attachments that belong to no
 * packet are a parse error as in the reference.
 *
 * Parse errors end the connection, as in the reference. Events for a namespace
 * that the client is not in are ignored - there the reference ends the
 * connection, too, but after a disconnect of ours they may still be on their
 * way.
 *
 * Threads: the server's one thread. */
#include "sfu-sio-private.h"

#include "sfu-error.h"
#include "sfu-sio-packet.h"

#include <string.h>

void
sfu_sio_client_send (SfuSioClient *client, gchar *text)
{
  sfu_engine_session_send (client->session, text);
  g_free (text);
}

/* ---- the end ---- */

static SfuSioCloseReason
close_reason (SfuEngineCloseReason reason)
{
  switch (reason) {
    case SFU_ENGINE_CLOSED_PING_TIMEOUT:
      return SFU_SIO_CLOSED_PING_TIMEOUT;
    case SFU_ENGINE_CLOSED_BY_SERVER:
      return SFU_SIO_CLOSED_BY_SERVER;
    case SFU_ENGINE_CLOSED_ABUSE:
      return SFU_SIO_CLOSED_ABUSE;
    case SFU_ENGINE_CLOSED_TRANSPORT:
      break;
  }
  return SFU_SIO_CLOSED_TRANSPORT;
}

/* All sockets at once lose the client, before anybody is told: who is told may
 * talk to the others. */
static GPtrArray *
take_sockets (SfuSioClient *client)
{
  GPtrArray *sockets = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, client->sockets);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    SfuSioSocket *socket = value;

    socket->client = NULL;
    g_ptr_array_add (sockets, socket);
  }
  g_hash_table_remove_all (client->sockets);
  return sockets;
}

static void
end_sockets (SfuSioClient *client, SfuSioCloseReason reason)
{
  g_autoptr (GPtrArray) sockets = take_sockets (client);

  for (guint i = 0; i < sockets->len; i++)
    sfu_sio_socket_end (sockets->pdata[i], reason, FALSE);
}

void
sfu_sio_client_drop (SfuSioClient *client)
{
  end_sockets (client, SFU_SIO_CLOSED_BY_SERVER);
  sfu_engine_session_close (client->session);
}

void
sfu_sio_client_close (SfuSioClient *client)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, client->sockets);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    SfuSioSocket *socket = value;

    if (socket->state == SFU_SIO_JOINED)
      sfu_sio_client_send (client, sfu_sio_packet_disconnect (socket->ns));
  }
  sfu_sio_client_drop (client);
}

void
sfu_sio_client_free (SfuSioClient *client)
{
  g_clear_handle_id (&client->connect_id, g_source_remove);
  g_hash_table_unref (client->sockets);
  g_free (client);
}

static void
on_session_closed (gpointer owner, SfuEngineCloseReason reason)
{
  SfuSioClient *client = owner;

  end_sockets (client, close_reason (reason));
  /* Frees it. */
  g_hash_table_remove (client->server->clients, client);
}

/* Nobody joined: nobody needs to be told. */
static gboolean
on_connect_timeout (gpointer data)
{
  SfuSioClient *client = data;

  client->connect_id = 0;
  if (!client->joined)
    sfu_sio_client_close (client);
  return G_SOURCE_REMOVE;
}

/* ---- packets ---- */

static void
parse_error (SfuSioClient *client, const gchar *what)
{
  g_info ("%s: parse error: %s: closing",
      sfu_engine_session_get_handshake (client->session)->address, what);
  sfu_engine_session_abort (client->session, SFU_ENGINE_CLOSED_ABUSE);
}

static void
refuse_connect (SfuSioClient *client, const gchar *ns, const gchar *why)
{
  sfu_sio_client_send (client, sfu_sio_packet_connect_error (ns, why, NULL));
}

static void
on_connect (SfuSioClient *client, const SfuSioPacket *packet)
{
  const SfuSioNamespace *found =
      sfu_sio_server_find_namespace (client->server, packet->ns);
  JsonObject *auth =
      packet->data != NULL ? json_node_get_object (packet->data) : NULL;

  if (g_hash_table_contains (client->sockets, packet->ns))
    parse_error (client, "connects twice to one namespace");
  else if (found == NULL)
    refuse_connect (client, packet->ns, "Invalid namespace");
  else if (g_hash_table_size (client->sockets) >=
      client->server->max_namespaces)
    refuse_connect (client, packet->ns, "Too many namespaces");
  else
    found->connect (found->user, sfu_sio_socket_new (client, packet->ns), auth);
}

static void
refuse (SfuSioSocket *socket, gint64 ack_id, SfuError code, const gchar *text)
{
  g_autoptr (GError) error = g_error_new_literal (SFU_ERROR, code, text);

  sfu_sio_socket_refused (socket, ack_id, error);
}

static void
on_event (SfuSioSocket *socket, const SfuSioPacket *packet)
{
  JsonArray *array = json_node_get_array (packet->data);
  JsonNode *first = json_array_get_element (array, 0);
  g_autoptr (JsonArray) args = NULL;

  if (json_node_get_value_type (first) != G_TYPE_STRING ||
      sfu_sio_event_is_reserved (json_node_get_string (first))) {
    refuse (
        socket, packet->id, SFU_ERROR_INVALID_ARGUMENT, "no name for an event");
    return;
  }
  args = json_array_sized_new (json_array_get_length (array) - 1);
  for (guint i = 1; i < json_array_get_length (array); i++)
    json_array_add_element (
        args, json_node_ref (json_array_get_element (array, i)));
  socket->callbacks->event (
      socket->owner, json_node_get_string (first), args, packet->id);
}

static void
dispatch (SfuSioClient *client, const SfuSioPacket *packet)
{
  SfuSioSocket *socket = g_hash_table_lookup (client->sockets, packet->ns);
  gboolean joined = socket != NULL && socket->state == SFU_SIO_JOINED;

  switch (packet->type) {
    case SFU_SIO_PACKET_CONNECT:
      on_connect (client, packet);
      break;
    case SFU_SIO_PACKET_DISCONNECT:
      if (socket != NULL)
        sfu_sio_socket_end (socket, SFU_SIO_CLOSED_BY_CLIENT, TRUE);
      break;
    case SFU_SIO_PACKET_EVENT:
      if (joined)
        on_event (socket, packet);
      break;
    case SFU_SIO_PACKET_BINARY_EVENT:
      client->n_attachments = packet->n_attachments;
      if (joined)
        refuse (socket, packet->id, SFU_ERROR_NOT_SUPPORTED,
            "binary data are not supported");
      break;
    case SFU_SIO_PACKET_BINARY_ACK:
      client->n_attachments = packet->n_attachments;
      break;
    case SFU_SIO_PACKET_ACK:
      if (joined)
        sfu_sio_socket_answered (
            socket, packet->id, json_node_get_array (packet->data));
      break;
    case SFU_SIO_PACKET_CONNECT_ERROR:
      parse_error (client, "a server's packet");
      break;
  }
}

/* Too long or too deep. Only events can be without their data. */
static void
dispatch_refused (
    SfuSioClient *client, const SfuSioPacket *packet, const GError *error)
{
  SfuSioSocket *socket = g_hash_table_lookup (client->sockets, packet->ns);

  client->n_attachments = packet->n_attachments;
  if (packet->type != SFU_SIO_PACKET_EVENT &&
      packet->type != SFU_SIO_PACKET_BINARY_EVENT)
    parse_error (client, error->message);
  else if (socket != NULL)
    sfu_sio_socket_refused (socket, packet->id, error);
}

static void
on_message (gpointer owner, const gchar *text, gsize len)
{
  SfuSioClient *client = owner;
  g_auto (SfuSioPacket) packet = { 0 };
  g_autoptr (GError) error = NULL;

  if (client->n_attachments > 0)
    parse_error (client, "text instead of an attachment");
  else if (sfu_sio_packet_parse (
               &packet, text, len, client->server->max_payload_bytes, &error))
    dispatch (client, &packet);
  else if (error->code == SFU_ERROR_LIMIT_EXCEEDED)
    dispatch_refused (client, &packet, error);
  else
    parse_error (client, error->message);
}

static void
on_binary (gpointer owner)
{
  SfuSioClient *client = owner;

  if (client->n_attachments > 0)
    client->n_attachments--;
  else
    parse_error (client, "an attachment of nothing");
}

static const SfuEngineCallbacks session_callbacks = {
  .message = on_message,
  .binary = on_binary,
  .closed = on_session_closed,
};

void
sfu_sio_client_new (SfuSioServer *server, SfuEngineSession *session)
{
  SfuSioClient *client = g_new0 (SfuSioClient, 1);

  client->server = server;
  client->session = session;
  client->sockets = g_hash_table_new (g_str_hash, g_str_equal);
  client->connect_id =
      g_timeout_add (server->connect_timeout_ms, on_connect_timeout, client);
  g_hash_table_add (server->clients, client);
  sfu_engine_session_set_owner (session, &session_callbacks, client);
}

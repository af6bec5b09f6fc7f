/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client in one namespace.
 *
 *   PENDING ── accept ──► JOINED ── leaves, breaks, disconnect ──► ENDED ─► free
 *      └────── refuse ─────────────────────────────────────────────────────► free
 *
 * Threads: the server's one thread. */
#include "sfu-sio-private.h"

#include "sfu-error.h"
#include "sfu-id.h"
#include "sfu-sio-packet.h"

SfuSioSocket *
sfu_sio_socket_new (SfuSioClient *client, const gchar *ns)
{
  SfuSioSocket *socket = g_new0 (SfuSioSocket, 1);

  socket->server = client->server;
  socket->client = client;
  socket->handshake = sfu_engine_handshake_ref (
      sfu_engine_session_get_handshake (client->session));
  socket->id = sfu_id_new ();
  socket->ns = g_strdup (ns);
  g_hash_table_insert (client->sockets, socket->ns, socket);
  g_hash_table_add (client->server->sockets, socket);
  return socket;
}

/* Out of its client's table. */
static void
leave (SfuSioSocket *socket)
{
  if (socket->client != NULL)
    g_hash_table_remove (socket->client->sockets, socket->ns);
  socket->client = NULL;
}

static void
socket_free (SfuSioSocket *socket)
{
  leave (socket);
  if (socket->server != NULL)
    g_hash_table_remove (socket->server->sockets, socket);
  g_clear_handle_id (&socket->closed_id, g_source_remove);
  sfu_engine_handshake_unref (socket->handshake);
  g_clear_pointer (&socket->asked, g_hash_table_unref);
  g_free (socket->id);
  g_free (socket->ns);
  g_free (socket);
}

static gboolean
on_closed (gpointer data)
{
  SfuSioSocket *socket = data;

  socket->closed_id = 0;
  socket->callbacks->closed (socket->owner, socket->reason);
  socket_free (socket);
  return G_SOURCE_REMOVE;
}

void
sfu_sio_socket_end (
    SfuSioSocket *socket, SfuSioCloseReason reason, gboolean now)
{
  if (!socket->left)
    socket->reason = reason;
  if (socket->state == SFU_SIO_PENDING) {
    /* While the client is there it keeps its place: else it could leave and
     * ask again without end. */
    socket->left = TRUE;
    return;
  }
  g_return_if_fail (socket->state == SFU_SIO_JOINED);
  leave (socket);
  socket->state = SFU_SIO_ENDED;
  if (now)
    on_closed (socket);
  else
    socket->closed_id =
        g_idle_add_full (G_PRIORITY_DEFAULT, on_closed, socket, NULL);
}

void
sfu_sio_socket_orphan (SfuSioSocket *socket)
{
  leave (socket);
  socket->server = NULL;
  if (!socket->left && socket->state != SFU_SIO_ENDED)
    socket->reason = SFU_SIO_CLOSED_BY_SERVER;
  socket->left = TRUE;
  if (socket->state == SFU_SIO_PENDING)
    return;
  g_clear_handle_id (&socket->closed_id, g_source_remove);
  socket->state = SFU_SIO_ENDED;
  on_closed (socket);
}

/* ---- the answer ---- */

void
sfu_sio_socket_accept (
    SfuSioSocket *socket, const SfuSioCallbacks *callbacks, gpointer owner)
{
  g_return_if_fail (socket->state == SFU_SIO_PENDING);
  socket->callbacks = callbacks;
  socket->owner = owner;
  socket->state = SFU_SIO_JOINED;
  if (socket->left) {
    sfu_sio_socket_end (socket, socket->reason, FALSE);
    return;
  }
  socket->client->joined = TRUE;
  sfu_sio_client_send (
      socket->client, sfu_sio_packet_connect (socket->ns, socket->id));
}

void
sfu_sio_socket_refuse (
    SfuSioSocket *socket, const gchar *message, JsonNode *data)
{
  g_return_if_fail (socket->state == SFU_SIO_PENDING);
  if (!socket->left)
    sfu_sio_client_send (socket->client,
        sfu_sio_packet_connect_error (
            socket->ns, message, g_steal_pointer (&data)));
  g_clear_pointer (&data, json_node_unref);
  socket_free (socket);
}

/* ---- sending ---- */

static JsonArray *
one_argument (JsonNode *data)
{
  JsonArray *args = json_array_new ();

  if (data != NULL)
    json_array_add_element (args, data);
  return args;
}

void
sfu_sio_socket_emit_args (
    SfuSioSocket *socket, const gchar *event, JsonArray *args)
{
  g_return_if_fail (socket->state != SFU_SIO_PENDING);
  if (socket->state == SFU_SIO_JOINED)
    sfu_sio_client_send (
        socket->client, sfu_sio_packet_event (socket->ns, -1, event, args));
  json_array_unref (args);
}

void
sfu_sio_socket_emit (SfuSioSocket *socket, const gchar *event, JsonNode *data)
{
  sfu_sio_socket_emit_args (socket, event, one_argument (data));
}

gint64
sfu_sio_socket_ask (SfuSioSocket *socket, const gchar *event, JsonNode *data)
{
  g_autoptr (JsonArray) args = one_argument (data);
  gint64 *id;

  g_return_val_if_fail (socket->state != SFU_SIO_PENDING, SFU_SIO_NO_ACK);
  if (socket->asked == NULL)
    socket->asked =
        g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (socket->state != SFU_SIO_JOINED ||
      g_hash_table_size (socket->asked) >= SFU_SIO_MAX_ASKED)
    return SFU_SIO_NO_ACK;
  id = g_new (gint64, 1);
  *id = socket->next_id++;
  g_hash_table_add (socket->asked, id);
  sfu_sio_client_send (
      socket->client, sfu_sio_packet_event (socket->ns, *id, event, args));
  return *id;
}

void
sfu_sio_socket_answered (SfuSioSocket *socket, gint64 id, JsonArray *args)
{
  if (socket->asked != NULL && g_hash_table_remove (socket->asked, &id) &&
      socket->callbacks->answered != NULL)
    socket->callbacks->answered (socket->owner, id, args);
}

void
sfu_sio_socket_ack_args (SfuSioSocket *socket, gint64 ack_id, JsonArray *args)
{
  g_return_if_fail (socket->state != SFU_SIO_PENDING);
  if (socket->state == SFU_SIO_JOINED && ack_id != SFU_SIO_NO_ACK)
    sfu_sio_client_send (
        socket->client, sfu_sio_packet_ack (socket->ns, ack_id, args));
  json_array_unref (args);
}

void
sfu_sio_socket_ack (SfuSioSocket *socket, gint64 ack_id, JsonNode *data)
{
  sfu_sio_socket_ack_args (socket, ack_id, one_argument (data));
}

void
sfu_sio_socket_refused (
    SfuSioSocket *socket, gint64 ack_id, const GError *error)
{
  g_autoptr (JsonObject) object = NULL;
  JsonNode *node;

  if (socket->state != SFU_SIO_JOINED)
    return;
  if (socket->callbacks->refused != NULL) {
    socket->callbacks->refused (socket->owner, ack_id, error);
    return;
  }
  object = json_object_new ();
  json_object_set_string_member (object, "error", error->message);
  node = json_node_init_object (json_node_alloc (), object);
  sfu_sio_socket_ack (socket, ack_id, node);
}

void
sfu_sio_socket_disconnect (SfuSioSocket *socket, gboolean close_connection)
{
  SfuSioClient *client = socket->client;

  g_return_if_fail (socket->state != SFU_SIO_PENDING);
  if (socket->state != SFU_SIO_JOINED)
    return;
  if (close_connection) {
    sfu_sio_client_close (client);
    return;
  }
  sfu_sio_client_send (client, sfu_sio_packet_disconnect (socket->ns));
  sfu_sio_socket_end (socket, SFU_SIO_CLOSED_BY_SERVER, FALSE);
}

/* ---- questions ---- */

const gchar *
sfu_sio_socket_get_id (SfuSioSocket *socket)
{
  return socket->id;
}

const gchar *
sfu_sio_socket_get_namespace (SfuSioSocket *socket)
{
  return socket->ns;
}

const gchar *
sfu_sio_socket_get_address (SfuSioSocket *socket)
{
  return socket->handshake->address;
}

const gchar *
sfu_sio_socket_get_origin (SfuSioSocket *socket)
{
  return socket->handshake->origin;
}

const gchar *
sfu_sio_socket_get_query (SfuSioSocket *socket, const gchar *name)
{
  const gchar *value = g_hash_table_lookup (socket->handshake->query, name);

  return value != NULL && g_utf8_validate (value, -1, NULL) ? value : NULL;
}

void
sfu_sio_socket_drop (SfuSioSocket *socket)
{
  g_return_if_fail (socket->state != SFU_SIO_PENDING);
  if (socket->state == SFU_SIO_JOINED)
    sfu_sio_client_drop (socket->client);
}

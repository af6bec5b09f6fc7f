/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client of the native protocol.
 *
 * Threads: the server's one thread. */
#include "sfu-native-session-private.h"

#include "sfu-dispatch.h"
#include "sfu-error.h"
#include "sfu-id.h"
#include "sfu-log-line.h"
#include "sfu-native.h"

static void
session_free_when_idle (SfuNativeSession *session)
{
  if (session->socket != NULL || session->grace_id != 0 ||
      session->n_pending > 0)
    return;
  g_clear_handle_id (&session->overflow_id, g_source_remove);
  g_clear_handle_id (&session->offers_id, g_source_remove);
  g_hash_table_unref (session->offers);
  g_clear_pointer (&session->reoffered, g_hash_table_unref);
  sfu_outbox_free (session->outbox);
  g_free (session->secret);
  g_clear_pointer (&session->peer, sfu_peer_unref);
  g_free (session->label);
  g_free (session);
}

static void
keep (SfuNativeSession *session, const gchar *text, gint64 tag)
{
  if (session->outbox == NULL || session->peer == NULL)
    return;
  sfu_outbox_add (session->outbox, text, tag);
  sfu_native_session_check_outbox (session);
}

void
sfu_native_session_send_tagged (
    SfuNativeSession *session, gchar *text, gint64 tag)
{
  keep (session, text, tag);
  if (session->socket != NULL)
    sfu_socket_send (session->socket, text);
  else
    g_free (text);
}

void
sfu_native_session_send (SfuNativeSession *session, gchar *text)
{
  sfu_native_session_send_tagged (session, text, SFU_NATIVE_NO_OFFER);
}

/* ---- the room speaks ---- */

/* NULL: this protocol has no word for it. A room of n is told of each of n who
 * join, so what all are told is written once. */
static gchar *
notice_text (const SfuNotice *notice)
{
  static const gchar maker;
  const gchar *known =
      notice->memo != NULL ? sfu_memo_get (notice->memo, &maker) : NULL;
  g_autofree gchar *data = NULL;
  const gchar *method;
  gchar *text;

  if (known != NULL)
    return g_strdup (known);
  data = sfu_native_write_notice (notice, &method);
  if (data == NULL)
    return NULL;
  text = sfu_protoo_notification_of (method, data);
  if (notice->memo != NULL)
    sfu_memo_set (notice->memo, &maker, g_strdup (text), g_free);
  return text;
}

void
sfu_native_session_notify (SfuNativeSession *session, const SfuNotice *notice)
{
  gchar *text = notice_text (notice);

  if (text == NULL)
    return;
  if (!notice->calm || session->socket == NULL) {
    sfu_native_session_send (session, text);
    return;
  }
  keep (session, text, SFU_NATIVE_NO_OFFER);
  sfu_socket_send_later (session->socket, text);
}

static void
on_notify (gpointer owner, const SfuNotice *notice)
{
  sfu_native_session_notify (owner, notice);
}

static void
on_offer_consumer (gpointer owner, SfuRoomConsumer *consumer)
{
  sfu_native_offer (owner, consumer);
}

/* protoo-client tries again, but after SFU_PROTOO_CLOSE: that is for what will
 * not be another in a moment. A refusal of the handshake would not do: browsers
 * do not tell scripts why, and protoo-client tries again. */
static guint16
refusal_code (const GError *error)
{
  static const gint final[] = { SFU_ERROR_EXISTS, SFU_ERROR_LIMIT_EXCEEDED,
    SFU_ERROR_FORBIDDEN };

  for (guint i = 0; i < G_N_ELEMENTS (final); i++)
    if (g_error_matches (error, SFU_ERROR, final[i]))
      return SFU_PROTOO_CLOSE;
  return SFU_SOCKET_CLOSE_SERVER_ERROR;
}

static void
on_room_closed (gpointer owner, SfuCloseReason reason)
{
  static const struct {
    guint16 code;
    const gchar *text;
  } closes[] = {
    [SFU_CLOSE_REPLACED] = { SFU_PROTOO_CLOSE,
        "another connection with the same peerId" },
    [SFU_CLOSE_ROOM] = { SFU_PROTOO_CLOSE, "room closed" },
    [SFU_CLOSE_KICKED] = { SFU_PROTOO_CLOSE, "kicked by a moderator" },
    [SFU_CLOSE_WORKER] = { SFU_SOCKET_CLOSE_GOING_AWAY,
        "media worker restarts" },
    [SFU_CLOSE_GOING_AWAY] = { SFU_SOCKET_CLOSE_GOING_AWAY, "server stops" },
  };
  SfuNativeSession *session = owner;
  g_autoptr (SfuPeer) peer = g_steal_pointer (&session->peer);
  const GError *refusal = peer->room->refusal;

  g_hash_table_remove_all (session->offers);
  if (session->socket != NULL && reason == SFU_CLOSE_REFUSED)
    sfu_socket_close (
        session->socket, refusal_code (refusal), refusal->message);
  else if (session->socket != NULL)
    sfu_socket_close (
        session->socket, closes[reason].code, closes[reason].text);
  /* One that waits for its client is not told. */
  g_clear_handle_id (&session->grace_id, g_source_remove);
  session_free_when_idle (session);
}

static const SfuPeerSink sink = {
  .notify = on_notify,
  .offer_consumer = on_offer_consumer,
  .closed = on_room_closed,
};

/* ---- the client speaks ---- */

static void
on_call_done (
    gpointer owner, SfuCall *call, const SfuReply *reply, const GError *error)
{
  SfuNativeSession *session = owner;

  if (reply != NULL) {
    g_autofree gchar *data = sfu_native_write_reply (reply);

    sfu_native_session_send (session, sfu_protoo_response_of (call->tag, data));
  } else {
    g_info ("%s method=%s error=%s %s", session->label,
        sfu_dispatch_lookup (call->request->method)->name,
        error->domain == SFU_ERROR ? sfu_error_name (error->code) : "other",
        error->message);
    sfu_native_session_send (
        session, sfu_protoo_error_from_gerror (call->tag, error));
  }
  session->n_pending--;
  session_free_when_idle (session);
}

/* Before it came to the room. */
static void
count_refused (
    SfuNativeSession *session, const gchar *method, const GError *error)
{
  sfu_metrics_request (sfu_rooms_get_metrics (session->services->rooms),
      "native", method, sfu_error_name (error->code), 0, 0);
}

static void
refuse (SfuNativeSession *session, gint64 id, const gchar *method,
    const GError *error)
{
  g_autofree gchar *shown = sfu_log_quote (method);

  g_info ("%s method=%s refused: %s", session->label, shown, error->message);
  count_refused (session, sfu_dispatch_known_name (method), error);
  sfu_native_session_send (session, sfu_protoo_error_from_gerror (id, error));
}

/* A message we can do nothing with. */
static void
malformed (SfuNativeSession *session, gint64 id, const GError *error)
{
  g_info ("%s malformed message: %s", session->label, error->message);
  count_refused (session, NULL, error);
  if (id >= 0)
    sfu_native_session_send (session, sfu_protoo_error_from_gerror (id, error));
  if (++session->n_malformed >= SFU_SESSION_MAX_MALFORMED)
    sfu_socket_close (session->socket, SFU_SOCKET_CLOSE_POLICY,
        "too many malformed messages");
}

static void
handle_request (SfuNativeSession *session, const SfuProtooMessage *message)
{
  g_autoptr (GError) error = NULL;
  SfuRequest *request;

  if (session->peer == NULL) /* the room has let go: the socket closes */
    return;
  if (session->n_pending >= session->services->limits.max_pending) {
    error = g_error_new_literal (
        SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, "too many requests are pending");
    refuse (session, message->id, message->method, error);
    return;
  }
  request = sfu_native_decode (message->method, message->data, &error);
  if (request == NULL) {
    refuse (session, message->id, message->method, error);
    return;
  }
  session->n_pending++;
  sfu_dispatch (sfu_call_new (
      session->peer, request, message->id, on_call_done, session));
}

static gboolean
is_too_fast (SfuNativeSession *session, gint64 id)
{
  g_autoptr (GError) error = NULL;

  if (sfu_token_bucket_take (&session->bucket, g_get_monotonic_time ())) {
    session->n_too_fast = 0;
    return FALSE;
  }
  if (++session->n_too_fast >= SFU_SESSION_MAX_TOO_FAST) {
    g_message ("%s sends too much: closing", session->label);
    sfu_socket_close (
        session->socket, SFU_SOCKET_CLOSE_POLICY, "too many requests");
  } else if (id >= 0) {
    error = g_error_new_literal (
        SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, "too many requests a second");
    count_refused (session, NULL, error);
    sfu_native_session_send (session, sfu_protoo_error_from_gerror (id, error));
  }
  return TRUE;
}

static void
on_message (gpointer owner, const gchar *text, gsize len, gboolean oversized)
{
  SfuNativeSession *session = owner;
  g_auto (SfuProtooMessage) message = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok;
  gint64 id;

  ok = sfu_protoo_parse (&message, text, len, &id, &error);
  /* Answers to what we asked are no requests. */
  if (!(ok && message.kind == SFU_PROTOO_RESPONSE) && is_too_fast (session, id))
    return;
  if (oversized) {
    g_clear_error (&error);
    g_set_error (&error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "message of %" G_GSIZE_FORMAT " bytes is longer than %" G_GSIZE_FORMAT,
        len, session->services->limits.socket.max_message_bytes);
    malformed (session, id, error);
  } else if (!ok) {
    malformed (session, id, error);
  } else if (message.kind == SFU_PROTOO_REQUEST) {
    handle_request (session, &message);
  } else if (message.kind == SFU_PROTOO_RESPONSE) {
    sfu_native_offer_answered (session, &message);
  }
  /* No notification of a client means anything. */
}

static void
on_binary (gpointer owner)
{
  g_autoptr (GError) error = g_error_new_literal (SFU_ERROR,
      SFU_ERROR_INVALID_ARGUMENT, "binary messages are not understood");

  malformed (owner, -1, error);
}

void
sfu_native_session_leave (SfuNativeSession *session)
{
  g_autoptr (SfuPeer) peer = g_steal_pointer (&session->peer);

  g_clear_handle_id (&session->grace_id, g_source_remove);
  g_hash_table_remove_all (session->offers);
  if (peer != NULL)
    sfu_room_remove_peer (peer);
  g_clear_pointer (&session->socket, sfu_socket_free);
  session_free_when_idle (session);
}

static void
on_socket_closed (gpointer owner)
{
  SfuNativeSession *session = owner;

  if (sfu_native_session_wait (session))
    return;
  g_info ("%s disconnected", session->label);
  sfu_native_session_leave (session);
}

static void
on_arrived (gpointer owner, guint64 n)
{
  SfuNativeSession *session = owner;

  if (session->outbox != NULL)
    sfu_outbox_arrived (session->outbox, n);
}

const SfuSocketCallbacks sfu_native_socket_callbacks = {
  .message = on_message,
  .binary = on_binary,
  .closed = on_socket_closed,
  .arrived = on_arrived,
};

static void
send_version (SfuNativeSession *session)
{
  JsonObject *object = json_object_new ();
  JsonNode *data = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "version", "gst-sfu " SFU_VERSION);
  json_node_take_object (data, object);
  sfu_native_session_send_tagged (session,
      sfu_protoo_notification ("mediasoup-version", data), SFU_NATIVE_ONCE);
}

/* The session that this entry wants; NULL = there is none. */
static SfuNativeSession *
find_session (const SfuServices *services, const SfuNativeEntry *entry,
    const SfuGrant *grant)
{
  const SfuRoom *room = sfu_rooms_find (services->rooms, entry->room_id);
  const SfuPeer *peer =
      room != NULL ? g_hash_table_lookup (room->peers, entry->peer_id) : NULL;
  SfuNativeSession *session;

  if (entry->resume == NULL || peer == NULL || peer->sink != &sink)
    return NULL;
  session = peer->sink_owner;
  if (session->secret == NULL ||
      !sfu_secret_equal (entry->resume, session->secret))
    return NULL;
  /* A token that is shown must be the same user's. */
  if (peer->account &&
      (grant == NULL || g_strcmp0 (grant->user_id, peer->user_id) != 0))
    return NULL;
  return session;
}

static void
make_resumable (SfuNativeSession *session, const gchar *secret)
{
  session->secret = g_strdup (secret);
  session->outbox =
      sfu_outbox_new (session->services->limits.socket.max_queue_bytes);
  session->reoffered =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  session->peer->exclusive = TRUE;
}

static gchar *
make_label (const SfuNativeEntry *entry)
{
  g_autofree gchar *room = sfu_log_quote (entry->room_id);
  g_autofree gchar *peer = sfu_log_quote (entry->peer_id);

  return g_strdup_printf ("room=%s peer=%s", room, peer);
}

SfuNativeSession *
sfu_native_session_new (const SfuServices *services,
    SoupWebsocketConnection *connection, const SfuNativeEntry *entry,
    const SfuGrant *grant)
{
  const SfuSessionLimits *limits = &services->limits;
  SfuNativeSession *session = find_session (services, entry, grant);
  g_autoptr (GError) error = NULL;

  if (session != NULL && sfu_native_session_resume (session, connection))
    return session;
  session = g_new0 (SfuNativeSession, 1);
  session->services = services;
  session->label = make_label (entry);
  session->offers = sfu_native_offers_new ();
  sfu_token_bucket_init (&session->bucket, limits->requests_per_second,
      limits->request_burst, g_get_monotonic_time ());
  session->socket = sfu_socket_new (
      connection, &limits->socket, &sfu_native_socket_callbacks, session);
  session->peer = sfu_services_enter (
      services, grant, entry->room_id, entry->peer_id, &sink, session, &error);
  if (session->peer == NULL) {
    g_message ("%s refused: %s", session->label, error->message);
    sfu_socket_close (session->socket, refusal_code (error), error->message);
    return NULL;
  }
  if (entry->resume != NULL)
    make_resumable (session, entry->resume);
  session->peer->auto_consume = TRUE;
  session->peer->dialect = "native";
  g_info ("%s connected", session->label);
  send_version (session);
  return session;
}

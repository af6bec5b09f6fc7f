/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection to a Redis.
 *
 * Threads: one owner; GIO may resolve names in another one. */
#include "sfu-redis.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define READ_BYTES (64 * 1024)

typedef struct {
  SfuRedisReply on_reply; /* NULL = nobody wants to know */
  gpointer data;
  GDestroyNotify free_data;
  guint n_replies; /* that are still to come */
} Pending;

/* Reference counted: operations of GIO that are under way hold one each. */
struct _SfuRedis {
  const SfuRedisCallbacks *callbacks; /* NULL once closed */
  gpointer owner;
  SfuRedisUrl *url; /* NULL once connected */
  GCancellable *cancellable;
  GSocketConnection *connection; /* NULL until connected */
  redisReader *reader;
  gsize unread_bytes;  /* since the last whole reply */
  GByteArray *out;     /* not yet being written */
  GBytes *writing;     /* NULL = nothing is */
  GQueue pending;      /* of Pending, owned */
  guint timeout_id;    /* while something is to come */
  gboolean subscribed; /* messages may come */
  gchar in[READ_BYTES];
};

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  if (pending->free_data != NULL)
    pending->free_data (pending->data);
  g_free (pending);
}

static void
redis_clear (gpointer data)
{
  SfuRedis *redis = data;

  g_clear_object (&redis->cancellable);
  g_clear_object (&redis->connection);
  g_clear_pointer (&redis->url, sfu_redis_url_free);
  redisReaderFree (redis->reader);
  g_byte_array_unref (redis->out);
  g_clear_pointer (&redis->writing, g_bytes_unref);
}

static void
redis_unref (SfuRedis *redis)
{
  g_rc_box_release_full (redis, redis_clear);
}

static void
shut (SfuRedis *redis)
{
  redis->callbacks = NULL;
  g_clear_handle_id (&redis->timeout_id, g_source_remove);
  g_cancellable_cancel (redis->cancellable);
  g_queue_clear_full (&redis->pending, pending_free);
}

static void
fail (SfuRedis *redis, const gchar *reason)
{
  const SfuRedisCallbacks *callbacks = redis->callbacks;

  if (callbacks == NULL)
    return;
  shut (redis);
  callbacks->closed (redis->owner, reason);
}

static gboolean
on_timeout (gpointer data)
{
  SfuRedis *redis = data;

  redis->timeout_id = 0;
  fail (redis, "it does not answer");
  return G_SOURCE_REMOVE;
}

/* From now on there is so much time for what comes next. */
static void
restart_timeout (SfuRedis *redis, gboolean wanted)
{
  g_clear_handle_id (&redis->timeout_id, g_source_remove);
  if (wanted)
    redis->timeout_id = g_timeout_add (SFU_REDIS_TIMEOUT_MS, on_timeout, redis);
}

/* ---- out ---- */

static void flush (SfuRedis *redis);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuRedis *redis = data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&redis->writing, g_bytes_unref);
  if (g_output_stream_write_all_finish (
          G_OUTPUT_STREAM (source), result, NULL, &error))
    flush (redis);
  else
    fail (redis, error->message);
  redis_unref (redis);
}

static void
flush (SfuRedis *redis)
{
  if (redis->callbacks == NULL || redis->connection == NULL ||
      redis->writing != NULL || redis->out->len == 0)
    return;
  redis->writing = g_byte_array_free_to_bytes (redis->out);
  redis->out = g_byte_array_new ();
  g_output_stream_write_all_async (
      g_io_stream_get_output_stream (G_IO_STREAM (redis->connection)),
      g_bytes_get_data (redis->writing, NULL),
      g_bytes_get_size (redis->writing), G_PRIORITY_DEFAULT, redis->cancellable,
      on_written, g_rc_box_acquire (redis));
}

static gboolean
append (SfuRedis *redis, const gchar *const *args)
{
  guint n = g_strv_length ((gchar **)args);
  char *text = NULL;
  int len = redisFormatCommandArgv (
      &text, (int)n, (const char **)(gpointer)args, NULL);

  if (len < 0 ||
      redis->out->len + (gsize)len +
              (redis->writing != NULL ? g_bytes_get_size (redis->writing) : 0) >
          SFU_REDIS_MAX_BYTES) {
    redisFreeCommand (text);
    return FALSE;
  }
  g_byte_array_append (redis->out, (guint8 *)text, (guint)len);
  redisFreeCommand (text);
  return TRUE;
}

static void
send_command (SfuRedis *redis, SfuRedisReply on_reply, gpointer data,
    GDestroyNotify free_data, guint n_replies, const gchar *const *args)
{
  Pending *pending = g_new (Pending, 1);

  *pending = (Pending){ on_reply, data, free_data, n_replies };
  if (redis->callbacks == NULL) {
    pending_free (pending);
    return;
  }
  g_queue_push_tail (&redis->pending, pending);
  if (!append (redis, args)) {
    fail (redis, "it takes nothing any more");
    return;
  }
  if (redis->timeout_id == 0)
    restart_timeout (redis, TRUE);
  flush (redis);
}

void
sfu_redis_send (SfuRedis *redis, SfuRedisReply on_reply, gpointer data,
    GDestroyNotify free_data, const gchar *const *args)
{
  send_command (redis, on_reply, data, free_data, 1, args);
}

void
sfu_redis_subscribe (
    SfuRedis *redis, SfuRedisReply on_reply, const gchar *const *channels)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new ();

  g_ptr_array_add (args, (gpointer) "SUBSCRIBE");
  for (guint i = 0; channels[i] != NULL; i++)
    g_ptr_array_add (args, (gpointer)channels[i]);
  g_ptr_array_add (args, NULL);
  redis->subscribed = TRUE;
  send_command (redis, on_reply, NULL, NULL, args->len - 2,
      (const gchar *const *)args->pdata);
}

/* ---- in ---- */

static gboolean
is_text (const redisReply *reply, const gchar *text)
{
  return reply->type == REDIS_REPLY_STRING && strcmp (reply->str, text) == 0;
}

static gboolean
is_message (SfuRedis *redis, const redisReply *reply)
{
  return redis->subscribed && reply->type == REDIS_REPLY_ARRAY &&
      reply->elements == 3 && is_text (reply->element[0], "message") &&
      reply->element[1]->type == REDIS_REPLY_STRING &&
      reply->element[2]->type == REDIS_REPLY_STRING;
}

/* An error, also as the result of one command of a transaction; else NULL. */
static const gchar *
find_error (const redisReply *reply)
{
  if (reply->type == REDIS_REPLY_ERROR)
    return reply->str;
  for (gsize i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements;
       i++)
    if (reply->element[i]->type == REDIS_REPLY_ERROR)
      return reply->element[i]->str;
  return NULL;
}

static void
handle_reply (SfuRedis *redis, const redisReply *reply)
{
  Pending *pending = g_queue_peek_head (&redis->pending);
  const gchar *error = find_error (reply);

  if (is_message (redis, reply)) {
    redis->callbacks->message (redis->owner, reply->element[1]->str,
        reply->element[2]->str, (gsize)reply->element[2]->len);
    return;
  }
  if (error != NULL || pending == NULL) {
    fail (redis, error != NULL ? error : "it answers what nobody asked");
    return;
  }
  if (--pending->n_replies > 0)
    return;
  g_queue_pop_head (&redis->pending);
  restart_timeout (redis, !g_queue_is_empty (&redis->pending));
  if (pending->on_reply != NULL)
    pending->on_reply (redis->owner, reply, pending->data);
  pending_free (pending);
}

/* Until nothing is left that is whole, or somebody has closed it. */
static void
handle_replies (SfuRedis *redis)
{
  while (redis->callbacks != NULL) {
    void *reply = NULL;

    if (redisReaderGetReply (redis->reader, &reply) != REDIS_OK) {
      fail (redis, redis->reader->errstr);
      return;
    }
    if (reply == NULL)
      return;
    redis->unread_bytes = 0;
    handle_reply (redis, reply);
    freeReplyObject (reply);
  }
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuRedis *redis = data;
  g_autoptr (GError) error = NULL;
  gssize n =
      g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n <= 0) {
    fail (redis, n < 0 ? error->message : "it closed the connection");
  } else if (redis->callbacks != NULL) {
    redis->unread_bytes += (gsize)n;
    redisReaderFeed (redis->reader, redis->in, (gsize)n);
    handle_replies (redis);
    if (redis->unread_bytes > SFU_REDIS_MAX_BYTES)
      fail (redis, "its reply is too long");
  }
  if (redis->callbacks != NULL)
    g_input_stream_read_async (G_INPUT_STREAM (source), redis->in,
        sizeof redis->in, G_PRIORITY_DEFAULT, redis->cancellable, on_read,
        g_rc_box_acquire (redis));
  redis_unref (redis);
}

/* ---- the beginning ---- */

static void
on_hello (gpointer owner, const redisReply *reply, gpointer data)
{
  SfuRedis *redis = data;

  if (redis->callbacks->ready != NULL)
    redis->callbacks->ready (redis->owner);
}

/* A Redis that wants a password says so at the PING. */
static void
say_hello (SfuRedis *redis)
{
  g_autoptr (SfuRedisUrl) url = g_steal_pointer (&redis->url);
  g_autofree gchar *number = g_strdup_printf ("%u", url->database);
  const gchar *const auth_user[] = { "AUTH", url->user, url->password, NULL };
  const gchar *const auth[] = { "AUTH", url->password, NULL };
  const gchar *const database[] = { "SELECT", number, NULL };
  static const gchar *const ping[] = { "PING", NULL };

  if (url->password != NULL)
    sfu_redis_send (
        redis, NULL, NULL, NULL, url->user != NULL ? auth_user : auth);
  if (url->database != 0)
    sfu_redis_send (redis, NULL, NULL, NULL, database);
  sfu_redis_send (redis, on_hello, redis, NULL, ping);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuRedis *redis = data;
  g_autoptr (GError) error = NULL;

  redis->connection =
      g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  if (redis->connection == NULL) {
    fail (redis, error->message);
  } else if (redis->callbacks != NULL) {
    GSocket *socket = g_socket_connection_get_socket (redis->connection);

    /* A message is a write of its own: it is not to wait for the next one. */
    g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
    g_socket_set_keepalive (socket, TRUE);
    g_input_stream_read_async (
        g_io_stream_get_input_stream (G_IO_STREAM (redis->connection)),
        redis->in, sizeof redis->in, G_PRIORITY_DEFAULT, redis->cancellable,
        on_read, g_rc_box_acquire (redis));
    say_hello (redis);
  }
  redis_unref (redis);
}

SfuRedis *
sfu_redis_new (
    const SfuRedisUrl *url, const SfuRedisCallbacks *callbacks, gpointer owner)
{
  SfuRedis *redis = g_rc_box_new0 (SfuRedis);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address =
      g_network_address_new (url->host, url->port);

  redis->callbacks = callbacks;
  redis->owner = owner;
  redis->url = sfu_redis_url_copy (url);
  redis->cancellable = g_cancellable_new ();
  redis->reader = redisReaderCreate ();
  redis->out = g_byte_array_new ();
  restart_timeout (redis, TRUE);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, address, redis->cancellable,
      on_connected, g_rc_box_acquire (redis));
  return redis;
}

void
sfu_redis_free (SfuRedis *redis)
{
  if (redis == NULL)
    return;
  shut (redis);
  redis_unref (redis);
}

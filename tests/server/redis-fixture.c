/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See redis-fixture.h.
 *
 * Threads: the test's. */
#include "redis-fixture.h"

#include "sfu-presence.h"
#include "sfu-room.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define MAX_TRIES 10
#define COMMAND_TIMEOUT_S 5

static guint16
find_free_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) any =
      g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* It is not to outlive a test that was killed. */
static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
spawn (TestRedis *redis)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree gchar *port = g_strdup_printf ("%u", redis->port);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  redis->process = g_subprocess_launcher_spawn (launcher, &error,
      "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
      "--appendonly", "no", "--requirepass",
      redis->password != NULL ? redis->password : "", NULL);
  g_assert_no_error (error);
}

/* NULL = nobody is there, or it wants something else. */
static redisContext *
try_connect (const TestRedis *redis)
{
  redisContext *context = redisConnectWithTimeout (
      "127.0.0.1", redis->port, (struct timeval){ COMMAND_TIMEOUT_S, 0 });
  redisReply *reply = NULL;
  gboolean ok = context != NULL && context->err == 0;

  if (ok && redis->password != NULL)
    freeReplyObject (redisCommand (context, "AUTH %s", redis->password));
  if (ok)
    reply = redisCommand (context, "PING");
  ok = reply != NULL && reply->type == REDIS_REPLY_STATUS;
  if (reply != NULL)
    freeReplyObject (reply);
  if (!ok && context != NULL)
    g_clear_pointer (&context, redisFree);
  return context;
}

/* Servers under test do nothing meanwhile, so that a test can be first at a
 * Redis that restarts. FALSE = it ended: somebody else was faster at the port.
 */
static gboolean
wait_ready (TestRedis *redis)
{
  g_autoptr (GDataInputStream) output =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (redis->process));
  gboolean ready = FALSE;
  gchar *line;

  g_filter_input_stream_set_close_base_stream (
      G_FILTER_INPUT_STREAM (output), FALSE);
  while (!ready &&
      (line = g_data_input_stream_read_line (output, NULL, NULL, NULL)) !=
          NULL) {
    ready = strstr (line, "Ready to accept connections") != NULL;
    g_free (line);
  }
  return ready;
}

void
test_redis_start (TestRedis *redis, const gchar *password)
{
  *redis = (TestRedis){ .password = g_strdup (password) };
  for (guint i = 0; i < MAX_TRIES; i++) {
    redis->port = find_free_port ();
    spawn (redis);
    if (wait_ready (redis))
      return;
    g_clear_object (&redis->process);
  }
  g_error ("redis-server does not start");
}

void
test_redis_kill (TestRedis *redis)
{
  g_subprocess_force_exit (redis->process);
  g_subprocess_wait (redis->process, NULL, NULL);
  g_clear_object (&redis->process);
}

void
test_redis_restart (TestRedis *redis)
{
  spawn (redis);
  g_assert_true (wait_ready (redis));
}

void
test_redis_stop (TestRedis *redis)
{
  if (redis->process != NULL)
    test_redis_kill (redis);
  g_clear_pointer (&redis->password, g_free);
}

gchar *
test_redis_flag (const TestRedis *redis)
{
  return g_strdup_printf ("--redis-url=redis://%s%s%s127.0.0.1:%u/1",
      redis->password != NULL ? ":" : "",
      redis->password != NULL ? redis->password : "",
      redis->password != NULL ? "@" : "", redis->port);
}

static redisReply *
command_va (const TestRedis *redis, const gchar *format, va_list args)
{
  redisContext *context = try_connect (redis);
  redisReply *reply;

  g_assert_nonnull (context);
  freeReplyObject (redisCommand (context, "SELECT 1"));
  reply = redisvCommand (context, format, args);
  g_assert_nonnull (reply);
  g_assert_cmpint (reply->type, !=, REDIS_REPLY_ERROR);
  redisFree (context);
  return reply;
}

redisReply *
test_redis_command (const TestRedis *redis, const gchar *format, ...)
{
  redisReply *reply;
  va_list args;

  va_start (args, format);
  reply = command_va (redis, format, args);
  va_end (args);
  return reply;
}

gint64
test_redis_number (const TestRedis *redis, const gchar *format, ...)
{
  redisReply *reply;
  gint64 number;
  va_list args;

  va_start (args, format);
  reply = command_va (redis, format, args);
  va_end (args);
  g_assert_cmpint (reply->type, ==, REDIS_REPLY_INTEGER);
  number = reply->integer;
  freeReplyObject (reply);
  return number;
}

/* ---- watcher ---- */

/* What has come in by now. */
static void
watcher_read (TestWatcher *watcher)
{
  GPollFD fd = { .fd = watcher->context->fd, .events = G_IO_IN };
  void *reply = NULL;

  while (g_poll (&fd, 1, 0) > 0)
    g_assert_cmpint (redisBufferRead (watcher->context), ==, REDIS_OK);
  while (redisGetReplyFromReader (watcher->context, &reply) == REDIS_OK &&
      reply != NULL) {
    redisReply *message = reply;

    if (strcmp (message->element[0]->str, "message") == 0)
      g_queue_push_tail (&watcher->inbox,
          g_strdup_printf (
              "%s %s", message->element[1]->str, message->element[2]->str));
    freeReplyObject (message);
  }
}

TestWatcher *
test_watcher_new (const TestRedis *redis, const gchar *channels)
{
  TestWatcher *watcher = g_new0 (TestWatcher, 1);
  g_autofree gchar *command = g_strconcat ("SUBSCRIBE ", channels, NULL);
  g_auto (GStrv) names = g_strsplit (channels, " ", -1);
  void *reply;

  watcher->context = try_connect (redis);
  redisAppendCommand (watcher->context, command);
  for (guint i = 0; names[i] != NULL; i++) {
    g_assert_cmpint (redisGetReply (watcher->context, &reply), ==, REDIS_OK);
    freeReplyObject (reply);
  }
  return watcher;
}

void
test_watcher_free (TestWatcher *watcher)
{
  if (watcher == NULL)
    return;
  redisFree (watcher->context);
  g_queue_clear_full (&watcher->inbox, g_free);
  g_free (watcher);
}

gchar *
test_watcher_wait (TestWatcher *watcher)
{
  WAIT_UNTIL ((watcher_read (watcher), !g_queue_is_empty (&watcher->inbox)));
  return g_queue_pop_head (&watcher->inbox);
}

/* Redis writes to a subscriber what was published before it answers a later
 * command, so that a message of ours comes behind all that matters. */
gboolean
test_watcher_is_empty (TestWatcher *watcher, const TestRedis *redis)
{
  g_autofree gchar *last = NULL;

  test_redis_number (redis, "PUBLISH room:leave end");
  last = test_watcher_wait (watcher);
  if (strcmp (last, "room:leave end") != 0)
    g_test_message ("unexpected: %s", last);
  return strcmp (last, "room:leave end") == 0;
}

/* ---- servers ---- */

void
cluster_start (Fixture *f, const TestRedis *redis, const gchar *const *more)
{
  g_autoptr (GPtrArray) flags = g_ptr_array_new ();
  g_autofree gchar *url = test_redis_flag (redis);

  g_ptr_array_add (flags, url);
  for (guint i = 0; more != NULL && more[i] != NULL; i++)
    g_ptr_array_add (flags, (gpointer)more[i]);
  g_ptr_array_add (flags, NULL);
  fixture_start (f, (const gchar *const *)flags->pdata);
  WAIT_UNTIL (cluster_is_connected (f));
}

/* The one of "sfu-server ready http=PORT ..." */
static guint16
read_port (GSubprocess *program)
{
  g_autoptr (GDataInputStream) output =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (program));
  static const gchar start[] = "sfu-server ready http=";
  guint64 port = 0;
  gchar *line;

  g_filter_input_stream_set_close_base_stream (
      G_FILTER_INPUT_STREAM (output), FALSE);
  while (port == 0 &&
      (line = g_data_input_stream_read_line (output, NULL, NULL, NULL)) !=
          NULL) {
    if (g_str_has_prefix (line, start))
      port = g_ascii_strtoull (line + strlen (start), NULL, 10);
    g_free (line);
  }
  g_assert_cmpuint (port, !=, 0);
  return (guint16)port;
}

GSubprocess *
cluster_start_program (Fixture *f, const TestRedis *redis, const gchar *more)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree gchar *url = test_redis_flag (redis);
  g_autofree gchar *worker =
      g_strdup_printf ("--worker-program=%s", g_getenv ("SFU_TEST_WORKER"));
  g_autoptr (GError) error = NULL;
  GSubprocess *program;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  program = g_subprocess_launcher_spawn (launcher, &error,
      g_getenv ("SFU_TEST_SERVER"), "--http-port=0", "--rtc-port=0", worker,
      url, more, NULL);
  g_assert_no_error (error);
  *f = (Fixture){ .port = read_port (program), .session = soup_session_new () };
  return program;
}

void
cluster_kill_program (Fixture *f, GSubprocess *program)
{
  g_subprocess_force_exit (program);
  g_subprocess_wait (program, NULL, NULL);
  g_object_unref (program);
  g_clear_object (&f->session);
}

static SfuClusterStatus
get_status (Fixture *f)
{
  SfuClusterStatus status;

  sfu_cluster_get_status (sfu_server_get_cluster (f->server), &status);
  return status;
}

gboolean
cluster_is_connected (Fixture *f)
{
  return get_status (f).connected;
}

guint
cluster_n_nodes (Fixture *f)
{
  return get_status (f).n_nodes;
}

static SfuRoom *
find_room (Fixture *f, const gchar *room)
{
  return sfu_rooms_find (sfu_server_get_rooms (f->server), room);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *)a, *(const gchar *const *)b);
}

gchar *
cluster_participants (Fixture *f, const gchar *room_id)
{
  SfuRoom *room = find_room (f, room_id);
  g_autoptr (GPtrArray) peers = g_ptr_array_new ();
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  if (room != NULL) {
    g_ptr_array_unref (peers);
    peers = sfu_room_participants (room, NULL);
  } else {
    sfu_presence_add_participants (
        sfu_rooms_get_presence (sfu_server_get_rooms (f->server)), room_id,
        NULL, peers);
  }
  for (guint i = 0; i < peers->len; i++)
    g_ptr_array_add (ids, ((SfuPeer *)peers->pdata[i])->id);
  g_ptr_array_sort (ids, compare_texts);
  g_ptr_array_add (ids, NULL);
  return g_strjoinv (" ", (gchar **)ids->pdata);
}

gboolean
cluster_has_producer (
    Fixture *f, const gchar *room_id, const gchar *producer_id)
{
  SfuRoom *room = find_room (f, room_id);
  g_autoptr (GPtrArray) peers = g_ptr_array_new ();

  if (room != NULL)
    return sfu_room_find_producer (room, producer_id) != NULL;
  /* Nobody here is in it: what the other servers have told. */
  sfu_presence_add_participants (
      sfu_rooms_get_presence (sfu_server_get_rooms (f->server)), room_id, NULL,
      peers);
  for (guint i = 0; i < peers->len; i++) {
    if (g_hash_table_contains (
            ((SfuPeer *)peers->pdata[i])->producers, producer_id))
      return TRUE;
  }
  return FALSE;
}

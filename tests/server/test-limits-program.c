/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfu-server as a program that has little, or that dies: descriptors and memory
 * run out and somebody is refused, not more; its workers go with it.
 * SFU_TEST_SERVER and SFU_TEST_WORKER name the programs.
 *
 * Threads: one; the server and its workers are other processes. */
#include <libsoup/soup.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-patience.h"
#include "test-result.h"

#define DEADLINE_US (60 * G_USEC_PER_SEC)

#define WAIT_UNTIL(condition)                                                  \
  G_STMT_START                                                                 \
  {                                                                            \
    TestPatience wait_patience_ = test_patience (DEADLINE_US);                 \
    while (!(condition)) {                                                     \
      if (test_patience_is_over (&wait_patience_))                             \
        g_error ("%s:%d: never true: %s", __FILE__, __LINE__, #condition);     \
      iterate ();                                                              \
    }                                                                          \
  }                                                                            \
  G_STMT_END

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* One turn of the main context, at most 20 ms long. */
static void
iterate (void)
{
  guint tick = g_timeout_add (20, on_tick, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

typedef struct {
  GSubprocess *process;
  SoupSession *session;
  guint port;
  gint pid;
} Program;

/* script: what a shell does before it becomes the server ("ulimit ..."). */
static void
program_start (Program *p, const gchar *script, const gchar *flags)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree gchar *command = g_strdup_printf (
      "%s exec \"$SFU_TEST_SERVER\" --http-port=0 --listen-ip="
      "127.0.0.1 --room-linger=0 --log-level=warning --admin-open "
      "--connections-per-second-per-address=0 --requests-per-second=0 %s",
      script, flags);
  const gchar *argv[] = { "/bin/sh", "-c", command, NULL };
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = NULL;

  g_subprocess_launcher_setenv (
      launcher, "SFU_WORKER_PROGRAM", g_getenv ("SFU_TEST_WORKER"), TRUE);
  p->process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  p->pid = atoi (g_subprocess_get_identifier (p->process));
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (p->process));
  g_data_input_stream_read_line_async (
      out, G_PRIORITY_DEFAULT, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  line = g_data_input_stream_read_line_finish (out, result, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  if (sscanf (line, "sfu-server ready http=%u ", &p->port) != 1)
    g_error ("\"%s\"", line);
  p->session = soup_session_new_with_options (
      "max-conns", 1000, "max-conns-per-host", 1000, NULL);
}

static void
program_stop (Program *p)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_subprocess_send_signal (p->process, SIGTERM);
  g_subprocess_wait_async (p->process, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (g_subprocess_get_if_exited (p->process));
  g_assert_cmpint (g_subprocess_get_exit_status (p->process), ==, 0);
  g_object_unref (p->session);
  g_object_unref (p->process);
}

/* The pids of its children, with spaces between. */
static GArray *
workers_of (const Program *p)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (gint));
  g_autofree gchar *path =
      g_strdup_printf ("/proc/%d/task/%d/children", p->pid, p->pid);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  words = g_strsplit (g_strstrip (text), " ", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    gint pid = atoi (words[i]);

    if (pid > 0)
      g_array_append_val (pids, pid);
  }
  return pids;
}

static gboolean
is_alive (gint pid)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree gchar *stat = NULL;
  const gchar *state;

  if (!g_file_get_contents (path, &stat, NULL, NULL))
    return FALSE;
  state = strrchr (stat, ')');
  return state != NULL && state[2] != 'Z';
}

/* ---- the server dies ---- */

/* Also one that is stopped or hangs, and reads no end of file. */
static void
test_no_orphans (void)
{
  g_autoptr (GArray) workers = NULL;
  Program p;

  program_start (
      &p, "", "--workers=3 --no-spare-worker --rtc-port=0 --worker-watchdog=0");
  workers = workers_of (&p);
  g_assert_cmpuint (workers->len, ==, 3);
  kill (g_array_index (workers, gint, 1), SIGSTOP);
  kill (p.pid, SIGKILL);
  for (guint i = 0; i < workers->len; i++)
    WAIT_UNTIL (!is_alive (g_array_index (workers, gint, i)));
  g_object_unref (p.session);
  g_object_unref (p.process);
}

/* ---- HTTP and protoo ---- */

static guint
get (Program *p, const gchar *path, gchar **body)
{
  g_autofree gchar *url =
      g_strdup_printf ("http://127.0.0.1:%u%s", p->port, path);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;

  soup_session_send_and_read_async (
      p->session, message, G_PRIORITY_DEFAULT, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  bytes = soup_session_send_and_read_finish (p->session, result, NULL);
  if (bytes == NULL)
    return 0;
  if (body != NULL)
    *body =
        g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return soup_message_get_status (message);
}

typedef struct {
  SoupWebsocketConnection *ws; /* NULL = refused before it was one */
  GString *said;
  gboolean closed;
} Peer;

static void
on_message (SoupWebsocketConnection *ws, gint type, GBytes *message, Peer *peer)
{
  g_string_append_len (peer->said, g_bytes_get_data (message, NULL),
      (gssize)g_bytes_get_size (message));
}

static void
on_closed (SoupWebsocketConnection *ws, Peer *peer)
{
  peer->closed = TRUE;
}

static Peer *
peer_new (Program *p, guint n)
{
  static gchar *protocols[] = { (gchar *)"protoo", NULL };
  g_autofree gchar *url =
      g_strdup_printf ("ws://127.0.0.1:%u/?roomId=r&peerId=p%u", p->port, n);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GAsyncResult) result = NULL;
  Peer *peer = g_new0 (Peer, 1);

  peer->said = g_string_new (NULL);
  soup_session_websocket_connect_async (p->session, message, NULL, protocols,
      G_PRIORITY_DEFAULT, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  peer->ws = soup_session_websocket_connect_finish (p->session, result, NULL);
  if (peer->ws == NULL)
    return peer;
  soup_websocket_connection_set_max_incoming_payload_size (peer->ws, 0);
  g_signal_connect (peer->ws, "message", G_CALLBACK (on_message), peer);
  g_signal_connect (peer->ws, "closed", G_CALLBACK (on_closed), peer);
  /* Its first words, or that it is thrown out. */
  WAIT_UNTIL (peer->closed || peer->said->len > 0);
  return peer;
}

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  if (peer->ws != NULL) {
    if (!peer->closed)
      soup_websocket_connection_close (peer->ws, 1000, NULL);
    WAIT_UNTIL (peer->closed);
    g_signal_handlers_disconnect_by_data (peer->ws, peer);
    g_object_unref (peer->ws);
  }
  g_string_free (peer->said, TRUE);
  g_free (peer);
}

static const gchar *
close_reason (Peer *peer)
{
  return peer->ws != NULL && peer->closed
      ? soup_websocket_connection_get_close_data (peer->ws)
      : NULL;
}

/* ---- descriptors ---- */

/* More want in than there are descriptors for. Some are refused, in words as
 * long as there is somebody to say them to; when the others have gone, it is as
 * before. */
static void
test_descriptors (void)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (peer_free);
  guint n_in = 0, n_told = 0, n_refused = 0;
  g_autofree gchar *body = NULL;
  Program p;

  program_start (
      &p, "ulimit -n 150;", "--workers=1 --no-spare-worker --rtc-port=0");
  for (guint i = 0; i < 200; i++) {
    Peer *peer = peer_new (&p, i);
    const gchar *reason = close_reason (peer);

    g_ptr_array_add (peers, peer);
    if (peer->ws == NULL)
      n_refused++;
    else if (reason != NULL &&
        g_str_has_prefix (reason, "overloaded (server-descriptors)"))
      n_told++;
    else if (!peer->closed)
      n_in++;
  }
  g_test_message ("in %u, told %u, refused %u", n_in, n_told, n_refused);
  g_assert_cmpuint (n_in, >, 20);
  g_assert_cmpuint (n_told, >, 0);
  g_assert_cmpuint (n_in + n_told + n_refused, ==, 200);
  g_ptr_array_set_size (peers, 0);
  g_ptr_array_add (peers, peer_new (&p, 1000));
  g_assert_false (((Peer *)peers->pdata[0])->closed);
  g_assert_cmpuint (get (&p, "/health", &body), ==, 200);
  g_assert_nonnull (strstr (body, "\"status\":\"healthy\""));
  g_ptr_array_set_size (peers, 0);
  program_stop (&p);
}

static gdouble
cpu_seconds (gint pid)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree gchar *stat = NULL;
  unsigned long user, system;

  g_assert_true (g_file_get_contents (path, &stat, NULL, NULL));
  g_assert_cmpint (sscanf (strrchr (stat, ')'),
                       ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                       &user, &system),
      ==, 2);
  return (gdouble)(user + system) / (gdouble)sysconf (_SC_CLK_TCK);
}

/* Connections that say nothing take all descriptors, and more knock: the server
 * accepts or refuses them all, and then sleeps. It hears again when they have
 * gone. */
static void
test_silent_connections (void)
{
  g_autoptr (GPtrArray) sockets =
      g_ptr_array_new_with_free_func (g_object_unref);
  gdouble before, used;
  gint64 end_us;
  Program p;

  program_start (&p, "ulimit -n 100;",
      "--workers=1 --no-spare-worker --rtc-port=0 --http-timeout=0");
  for (guint i = 0; i < 200; i++) {
    g_autoptr (GSocketClient) client = g_socket_client_new ();
    GSocketConnection *connection = g_socket_client_connect_to_host (
        client, "127.0.0.1", (guint16)p.port, NULL, NULL);

    if (connection != NULL)
      g_ptr_array_add (sockets, connection);
  }
  for (end_us = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
       g_get_monotonic_time () < end_us;)
    iterate ();
  before = cpu_seconds (p.pid);
  for (end_us = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;
       g_get_monotonic_time () < end_us;)
    iterate ();
  used = cpu_seconds (p.pid) - before;
  g_test_message ("%.2f s of CPU in 2 s", used);
  /* One that spins uses all it gets. */
  g_assert_cmpfloat (used, <, 0.5);
  g_ptr_array_set_size (sockets, 0);
  WAIT_UNTIL (get (&p, "/health", NULL) == 200);
  program_stop (&p);
}

/* ---- the worker's ---- */

static gboolean
has_answer (Peer *peer, guint id)
{
  g_autofree gchar *mark = g_strdup_printf ("\"id\":%u,", id);

  return peer->closed || strstr (peer->said->str, mark) != NULL;
}

/* The room itself was refused, for that reason. */
static gboolean
was_refused (Peer *peer, const gchar *reason)
{
  if (peer->ws == NULL)
    return TRUE;
  if (soup_websocket_connection_get_state (peer->ws) ==
      SOUP_WEBSOCKET_STATE_OPEN)
    return FALSE;
  WAIT_UNTIL (peer->closed);
  g_assert_nonnull (strstr (close_reason (peer), reason));
  return TRUE;
}

/* Transports until there is no room for more; how many there were. The last
 * answer must give the reason. */
static guint
fill_worker (Program *p, guint n_max, const gchar *reason)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (peer_free);
  guint n = 0;

  for (guint i = 0; i < n_max; i++) {
    Peer *peer = peer_new (p, i);

    g_ptr_array_add (peers, peer);
    if (was_refused (peer, reason))
      return n;
    for (guint id = 1; id <= 8; id++) {
      g_autofree gchar *ask = g_strdup_printf (
          "{\"request\":true,\"id\":%u,\"method\":\"createWebRtcTransport\","
          "\"data\":{\"producing\":true,\"consuming\":false}}",
          id);

      g_string_truncate (peer->said, 0);
      soup_websocket_connection_send_text (peer->ws, ask);
      WAIT_UNTIL (has_answer (peer, id));
      if (was_refused (peer, reason))
        return n;
      if (strstr (peer->said->str, reason) != NULL)
        return n;
      g_assert_nonnull (strstr (peer->said->str, "\"ok\":true"));
      n++;
    }
  }
  return G_MAXUINT;
}

static gint
limit_worker (Program *p, gint what, rlim_t value)
{
  g_autoptr (GArray) workers = workers_of (p);
  gint pid = g_array_index (workers, gint, 0);
  struct rlimit limit = { value, value };

  g_assert_cmpint (prlimit (pid, what, &limit, NULL), ==, 0);
  return pid;
}

static void
check_worker_lives (Program *p, gint pid)
{
  g_autofree gchar *body = NULL;
  g_autoptr (GArray) workers = workers_of (p);

  g_assert_cmpint (g_array_index (workers, gint, 0), ==, pid);
  g_assert_cmpuint (get (p, "/health", &body), ==, 200);
  g_assert_nonnull (strstr (body, "\"status\":\"healthy\""));
}

/* A range, so that each transport has a socket of its own. */
static void
test_worker_descriptors (void)
{
  Program p;
  gint pid;

  program_start (
      &p, "", "--workers=1 --no-spare-worker --rtc-port-range=20000-29999");
  pid = limit_worker (&p, RLIMIT_NOFILE, 150);
  g_assert_cmpuint (
      fill_worker (&p, 100, "overloaded (worker-descriptors)"), <, 150);
  check_worker_lives (&p, pid);
  program_stop (&p);
}

static void
test_worker_memory (void)
{
  Program p;
  gint pid;

  program_start (&p, "", "--workers=1 --no-spare-worker --rtc-port=0");
  pid = limit_worker (&p, RLIMIT_AS, 64 << 20);
  g_assert_cmpuint (fill_worker (&p, 100, "overloaded (worker-memory)"), ==, 0);
  check_worker_lives (&p, pid);
  program_stop (&p);
}

/* The server's own. */
static void
test_server_memory (void)
{
  struct rlimit limit = { 64 << 20, 64 << 20 };
  Peer *peer;
  Program p;

  program_start (&p, "", "--workers=1 --no-spare-worker --rtc-port=0");
  peer = peer_new (&p, 1);
  g_assert_false (peer->closed);
  g_assert_cmpint (prlimit (p.pid, RLIMIT_AS, &limit, NULL), ==, 0);
  peer_free (peer);
  peer = peer_new (&p, 2);
  g_assert_true (peer->closed);
  g_assert_true (
      g_str_has_prefix (close_reason (peer), "overloaded (server-memory)"));
  peer_free (peer);
  g_assert_cmpuint (get (&p, "/health", NULL), ==, 200);
  program_stop (&p);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits-program/no-orphans", test_no_orphans);
  g_test_add_func ("/limits-program/descriptors", test_descriptors);
  g_test_add_func (
      "/limits-program/silent-connections", test_silent_connections);
  g_test_add_func (
      "/limits-program/worker-descriptors", test_worker_descriptors);
  g_test_add_func ("/limits-program/worker-memory", test_worker_memory);
  g_test_add_func ("/limits-program/server-memory", test_server_memory);
  return g_test_run ();
}

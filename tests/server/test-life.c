/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of the program: SIGTERM drains, SIGINT and a second SIGTERM stop,
 * SIGHUP reads the configuration anew, and systemd is told of all that.
 *
 * Threads: one. */
#include "program-fixture.h"
#include "server-fixture.h"
#include "test-result.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a server as a program, for the clients of server-fixture ---- */

typedef struct {
  Program program;
  Fixture f; /* without a server: it is another process */
  gchar *folder, *log_path, *config_path;
} World;

static void
world_start (
    World *w, const gchar *config, const gchar *environment, const gchar *more)
{
  g_autofree gchar *flag = NULL;
  const gchar *flags[] = { NULL, "--http-port=0", "--rtc-port=0", more, NULL };
  ProgramOptions options = { .environment = environment };
  g_autofree gchar *ready = NULL;

  w->folder = g_dir_make_tmp ("sfu-life-XXXXXX", NULL);
  w->log_path = g_build_filename (w->folder, "log", NULL);
  w->config_path = g_build_filename (w->folder, "conf", NULL);
  g_file_set_contents (w->config_path, config, -1, NULL);
  flag = g_strdup_printf ("--config=%s", w->config_path);
  flags[0] = flag;
  options.log_path = w->log_path;
  w->program = program_start_with (flags, &options);
  ready = program_wait_ready (&w->program);
  w->f = (Fixture){ .port = (guint16)program_port (ready),
    .session = soup_session_new () };
}

static void
world_clear (World *w)
{
  program_clear (&w->program);
  g_object_unref (w->f.session);
  g_remove (w->log_path);
  g_remove (w->config_path);
  g_rmdir (w->folder);
  g_free (w->log_path);
  g_free (w->config_path);
  g_free (w->folder);
}

static gboolean
log_says (World *w, const gchar *part)
{
  g_autofree gchar *log = NULL;

  g_file_get_contents (w->log_path, &log, NULL, NULL);
  return log != NULL && strstr (log, part) != NULL;
}

static void
assert_health (World *w, guint status)
{
  g_auto (Answer) answer = fixture_http (&w->f, "GET", "/health", NULL);

  g_assert_cmpuint (answer.status, ==, status);
}

/* ---- SIGTERM ---- */

static void
test_drain_until_empty (void)
{
  World w;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) refused = NULL;

  world_start (&w, "[rooms]\nroom-linger=60\n", NULL, "--drain-timeout=600");
  a = client_new (&w.f, "r", "a");
  client_join (a);
  program_signal (&w.program, SIGTERM);
  WAIT_UNTIL (log_says (&w, "draining: no further rooms; 1 are open"));
  assert_health (&w, 503);
  refused = client_new (&w.f, "other", "b");
  client_wait_closed (refused);
  g_assert_cmpuint (refused->close_code, ==, 1011);
  g_assert_false (a->closed);
  client_free (g_steal_pointer (&a));
  g_assert_cmpint (program_wait (&w.program), ==, 0);
  world_clear (&w);
}

static void
test_drain_deadline (void)
{
  World w;
  g_autoptr (Client) a = NULL;

  world_start (&w, "", NULL, "--drain-timeout=1");
  a = client_new (&w.f, "r", "a");
  client_join (a);
  program_signal (&w.program, SIGTERM);
  client_wait_closed (a);
  g_assert_cmpuint (a->close_code, ==, 1001);
  g_assert_cmpint (program_wait (&w.program), ==, 0);
  g_assert_true (log_says (&w, "1 rooms are still open"));
  world_clear (&w);
}

/* second: what ends the draining. 0 = none: it does not drain at all. */
static void
stop_with_a_room (gint first, gint second)
{
  World w;
  g_autoptr (Client) a = NULL;

  world_start (&w, "", NULL, "--drain-timeout=600");
  a = client_new (&w.f, "r", "a");
  client_join (a);
  program_signal (&w.program, first);
  if (second != 0) {
    WAIT_UNTIL (log_says (&w, "draining: "));
    program_signal (&w.program, second);
  }
  client_wait_closed (a);
  g_assert_cmpuint (a->close_code, ==, 1001);
  g_assert_cmpint (program_wait (&w.program), ==, 0);
  g_assert_true (log_says (&w, "draining: ") == (second != 0));
  world_clear (&w);
}

static void
test_second_term (void)
{
  stop_with_a_room (SIGTERM, SIGTERM);
}

static void
test_interrupt_while_draining (void)
{
  stop_with_a_room (SIGTERM, SIGINT);
}

static void
test_interrupt (void)
{
  stop_with_a_room (SIGINT, 0);
}

/* With nobody in, SIGTERM ends it at once. */
static void
test_drain_empty (void)
{
  World w;

  world_start (&w, "", NULL, "--drain-timeout=600");
  program_signal (&w.program, SIGTERM);
  g_assert_cmpint (program_wait (&w.program), ==, 0);
  world_clear (&w);
}

/* The default: as a server in a terminal, and as the tests of others expect. */
static void
test_no_drain (void)
{
  World w;
  g_autoptr (Client) a = NULL;

  world_start (&w, "", NULL, NULL);
  a = client_new (&w.f, "r", "a");
  client_join (a);
  program_signal (&w.program, SIGTERM);
  client_wait_closed (a);
  g_assert_cmpint (program_wait (&w.program), ==, 0);
  g_assert_false (log_says (&w, "draining"));
  world_clear (&w);
}

/* ---- SIGHUP ---- */

static gchar *
config_with (World *w, const gchar *token_file, const gchar *rest)
{
  return g_strdup_printf (
      "[access]\nadmin-token-file=%s/%s\n%s", w->folder, token_file, rest);
}

static void
write_config (World *w, const gchar *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (w->config_path, text, -1, &error);
  g_assert_no_error (error);
}

static void
write_token (World *w, const gchar *token)
{
  g_autofree gchar *path = g_build_filename (w->folder, "token", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (
      path, token, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static void
assert_token (World *w, const gchar *token, guint status)
{
  g_autofree gchar *header =
      g_strdup_printf ("Authorization: Bearer %s", token);
  g_auto (Answer) answer = fixture_http (&w->f, "GET", "/admin/server", header);

  g_assert_cmpuint (answer.status, ==, status);
}

static void
reload (World *w, const gchar *says)
{
  program_signal (&w->program, SIGHUP);
  WAIT_UNTIL (log_says (w, says));
}

static void
test_reload (void)
{
  World w;
  g_autofree gchar *path = NULL;
  g_autofree gchar *more = NULL;
  g_autofree gchar *bad = NULL;
  g_autofree gchar *bad_ice = NULL;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) full = NULL;

  world_start (&w, "", NULL, NULL);
  path = g_build_filename (w.folder, "token", NULL);
  write_token (&w, "first-token");
  more = config_with (&w, "token",
      "[limits]\nmax-peers-per-room=1\n[media]\nworkers=2\n[log]\n"
      "log-level=debug\n");
  write_config (&w, more);
  assert_token (&w, "first-token", 403);
  reload (&w, "these wait for a restart: workers");
  g_assert_true (log_says (
      &w, "now in use: admin-token-file, max-peers-per-room, log-level"));
  assert_token (&w, "first-token", 200);
  a = client_new (&w.f, "r", "a");
  client_join (a);
  full = client_new (&w.f, "r", "b");
  client_wait_closed (full);
  g_assert_nonnull (strstr (full->close_reason, "is full"));

  /* The same file, another token in it. */
  write_token (&w, "second-token");
  reload (&w, "now in use: admin-token-file\n");
  assert_token (&w, "first-token", 401);
  assert_token (&w, "second-token", 200);

  /* A file that is no good changes nothing, also not what of it is good. */
  bad = config_with (
      &w, "token", "[limits]\nmax-peers-per-room=7\nmax-rooms=many\n");
  write_config (&w, bad);
  reload (&w, "max-rooms: must be a whole number");
  bad_ice = config_with (&w, "nowhere", "");
  write_config (&w, bad_ice);
  reload (&w, "nowhere");
  write_config (&w, "[ice]\nice-servers=http://x\n");
  reload (&w, "ice-servers: \"http://x\"");
  g_assert_true (log_says (&w, "the configuration stays as it was"));
  assert_token (&w, "second-token", 200);
  g_assert_false (a->closed);
  client_free (g_steal_pointer (&full));
  full = client_new (&w.f, "r", "b");
  client_wait_closed (full);
  client_free (g_steal_pointer (&a));
  program_signal (&w.program, SIGTERM);
  g_assert_cmpint (program_wait (&w.program), ==, 0);
  g_remove (path);
  world_clear (&w);
}

/* SIGHUP is also what a closed terminal sends. */
static void
test_terminal_gone (void)
{
  static const gchar *const flags[] = { "--http-port=0", "--rtc-port=0", NULL };
  ProgramOptions options = { NULL };
  g_autofree gchar *ready = NULL;
  gint master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  Program p;

  g_assert_cmpint (master, >=, 0);
  g_assert_cmpint (grantpt (master), ==, 0);
  g_assert_cmpint (unlockpt (master), ==, 0);
  options.terminal = open (ptsname (master), O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (options.terminal, >, 0);
  p = program_start_with (flags, &options);
  ready = program_wait_ready (&p);
  close (master);
  g_assert_cmpint (program_wait (&p), ==, 0);
  program_clear (&p);
}

static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate,
    GTlsCertificateFlags errors, gpointer data)
{
  return TRUE;
}

/* The one that a new connection is shown. */
static GTlsCertificate *
shown_certificate (World *w)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) tls = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", w->f.port, NULL, &error);
  g_assert_no_error (error);
  tls = g_tls_client_connection_new (G_IO_STREAM (connection), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (
      tls, "accept-certificate", G_CALLBACK (on_accept_certificate), NULL);
  g_tls_connection_handshake_async (
      G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), result, &error);
  g_assert_no_error (error);
  return g_object_ref (
      g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (tls)));
}

static void
test_reload_certificate (void)
{
  World w;
  g_autofree gchar *folder = g_dir_make_tmp ("sfu-tls-XXXXXX", NULL);
  g_autofree gchar *cert = g_build_filename (folder, "cert.pem", NULL);
  g_autofree gchar *key = g_build_filename (folder, "key.pem", NULL);
  g_autofree gchar *config =
      g_strdup_printf ("[network]\ntls-cert=%s\ntls-key=%s\n", cert, key);
  g_autoptr (GTlsCertificate) before = NULL;
  g_autoptr (GTlsCertificate) after = NULL;

  if (!program_make_certificate (cert, key)) {
    g_test_skip ("no openssl program");
    g_rmdir (folder);
    return;
  }
  world_start (&w, config, NULL, NULL);
  before = shown_certificate (&w);
  reload (&w, "nothing is new");
  g_assert_true (program_make_certificate (cert, key));
  reload (&w, "now in use: certificate");
  after = shown_certificate (&w);
  g_assert_false (g_tls_certificate_is_same (before, after));
  g_assert_true (g_file_set_contents (key, "no key", -1, NULL));
  reload (&w, "the configuration stays as it was");
  program_signal (&w.program, SIGTERM);
  g_assert_cmpint (program_wait (&w.program), ==, 0);
  g_remove (cert);
  g_remove (key);
  g_rmdir (folder);
  world_clear (&w);
}

/* ---- systemd ---- */

#ifdef SFU_HAVE_LIBSYSTEMD

typedef struct {
  GSocket *socket;
  GString *said; /* datagrams, one after the other */
} Notified;

static gboolean
on_datagram (GSocket *socket, GIOCondition condition, gpointer data)
{
  Notified *n = data;
  gchar text[2048];
  gssize len = g_socket_receive (socket, text, sizeof text - 1, NULL, NULL);

  if (len > 0) {
    g_string_append_len (n->said, text, len);
    g_string_append_c (n->said, '\n');
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
was_said (Notified *n, const gchar *line)
{
  g_autofree gchar *pattern = g_strdup_printf ("^%s$", line);

  return g_regex_match_simple (pattern, n->said->str, G_REGEX_MULTILINE, 0);
}

static void
test_notify (void)
{
  World w;
  g_autofree gchar *folder = g_dir_make_tmp ("sfu-notify-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "notify", NULL);
  g_autofree gchar *environment =
      g_strdup_printf ("NOTIFY_SOCKET=%s\nWATCHDOG_USEC=200000", path);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) source = NULL;
  g_autoptr (Client) a = NULL;
  Notified n = { .said = g_string_new (NULL) };

  n.socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM,
      G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_socket_bind (n.socket, address, FALSE, &error);
  g_assert_no_error (error);
  source = g_socket_create_source (n.socket, G_IO_IN, NULL);
  g_source_set_callback (
      source, (GSourceFunc)(void (*) (void))on_datagram, &n, NULL);
  g_source_attach (source, NULL);

  world_start (&w, "", environment, "--drain-timeout=600");
  WAIT_UNTIL (was_said (&n, "READY=1"));
  g_assert_true (
      was_said (&n, "STATUS=http=[0-9]+ rtc=[0-9-]+ workers=[0-9]+"));
  g_string_truncate (n.said, 0);
  WAIT_UNTIL (was_said (&n, "WATCHDOG=1"));
  program_signal (&w.program, SIGHUP);
  WAIT_UNTIL (was_said (&n, "RELOADING=1") && was_said (&n, "READY=1"));
  g_assert_true (was_said (&n, "MONOTONIC_USEC=[0-9]+"));
  a = client_new (&w.f, "r", "a");
  client_join (a);
  program_signal (&w.program, SIGTERM);
  WAIT_UNTIL (was_said (&n, "STATUS=draining"));
  g_assert_false (was_said (&n, "STOPPING=1"));
  client_free (g_steal_pointer (&a));
  WAIT_UNTIL (was_said (&n, "STOPPING=1"));
  g_assert_cmpint (program_wait (&w.program), ==, 0);
  g_source_destroy (source);
  g_object_unref (n.socket);
  g_string_free (n.said, TRUE);
  g_remove (path);
  g_rmdir (folder);
  world_clear (&w);
}

#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/life/drain/until-empty", test_drain_until_empty);
  g_test_add_func ("/life/drain/deadline", test_drain_deadline);
  g_test_add_func ("/life/drain/second-term", test_second_term);
  g_test_add_func ("/life/drain/interrupt", test_interrupt_while_draining);
  g_test_add_func ("/life/drain/empty", test_drain_empty);
  g_test_add_func ("/life/interrupt", test_interrupt);
  g_test_add_func ("/life/no-drain", test_no_drain);
  g_test_add_func ("/life/reload", test_reload);
  g_test_add_func ("/life/terminal-gone", test_terminal_gone);
  g_test_add_func ("/life/reload/certificate", test_reload_certificate);
#ifdef SFU_HAVE_LIBSYSTEMD
  g_test_add_func ("/life/notify", test_notify);
#endif
  return g_test_run ();
}

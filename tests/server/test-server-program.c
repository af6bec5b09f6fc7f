/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfu-server as a program: what it prints, how it stops, what it says when it
 * cannot start. SFU_TEST_SERVER and SFU_TEST_WORKER name the programs,
 * SFU_TEST_CONFIGS the folder of ready key files.
 *
 * Threads: one. */
#include "program-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static const gchar *const free_ports[] = { "--http-port=0", "--rtc-port=0",
  "--workers=1", NULL };

static void
test_ready_and_stop (gconstpointer data)
{
  Program p = program_start (free_ports);
  g_autofree gchar *ready = program_wait_ready (&p);

  g_subprocess_send_signal (p.process, GPOINTER_TO_INT (data));
  g_assert_cmpint (program_wait (&p), ==, 0);
  program_clear (&p);
}

/* What an operator of study rooms looks for in the log. */
static void
test_start_log (void)
{
  static const gchar *const flags[] = { "--http-port=0", "--rtc-port=0",
    "--workers=2", NULL };
  static const gchar *const lines[] = {
    "MESSAGE [a-z-]+: Initializing 2 workers \\(one per CPU core\\)$",
    "MESSAGE [a-z-]+: worker 1/2 created \\(PID: [1-9][0-9]*\\)$",
    "MESSAGE [a-z-]+: worker 2/2 created \\(PID: [1-9][0-9]*\\)$",
    "MESSAGE [a-z-]+: HTTP ready$",
    "MESSAGE [a-z-]+: Server listening on port [1-9][0-9]*$",
  };
  Program p = program_start (flags);
  g_autofree gchar *ready = program_read_line (&p);
  g_autofree gchar *log = NULL;

  g_assert_true (g_str_has_prefix (ready, "sfu-server ready"));
  g_subprocess_send_signal (p.process, SIGTERM);
  program_finish (&p, NULL, &log);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (!g_regex_match_simple (lines[i], log, G_REGEX_MULTILINE, 0))
      g_error ("\"%s\" is not in\n%s", lines[i], log);
  program_clear (&p);
}

/* Two signals at once: it goes, whatever it was doing. */
static void
test_stop_twice (void)
{
  Program p = program_start (free_ports);
  g_autofree gchar *ready = program_wait_ready (&p);

  g_subprocess_send_signal (p.process, SIGTERM);
  g_subprocess_send_signal (p.process, SIGINT);
  g_assert_cmpint (program_wait (&p), ==, 0);
  program_clear (&p);
}

static void
test_port_busy (void)
{
  Program p = program_start (free_ports);
  g_autofree gchar *ready = program_wait_ready (&p);
  g_autofree gchar *flag =
      g_strdup_printf ("--http-port=%u", program_port (ready));
  const gchar *flags[] = { flag, "--rtc-port=0", NULL };
  g_autofree gchar *out = NULL;
  g_autofree gchar *err = NULL;

  g_assert_cmpint (program_run (flags, &out, &err), ==, 1);
  g_assert_cmpstr (out, ==, "");
  g_assert_nonnull (strstr (err, "another program has it"));
  g_assert_nonnull (strstr (err, "--http-port"));
  g_subprocess_send_signal (p.process, SIGTERM);
  program_wait (&p);
  program_clear (&p);
}

static void
test_cannot_start (void)
{
  static const struct {
    const gchar *flags[6];
    gint status;
    const gchar *says;
  } cases[] = {
    { { "--http-port=x", NULL }, 2, "--http-port: must be a whole number" },
    { { "--nonsense", NULL }, 2, "--nonsense" },
    { { "--codecs=theora", NULL }, 2, "media codec not supported" },
    { { "--config=/nonexistent/file", NULL }, 2, "/nonexistent/file" },
    { { "--http-port=0", "--rtc-port=0", "--listen-ip=192.0.2.1", NULL }, 1,
        "192.0.2.1" },
    { { "--http-port=0", "--rtc-port=0", "--worker-program=/bin/false", NULL },
        1, "sfu-server: " },
    { { "--ice-servers=http://x", NULL }, 2, "ice-servers: \"http://x\"" },
    { { "--ice-servers=turn:x", NULL }, 2, "ice-servers: a TURN server needs" },
    { { "--check-config", "--ice-servers=turn:x", NULL }, 2, "ice-servers: " },
    { { "--check-config", "--jwt-public-key-file=/dev/null", NULL }, 2,
        "jwt-public-key-file: no public key" },
    { { "--calls-backend-url=backend", NULL }, 2,
        "calls-backend-url: must be an address like" },
    { { "--tls-cert=/dev/null", "--tls-key=/dev/null", "--http-port=0",
          "--rtc-port=0", NULL },
        1, "tls-cert" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *out = NULL;
    g_autofree gchar *err = NULL;

    g_test_message ("%s", cases[i].flags[0]);
    g_assert_cmpint (
        program_run (cases[i].flags, &out, &err), ==, cases[i].status);
    g_assert_cmpstr (out, ==, "");
    if (strstr (err, cases[i].says) == NULL)
      g_error ("\"%s\" does not say \"%s\"", err, cases[i].says);
  }
}

static void
test_text (void)
{
  static const struct {
    const gchar *flag, *says;
  } cases[] = {
    { "--help", "Usage: sfu-server" },
    { "-h", "Usage: sfu-server" },
    { "--version", "sfu-server " SFU_VERSION },
    { "--check-config", "the configuration is good" },
    { "--print-config", "[network]\nhttp-port=4443\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const gchar *flags[] = { cases[i].flag, NULL };
    g_autofree gchar *out = NULL;
    g_autofree gchar *err = NULL;

    g_assert_cmpint (program_run (flags, &out, &err), ==, 0);
    g_assert_cmpstr (err, ==, "");
    g_assert_true (g_str_has_prefix (out, cases[i].says));
  }
}

/* A connection over TLS, with a certificate made on the spot. */
static void
test_tls (void)
{
  static const gchar *const names[] = { "cert.pem", "key.pem" };
  g_autofree gchar *folder = g_dir_make_tmp ("sfu-tls-XXXXXX", NULL);
  g_autofree gchar *cert = g_build_filename (folder, names[0], NULL);
  g_autofree gchar *key = g_build_filename (folder, names[1], NULL);
  g_autofree gchar *cert_flag = g_strdup_printf ("--tls-cert=%s", cert);
  g_autofree gchar *key_flag = g_strdup_printf ("--tls-key=%s", key);
  const gchar *flags[] = { cert_flag, key_flag, "--http-port=0", "--rtc-port=0",
    NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) tls = NULL;

  if (!program_make_certificate (cert, key)) {
    g_test_skip ("no openssl program");
    g_rmdir (folder);
    return;
  }
  {
    Program p = program_start (flags);
    g_autofree gchar *ready = program_wait_ready (&p);
    g_autofree gchar *empty = program_read_line (&p);
    g_autofree gchar *url = program_read_line (&p);
    g_autoptr (GTlsCertificate) certificate =
        g_tls_certificate_new_from_file (cert, &error);

    g_assert_no_error (error);
    g_assert_nonnull (strstr (url, "https://localhost:"));
    connection = g_socket_client_connect_to_host (
        client, "127.0.0.1", (guint16)program_port (ready), NULL, &error);
    g_assert_no_error (error);
    tls = g_tls_client_connection_new (G_IO_STREAM (connection), NULL, &error);
    g_assert_no_error (error);
    {
      g_autoptr (GTlsDatabase) trust = g_tls_file_database_new (cert, &error);
      g_autoptr (GSocketConnectable) host =
          g_network_address_new ("localhost", 0);

      g_assert_no_error (error);
      g_tls_connection_set_database (G_TLS_CONNECTION (tls), trust);
      g_tls_client_connection_set_server_identity (
          G_TLS_CLIENT_CONNECTION (tls), host);
    }
    g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error);
    g_assert_no_error (error);
    g_assert_true (g_tls_certificate_is_same (certificate,
        g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (tls))));
    g_subprocess_send_signal (p.process, SIGTERM);
    g_assert_cmpint (program_wait (&p), ==, 0);
    program_clear (&p);
  }
  g_remove (cert);
  g_remove (key);
  g_remove (folder);
}

/* The ready key files are good, and say what their systems' contracts do. */
static void
test_example_configs (void)
{
  static const struct {
    const gchar *file;
    const gchar *says[8];
  } cases[] = {
    { "meetings.conf",
        { "http-port=4000\n", "rtc-port-range=2000-2420\n",
            "meetings-path=/socket\n", "meetings-grace=10\n",
            "codecs=opus, VP8;x-google-start-bitrate=1000, H264;"
            "packetization-mode=1;profile-level-id=42e01f;"
            "level-asymmetry-allowed=1\n",
            "native=no\n", "max-incoming-bitrate=1500000\n" } },
    { "server.conf", { "http-port=4443\n", "native=yes\n" } },
    { "study-rooms.conf",
        { "http-port=8100\n", "study-rooms-path=/socket.io\n",
            "study-rooms-max-peers=50\n", "study-rooms-audio-only-above=40\n",
            "meetings=no\n", "calls=no\n" } },
    { "calls.conf",
        { "http-port=4000\n", "calls-path=/socket.io\n", "study-rooms=no\n",
            "VP9;profile-id=0", "H264;", "rpc=no\n" } },
    { "rpc.conf",
        { "http-port=8888\n", "rtc-port-range=40000-41000\n",
            "rpc-heartbeat-interval=10000\n", "rpc-silence-threshold=15000\n",
            "rpc=yes\n", "calls=no\n" } },
  };
  const gchar *folder = g_getenv ("SFU_TEST_CONFIGS");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *flag =
        g_strdup_printf ("--config=%s/%s", folder, cases[i].file);
    const gchar *check[] = { flag, "--check-config", NULL };
    const gchar *print[] = { flag, "--print-config", NULL };
    g_autofree gchar *good = NULL;
    g_autofree gchar *out = NULL;
    g_autofree gchar *err = NULL;
    g_autofree gchar *none = NULL;

    if (program_run (check, &good, &err) != 0)
      g_error ("%s: %s", cases[i].file, err);
    g_assert_cmpint (program_run (print, &out, &none), ==, 0);
    for (guint j = 0; cases[i].says[j] != NULL; j++)
      if (strstr (out, cases[i].says[j]) == NULL)
        g_error ("%s: no %s in %s", cases[i].file, cases[i].says[j], out);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func (
      "/program/stop/term", GINT_TO_POINTER (SIGTERM), test_ready_and_stop);
  g_test_add_data_func (
      "/program/stop/int", GINT_TO_POINTER (SIGINT), test_ready_and_stop);
  g_test_add_func ("/program/stop/twice", test_stop_twice);
  g_test_add_func ("/program/start-log", test_start_log);
  g_test_add_func ("/program/port-busy", test_port_busy);
  g_test_add_func ("/program/cannot-start", test_cannot_start);
  g_test_add_func ("/program/text", test_text);
  g_test_add_func ("/program/example-configs", test_example_configs);
  g_test_add_func ("/program/tls", test_tls);
  return g_test_run ();
}

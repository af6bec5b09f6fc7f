/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP side: REST routes, the page's files, and who may see inside.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define TOKEN "correct-horse-battery"

static gchar *folder, *token_file, *outside;

static void
write_file (const gchar *name, const gchar *text)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
make_files (void)
{
  g_autofree gchar *sub = NULL;
  g_autofree gchar *link = NULL;
  g_autoptr (GError) error = NULL;

  folder = g_dir_make_tmp ("sfu-http-XXXXXX", &error);
  g_assert_no_error (error);
  write_file ("index.html", "<p>page");
  write_file ("app.js", "let a;");
  write_file ("app.css", "a{}");
  write_file ("icon.svg", "<svg/>");
  write_file (".secret.txt", "no");
  write_file ("program", "no");
  sub = g_build_filename (folder, "sub", NULL);
  g_mkdir (sub, 0755);
  write_file ("sub/more.txt", "more");
  outside = g_strdup_printf ("%s.txt", folder);
  g_file_set_contents (outside, "outside", -1, NULL);
  token_file = g_strdup_printf ("%s.token", folder);
  g_file_set_contents (token_file, TOKEN "\n", -1, NULL);
}

static void
remove_files (void)
{
  static const gchar *const names[] = { "index.html", "app.js", "app.css",
    "icon.svg", ".secret.txt", "program", "sub/more.txt", "sub" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = g_build_filename (folder, names[i], NULL);

    g_remove (path);
  }
  g_remove (folder);
  g_remove (outside);
  g_remove (token_file);
  g_free (folder);
  g_free (outside);
  g_free (token_file);
}

static void
start (Fixture *f, const gchar *access)
{
  g_autofree gchar *root = g_strdup_printf ("--web-root=%s", folder);
  const gchar *flags[] = { root, access, NULL };

  fixture_start (f, flags);
}

static const struct {
  const gchar *method, *path;
  guint status;
  const gchar *type, *body; /* a part of it */
} routes[] = {
  { "GET", "/health", 200, "application/json", "\"status\":\"healthy\"" },
  { "GET", "/stats", 200, "application/json", "\"consumers\":0" },
  { "GET", "/health", 200, "application/json", "\"service\":\"webrtc\"" },
  { "GET", "/health", 200, "application/json", "\"timestamp\":\"20" },
  { "GET", "/api/rooms", 200, "application/json", "{\"rooms\":[]}" },
  { "GET", "/api/rooms/x", 404, "application/json",
      "{\"error\":\"Room not found\"}" },
  { "POST", "/api/rooms", 405, "application/json", "error" },
  { "POST", "/health", 405, "application/json", "error" },
  { "GET", "/rooms/x", 200, "application/json", "preferredPayloadType" },
  { "GET", "/rooms/a%2Fb%20c", 200, "application/json", "codecs" },
  { "GET", "/rooms/%0a", 400, "application/json", "error" },
  { "GET", "/rooms/%ff", 400, "application/json", "error" },
  { "GET", "/rooms/", 400, "application/json", "error" },
  { "GET", "/rooms", 404, "application/json", "error" },
  { "DELETE", "/rooms/x", 404, "application/json", "nobody" },
  { "GET", "/rooms/x/dump", 404, "application/json", "nobody" },
  { "GET", "/rooms/x/graph.svg", 404, "application/json", "nobody" },
  { "GET", "/rooms/x/nothing", 404, "application/json", "error" },
  { "POST", "/rooms/x/broadcasters", 400, "application/json", "id: missing" },
  { "GET", "/rooms/x/broadcasters", 405, "application/json", "error" },
  { "DELETE", "/rooms/x/broadcasters/1", 404, "application/json",
      "does not exist" },
  { "GET", "/", 200, "text/html; charset=utf-8", "<p>page" },
  { "GET", "/?roomId=x", 200, "text/html; charset=utf-8", "<p>page" },
  { "GET", "/app.js", 200, "text/javascript; charset=utf-8", "let a;" },
  { "GET", "/app.css", 200, "text/css; charset=utf-8", "a{}" },
  { "GET", "/icon.svg", 200, "image/svg+xml", "<svg/>" },
  { "GET", "/sub/more.txt", 200, "text/plain; charset=utf-8", "more" },
  { "GET", "/sub", 404, "application/json", "error" },
  { "GET", "/sub/", 404, "application/json", "error" },
  { "GET", "/program", 404, "application/json", "error" },
  { "GET", "/.secret.txt", 404, "application/json", "error" },
  { "GET", "/nothing.js", 404, "application/json", "error" },
  { "POST", "/app.js", 405, "application/json", "error" },
  { "GET", "//app.js", 404, "application/json", "error" },
};

static void
test_routes (void)
{
  Fixture f;

  start (&f, "--admin-open");
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    g_auto (Answer) answer =
        fixture_http (&f, routes[i].method, routes[i].path, NULL);

    g_test_message ("%s %s", routes[i].method, routes[i].path);
    g_assert_cmpuint (answer.status, ==, routes[i].status);
    g_assert_cmpstr (answer.type, ==, routes[i].type);
    g_assert_nonnull (strstr (answer.body, routes[i].body));
  }
  /* Asking for a room makes none. */
  g_assert_cmpuint (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)), ==, 0);
  fixture_stop (&f);
}

/* What a client library would tidy up is sent by hand. */
static gchar *
raw_get (Fixture *f, const gchar *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", f->port, NULL, &error);
  g_autofree gchar *text = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
  GString *answer = g_string_new ("");
  GSocket *socket;
  gboolean done = FALSE;

  g_assert_no_error (error);
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
      strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
  socket = g_socket_connection_get_socket (connection);
  g_socket_set_blocking (socket, FALSE);
  while (!done) {
    gchar buf[4096];
    gssize n = g_socket_receive (socket, buf, sizeof buf, NULL, &error);

    if (n > 0)
      g_string_append_len (answer, buf, n);
    else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      test_iterate ();
    else
      done = TRUE;
    g_clear_error (&error);
  }
  return g_string_free (answer, FALSE);
}

static void
test_traversal (void)
{
  g_autofree gchar *name = g_path_get_basename (outside);
  const gchar *const patterns[] = { "/../%s", "/..%%2f%s", "/%%2e%%2e/%s",
    "/%%2e%%2e%%2f%s", "/sub/../../%s", "/..\\%s", "/sub/%%2e%%2e/%%2e%%2e/%s",
    "//..//%s", "/./../%s" };
  Fixture f;

  start (&f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++) {
    g_auto (GStrv) parts = g_strsplit (patterns[i], "%s", 2);
    g_auto (GStrv) escaped = g_strsplit (parts[0], "%%", -1);
    g_autofree gchar *prefix = g_strjoinv ("%", escaped);
    g_autofree gchar *path = g_strconcat (prefix, name, NULL);
    g_autofree gchar *answer = raw_get (&f, path);

    g_test_message ("%s", path);
    g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 4"));
    g_assert_null (strstr (answer, "outside"));
  }
  fixture_stop (&f);
}

static void
test_etag (void)
{
  Fixture f;
  g_auto (Answer) first = { 0 };
  g_auto (Answer) same = { 0 };
  g_auto (Answer) changed = { 0 };
  g_autofree gchar *header = NULL;

  start (&f, NULL);
  first = fixture_http (&f, "GET", "/app.js", NULL);
  g_assert_nonnull (first.etag);
  header = g_strdup_printf ("If-None-Match: %s", first.etag);
  same = fixture_http (&f, "GET", "/app.js", header);
  g_assert_cmpuint (same.status, ==, 304);
  g_assert_cmpstr (same.body, ==, "");
  write_file ("app.js", "let b;");
  changed = fixture_http (&f, "GET", "/app.js", header);
  g_assert_cmpuint (changed.status, ==, 200);
  write_file ("app.js", "let a;");
  fixture_stop (&f);
}

static void
test_no_page (void)
{
  g_autofree gchar *empty = g_dir_make_tmp ("sfu-empty-XXXXXX", NULL);
  g_autofree gchar *root = g_strdup_printf ("--web-root=%s", empty);
  const gchar *flags[] = { root, NULL };
  g_auto (Answer) answer = { 0 };
  Fixture f;

  fixture_start (&f, flags);
  answer = fixture_http (&f, "GET", "/", NULL);
  g_assert_cmpuint (answer.status, ==, 503);
  g_assert_cmpstr (answer.type, ==, "text/html; charset=utf-8");
  g_assert_nonnull (strstr (answer.body, "apt install nodejs npm"));
  fixture_stop (&f);
  g_remove (empty);
}

static void
test_body (void)
{
  Fixture f;
  g_autoptr (SoupMessage) message = NULL;
  g_autofree gchar *url = NULL;
  g_autofree gchar *filler = g_strnfill (400 * 1024, ' ');
  g_autoptr (GBytes) body = g_bytes_new_static (filler, strlen (filler));
  g_autoptr (GError) error = NULL;
  g_auto (Answer) after = { 0 };

  start (&f, NULL);
  url = g_strdup_printf ("http://127.0.0.1:%u/rooms/x/broadcasters", f.port);
  message = soup_message_new ("POST", url);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  {
    GMainLoop *loop = g_main_loop_new (NULL, FALSE);

    g_signal_connect_swapped (
        message, "finished", G_CALLBACK (g_main_loop_quit), loop);
    soup_session_send_and_read_async (
        f.session, message, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
    g_main_loop_run (loop);
    g_main_loop_unref (loop);
  }
  g_assert_cmpuint (soup_message_get_status (message), ==, 413);
  after = fixture_http (&f, "GET", "/health", NULL);
  g_assert_cmpuint (after.status, ==, 200);
  fixture_stop (&f);
}

static void
test_admin (void)
{
  static const struct {
    const gchar *path, *header;
    guint status;
  } cases[] = {
    { "/rooms/r/dump", NULL, 401 },
    { "/rooms/r/dump?token=", NULL, 401 },
    { "/rooms/r/dump?token=wrong", NULL, 401 },
    { "/rooms/r/dump?token=" TOKEN, NULL, 200 },
    { "/rooms/r/dump", "Authorization: Bearer wrong", 401 },
    { "/rooms/r/dump", "Authorization: Basic " TOKEN, 401 },
    { "/rooms/r/dump", "Authorization: Bearer " TOKEN, 200 },
    { "/rooms/r/dump", "Authorization: bearer " TOKEN, 200 },
    /* A wrong header is not made good by a query. */
    { "/rooms/r/dump?token=" TOKEN, "Authorization: Bearer x", 401 },
    { "/rooms/r/graph.dot", NULL, 401 },
    { "/rooms/r/graph.dot?token=" TOKEN, NULL, 200 },
    { "/rooms/r/graph.svg", NULL, 401 },
    { "/rooms/nobody/dump", NULL, 401 },
    { "/rooms/nobody/dump?token=" TOKEN, NULL, 404 },
    { "/rooms/r", NULL, 200 },
    { "/health", NULL, 200 },
  };
  g_autofree gchar *flag =
      g_strdup_printf ("--admin-token-file=%s", token_file);
  g_autoptr (Client) c = NULL;
  Fixture f;

  start (&f, flag);
  c = client_new (&f, "r", "a");
  client_join (c);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Answer) answer =
        fixture_http (&f, "GET", cases[i].path, cases[i].header);

    g_test_message ("%s %s", cases[i].path, cases[i].header);
    g_assert_cmpuint (answer.status, ==, cases[i].status);
    g_assert_null (strstr (answer.body, TOKEN));
  }
  g_clear_pointer (&c, client_free);
  fixture_stop (&f);
}

/* Without a token and without --admin-open it is closed. */
static void
test_admin_closed (void)
{
  Fixture f;
  g_auto (Answer) answer = { 0 };

  start (&f, NULL);
  answer = fixture_http (&f, "GET", "/rooms/r/dump?token=x", NULL);
  g_assert_cmpuint (answer.status, ==, 403);
  g_assert_nonnull (strstr (answer.body, "--admin-token-file"));
  fixture_stop (&f);
}

static void
test_graph (void)
{
  Fixture f;
  g_autoptr (Client) c = NULL;
  g_autofree gchar *transport = NULL;
  g_auto (Answer) dot = { 0 };
  g_auto (Answer) svg = { 0 };
  g_autofree gchar *graphviz = g_find_program_in_path ("dot");

  start (&f, "--admin-open");
  c = client_new (&f, "r", "a");
  client_join (c);
  transport = client_create_transport (c, TRUE, TRUE);
  dot = fixture_http (&f, "GET", "/rooms/r/graph.dot", NULL);
  g_assert_cmpuint (dot.status, ==, 200);
  g_assert_cmpstr (dot.type, ==, "text/vnd.graphviz");
  g_assert_true (g_str_has_prefix (dot.body, "digraph"));
  svg = fixture_http (&f, "GET", "/rooms/r/graph.svg", NULL);
  if (graphviz != NULL) {
    g_assert_cmpuint (svg.status, ==, 200);
    g_assert_cmpstr (svg.type, ==, "image/svg+xml");
    g_assert_nonnull (strstr (svg.body, "<svg"));
  } else {
    g_assert_cmpuint (svg.status, ==, 501);
  }
  g_clear_pointer (&c, client_free);
  fixture_stop (&f);
}

static void
test_no_graphviz (void)
{
  static const gchar *const flags[] = { "--admin-open",
    "--dot-program=no-such-program-here", NULL };
  Fixture f;
  g_autoptr (Client) c = NULL;
  g_auto (Answer) svg = { 0 };

  fixture_start (&f, flags);
  c = client_new (&f, "r", "a");
  svg = fixture_http (&f, "GET", "/rooms/r/graph.svg", NULL);
  g_assert_cmpuint (svg.status, ==, 501);
  g_assert_nonnull (strstr (svg.body, "apt install graphviz"));
  g_clear_pointer (&c, client_free);
  fixture_stop (&f);
}

/* A program that fails, and one that never ends. */
static void
test_bad_graphviz (void)
{
  static const gchar *const flags[] = { "--admin-open", "--dot-program=false",
    NULL };
  Fixture f;
  g_autoptr (Client) c = NULL;
  g_auto (Answer) svg = { 0 };

  fixture_start (&f, flags);
  c = client_new (&f, "r", "a");
  svg = fixture_http (&f, "GET", "/rooms/r/graph.svg", NULL);
  g_assert_cmpuint (svg.status, ==, 500);
  g_clear_pointer (&c, client_free);
  fixture_stop (&f);
}

static void
test_several_ports (void)
{
  static const gchar *const flags[] = { "--http-port=0", "--http-port=0",
    NULL };
  Fixture f;
  const GArray *ports;
  g_autofree gchar *facts = NULL;
  g_autofree gchar *expect = NULL;

  fixture_start (&f, flags); /* and one of the fixture's own */
  ports = sfu_http_server_get_ports (sfu_server_get_http (f.server));
  g_assert_cmpuint (ports->len, ==, 3);
  for (guint i = 0; i < ports->len; i++) {
    g_auto (Answer) answer = { 0 };

    f.port = g_array_index (ports, guint16, i);
    answer = fixture_http (&f, "GET", "/health", NULL);
    g_assert_cmpuint (answer.status, ==, 200);
  }
  facts = sfu_server_describe (f.server);
  expect =
      g_strdup_printf ("http=%u,%u,%u rtc=", g_array_index (ports, guint16, 0),
          g_array_index (ports, guint16, 1), g_array_index (ports, guint16, 2));
  g_assert_true (g_str_has_prefix (facts, expect));
  g_assert_true (g_str_has_suffix (facts, " workers=1"));
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  make_files ();
  g_test_add_func ("/http/routes", test_routes);
  g_test_add_func ("/http/traversal", test_traversal);
  g_test_add_func ("/http/etag", test_etag);
  g_test_add_func ("/http/no-page", test_no_page);
  g_test_add_func ("/http/body", test_body);
  g_test_add_func ("/http/admin", test_admin);
  g_test_add_func ("/http/admin-closed", test_admin_closed);
  g_test_add_func ("/http/graph", test_graph);
  g_test_add_func ("/http/no-graphviz", test_no_graphviz);
  g_test_add_func ("/http/bad-graphviz", test_bad_graphviz);
  g_test_add_func ("/http/several-ports", test_several_ports);
  status = g_test_run ();
  remove_files ();
  return status;
}

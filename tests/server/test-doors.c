/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which protocol answers where: paths, ports, doors that are closed.
 *
 * Threads: one; the worker is another process. */
#include "sio-client.h"

#define PATH "/socket.io/"
#define POLL "?EIO=4&transport=polling"

/* Of an HTTP handshake. */
static guint
handshake (Fixture *f, const gchar *path)
{
  g_autofree gchar *query = g_strconcat (path, POLL, NULL);
  g_auto (Answer) answer = fixture_http (f, "GET", query, NULL);

  return answer.status;
}

static void
assert_served (
    Fixture *f, const gchar *path, const gchar *namespace, gboolean served)
{
  g_autoptr (SioClient) c = sio_try (f, path, namespace, NULL);

  if (served)
    g_assert_nonnull (c->id);
  else
    g_assert_cmpstr (c->error, ==, "Invalid namespace");
}

static void
test_together (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  g_assert_cmpuint (handshake (&f, "/socket.io/"), ==, 200);
  g_assert_cmpuint (handshake (&f, "/socket.io"), ==, 200);
  g_assert_cmpuint (handshake (&f, "/socket.io/x"), ==, 404);
  g_assert_cmpuint (handshake (&f, "/"), !=, 400);
  assert_served (&f, PATH, "/", TRUE);
  assert_served (&f, PATH, "/room/x", TRUE);
  assert_served (&f, PATH, "/other", FALSE);
  fixture_stop (&f);
}

static void
test_paths (void)
{
  static const gchar *const flags[] = { "--study-rooms-path=/study/sockets",
    NULL };
  Fixture f;

  fixture_start (&f, flags);
  assert_served (&f, PATH, "/", TRUE);
  assert_served (&f, PATH, "/room/x", FALSE);
  assert_served (&f, "/study/sockets/", "/room/x", TRUE);
  assert_served (&f, "/study/sockets/", "/", FALSE);
  fixture_stop (&f);
}

static void
test_closed (void)
{
  static const gchar *const one[] = { "--no-calls", NULL };
  static const gchar *const both[] = { "--no-calls", "--no-study-rooms", NULL };
  Fixture f;
  g_auto (Answer) answer = { 0 };

  fixture_start (&f, one);
  assert_served (&f, PATH, "/", FALSE);
  assert_served (&f, PATH, "/room/x", TRUE);
  fixture_stop (&f);

  fixture_start (&f, both);
  g_assert_cmpuint (handshake (&f, "/socket.io/"), ==, 404);
  fixture_stop (&f);
}

/* One that nobody listens on; it may be taken until it is used, but there are
 * thousands. */
static guint16
free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_assert_no_error (error);
  g_socket_listener_close (listener);
  return port;
}

/* A protocol that is bound to one port is not on the others; those that are
 * not bound are on that port, too. */
static void
test_ports (void)
{
  Fixture f;
  guint16 port = free_port (), first;
  g_autofree gchar *second = g_strdup_printf ("--http-port=%u", port);
  g_autofree gchar *bound = g_strdup_printf ("--study-rooms-port=%u", port);
  const gchar *flags[] = { second, bound, NULL };

  fixture_start (&f, flags);
  first = f.port;
  g_assert_cmpuint (first, !=, port);
  assert_served (&f, PATH, "/", TRUE);
  assert_served (&f, PATH, "/room/x", FALSE);
  f.port = port;
  assert_served (&f, PATH, "/", TRUE);
  assert_served (&f, PATH, "/room/x", TRUE);
  fixture_stop (&f);
}

/* Two for one namespace: on its port the one that is bound to it has it. */
static void
test_bound_first (void)
{
  Fixture f;
  guint16 port = free_port ();
  g_autofree gchar *second = g_strdup_printf ("--http-port=%u", port);
  g_autofree gchar *bound = g_strdup_printf ("--meetings-port=%u", port);
  const gchar *flags[] = { second, bound, "--meetings-path=/socket.io",
    "--jwt-secret=0123456789abcdef0123456789abcdef", NULL };
  g_autoptr (SioClient) meetings = NULL;

  fixture_start (&f, flags);
  assert_served (&f, PATH, "/", TRUE);
  f.port = port;
  meetings = sio_try (&f, PATH, "/", NULL);
  g_assert_cmpstr (meetings->error, ==, "Authentication error");
  assert_served (&f, PATH, "/room/x", TRUE);
  g_clear_pointer (&meetings, sio_free);
  fixture_stop (&f);
}

/* Pages of other origins: those that are configured, by Socket.IO and to read
 * which rooms there are. */
static void
test_origins (void)
{
  static const gchar good[] = "Origin: https://app.example";
  static const struct {
    const gchar *method, *path;
    guint status;
  } cases[] = {
    { "GET", PATH POLL, 200 },
    { "OPTIONS", PATH, 204 },
    { "GET", "/api/rooms", 200 },
    { "GET", "/api/rooms/x", 404 },
    { "OPTIONS", "/api/rooms", 204 },
    { "OPTIONS", "/api/rooms/x", 204 },
  };
  static const gchar *const flags[] = { "--allowed-origins=https://app.example",
    NULL };
  Fixture f;
  g_auto (Answer) anybody = { 0 };

  fixture_start (&f, flags);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Answer) mine =
        fixture_http (&f, cases[i].method, cases[i].path, good);
    g_auto (Answer) other = fixture_http (
        &f, cases[i].method, cases[i].path, "Origin: https://evil.example");

    g_test_message ("%s %s", cases[i].method, cases[i].path);
    g_assert_cmpuint (mine.status, ==, cases[i].status);
    g_assert_cmpstr (mine.origin, ==, "https://app.example");
    g_assert_cmpuint (other.status, ==, 403);
    g_assert_null (other.origin);
  }
  fixture_stop (&f);
  fixture_start (&f, NULL);
  anybody = fixture_http (&f, "GET", "/api/rooms", good);
  g_assert_cmpstr (anybody.origin, ==, "*");
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/doors/together", test_together);
  g_test_add_func ("/doors/paths", test_paths);
  g_test_add_func ("/doors/closed", test_closed);
  g_test_add_func ("/doors/ports", test_ports);
  g_test_add_func ("/doors/bound-first", test_bound_first);
  g_test_add_func ("/doors/origins", test_origins);
  return g_test_run ();
}

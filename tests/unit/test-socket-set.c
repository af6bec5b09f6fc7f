/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuSocketSet: which addresses and ports it takes, and that an answer leaves by
 * the socket and from the address that the question came to.
 *
 * Threads: the test's and the loop's. */
#include "packets.h"
#include "sfu-socket-set.h"

#include <string.h>
#include <unistd.h>
#include <gio/gio.h>

static SfuMediaLoop *loop; /* for all tests */

/* ---- an echo, once at once and once at the end of the turn ---- */

static void
on_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  SfuSocketSet *set = owner;

  g_assert_true (sfu_socket_set_send_now (set, data, size, from));
  sfu_socket_set_keep (set, from);
  sfu_socket_set_queue (
      set, packet_of (gst_buffer_new_memdup (data, size)), from);
}

static void
on_closed (gpointer owner, const SfuAddress *from)
{
}

static const SfuTcpCallbacks callbacks = { on_received, on_closed };

static SfuSocketSet *
new_set (const gchar *listen)
{
  g_autoptr (GError) error = NULL;
  SfuSocketSet *set = sfu_socket_set_new (loop, listen, 0, 0, &error);

  g_assert_no_error (error);
  sfu_socket_set_start (set, &callbacks, set);
  return set;
}

/* With a deadline of the kernel, so that a lost answer is a failure. */
static gint
open_client (const SfuAddress *to, gint type)
{
  struct timeval deadline = { .tv_sec = 10 };
  gint fd = socket (to->any.sa_family, type | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  /* A connected socket hears only the one it is connected to. */
  g_assert_cmpint (connect (fd, &to->any, sfu_address_length (to)), ==, 0);
  return fd;
}

static void
check_echo (SfuSocketSet *set, const gchar *ip, gboolean tcp)
{
  /* RFC 4571: TCP has the length before it. */
  const gchar *question = tcp ? "\0\3abc" : "abc";
  gsize size = tcp ? 5 : 3;
  gchar data[16];
  SfuAddress to;
  gint fd;

  g_assert_true (sfu_address_parse (&to, ip,
      tcp ? sfu_socket_set_get_tcp_port (set) : sfu_socket_set_get_port (set)));
  fd = open_client (&to, tcp ? SOCK_STREAM : SOCK_DGRAM);
  g_assert_cmpint (send (fd, question, size, 0), ==, size);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (
        recv (fd, data, size, tcp ? MSG_WAITALL : 0), ==, (gssize)size);
  g_assert_cmpmem (data, size, question, size);
  close (fd);
}

static void
test_echo (void)
{
  static const struct {
    const gchar *listen, *asked[4];
  } cases[] = {
    { "127.0.0.1", { "127.0.0.1" } },
    { "127.0.0.1,127.0.0.3", { "127.0.0.1", "127.0.0.3" } },
    { "127.0.0.1, ::1", { "127.0.0.1", "::1" } },
    { "0.0.0.0", { "127.0.0.1", "127.0.0.3" } },
    { "::", { "127.0.0.3", "::1" } },
    { "::1,0.0.0.0", { "127.0.0.3", "127.0.0.4", "::1" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuSocketSet *set = new_set (cases[i].listen);
    g_autoptr (GError) error = NULL;
    SfuUdpSocketStats udp;
    SfuTcpListenerStats tcp;
    guint n = 0;

    g_assert_cmpuint (sfu_socket_set_get_tcp_port (set), ==, 0);
    g_assert_true (sfu_socket_set_listen_tcp (set, &error));
    for (; n < 4 && cases[i].asked[n]; n++) {
      check_echo (set, cases[i].asked[n], FALSE);
      check_echo (set, cases[i].asked[n], TRUE);
    }
    sfu_socket_set_get_stats (set, &udp, &tcp);
    g_assert_cmpuint (udp.packets_received, ==, n);
    g_assert_cmpuint (tcp.packets_received, ==, n);
    sfu_socket_set_free (set);
  }
}

/* ---- what it listens on ---- */

static void
test_addresses (void)
{
  static const struct {
    const gchar *listen, *used;
    gboolean wildcard;
  } cases[] = {
    { "127.0.0.1", "127.0.0.1", FALSE },
    { "127.0.0.1, 127.0.0.1 ,127.0.0.2", "127.0.0.1 127.0.0.2", FALSE },
    { "0.0.0.0,127.0.0.1,::1", "0.0.0.0 ::1", TRUE },
    { "127.0.0.1,0.0.0.0,::", "::", TRUE },
    { "::,::", "::", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuSocketSet *set = new_set (cases[i].listen);
    g_autofree gchar *used =
        g_strjoinv (" ", (gchar **)sfu_socket_set_get_addresses (set));

    g_assert_cmpstr (used, ==, cases[i].used);
    g_assert_cmpint (sfu_socket_set_is_wildcard (set), ==, cases[i].wildcard);
    sfu_socket_set_free (set);
  }
}

static void
test_errors (void)
{
  SfuSocketSet *taken = new_set ("127.0.0.3");
  guint16 port = sfu_socket_set_get_port (taken);
  g_autofree gchar *many = g_strnfill (SFU_SOCKET_SET_MAX, ',');
  const struct {
    const gchar *listen;
    guint16 min, max;
    const gchar *says;
  } cases[] = {
    { "", 0, 0, "\"\" is not" },
    { "127.0.0.1,", 0, 0, "\"\" is not" },
    { "127.0.0.1,example.org", 0, 0, "\"example.org\" is not" },
    { many, 0, 0, "is not" },
    { "127.0.0.1,192.0.2.1", 0, 0, "192.0.2.1" },
    { "127.0.0.1,127.0.0.3", port, port, "port in use" },
    { "127.0.0.1,127.0.0.3", 1, 0, NULL },
  };

  for (guint i = 0; cases[i].says; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (sfu_socket_set_new (
        loop, cases[i].listen, cases[i].min, cases[i].max, &error));
    g_assert_cmpint (error->domain, ==, G_IO_ERROR);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, cases[i].says));
  }
  sfu_socket_set_free (taken);
  sfu_socket_set_free (NULL);
}

/* A number that is taken at one of the addresses is no good for the others. */
static void
test_range (void)
{
  SfuSocketSet *taken = new_set ("127.0.0.3"), *set;
  guint16 port = sfu_socket_set_get_port (taken);
  guint16 other = port == G_MAXUINT16 ? port - 1 : port + 1;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 10; i++) {
    set = sfu_socket_set_new (loop, "127.0.0.1,127.0.0.3", MIN (port, other),
        MAX (port, other), &error);
    if (!set) /* somebody else has it */
      break;
    g_assert_cmpuint (sfu_socket_set_get_port (set), ==, other);
    sfu_socket_set_free (set);
  }
  g_assert_true (
      !error || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE));
  sfu_socket_set_free (taken);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  loop = sfu_media_loop_new ("test-media");
  g_test_add_func ("/socket-set/echo", test_echo);
  g_test_add_func ("/socket-set/addresses", test_addresses);
  g_test_add_func ("/socket-set/errors", test_errors);
  g_test_add_func ("/socket-set/range", test_range);
  result = g_test_run ();
  g_object_unref (loop);
  return result;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuTcpListener with real sockets: packets both ways, limits, a reader that is
 * too slow, strangers, the end in the middle of a burst.
 *
 * Threads: the test's and the loop's. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <gio/gio.h>
#include "packets.h"
#include "sfu-frame-reader.h"
#include "sfu-tcp-listener.h"

#define DEADLINE_US (10 * G_USEC_PER_SEC)
#define DEADLINE_MS 10000

typedef struct {
  SfuMediaLoop *loop;
  SfuTcpListener *listener;
  /* Under the lock. */
  GMutex lock;
  GCond changed;
  GArray *sizes; /* of gsize: what was received */
  GArray *froms; /* of SfuAddress: whence */
  guint closed;
  /* Media thread. */
  gboolean keep; /* who sends something may stay */
  guint free_at; /* the listener frees itself at this packet, 0 = never */
} Fixture;

static void
on_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  Fixture *f = owner;
  guint n;

  g_assert_true (sfu_media_loop_is_self (f->loop));
  g_assert_true (sfu_address_is_tcp (from));
  g_mutex_lock (&f->lock);
  g_array_append_val (f->sizes, size);
  g_array_append_val (f->froms, *from);
  n = f->sizes->len;
  g_cond_broadcast (&f->changed);
  g_mutex_unlock (&f->lock);
  if (f->keep)
    sfu_tcp_listener_keep (f->listener, from);
  if (f->free_at && n == f->free_at)
    g_clear_pointer (&f->listener, sfu_tcp_listener_free);
}

static void
on_closed (gpointer owner, const SfuAddress *from)
{
  Fixture *f = owner;

  g_mutex_lock (&f->lock);
  f->closed++;
  g_cond_broadcast (&f->changed);
  g_mutex_unlock (&f->lock);
}

static const SfuTcpCallbacks callbacks = { on_received, on_closed };

static void
set_up (Fixture *f, const gchar *ip, const SfuTcpLimits *limits)
{
  g_autoptr (GError) error = NULL;
  SfuAddress address;

  memset (f, 0, sizeof *f);
  g_mutex_init (&f->lock);
  g_cond_init (&f->changed);
  f->sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
  f->froms = g_array_new (FALSE, FALSE, sizeof (SfuAddress));
  f->keep = TRUE;
  f->loop = sfu_media_loop_new ("test-tcp");
  g_assert_true (sfu_address_parse (&address, ip, 0));
  f->listener = sfu_tcp_listener_new (f->loop, &address, limits, &error);
  g_assert_no_error (error);
  sfu_tcp_listener_start (f->listener, &callbacks, f);
}

static void
tear_down (Fixture *f)
{
  sfu_tcp_listener_free (f->listener);
  g_object_unref (f->loop);
  g_array_unref (f->sizes);
  g_array_unref (f->froms);
  g_cond_clear (&f->changed);
  g_mutex_clear (&f->lock);
}

static void
wait_for (Fixture *f, const guint *value, guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  g_mutex_lock (&f->lock);
  while (*value < n)
    g_assert_true (g_cond_wait_until (&f->changed, &f->lock, deadline));
  g_mutex_unlock (&f->lock);
}

static SfuTcpListenerStats
get_stats (Fixture *f)
{
  SfuTcpListenerStats stats;

  sfu_tcp_listener_get_stats (f->listener, &stats);
  return stats;
}

/* ---- the client's side ---- */

/* receive_bytes: of the kernel, 0 = its own choice. */
static gint
connect_to (Fixture *f, gint receive_bytes)
{
  const SfuAddress *to = sfu_tcp_listener_get_address (f->listener);
  gint fd = socket (to->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  if (receive_bytes)
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof (gint));
  g_assert_cmpint (connect (fd, &to->any, sfu_address_length (to)), ==, 0);
  return fd;
}

static void
send_packet (gint fd, gsize size)
{
  g_autofree guint8 *bytes = g_malloc0 (SFU_FRAME_HEADER + size);

  sfu_frame_write_header (bytes, size);
  g_assert_cmpint (send (fd, bytes, SFU_FRAME_HEADER + size, MSG_NOSIGNAL), ==,
      (gssize)(SFU_FRAME_HEADER + size));
}

static gboolean
wait_readable (gint fd)
{
  struct pollfd pollfd = { .fd = fd, .events = POLLIN };

  return poll (&pollfd, 1, DEADLINE_MS) == 1;
}

static void
read_bytes (gint fd, guint8 *to, gsize size)
{
  while (size > 0) {
    gssize n;

    g_assert_true (wait_readable (fd));
    n = recv (fd, to, size, 0);
    g_assert_cmpint (n, >, 0);
    to += n;
    size -= (gsize)n;
  }
}

/* Its first byte, after its size was compared. */
static guint8
read_packet (gint fd, gsize size)
{
  guint8 bytes[SFU_FRAME_HEADER + SFU_FRAME_MAX] = { 0 };

  read_bytes (fd, bytes, SFU_FRAME_HEADER + size);
  g_assert_cmpuint ((gsize)bytes[0] << 8 | bytes[1], ==, size);
  return bytes[SFU_FRAME_HEADER];
}

/* The other end has closed it. */
static void
assert_closed (gint fd)
{
  guint8 byte;
  gssize n;

  g_assert_true (wait_readable (fd));
  n = recv (fd, &byte, 1, 0);
  g_assert_true (n == 0 || (n < 0 && errno == ECONNRESET));
  close (fd);
}

/* ---- tests ---- */

typedef struct {
  Fixture *f;
  SfuAddress to;
  guint n;
  gsize size;
} Burst;

static void
queue_burst (gpointer data, gpointer unused)
{
  const Burst *burst = data;

  for (guint i = 0; i < burst->n; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, burst->size, NULL);

    gst_buffer_memset (buffer, 0, (guint8)i, burst->size);
    sfu_tcp_listener_queue (burst->f->listener, packet_of (buffer), &burst->to);
  }
}

static void
exchange (const gchar *ip)
{
  static const guint8 now[] = { 7, 7, 7 };
  Fixture f;
  gint fd;
  Burst burst = { &f, .n = 50, .size = 1200 };

  set_up (&f, ip, NULL);
  fd = connect_to (&f, 0);
  for (gsize size = 1; size <= 100; size++)
    send_packet (fd, size);
  wait_for (&f, &f.sizes->len, 100);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (g_array_index (f.sizes, gsize, i), ==, i + 1);
  burst.to = g_array_index (f.froms, SfuAddress, 0);
  sfu_media_loop_call (f.loop, queue_burst, &burst);
  for (guint i = 0; i < burst.n; i++)
    g_assert_cmpuint (read_packet (fd, burst.size), ==, i);
  g_assert_true (
      sfu_tcp_listener_send_now (f.listener, now, sizeof now, &burst.to));
  g_assert_cmpuint (read_packet (fd, sizeof now), ==, 7);
  g_assert_cmpuint (get_stats (&f).packets_sent, ==, 51);
  close (fd);
  wait_for (&f, &f.closed, 1);
  g_assert_false (
      sfu_tcp_listener_send_now (f.listener, now, sizeof now, &burst.to));
  g_assert_cmpuint (get_stats (&f).gone, ==, 1);
  tear_down (&f);
}

static void
test_exchange (void)
{
  exchange ("127.0.0.1");
  exchange ("::1");
}

/* A reader that stops: what waits is bounded, whole packets are lost, and when
 * it reads again it finds nothing but whole ones. */
static void
test_slow_reader (void)
{
  SfuTcpLimits limits = SFU_TCP_LIMITS_DEFAULT;
  Fixture f;
  gint fd;
  Burst burst = { &f, .n = 20000, .size = 1200 };
  SfuTcpListenerStats stats;

  limits.queue_bytes = 64 * 1024;
  set_up (&f, "127.0.0.1", &limits);
  fd = connect_to (&f, 4096);
  send_packet (fd, 1);
  wait_for (&f, &f.sizes->len, 1);
  burst.to = g_array_index (f.froms, SfuAddress, 0);
  /* One turn: nothing leaves before its end, so it is the queue's bound. */
  sfu_media_loop_call (f.loop, queue_burst, &burst);
  stats = get_stats (&f);
  g_assert_cmpuint (stats.packets_sent, ==, limits.queue_bytes / 1202);
  g_assert_cmpuint (stats.queue_full, ==, burst.n - stats.packets_sent);
  /* Many turns: the kernel's part is bounded, too. */
  burst.n = 10;
  for (guint i = 0; i < 2000; i++)
    sfu_media_loop_call (f.loop, queue_burst, &burst);
  stats = get_stats (&f);
  g_assert_cmpuint (stats.queue_full, >, 30000);
  for (guint i = 0; i < stats.packets_sent; i++)
    read_packet (fd, burst.size);
  /* And it goes on. */
  burst.n = 1;
  sfu_media_loop_call (f.loop, queue_burst, &burst);
  read_packet (fd, burst.size);
  close (fd);
  tear_down (&f);
}

static void
test_limits (void)
{
  SfuTcpLimits limits = SFU_TCP_LIMITS_DEFAULT;
  Fixture f;
  gint fds[3];

  limits.connections_per_host = 2;
  set_up (&f, "127.0.0.1", &limits);
  for (guint i = 0; i < 2; i++) {
    fds[i] = connect_to (&f, 0);
    send_packet (fds[i], 1);
    wait_for (&f, &f.sizes->len, i + 1);
  }
  assert_closed (connect_to (&f, 0));
  g_assert_cmpuint (get_stats (&f).refused, ==, 1);
  close (fds[0]);
  wait_for (&f, &f.closed, 1);
  fds[2] = connect_to (&f, 0);
  send_packet (fds[2], 1);
  wait_for (&f, &f.sizes->len, 3);
  close (fds[1]);
  close (fds[2]);
  tear_down (&f);

  limits = (SfuTcpLimits)SFU_TCP_LIMITS_DEFAULT;
  limits.connections = 1;
  set_up (&f, "::1", &limits);
  fds[0] = connect_to (&f, 0);
  send_packet (fds[0], 1);
  wait_for (&f, &f.sizes->len, 1);
  assert_closed (connect_to (&f, 0));
  close (fds[0]);
  tear_down (&f);
}

/* Who proves nothing is closed, whether silent or talking; who does stays. */
static void
test_unproven (void)
{
  SfuTcpLimits limits = SFU_TCP_LIMITS_DEFAULT;
  Fixture f;
  gint good, silent, talking;

  limits.unproven_us = 2 * G_USEC_PER_SEC;
  set_up (&f, "127.0.0.1", &limits);
  good = connect_to (&f, 0);
  send_packet (good, 1);
  wait_for (&f, &f.sizes->len, 1);
  silent = connect_to (&f, 0);
  assert_closed (silent);
  send_packet (good, 1);
  wait_for (&f, &f.sizes->len, 2);
  tear_down (&f);
  close (good);

  limits.unproven_us = DEADLINE_US;
  set_up (&f, "127.0.0.1", &limits);
  f.keep = FALSE;
  /* Another protocol is recognised at once: "GE" is a length of 18245. */
  talking = connect_to (&f, 0);
  g_assert_cmpint (send (talking, "GET / HTTP/1.1\r\n\r\n", 18, 0), ==, 18);
  assert_closed (talking);
  g_assert_cmpuint (get_stats (&f).unproven, ==, 1);
  g_assert_cmpuint (f.closed, ==, 0);
  tear_down (&f);
}

/* From a proven one, too large a packet is a packet lost. */
static void
test_oversized (void)
{
  Fixture f;
  gint fd;

  set_up (&f, "127.0.0.1", NULL);
  fd = connect_to (&f, 0);
  send_packet (fd, 1);
  wait_for (&f, &f.sizes->len, 1);
  send_packet (fd, 60000);
  send_packet (fd, 2);
  wait_for (&f, &f.sizes->len, 2);
  g_assert_cmpuint (g_array_index (f.sizes, gsize, 1), ==, 2);
  g_assert_cmpuint (get_stats (&f).truncated, ==, 1);
  close (fd);
  tear_down (&f);
}

static void
close_first (gpointer data, gpointer unused)
{
  Fixture *f = data;

  sfu_tcp_listener_close (
      f->listener, &g_array_index (f->froms, SfuAddress, 0));
}

static void
test_close (void)
{
  Fixture f;
  gint fd;

  set_up (&f, "127.0.0.1", NULL);
  fd = connect_to (&f, 0);
  send_packet (fd, 1);
  wait_for (&f, &f.sizes->len, 1);
  sfu_media_loop_call (f.loop, close_first, &f);
  assert_closed (fd);
  /* Again: there is none. */
  sfu_media_loop_call (f.loop, close_first, &f);
  g_assert_cmpuint (f.closed, ==, 0);
  tear_down (&f);
}

static void
test_free_in_callback (void)
{
  static const guint8 packets[] = { 0, 1, 1, 0, 1, 2, 0, 1, 3, 0, 1, 4, 0, 1, 5,
    0, 1, 6 };
  Fixture f;
  gint fd;

  set_up (&f, "127.0.0.1", NULL);
  f.free_at = 3;
  fd = connect_to (&f, 0);
  /* With one call: behind the third packet nobody may be there to send to. */
  g_assert_cmpint (
      send (fd, packets, sizeof packets, MSG_NOSIGNAL), ==, sizeof packets);
  assert_closed (fd);
  g_assert_cmpuint (f.sizes->len, ==, 3);
  tear_down (&f);
}

static void
test_bind_error (void)
{
  g_autoptr (GError) error = NULL;
  Fixture f;

  set_up (&f, "127.0.0.1", NULL);
  g_assert_null (sfu_tcp_listener_new (
      f.loop, sfu_tcp_listener_get_address (f.listener), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, "cannot bind TCP 127.0.0.1:"));
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/tcp-listener/exchange", test_exchange);
  g_test_add_func ("/tcp-listener/slow-reader", test_slow_reader);
  g_test_add_func ("/tcp-listener/limits", test_limits);
  g_test_add_func ("/tcp-listener/unproven", test_unproven);
  g_test_add_func ("/tcp-listener/oversized", test_oversized);
  g_test_add_func ("/tcp-listener/close", test_close);
  g_test_add_func ("/tcp-listener/free-in-callback", test_free_in_callback);
  g_test_add_func ("/tcp-listener/bind-error", test_bind_error);
  return g_test_run ();
}

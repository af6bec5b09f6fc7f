/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuUdpSocket: two of them talk to each other; order, bounds, errors, the end
 * in the middle of a burst.
 *
 * Threads: the test's and the loop's. */
#include <string.h>
#include <unistd.h>
#include <gio/gio.h>
#include "packets.h"
#include "sfu-udp-socket.h"

#define LOCALHOST "127.0.0.1"
#define DEADLINE_US (10 * G_USEC_PER_SEC)
/* Behind which a datagram is refused. */
#define DATAGRAM_MAX 2048

typedef struct {
  SfuMediaLoop *loop;
  SfuUdpSocket *a, *b;
  GArray *sizes;     /* of guint: what b received; media thread */
  SfuAddress from;   /* a's */
  const guint *plan; /* sizes to send */
  guint n_plan;
  guint free_at; /* b frees itself at this datagram, 0 = never */
} Fixture;

static SfuUdpSocket *
new_socket (SfuMediaLoop *loop, const gchar *ip)
{
  g_autoptr (GError) error = NULL;
  SfuAddress address;
  SfuUdpSocket *self;

  g_assert_true (sfu_address_parse (&address, ip, 0));
  self = sfu_udp_socket_new (loop, &address, &error);
  g_assert_no_error (error);
  return self;
}

static void
on_b_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  Fixture *f = owner;
  guint n = (guint)size;

  g_assert_true (sfu_address_equal (from, &f->from));
  g_array_append_val (f->sizes, n);
  if (f->free_at && f->sizes->len == f->free_at)
    g_clear_pointer (&f->b, sfu_udp_socket_free);
}

static void
set_up (Fixture *f, gconstpointer ip)
{
  f->loop = sfu_media_loop_new ("test-udp");
  f->a = new_socket (f->loop, ip);
  f->from = *sfu_udp_socket_get_address (f->a);
  f->b = new_socket (f->loop, ip);
  f->sizes = g_array_new (FALSE, FALSE, sizeof (guint));
  sfu_udp_socket_start (f->b, on_b_received, f);
}

static void
tear_down (Fixture *f, gconstpointer ip)
{
  sfu_udp_socket_free (f->a);
  sfu_udp_socket_free (f->b);
  g_object_unref (f->loop);
  g_array_unref (f->sizes);
}

static void
get_received (gpointer data, gpointer unused)
{
  guint64 *n = ((gpointer *)data)[1];
  Fixture *f = ((gpointer *)data)[0];

  *n = f->sizes->len;
}

/* What b received and a sent is counted by then. */
static void
wait_for (Fixture *f, guint64 n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  guint64 received = 0;
  gpointer arguments[] = { f, &received };

  while (received < n) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    sfu_media_loop_call (f->loop, get_received, arguments);
  }
  g_assert_cmpuint (received, ==, n);
}

typedef struct {
  Fixture *f;
  guint first, last;
} Range;

/* The size is the number. */
static void
queue_range (gpointer data, gpointer unused)
{
  const Range *range = data;
  SfuUdpSocketStats before, after;

  sfu_udp_socket_get_stats (range->f->a, &before);
  for (guint i = range->first; i < range->last; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, i, NULL);

    gst_buffer_memset (buffer, 0, (guint8)i, i);
    sfu_udp_socket_queue (range->f->a, packet_of (buffer),
        sfu_udp_socket_get_address (range->f->b));
  }
  sfu_udp_socket_get_stats (range->f->a, &after);
  /* Nothing leaves before the end of the turn unless the queue is full. */
  if (range->last - range->first <= 256)
    g_assert_cmpuint (after.send_calls, ==, before.send_calls);
  else
    g_assert_cmpuint (after.send_calls, >, before.send_calls);
}

static void
test_queue (Fixture *f, gconstpointer ip)
{
  Range few = { f, 1, 11 }, many = { f, 11, 411 };
  SfuUdpSocketStats a, b;
  guint64 bytes = 0;

  sfu_media_loop_call (f->loop, queue_range, &few);
  wait_for (f, 10);
  sfu_media_loop_call (f->loop, queue_range, &many);
  wait_for (f, 410);
  for (guint i = 0; i < 410; i++) {
    g_assert_cmpuint (g_array_index (f->sizes, guint, i), ==, i + 1);
    bytes += i + 1;
  }
  sfu_udp_socket_get_stats (f->a, &a);
  sfu_udp_socket_get_stats (f->b, &b);
  g_assert_cmpuint (a.packets_sent, ==, 410);
  g_assert_cmpuint (a.bytes_sent, ==, bytes);
  g_assert_cmpuint (a.send_calls, <=, 10);
  g_assert_cmpuint (b.packets_received, ==, 410);
  g_assert_cmpuint (b.bytes_received, ==, bytes);
  g_assert_cmpuint (b.receive_calls, <, 100);
  g_assert_cmpuint (a.send_errors + b.truncated, ==, 0);
}

/* Neighbours of one size travel as one message; the receiver must not see it.
 */
static void
queue_sizes (gpointer data, gpointer unused)
{
  Fixture *f = data;

  for (guint i = 0; i < f->n_plan; i++)
    sfu_udp_socket_queue (f->a,
        packet_of (gst_buffer_new_allocate (NULL, f->plan[i], NULL)),
        sfu_udp_socket_get_address (f->b));
}

static void
test_segments (Fixture *f, gconstpointer ip)
{
  static const guint plan[] = { 1200, 1200, 1200, 700, 1200, 1200, 1300, 5, 5,
    0, 0, 5, 6, 5, 1200, 1200, 1200, 1200 };
  SfuUdpSocketStats a;
  guint64 bytes = 0;

  f->plan = plan;
  f->n_plan = G_N_ELEMENTS (plan);
  sfu_media_loop_call (f->loop, queue_sizes, f);
  wait_for (f, G_N_ELEMENTS (plan));
  for (guint i = 0; i < G_N_ELEMENTS (plan); i++) {
    g_assert_cmpuint (g_array_index (f->sizes, guint, i), ==, plan[i]);
    bytes += plan[i];
  }
  sfu_udp_socket_get_stats (f->a, &a);
  g_assert_cmpuint (a.packets_sent, ==, G_N_ELEMENTS (plan));
  g_assert_cmpuint (a.bytes_sent, ==, bytes);
  g_assert_cmpuint (a.send_calls, ==, 1);
}

/* More equal ones than a message may have segments, or bytes. */
static void
test_many_segments (Fixture *f, gconstpointer ip)
{
  guint plan[200];
  SfuUdpSocketStats a;

  for (guint i = 0; i < G_N_ELEMENTS (plan); i++)
    plan[i] = i < 100 ? 10 : 1200;
  f->plan = plan;
  f->n_plan = G_N_ELEMENTS (plan);
  sfu_media_loop_call (f->loop, queue_sizes, f);
  wait_for (f, G_N_ELEMENTS (plan));
  for (guint i = 0; i < G_N_ELEMENTS (plan); i++)
    g_assert_cmpuint (g_array_index (f->sizes, guint, i), ==, plan[i]);
  sfu_udp_socket_get_stats (f->a, &a);
  g_assert_cmpuint (a.packets_sent, ==, G_N_ELEMENTS (plan));
  g_assert_cmpuint (a.send_errors, ==, 0);
}

static void
test_sizes (Fixture *f, gconstpointer ip)
{
  const guint8 data[DATAGRAM_MAX + 1] = { 0 };
  const SfuAddress *to = sfu_udp_socket_get_address (f->b);
  SfuUdpSocketStats b;

  g_assert_true (sfu_udp_socket_send_now (f->a, data, 0, to));
  g_assert_true (sfu_udp_socket_send_now (f->a, data, DATAGRAM_MAX + 1, to));
  g_assert_true (sfu_udp_socket_send_now (f->a, data, DATAGRAM_MAX, to));
  wait_for (f, 2);
  g_assert_cmpuint (g_array_index (f->sizes, guint, 0), ==, 0);
  g_assert_cmpuint (g_array_index (f->sizes, guint, 1), ==, DATAGRAM_MAX);
  sfu_udp_socket_get_stats (f->b, &b);
  g_assert_cmpuint (b.truncated, ==, 1);
  g_assert_cmpuint (b.packets_received, ==, 3);
}

/* One datagram that the kernel refuses takes no other with it. */
static void
queue_with_monster (gpointer data, gpointer unused)
{
  Fixture *f = data;
  const guint sizes[] = { 1, 70000, 2, 70000, 70000, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    sfu_udp_socket_queue (f->a,
        packet_of (gst_buffer_new_allocate (NULL, sizes[i], NULL)),
        sfu_udp_socket_get_address (f->b));
}

static void
test_send_errors (Fixture *f, gconstpointer ip)
{
  g_autofree guint8 *monster = g_malloc0 (70000);
  SfuUdpSocketStats a;

  sfu_media_loop_call (f->loop, queue_with_monster, f);
  wait_for (f, 3);
  g_assert_false (sfu_udp_socket_send_now (
      f->a, monster, 70000, sfu_udp_socket_get_address (f->b)));
  sfu_udp_socket_get_stats (f->a, &a);
  g_assert_cmpuint (a.send_errors, ==, 4);
  g_assert_cmpuint (a.packets_sent, ==, 3);
  g_assert_cmpuint (a.bytes_sent, ==, 6);
}

/* A burst of ten of which the fourth ends the socket. */
static void
test_free_while_receiving (Fixture *f, gconstpointer ip)
{
  Range ten = { f, 1, 11 };
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  guint64 received = 0;
  gpointer arguments[] = { f, &received };

  f->free_at = 4;
  sfu_media_loop_call (f->loop, queue_range, &ten);
  while (received < 4 && g_get_monotonic_time () < deadline)
    sfu_media_loop_call (f->loop, get_received, arguments);
  g_clear_pointer (&f->a, sfu_udp_socket_free);
  g_assert_null (f->b);
  g_assert_cmpuint (f->sizes->len, ==, 4);
}

/* What is queued in the turn in which the socket is freed still leaves. */
static void
queue_and_free (gpointer data, gpointer unused)
{
  Fixture *f = data;
  Range ten = { f, 1, 11 };

  queue_range (&ten, NULL);
  g_clear_pointer (&f->a, sfu_udp_socket_free);
}

static void
test_free_sends (Fixture *f, gconstpointer ip)
{
  sfu_media_loop_call (f->loop, queue_and_free, f);
  wait_for (f, 10);
}

static void
test_bind_errors (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("test-udp");
  SfuUdpSocket *first = new_socket (loop, LOCALHOST);
  g_autoptr (GError) busy = NULL, away = NULL;
  SfuAddress address = *sfu_udp_socket_get_address (first);

  g_assert_null (sfu_udp_socket_new (loop, &address, &busy));
  g_assert_error (busy, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (busy->message, "cannot bind UDP 127.0.0.1:"));
  g_assert_nonnull (strstr (busy->message, "port in use"));
  g_assert_true (sfu_address_parse (&address, "192.0.2.1", 4000));
  g_assert_null (sfu_udp_socket_new (loop, &address, &away));
  g_assert_cmpstr (away->message, ==,
      "cannot bind UDP 192.0.2.1:4000: address not available: listen-ip must "
      "be an address of this machine; put the public one into "
      "announced-address");
  sfu_udp_socket_free (first);
  sfu_udp_socket_free (NULL);
}

#define ADD(path, func)                                                        \
  g_test_add ("/udp-socket/" path, Fixture, LOCALHOST, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  ADD ("queue", test_queue);
  g_test_add (
      "/udp-socket/queue-ipv6", Fixture, "::1", set_up, test_queue, tear_down);
  ADD ("segments", test_segments);
  g_test_add ("/udp-socket/segments-ipv6", Fixture, "::1", set_up,
      test_segments, tear_down);
  ADD ("many-segments", test_many_segments);
  ADD ("sizes", test_sizes);
  ADD ("send-errors", test_send_errors);
  ADD ("free-while-receiving", test_free_while_receiving);
  ADD ("free-sends", test_free_sends);
  g_test_add_func ("/udp-socket/bind-errors", test_bind_errors);
  return g_test_run ();
}

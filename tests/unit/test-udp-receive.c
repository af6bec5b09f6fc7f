/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuUdpReceiver over the kernel: a sender whose messages have segments (UDP
 * GSO), which loopback does not take apart; with the kernel's coalescing and
 * without.
 *
 * Threads: one. */
#include "sockets.h"
#include "sfu-udp-receive.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <netinet/udp.h>

#define DEADLINE_MS 10000
#define LIMIT SFU_UDP_DATAGRAM_MAX

typedef struct {
  gint fd, sender;
  SfuAddress address, sender_address;
  SfuLocalAddresses locals;
  SfuUdpSocketStats stats;
  SfuUdpReceiver *receiver; /* owned */
  GArray *sizes;            /* of guint: what came */
  guint8 next;              /* first byte of the next datagram to send */
  guint8 expected;          /* and of the next one to come */
  guint16 local;            /* at which of our addresses the last one came */
  guint stop_at;            /* datagrams after which nobody wants any */
} Fixture;

typedef struct {
  const gchar *listen, *ip; /* where it is, and where that is reached */
  gboolean coalesce;
} Setting;

/* Numbered where there is something to number. */
static void
on_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  Fixture *f = owner;
  SfuAddress known = f->sender_address;
  guint n = (guint)size;

  f->local = from->path.local;
  known.path.local = f->local;
  g_assert_true (sfu_address_equal (from, &known));
  if (size > 0) {
    g_assert_cmpuint (data[0], ==, f->expected);
    g_assert_cmpuint (data[size - 1], ==, f->expected);
  }
  f->expected++;
  g_array_append_val (f->sizes, n);
  if (f->sizes->len == f->stop_at)
    f->receiver->received = NULL;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const Setting *setting = data;
  guint16 port;

  f->fd = open_socket (setting->listen, &f->address);
  f->sender = open_socket (setting->ip, &f->sender_address);
  port = sfu_address_get_port (&f->address);
  if (sfu_address_is_wildcard (&f->address))
    g_assert_true (
        sfu_local_addresses_init (&f->locals, f->fd, f->address.any.sa_family));
  g_assert_true (sfu_address_parse (&f->address, setting->ip, port));
  f->sizes = g_array_new (FALSE, FALSE, sizeof (guint));
  f->receiver = g_new0 (SfuUdpReceiver, 1);
  sfu_udp_receiver_init (
      f->receiver, f->fd, &f->locals, &f->stats, setting->coalesce);
  g_assert_cmpint (f->receiver->coalescing, ==, setting->coalesce);
  f->receiver->received = on_received;
  f->receiver->owner = f;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->receiver);
  g_array_unref (f->sizes);
  close (f->fd);
  close (f->sender);
}

/* n datagrams of size and a last one of last bytes (0: none), each filled with
 * its number. In one message, or in one for each. */
static void
send_datagrams (Fixture *f, guint n, gsize size, gsize last, gboolean segments)
{
  union {
    gchar bytes[CMSG_SPACE (sizeof (guint16))];
    struct cmsghdr header;
  } control = { .header = {
                    CMSG_LEN (sizeof (guint16)), SOL_UDP, UDP_SEGMENT } };
  g_autofree guint8 *data = g_malloc (n * size + last + 1);
  struct iovec iov = { data, n * size + last };
  struct msghdr message = { .msg_name = &f->address,
    .msg_namelen = sfu_address_length (&f->address),
    .msg_iov = &iov,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof control };
  guint16 segment = (guint16)size;

  for (guint i = 0; i < n; i++)
    memset (data + i * size, f->next++, size);
  if (last > 0)
    memset (data + n * size, f->next++, last);
  memcpy (CMSG_DATA (&control.header), &segment, sizeof segment);
  if (segments) {
    g_assert_cmpint (sendmsg (f->sender, &message, 0), ==, iov.iov_len);
    return;
  }
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (sendto (f->sender, data + i * size, size, 0,
                         &f->address.any, sfu_address_length (&f->address)),
        ==, size);
  g_assert_cmpuint (last, ==, 0);
}

static void
read_once (Fixture *f)
{
  struct pollfd poll_fd = { f->fd, POLLIN, 0 };

  g_assert_cmpint (poll (&poll_fd, 1, DEADLINE_MS), ==, 1);
  sfu_udp_receiver_read (f->receiver);
}

static void
receive (Fixture *f, guint64 datagrams)
{
  while (f->stats.packets_received < datagrams)
    read_once (f);
  g_assert_cmpuint (f->stats.packets_received, ==, datagrams);
}

static void
assert_sizes (Fixture *f, guint first, guint n, gsize size)
{
  g_assert_cmpuint (f->sizes->len, >=, first + n);
  for (guint i = first; i < first + n; i++)
    g_assert_cmpuint (g_array_index (f->sizes, guint, i), ==, size);
}

/* The kernel's own bound is 64 segments. */
static void
test_segments (Fixture *f, gconstpointer data)
{
  const Setting *setting = data;

  send_datagrams (f, 3, 1200, 0, TRUE);
  send_datagrams (f, 4, 1100, 7, TRUE);
  send_datagrams (f, 50, 1200, 1, TRUE);
  send_datagrams (f, 2, 1, 0, TRUE);
  receive (f, 3 + 5 + 51 + 2);
  g_assert_cmpuint (f->sizes->len, ==, 61);
  assert_sizes (f, 0, 3, 1200);
  assert_sizes (f, 3, 4, 1100);
  assert_sizes (f, 7, 1, 7);
  assert_sizes (f, 8, 50, 1200);
  assert_sizes (f, 58, 3, 1);
  g_assert_cmpuint (f->stats.coalesced_messages, ==, setting->coalesce ? 4 : 0);
  g_assert_cmpuint (
      f->stats.bytes_received, ==, 3 * 1200 + 4 * 1100 + 7 + 50 * 1200 + 1 + 2);
  g_assert_cmpuint (f->stats.truncated, ==, 0);
  if (setting->coalesce)
    g_assert_cmpuint (f->stats.receive_calls, <=, 4);
}

/* Plain ones before, between and behind; a message with a single segment. */
static void
test_mixed (Fixture *f, gconstpointer data)
{
  send_datagrams (f, 1, 900, 0, FALSE);
  send_datagrams (f, 3, 1000, 0, TRUE);
  send_datagrams (f, 2, 1000, 0, FALSE);
  send_datagrams (f, 1, 800, 0, TRUE);
  send_datagrams (f, 1, 0, 0, FALSE);
  send_datagrams (f, 1, 700, 300, TRUE);
  send_datagrams (f, 1, LIMIT, 0, FALSE);
  receive (f, 11);
  g_assert_cmpuint (f->sizes->len, ==, 11);
  assert_sizes (f, 0, 1, 900);
  assert_sizes (f, 1, 5, 1000);
  assert_sizes (f, 6, 1, 800);
  assert_sizes (f, 7, 1, 0);
  assert_sizes (f, 8, 1, 700);
  assert_sizes (f, 9, 1, 300);
  assert_sizes (f, 10, 1, LIMIT);
}

/* The limit is one of datagrams, not of messages; what is over it is counted
 * and takes nothing with it. */
static void
test_limit (Fixture *f, gconstpointer data)
{
  send_datagrams (f, 4, LIMIT, 10, TRUE);
  receive (f, 5);
  g_assert_cmpuint (f->sizes->len, ==, 5);
  g_assert_cmpuint (f->stats.truncated, ==, 0);
  send_datagrams (f, 4, LIMIT + 1, 10, TRUE);
  send_datagrams (f, 1, LIMIT + 1, 0, FALSE);
  send_datagrams (f, 1, 60000, 0, FALSE);
  f->expected += 4;
  receive (f, 12);
  assert_sizes (f, 5, 1, 10);
  g_assert_cmpuint (f->sizes->len, ==, 6);
  g_assert_cmpuint (f->stats.truncated, ==, 6);
}

/* A turn ends after a burst, however much is there. */
static void
test_burst (Fixture *f, gconstpointer data)
{
  const guint messages = 2 * SFU_UDP_RECEIVE_MESSAGES, each = 5;
  guint64 before = 0;

  for (guint i = 0; i < messages; i++)
    send_datagrams (f, each, 20, 0, TRUE);
  while (f->stats.packets_received < messages * each) {
    read_once (f);
    g_assert_cmpuint (f->stats.packets_received - before, <=,
        SFU_UDP_RECEIVE_BURST + SFU_UDP_RECEIVE_MESSAGES * each);
    before = f->stats.packets_received;
  }
  assert_sizes (f, 0, messages * each, 20);
}

static void
test_stop_inside (Fixture *f, gconstpointer data)
{
  f->stop_at = 3;
  send_datagrams (f, 10, 100, 0, TRUE);
  send_datagrams (f, 1, 100, 0, FALSE);
  while (f->receiver->received)
    read_once (f);
  g_assert_cmpuint (f->sizes->len, ==, 3);
}

/* Both control messages of one datagram. */
static void
test_local (Fixture *f, gconstpointer data)
{
  const Setting *setting = data;

  send_datagrams (f, 1, 100, 0, FALSE);
  receive (f, 1);
  g_assert_cmpuint (f->local, ==, 1);
  f->local = 0;
  send_datagrams (f, 5, 100, 50, TRUE);
  receive (f, 7);
  g_assert_cmpuint (f->local, ==, 1);
  g_assert_cmpuint (f->sizes->len, ==, 7);
  g_assert_cmpuint (f->stats.coalesced_messages, ==, setting->coalesce ? 1 : 0);
}

#define ADD(path, setting, func)                                               \
  g_test_add ("/udp-receive/" path, Fixture, &setting, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  static const Setting v4 = { "127.0.0.1", "127.0.0.1", TRUE };
  static const Setting v6 = { "::1", "::1", TRUE };
  static const Setting v4_any = { "0.0.0.0", "127.0.0.1", TRUE };
  static const Setting v6_any = { "::", "::1", TRUE };
  static const Setting v4_alone = { "127.0.0.1", "127.0.0.1", FALSE };
  static const Setting v6_alone = { "::1", "::1", FALSE };
  static const Setting v4_any_alone = { "0.0.0.0", "127.0.0.1", FALSE };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  ADD ("segments", v4, test_segments);
  ADD ("segments-ipv6", v6, test_segments);
  ADD ("segments-alone", v4_alone, test_segments);
  ADD ("segments-alone-ipv6", v6_alone, test_segments);
  ADD ("mixed", v4, test_mixed);
  ADD ("mixed-ipv6", v6, test_mixed);
  ADD ("mixed-alone", v4_alone, test_mixed);
  ADD ("limit", v4, test_limit);
  ADD ("limit-ipv6", v6, test_limit);
  ADD ("limit-alone", v4_alone, test_limit);
  ADD ("burst", v4, test_burst);
  ADD ("burst-alone", v4_alone, test_burst);
  ADD ("stop-inside", v4, test_stop_inside);
  ADD ("stop-inside-alone", v4_alone, test_stop_inside);
  ADD ("local", v4_any, test_local);
  ADD ("local-ipv6", v6_any, test_local);
  ADD ("local-alone", v4_any_alone, test_local);
  return g_test_run ();
}

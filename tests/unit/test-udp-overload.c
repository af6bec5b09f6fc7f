/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuUdpReceiver when who takes its datagrams is too slow: real sockets, and a
 * clock that stands still but for what each datagram costs.
 *
 * Threads: one. */
#include "sockets.h"
#include "sfu-udp-receive.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_MS 10000
#define SENDERS 3
#define LARGE 400
#define SMALL 100
#define STUN 0
#define DTLS 22
#define RTP 128

typedef struct {
  gint fd, senders[SENDERS];
  SfuAddress address, sender_addresses[SENDERS];
  SfuLocalAddresses locals;
  SfuUdpSocketStats stats;
  SfuUdpReceiver *receiver; /* owned */
  guint sent;
  guint got[SENDERS][256]; /* by sender and first byte */
  guint got_large[SENDERS];
  gint64 large_us, small_us; /* what one of RTP costs */
} Fixture;

static gint64 clock_us;

static gint64
get_clock (void)
{
  return clock_us;
}

static void
on_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  Fixture *f = owner;
  guint sender = 0;

  while (!sfu_address_equal (from, &f->sender_addresses[sender]))
    g_assert_cmpuint (++sender, <, SENDERS);
  f->got[sender][data[0]]++;
  if (data[0] == RTP && size == LARGE)
    f->got_large[sender]++;
  if (data[0] == RTP)
    clock_us += size == LARGE ? f->large_us : f->small_us;
}

/* That nobody is taken for another. */
static gboolean
is_distinct (Fixture *f, guint sender)
{
  for (guint i = 0; i < sender; i++) {
    if (sfu_address_hash (&f->sender_addresses[i]) % SFU_UDP_SOURCES ==
        sfu_address_hash (&f->sender_addresses[sender]) % SFU_UDP_SOURCES)
      return FALSE;
  }
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->fd = open_socket ("127.0.0.1", &f->address);
  for (guint i = 0; i < SENDERS; i++) {
    f->senders[i] = open_socket ("127.0.0.1", &f->sender_addresses[i]);
    while (!is_distinct (f, i)) {
      close (f->senders[i]);
      f->senders[i] = open_socket ("127.0.0.1", &f->sender_addresses[i]);
    }
  }
  f->receiver = g_new0 (SfuUdpReceiver, 1);
  sfu_udp_receiver_init (f->receiver, f->fd, &f->locals, &f->stats, TRUE);
  f->receiver->received = on_received;
  f->receiver->owner = f;
  f->receiver->now_us = get_clock;
  f->large_us = 10 * G_TIME_SPAN_MILLISECOND;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->receiver);
  close (f->fd);
  for (guint i = 0; i < SENDERS; i++)
    close (f->senders[i]);
}

static void
send_one (Fixture *f, guint sender, guint8 first, gsize size)
{
  guint8 data[LARGE] = { first };

  g_assert_cmpint (sendto (f->senders[sender], data, size, 0, &f->address.any,
                       sfu_address_length (&f->address)),
      ==, size);
  f->sent++;
}

static void
receive_all (Fixture *f)
{
  while (f->stats.packets_received < f->sent) {
    struct pollfd poll_fd = { f->fd, POLLIN, 0 };

    g_assert_cmpint (poll (&poll_fd, 1, DEADLINE_MS), ==, 1);
    sfu_udp_receiver_read (f->receiver);
  }
  g_assert_cmpuint (f->stats.packets_received, ==, f->sent);
}

/* Four in ten are large: those that are read before anybody notices cost more
 * than there is patience. */
#define ROUNDS 10

static void
send_mix (Fixture *f)
{
  for (guint i = 0; i < ROUNDS; i++) {
    for (guint sender = 0; sender < 2; sender++) {
      send_one (f, sender, RTP, LARGE);
      send_one (f, sender, RTP, LARGE);
      send_one (f, sender, RTP, SMALL);
      send_one (f, sender, STUN, LARGE);
      send_one (f, sender, DTLS, SMALL);
    }
  }
}

/* Video goes; audio, checks and handshakes do not. What comes later, when it
 * has caught up, passes again. */
static void
test_video_first (Fixture *f, gconstpointer data)
{
  guint64 overload;

  send_mix (f);
  clock_us = g_get_real_time ();
  receive_all (f);
  overload = f->stats.overload;
  g_assert_cmpuint (overload, >, 0);
  g_assert_cmpuint (overload, <, 4 * ROUNDS);
  for (guint sender = 0; sender < 2; sender++) {
    g_assert_cmpuint (f->got[sender][STUN], ==, ROUNDS);
    g_assert_cmpuint (f->got[sender][DTLS], ==, ROUNDS);
    g_assert_cmpuint (f->got[sender][RTP], >=, ROUNDS);
  }
  g_assert_cmpuint (f->got[0][RTP] + f->got[1][RTP] + overload, ==, 6 * ROUNDS);

  clock_us = g_get_real_time ();
  f->large_us = 0;
  send_mix (f);
  receive_all (f);
  g_assert_cmpuint (f->stats.overload, ==, overload);
}

/* Nothing but audio, and each packet of it takes 50 ms. */
static void
test_all_media (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 10; i++) {
    for (guint j = 0; j < 5; j++)
      send_one (f, 0, STUN, LARGE);
    for (guint j = 0; j < 5; j++)
      send_one (f, 1, RTP, SMALL);
  }
  f->small_us = 50 * G_TIME_SPAN_MILLISECOND;
  clock_us = g_get_real_time ();
  receive_all (f);
  g_assert_cmpuint (f->got[0][STUN], ==, 50);
  g_assert_cmpuint (f->stats.overload, >, 0);
  g_assert_cmpuint (f->got[1][RTP] + f->stats.overload, ==, 50);
}

/* One sends eight times what two others do: it is his that goes. */
static void
test_flood (Fixture *f, gconstpointer data)
{
  guint64 overload;

  for (guint i = 0; i < ROUNDS; i++) {
    for (guint j = 0; j < 8; j++)
      send_one (f, 0, RTP, LARGE);
    send_one (f, 1, RTP, LARGE);
    send_one (f, 2, RTP, LARGE);
  }
  clock_us = g_get_real_time ();
  receive_all (f);
  overload = f->stats.overload;
  g_assert_cmpuint (overload, >, 0);
  g_assert_cmpuint (f->got_large[0] + overload, ==, 8 * ROUNDS);
  g_assert_cmpuint (f->got_large[1], ==, ROUNDS);
  g_assert_cmpuint (f->got_large[2], ==, ROUNDS);
}

/* The thread stood still for a second, and then is quick. */
static void
test_hiccup (Fixture *f, gconstpointer data)
{
  f->large_us = G_TIME_SPAN_MILLISECOND / 2;
  send_mix (f);
  clock_us = g_get_real_time () + G_USEC_PER_SEC;
  receive_all (f);
  g_assert_cmpuint (f->stats.overload, ==, 0);
  g_assert_cmpuint (f->got[0][RTP] + f->got[1][RTP], ==, 6 * ROUNDS);
}

#define ADD(path, func)                                                        \
  g_test_add ("/udp-overload/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  ADD ("video-first", test_video_first);
  ADD ("all-media", test_all_media);
  ADD ("flood", test_flood);
  ADD ("hiccup", test_hiccup);
  return g_test_run ();
}

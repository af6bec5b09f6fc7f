/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuLocalAddresses over the kernel: a socket bound to everything answers from
 * where it was asked; the table has a bound.
 *
 * Threads: one. */
#include "sfu-address.h"
#include "sfu-local-addresses.h"

#include <string.h>
#include <unistd.h>

typedef union {
  gchar bytes[SFU_LOCAL_ADDRESSES_SPACE];
  struct cmsghdr alignment;
} Control;

static gint
open_socket (const gchar *ip, SfuAddress *address)
{
  socklen_t length = sizeof address->v6;
  gint fd, both = 0;

  g_assert_true (sfu_address_parse (address, ip, 0));
  fd = socket (address->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);
  if (address->any.sa_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &both, sizeof both);
  g_assert_cmpint (
      bind (fd, &address->any, sfu_address_length (address)), ==, 0);
  g_assert_cmpint (getsockname (fd, &address->any, &length), ==, 0);
  return fd;
}

/* One datagram on fd; returns the number of where it arrived. */
static guint16
receive (SfuLocalAddresses *locals, gint fd, SfuAddress *from)
{
  Control control;
  gchar data[16];
  struct iovec iov = { data, sizeof data };
  struct msghdr header = { .msg_name = from,
    .msg_namelen = sizeof from->v6,
    .msg_iov = &iov,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof control };

  memset (from, 0, sizeof *from);
  g_assert_cmpint (recvmsg (fd, &header, 0), ==, 1);
  return sfu_local_addresses_read (locals, &header);
}

static void
answer (SfuLocalAddresses *locals, gint fd, guint16 number, SfuAddress *to)
{
  Control control;
  gchar data = 'a';
  struct iovec iov = { &data, 1 };
  struct msghdr header = { .msg_name = to,
    .msg_namelen = sfu_address_length (to),
    .msg_iov = &iov,
    .msg_iovlen = 1,
    .msg_control = &control };

  header.msg_controllen = sfu_local_addresses_write (locals, number, &control);
  g_assert_cmpint (sendmsg (fd, &header, 0), ==, 1);
}

/* Asked at asked_ip, by a peer that would get its answer from elsewhere. */
static guint16
ask (SfuLocalAddresses *locals, gint fd, guint16 port, const gchar *asked_ip)
{
  SfuAddress peer_address, to, from;
  gint peer =
      open_socket (strchr (asked_ip, ':') ? "::1" : "127.0.0.1", &peer_address);
  gchar data = 'q', text[SFU_ADDRESS_TEXT_SIZE];
  socklen_t length = sizeof from.v6;
  guint16 number;

  g_assert_true (sfu_address_parse (&to, asked_ip, port));
  g_assert_cmpint (
      sendto (peer, &data, 1, 0, &to.any, sfu_address_length (&to)), ==, 1);
  number = receive (locals, fd, &from);
  answer (locals, fd, number, &from);
  memset (&from, 0, sizeof from);
  g_assert_cmpint (recvfrom (peer, &data, 1, 0, &from.any, &length), ==, 1);
  g_assert_cmpint (data, ==, 'a');
  sfu_address_to_text (&from, text, sizeof text);
  g_assert_cmpstr (text, ==, asked_ip);
  close (peer);
  return number;
}

static void
test_answers (void)
{
  static const struct {
    const gchar *listen, *asked[3];
  } cases[] = {
    { "0.0.0.0", { "127.0.0.1", "127.0.0.2", "127.8.9.10" } },
    { "::", { "127.0.0.1", "127.0.0.2", "::1" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuLocalAddresses locals;
    SfuAddress address;
    gint fd = open_socket (cases[i].listen, &address);
    guint16 port = sfu_address_get_port (&address);

    g_assert_true (
        sfu_local_addresses_init (&locals, fd, address.any.sa_family));
    for (guint j = 0; j < 3; j++)
      g_assert_cmpuint (ask (&locals, fd, port, cases[i].asked[j]), ==, j + 1);
    /* Known ones keep their numbers. */
    g_assert_cmpuint (ask (&locals, fd, port, cases[i].asked[0]), ==, 1);
    close (fd);
  }
}

static void
test_bound (void)
{
  SfuLocalAddresses locals;
  SfuAddress address, from, to;
  gint fd = open_socket ("0.0.0.0", &address);
  gchar data = 'q';

  g_assert_true (sfu_local_addresses_init (&locals, fd, AF_INET));
  for (guint i = 1; i <= SFU_LOCAL_ADDRESSES_MAX + 2; i++) {
    g_autofree gchar *ip = g_strdup_printf ("127.0.1.%u", i);
    guint16 number;

    g_assert_true (
        sfu_address_parse (&to, ip, sfu_address_get_port (&address)));
    g_assert_cmpint (
        sendto (fd, &data, 1, 0, &to.any, sfu_address_length (&to)), ==, 1);
    number = receive (&locals, fd, &from);
    g_assert_cmpuint (number, ==, i <= SFU_LOCAL_ADDRESSES_MAX ? i : 0);
  }
  close (fd);
}

/* Nothing was asked for: nothing is read, nothing is written. */
static void
test_off (void)
{
  SfuLocalAddresses locals = { 0 };
  struct msghdr header = { 0 };
  Control control;

  g_assert_cmpuint (sfu_local_addresses_read (&locals, &header), ==, 0);
  g_assert_cmpuint (sfu_local_addresses_write (&locals, 0, &control), ==, 0);
  g_assert_false (sfu_local_addresses_init (&locals, -1, AF_INET));
  g_assert_cmpint (locals.family, ==, AF_UNSPEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-addresses/answers", test_answers);
  g_test_add_func ("/local-addresses/bound", test_bound);
  g_test_add_func ("/local-addresses/off", test_off);
  return g_test_run ();
}

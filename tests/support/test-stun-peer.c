/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: owned by the test. */
#include "test-stun-peer.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "sfu-frame-reader.h"

#define DATAGRAM_MAX 65536
/* Room for some hundred datagrams that come while nobody reads. */
#define RECEIVE_BUFFER_BYTES (1024 * 1024)
#define PRIORITY 1862270975u
#define TIE_BREAKER G_GUINT64_CONSTANT (0x932ff9b151263b36)
/* Comprehension-required and unassigned. */
#define UNKNOWN_ATTRIBUTE 0x7fff

static const uint16_t known_attributes[] = {
  STUN_ATTRIBUTE_USERNAME,
  STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
  STUN_ATTRIBUTE_ERROR_CODE,
  STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
  STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
  0,
};

static void
init_agent (TestStunPeer *self)
{
  stun_agent_init (&self->agent, known_attributes, STUN_COMPATIBILITY_RFC5389,
      STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
          STUN_AGENT_USAGE_USE_FINGERPRINT);
}

TestStunPeer *
test_stun_peer_new_to (
    const gchar *ip, const gchar *server_ip, guint16 server_port)
{
  TestStunPeer *self = g_new0 (TestStunPeer, 1);
  socklen_t length = sizeof self->address.v6;
  gint bytes = RECEIVE_BUFFER_BYTES;

  g_assert_true (sfu_address_parse (&self->address, ip, 0));
  g_assert_true (sfu_address_parse (&self->server, server_ip, server_port));
  self->fd = socket (self->address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->fd, >=, 0);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  g_assert_cmpint (
      bind (self->fd, &self->address.any, sfu_address_length (&self->address)),
      ==, 0);
  g_assert_cmpint (getsockname (self->fd, &self->address.any, &length), ==, 0);
  init_agent (self);
  return self;
}

TestStunPeer *
test_stun_peer_new_tcp (const gchar *server_ip, guint16 server_port)
{
  TestStunPeer *self = g_new0 (TestStunPeer, 1);
  socklen_t length = sizeof self->address.v6;

  self->tcp = TRUE;
  g_assert_true (sfu_address_parse (&self->server, server_ip, server_port));
  self->fd = socket (self->server.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->fd, >=, 0);
  g_assert_cmpint (
      connect (self->fd, &self->server.any, sfu_address_length (&self->server)),
      ==, 0);
  g_assert_cmpint (getsockname (self->fd, &self->address.any, &length), ==, 0);
  init_agent (self);
  return self;
}

TestStunPeer *
test_stun_peer_new (const gchar *ip, guint16 server_port)
{
  return test_stun_peer_new_to (ip, ip, server_port);
}

void
test_stun_peer_free (TestStunPeer *self)
{
  if (!self)
    return;
  close (self->fd);
  g_free (self);
}

void
test_stun_peer_send_check (TestStunPeer *self, const gchar *ufrag,
    const gchar *pwd, TestCheckFlags flags)
{
  g_autofree gchar *username = g_strdup_printf ("%s:peer", ufrag);
  guint8 data[512];
  StunMessage message;
  gsize size;

  if (flags & TEST_CHECK_INDICATION)
    stun_agent_init_indication (
        &self->agent, &message, data, sizeof data, STUN_BINDING);
  else
    stun_agent_init_request (
        &self->agent, &message, data, sizeof data, STUN_BINDING);
  stun_message_append_string (&message, STUN_ATTRIBUTE_USERNAME, username);
  stun_message_append32 (&message, STUN_ATTRIBUTE_PRIORITY, PRIORITY);
  stun_message_append64 (&message,
      flags & TEST_CHECK_CONTROLLED ? STUN_ATTRIBUTE_ICE_CONTROLLED
                                    : STUN_ATTRIBUTE_ICE_CONTROLLING,
      TIE_BREAKER);
  if (flags & TEST_CHECK_NOMINATE)
    stun_message_append_flag (&message, STUN_ATTRIBUTE_USE_CANDIDATE);
  if (flags & TEST_CHECK_UNKNOWN_ATTRIBUTE)
    stun_message_append32 (&message, UNKNOWN_ATTRIBUTE, 1);
  if (flags & TEST_CHECK_NO_INTEGRITY)
    pwd = NULL;
  size = stun_agent_finish_message (
      &self->agent, &message, (const guint8 *)pwd, pwd ? strlen (pwd) : 0);
  g_assert_cmpuint (size, >, 0);
  if (flags & TEST_CHECK_BAD_FINGERPRINT)
    data[size - 1] ^= 1;
  if (flags & (TEST_CHECK_BAD_FINGERPRINT | TEST_CHECK_INDICATION)) {
    StunTransactionId id;

    /* Never answered: leave no slot behind. */
    stun_message_id (&message, id);
    stun_agent_forget_transaction (&self->agent, id);
  }
  test_stun_peer_send (self, data, size);
}

static gsize
read_some (TestStunPeer *self, guint8 *data, gsize size)
{
  struct pollfd pollfd = { .fd = self->fd, .events = POLLIN };
  gssize n;

  if (poll (&pollfd, 1, TEST_DEADLINE_US / 1000) != 1)
    g_error ("nothing arrived before the deadline");
  n = recv (self->fd, data, size, 0);
  g_assert_cmpint (n, >=, 0);
  return (gsize)n;
}

static void
read_all (TestStunPeer *self, guint8 *data, gsize size)
{
  for (gsize done = 0, n; done < size; done += n) {
    n = read_some (self, data + done, size - done);
    g_assert_cmpuint (n, >, 0);
  }
}

static gsize
read_datagram (TestStunPeer *self, guint8 *data, gsize size)
{
  guint8 header[SFU_FRAME_HEADER] = { 0 };
  gsize length;

  if (!self->tcp)
    return read_some (self, data, size);
  read_all (self, header, sizeof header);
  length = (gsize)header[0] << 8 | header[1];
  g_assert_cmpuint (length, <=, size);
  read_all (self, data, length);
  return length;
}

static gboolean
is_stun (const guint8 *data, gsize size)
{
  return size > 0 && data[0] < 4;
}

static gint
judge_answer (TestStunPeer *self, const guint8 *data, gsize size)
{
  StunMessage message;
  struct sockaddr_storage mapped;
  socklen_t length = sizeof mapped;
  gint code = 0;
  StunValidationStatus status =
      stun_agent_validate (&self->agent, &message, data, size, NULL, NULL);

  if (stun_message_get_class (&message) == STUN_ERROR) {
    g_assert_cmpint (stun_message_find_error (&message, &code), ==,
        STUN_MESSAGE_RETURN_SUCCESS);
    g_assert_cmpint (status, !=, STUN_VALIDATION_UNMATCHED_RESPONSE);
    g_assert_cmpint (code, >, 0);
    return code;
  }
  g_assert_cmpint (stun_message_get_class (&message), ==, STUN_RESPONSE);
  g_assert_cmpint (status, ==, STUN_VALIDATION_SUCCESS);
  g_assert_true (
      stun_message_has_attribute (&message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY));
  g_assert_cmpint (stun_message_find_xor_addr (&message,
                       STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &mapped, &length),
      ==, STUN_MESSAGE_RETURN_SUCCESS);
  g_assert_true (sfu_address_equal (&mapped, &self->address));
  return 0;
}

gint
test_stun_peer_read_answer (TestStunPeer *self)
{
  guint8 data[2048];
  gsize size;

  do
    size = read_datagram (self, data, sizeof data);
  while (!is_stun (data, size));
  return judge_answer (self, data, size);
}

gint
test_stun_peer_check (TestStunPeer *self, const gchar *ufrag, const gchar *pwd,
    TestCheckFlags flags)
{
  test_stun_peer_send_check (self, ufrag, pwd, flags);
  return test_stun_peer_read_answer (self);
}

void
test_stun_peer_send (TestStunPeer *self, gconstpointer data, gsize size)
{
  g_autofree guint8 *frame = g_malloc (SFU_FRAME_HEADER + size);
  gssize n;

  if (!self->tcp) {
    n = sendto (self->fd, data, size, 0, &self->server.any,
        sfu_address_length (&self->server));
    g_assert_cmpint (n, ==, (gssize)size);
    return;
  }
  sfu_frame_write_header (frame, size);
  memcpy (frame + SFU_FRAME_HEADER, data, size);
  n = send (self->fd, frame, SFU_FRAME_HEADER + size, MSG_NOSIGNAL);
  g_assert_cmpint (n, ==, (gssize)(SFU_FRAME_HEADER + size));
}

void
test_stun_peer_wait_closed (TestStunPeer *self)
{
  struct pollfd pollfd = { .fd = self->fd, .events = POLLIN };
  guint8 data[512];

  do
    g_assert_cmpint (poll (&pollfd, 1, TEST_DEADLINE_US / 1000), ==, 1);
  while (recv (self->fd, data, sizeof data, 0) > 0);
}

gsize
test_stun_peer_read (TestStunPeer *self, gpointer data, gsize size)
{
  g_autofree guint8 *datagram = g_malloc (DATAGRAM_MAX);
  gsize n;

  do
    n = read_datagram (self, datagram, DATAGRAM_MAX);
  while (is_stun (datagram, n));
  g_assert_cmpuint (n, <=, size);
  memcpy (data, datagram, n);
  return n;
}

gboolean
test_stun_peer_has_input (TestStunPeer *self)
{
  struct pollfd pollfd = { .fd = self->fd, .events = POLLIN };

  return poll (&pollfd, 1, 0) == 1;
}

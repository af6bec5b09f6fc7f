/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket of an endpoint and the way of a datagram to the part that
 * understands it (RFC 7983).
 *
 * Threads: the program has one. */
#include "lg-endpoint.h"

#include "lg-dtls.h"
#include "lg-ice.h"
#include "lg-receiver.h"
#include "lg-rtcp.h"
#include "lg-sender.h"
#include "lg-stats.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 32
#define CONTROL_LENGTH 64

GHashTable *lg_endpoints;
int lg_epoll = -1;

/* More than the system's limit when we may. */
static void
set_buffer (int fd, int force, int plain, int bytes)
{
  if (setsockopt (fd, SOL_SOCKET, force, &bytes, sizeof bytes) != 0)
    setsockopt (fd, SOL_SOCKET, plain, &bytes, sizeof bytes);
}

static int
open_socket (uint16_t *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return -1;
  set_buffer (fd, SO_RCVBUFFORCE, SO_RCVBUF, lg_options.receive_buffer);
  set_buffer (fd, SO_SNDBUFFORCE, SO_SNDBUF, lg_options.send_buffer);
  inet_pton (AF_INET, lg_options.ip, &address.sin_addr);
  if (bind (fd, (struct sockaddr *)&address, sizeof address) != 0) {
    close (fd);
    return -1;
  }
  getsockname (fd, (struct sockaddr *)&address, &length);
  *port = ntohs (address.sin_port);
  return fd;
}

LgEndpoint *
lg_endpoint_new (const char *id, bool decrypt)
{
  uint16_t port;
  int fd = open_socket (&port), on = 1;
  LgEndpoint *self;
  struct epoll_event event = { .events = EPOLLIN };

  if (fd < 0)
    return NULL;
  self = g_new0 (LgEndpoint, 1);
  g_strlcpy (self->id, id, sizeof self->id);
  self->fd = fd;
  self->port = port;
  self->decrypt = decrypt;
  if (lg_options.kernel_times && decrypt)
    setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  lg_random_text (self->ufrag, LG_UFRAG_LENGTH);
  lg_random_text (self->password, LG_PASSWORD_LENGTH);
  RAND_bytes ((uint8_t *)&self->tie_breaker, sizeof self->tie_breaker);
  self->rtcp_ssrc = lg_random32 ();
  self->receivers = g_array_new (FALSE, TRUE, sizeof (LgReceiver));
  lg_ice_init (self);
  lg_dtls_init (self);
  lg_rtcp_init (self);
  event.data.ptr = self;
  epoll_ctl (lg_epoll, EPOLL_CTL_ADD, fd, &event);
  g_hash_table_insert (lg_endpoints, self->id, self);
  return self;
}

void
lg_endpoint_free (LgEndpoint *self)
{
  lg_dtls_clear (self);
  lg_timer_cancel (&self->ice_timer);
  lg_timer_cancel (&self->rtcp_timer);
  lg_senders_free (self->senders);
  lg_srtp_clear (&self->srtp_in);
  lg_srtp_clear (&self->srtp_out);
  g_array_unref (self->receivers);
  close (self->fd);
  g_free (self);
}

bool
lg_endpoint_connect (LgEndpoint *self)
{
  if (connect (
          self->fd, (struct sockaddr *)&self->remote, sizeof self->remote) != 0)
    return false;
  self->connect_ns = lg_now_ns ();
  lg_ice_start (self);
  return true;
}

void
lg_endpoint_send (LgEndpoint *self, const uint8_t *data, int length)
{
  if (send (self->fd, data, (size_t)length, 0) >= 0)
    return;
  if (errno == EAGAIN)
    lg_stats.would_block++;
  else
    lg_stats.send_errors++;
}

void
lg_endpoint_fail (LgEndpoint *self, const char *why)
{
  if (self->failed)
    return;
  self->failed = true;
  lg_say ("{\"ev\":\"failed\",\"id\":\"%s\",\"why\":\"%s\"}", self->id, why);
}

void
lg_endpoint_opened (LgEndpoint *self)
{
  self->open = true;
  lg_senders_start (self->senders);
  lg_rtcp_start (self);
}

/* Arrival by the kernel's clock, moved to CLOCK_MONOTONIC; 0 = not known. */
static uint64_t
arrival_of (struct msghdr *message, uint64_t wall_minus_monotonic)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL;
       c = CMSG_NXTHDR (message, c)) {
    struct timespec t;

    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
      continue;
    memcpy (&t, CMSG_DATA (c), sizeof t);
    return (uint64_t)t.tv_sec * LG_SEC + (uint64_t)t.tv_nsec -
        wall_minus_monotonic;
  }
  return 0;
}

/* RFC 7983: the first byte tells; RFC 5761: RTCP has types 192..223. */
static void
dispatch (LgEndpoint *self, uint8_t *data, int length, uint64_t arrival_ns,
    const struct sockaddr_in *from)
{
  if (length < 2)
    lg_stats.bad++;
  else if (data[0] < 4)
    lg_ice_receive (self, data, length, from);
  else if (data[0] >= 20 && data[0] < 64)
    lg_dtls_receive (self, data, length);
  else if (data[0] >> 6 != 2)
    lg_stats.bad++;
  else if (data[1] >= 192 && data[1] <= 223)
    lg_rtcp_receive (self, data, length);
  else
    lg_receiver_packet (self, data, length, arrival_ns);
}

void
lg_endpoint_readable (LgEndpoint *self)
{
  static uint8_t data[BATCH][LG_DATAGRAM_MAX];
  static uint8_t control[BATCH][CONTROL_LENGTH];
  static struct sockaddr_in from[BATCH];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  uint64_t offset = 0;
  int count;

  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){ data[i], sizeof data[i] };
    messages[i].msg_hdr = (struct msghdr){
      .msg_name = &from[i],
      .msg_namelen = sizeof from[i],
      .msg_iov = &vectors[i],
      .msg_iovlen = 1,
      .msg_control = lg_options.kernel_times ? control[i] : NULL,
      .msg_controllen = lg_options.kernel_times ? CONTROL_LENGTH : 0,
    };
  }
  count = recvmmsg (self->fd, messages, BATCH, 0, NULL);
  if (lg_options.kernel_times)
    offset = lg_wall_ns () - lg_now_ns ();
  for (int i = 0; i < count; i++)
    dispatch (self, data[i], (int)messages[i].msg_len,
        arrival_of (&messages[i].msg_hdr, offset), &from[i]);
}

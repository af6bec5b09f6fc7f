/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending half, and the life of both.
 *
 * Threads: the queue and the source belong to the media thread; the file
 * descriptor is used by any (the kernel orders single datagrams). */
#include "sfu-udp-socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <netinet/udp.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include "sfu-counter.h"
#include "sfu-local-addresses.h"
#include "sfu-udp-open.h"
#include "sfu-udp-receive.h"

GST_DEBUG_CATEGORY_STATIC (sfu_ice_debug);
#define GST_CAT_DEFAULT sfu_ice_debug

/* Datagrams per sendmmsg; a burst that goes to many leaves in slices of this,
 * so that the first receivers do not wait for the last. */
#define QUEUE_MAX 64
/* Limits of the kernel: UDP_MAX_SEGMENTS, and the length of an IP packet. */
#define GSO_SEGMENTS_MAX 64
#define GSO_BYTES_MAX 65000

typedef struct {
  SfuPacket packet; /* owned */
  SfuAddress to;
} Queued;

/* Room for one UDP_SEGMENT and one local address, aligned for their headers. */
typedef union {
  gchar bytes[CMSG_SPACE (sizeof (guint16)) + SFU_LOCAL_ADDRESSES_SPACE];
  struct cmsghdr alignment;
} Control;

struct _SfuUdpSocket {
  SfuMediaLoop *loop; /* owned */
  gint fd;
  SfuAddress address;
  SfuLocalAddresses locals;

  /* Media thread. */
  GSource *source; /* owned, with a reference to self while attached */
  grefcount refs;  /* the user's and those of running dispatches */
  SfuUdpReceiver in;
  SfuFlushHook flush;
  Queued out[QUEUE_MAX];
  guint out_length;
  struct mmsghdr out_messages[QUEUE_MAX];
  struct iovec out_iov[QUEUE_MAX];
  Control out_control[QUEUE_MAX];
  gboolean gso; /* the kernel splits a message into datagrams */

  /* sfu-counter.h: written by the media thread … */
  SfuUdpSocketStats stats;
  /* … and by all threads that send_now. */
  guint64 now_packets, now_bytes, now_errors;
};

static void
init_debug (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (sfu_ice_debug, "sfuice", 0, "ICE-lite");
    g_once_init_leave (&once, 1);
  }
}

/* ---- receiving ---- */

static void
unref (SfuUdpSocket *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  close (self->fd);
  g_object_unref (self->loop);
  g_free (self);
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer data)
{
  SfuUdpSocket *self = data;

  g_ref_count_inc (&self->refs);
  sfu_udp_receiver_read (&self->in);
  unref (self);
  return G_SOURCE_CONTINUE;
}

/* ---- sending ---- */

/* May datagram i travel in one segmented message with first … i - 1? */
static gboolean
fits_message (const SfuUdpSocket *self, guint first, guint i, gsize bytes)
{
  const Queued *head = &self->out[first], *queued = &self->out[i];

  return self->gso && i - first < GSO_SEGMENTS_MAX &&
      /* Only the last segment may be shorter. */
      self->out[i - 1].packet.size == head->packet.size &&
      queued->packet.size <= head->packet.size && queued->packet.size > 0 &&
      bytes + queued->packet.size <= GSO_BYTES_MAX &&
      sfu_address_equal (&queued->to, &head->to);
}

/* Behind what control has already. */
static void
ask_for_segments (struct msghdr *header, gsize size)
{
  struct cmsghdr *cmsg =
      (gpointer)((gchar *)header->msg_control + header->msg_controllen);
  guint16 segment = (guint16)size;

  cmsg->cmsg_level = SOL_UDP;
  cmsg->cmsg_type = UDP_SEGMENT;
  cmsg->cmsg_len = CMSG_LEN (sizeof segment);
  memcpy (CMSG_DATA (cmsg), &segment, sizeof segment);
  header->msg_controllen += CMSG_SPACE (sizeof segment);
}

/* Neighbours in the queue with the same destination and size become one
 * message, which the kernel takes through its stack once (UDP GSO). */
static guint
build_messages (SfuUdpSocket *self)
{
  guint n = 0;

  for (guint i = 0; i < self->out_length; n++) {
    struct msghdr *header = &self->out_messages[n].msg_hdr;
    guint first = i;
    gsize bytes = 0;

    do {
      self->out_iov[i].iov_base = self->out[i].packet.data;
      self->out_iov[i].iov_len = self->out[i].packet.size;
      bytes += self->out[i].packet.size;
      i++;
    } while (i < self->out_length && fits_message (self, first, i, bytes));
    memset (header, 0, sizeof *header);
    header->msg_name = &self->out[first].to;
    header->msg_namelen = sfu_address_length (&self->out[first].to);
    header->msg_iov = &self->out_iov[first];
    header->msg_iovlen = i - first;
    header->msg_control = &self->out_control[n];
    header->msg_controllen = sfu_local_addresses_write (
        &self->locals, self->out[first].to.path.local, &self->out_control[n]);
    if (i - first > 1)
      ask_for_segments (header, self->out[first].packet.size);
  }
  return n;
}

static void
count_sent (SfuUdpSocket *self, const struct msghdr *header)
{
  guint64 bytes = 0;

  for (gsize i = 0; i < header->msg_iovlen; i++)
    bytes += header->msg_iov[i].iov_len;
  sfu_counter_add (&self->stats.packets_sent, header->msg_iovlen);
  sfu_counter_add (&self->stats.bytes_sent, bytes);
}

/* A message that was refused for other reasons than a full buffer. If it had
 * segments, it may have been for them (an interface without checksum offload,
 * or a path MTU below the segment size): each goes alone then. */
static void
retry_alone (SfuUdpSocket *self, const struct msghdr *header)
{
  if (header->msg_iovlen == 1) {
    sfu_counter_add (&self->stats.send_errors, 1);
    return;
  }
  if (self->gso) {
    GST_WARNING ("fd=%d no segmentation offload any more: %s", self->fd,
        g_strerror (errno));
    self->gso = FALSE;
  }
  for (gsize i = 0; i < header->msg_iovlen; i++)
    sfu_udp_socket_send_now (self, header->msg_iov[i].iov_base,
        header->msg_iov[i].iov_len, header->msg_name);
}

/* A full kernel buffer refuses all that follows as well: drop the rest, never
 * wait. Any other error is about one message. */
static void
send_messages (SfuUdpSocket *self, guint n)
{
  guint done = 0;

  while (done < n) {
    gint sent =
        sendmmsg (self->fd, self->out_messages + done, n - done, MSG_DONTWAIT);

    sfu_counter_add (&self->stats.send_calls, 1);
    if (sent > 0) {
      for (guint end = done + (guint)sent; done < end; done++)
        count_sent (self, &self->out_messages[done].msg_hdr);
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      for (; done < n; done++)
        sfu_counter_add (&self->stats.send_errors,
            self->out_messages[done].msg_hdr.msg_iovlen);
    } else if (errno != EINTR) {
      GST_LOG ("fd=%d reason=%s", self->fd, g_strerror (errno));
      retry_alone (self, &self->out_messages[done++].msg_hdr);
    }
  }
}

gboolean
sfu_udp_socket_send_now (
    SfuUdpSocket *self, const guint8 *data, gsize size, const SfuAddress *to)
{
  struct iovec iov = { (gpointer)data, size };
  Control control;
  struct msghdr header = {
    .msg_name = (gpointer)to,
    .msg_namelen = sfu_address_length (to),
    .msg_iov = &iov,
    .msg_iovlen = 1,
    .msg_control = &control,
  };
  gssize n;

  header.msg_controllen =
      sfu_local_addresses_write (&self->locals, to->path.local, &control);
  do
    n = sendmsg (self->fd, &header, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n < 0) {
    sfu_counter_add_shared (&self->now_errors, 1);
    return FALSE;
  }
  sfu_counter_add_shared (&self->now_packets, 1);
  sfu_counter_add_shared (&self->now_bytes, size);
  return TRUE;
}

void
sfu_udp_socket_flush (SfuUdpSocket *self)
{
  if (self->out_length == 0)
    return;
  send_messages (self, build_messages (self));
  for (guint i = 0; i < self->out_length; i++)
    sfu_packet_clear (&self->out[i].packet);
  self->out_length = 0;
}

void
sfu_udp_socket_queue (
    SfuUdpSocket *self, const SfuPacket *packet, const SfuAddress *to)
{
  if (self->out_length == QUEUE_MAX)
    sfu_udp_socket_flush (self);
  self->out[self->out_length].packet = *packet;
  self->out[self->out_length++].to = *to;
  sfu_media_loop_queue_flush (self->loop, &self->flush);
}

/* ---- life ---- */

/* Linux 4.18 and later. */
static gboolean
has_segmentation (gint fd)
{
  gint segment;
  socklen_t length = sizeof segment;

  return getsockopt (fd, SOL_UDP, UDP_SEGMENT, &segment, &length) == 0;
}

static void
flush_hook (gpointer data)
{
  sfu_udp_socket_flush (data);
}

SfuUdpSocket *
sfu_udp_socket_new (
    SfuMediaLoop *loop, const SfuAddress *address, GError **error)
{
  SfuUdpSocket *self = g_new0 (SfuUdpSocket, 1);
  gchar host[SFU_ADDRESS_TEXT_SIZE];
  gint receive_bytes, send_bytes;

  init_debug ();
  self->fd = sfu_udp_open (address, &self->address, error);
  if (self->fd < 0) {
    g_free (self);
    return NULL;
  }
  g_ref_count_init (&self->refs);
  self->loop = g_object_ref (loop);
  self->gso = has_segmentation (self->fd);
  self->flush.func = flush_hook;
  self->flush.data = self;
  self->flush.phase = SFU_FLUSH_SOCKETS;
  sfu_udp_receiver_init (
      &self->in, self->fd, &self->locals, &self->stats, TRUE);
  receive_bytes = sfu_udp_set_buffer (self->fd, SO_RCVBUFFORCE, SO_RCVBUF);
  send_bytes = sfu_udp_set_buffer (self->fd, SO_SNDBUFFORCE, SO_SNDBUF);
  sfu_address_to_text (&self->address, host, sizeof host);
  GST_INFO ("address=%s port=%u receive-buffer=%d send-buffer=%d gso=%d gro=%d",
      host, sfu_address_get_port (&self->address), receive_bytes, send_bytes,
      self->gso, self->in.coalescing);
  if (MIN (receive_bytes, send_bytes) < SFU_UDP_BUFFER_BYTES)
    GST_WARNING ("port=%u kernel buffers are smaller than %d bytes: raise "
                 "net.core.rmem_max and net.core.wmem_max, or grant "
                 "CAP_NET_ADMIN",
        sfu_address_get_port (&self->address), SFU_UDP_BUFFER_BYTES);
  return self;
}

void
sfu_udp_socket_answer_from_there (SfuUdpSocket *self)
{
  if (sfu_address_is_wildcard (&self->address) &&
      !sfu_local_addresses_init (
          &self->locals, self->fd, self->address.any.sa_family))
    GST_WARNING ("port=%u answers leave from where the routes say: %s",
        sfu_address_get_port (&self->address), g_strerror (errno));
}

void
sfu_udp_socket_start (
    SfuUdpSocket *self, SfuUdpReceiveFunc received, gpointer owner)
{
  GSource *source = g_unix_fd_source_new (self->fd, G_IO_IN);

  self->in.received = received;
  self->in.owner = owner;
  self->source = source;
  g_source_set_static_name (source, "sfu-udp-socket");
  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (source, sfu_media_loop_get_context (self->loop));
}

static void
stop (gpointer data, gpointer unused)
{
  SfuUdpSocket *self = data;

  sfu_udp_socket_flush (self);
  sfu_media_loop_cancel_flush (self->loop, &self->flush);
  self->in.received = NULL;
  if (self->source) {
    g_source_destroy (self->source);
    g_clear_pointer (&self->source, g_source_unref);
  }
}

void
sfu_udp_socket_free (SfuUdpSocket *self)
{
  if (!self)
    return;
  sfu_media_loop_call (self->loop, stop, self);
  unref (self);
}

const SfuAddress *
sfu_udp_socket_get_address (SfuUdpSocket *self)
{
  return &self->address;
}

void
sfu_udp_socket_get_stats (SfuUdpSocket *self, SfuUdpSocketStats *stats)
{
  const SfuUdpSocketStats *s = &self->stats;
  guint64 now_packets = sfu_counter_get (&self->now_packets);

  stats->packets_received = sfu_counter_get (&s->packets_received);
  stats->bytes_received = sfu_counter_get (&s->bytes_received);
  stats->receive_calls = sfu_counter_get (&s->receive_calls);
  stats->packets_sent = sfu_counter_get (&s->packets_sent) + now_packets;
  stats->bytes_sent =
      sfu_counter_get (&s->bytes_sent) + sfu_counter_get (&self->now_bytes);
  stats->send_calls = sfu_counter_get (&s->send_calls) + now_packets;
  stats->send_errors =
      sfu_counter_get (&s->send_errors) + sfu_counter_get (&self->now_errors);
  stats->coalesced_messages = sfu_counter_get (&s->coalesced_messages);
  stats->overload = sfu_counter_get (&s->overload);
  stats->truncated = sfu_counter_get (&s->truncated);
}

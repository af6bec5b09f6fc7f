/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-plain-link.h. The order of the checks of a received packet: what it
 * looks like, where it comes from, whether it is authentic; only what passed
 * all of them can teach an address.
 *
 * Threads: what is below "media thread" belongs to it from start to close. */
#include "sfu-plain-link-private.h"

#include <string.h>
#include "sfu-datagram.h"
#include "sfu-rtcp.h"
#include "sfu-rtp.h"

GST_DEBUG_CATEGORY_STATIC (sfu_plain_debug);
#define GST_CAT_DEFAULT sfu_plain_debug

static void
init_debug (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (sfu_plain_debug, "sfuplain", 0, "plain RTP");
    g_once_init_leave (&once, 1);
  }
}

/* ---- receiving (media thread) ---- */

void
sfu_plain_link_maybe_connected (SfuPlainLink *self)
{
  if (self->connected || !self->components[SFU_PLAIN_RTP].tuple.known ||
      (self->secure && !self->in))
    return;
  self->connected = TRUE;
  self->callbacks->connected (self->owner);
}

/* Which of the two it is for; NULL: neither RTP nor RTCP, or RTCP on the port
 * for RTP alone, or the other way round. */
static SfuPlainComponent *
component_of (SfuPlainComponent *arrived_at, const guint8 *data, gsize size,
    gboolean *is_rtcp)
{
  SfuPlainLink *self = arrived_at->link;
  SfuPlainComponent *component;

  if (size < 2 || !sfu_datagram_is_rtp (data[0]))
    return NULL;
  *is_rtcp = sfu_rtp_is_rtcp (data, size);
  component = &self->components[*is_rtcp && !self->rtcp_mux ? SFU_PLAIN_RTCP
                                                            : SFU_PLAIN_RTP];
  return component == arrived_at ? component : NULL;
}

static gboolean
is_valid (const guint8 *data, gsize size, gboolean is_rtcp)
{
  SfuRtpHeader header;
  SfuRtcpReader reader;
  SfuRtcpPacket packet;

  if (!is_rtcp)
    return sfu_rtp_parse (data, size, &header);
  sfu_rtcp_reader_init (&reader, data, size);
  return sfu_rtcp_reader_next (&reader, &packet);
}

static void
learn (SfuPlainComponent *component, const SfuAddress *from)
{
  gchar host[SFU_ADDRESS_TEXT_SIZE];

  if (!sfu_plain_tuple_learn (&component->tuple, from))
    return;
  sfu_address_to_text (from, host, sizeof host);
  GST_INFO ("port=%u learned=%s remote-port=%u", component->link->port, host,
      sfu_address_get_port (from));
}

/* Decrypts in place. *size is what is left. */
static SfuVerdict
open_packet (SfuPlainLink *self, guint8 *data, gsize *size, gboolean is_rtcp)
{
  SfuVerdict verdict = SFU_VERDICT_FORWARD;

  if (self->in)
    verdict = sfu_srtp_unprotect (
        self->in, is_rtcp, data, size, g_get_monotonic_time ());
  if (verdict == SFU_VERDICT_FORWARD && !is_valid (data, *size, is_rtcp))
    verdict = SFU_DROP_MALFORMED;
  return verdict;
}

static SfuVerdict
receive (SfuPlainComponent *arrived_at, const guint8 *data, gsize size,
    const SfuAddress *from)
{
  SfuPlainLink *self = arrived_at->link;
  gboolean is_rtcp = FALSE;
  SfuPlainComponent *component =
      component_of (arrived_at, data, size, &is_rtcp);
  SfuVerdict verdict;
  GstBuffer *buffer;
  GstMapInfo map;
  gsize rest = size;

  if (!component)
    return SFU_DROP_MALFORMED;
  verdict = sfu_plain_tuple_check (&component->tuple, from);
  if (verdict != SFU_VERDICT_FORWARD)
    return verdict;
  if (self->secure && !self->in)
    return SFU_DROP_NOT_AUTHENTICATED;
  buffer = gst_buffer_new_memdup (data, size);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READWRITE)) {
    gst_buffer_unref (buffer);
    return SFU_DROP_MALFORMED;
  }
  verdict = open_packet (self, map.data, &rest, is_rtcp);
  gst_buffer_unmap (buffer, &map);
  if (verdict != SFU_VERDICT_FORWARD) {
    gst_buffer_unref (buffer);
    return verdict;
  }
  gst_buffer_set_size (buffer, (gssize)rest);
  self->packets_received++;
  self->bytes_received += size;
  learn (component, from);
  sfu_plain_link_maybe_connected (self);
  if (is_rtcp)
    self->callbacks->rtcp (self->owner, buffer);
  else
    self->callbacks->rtp (self->owner, buffer);
  return SFU_VERDICT_FORWARD;
}

static void
on_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  SfuPlainComponent *component = owner;
  SfuVerdict verdict = receive (component, data, size, from);

  if (verdict != SFU_VERDICT_FORWARD)
    sfu_verdict_count (&component->link->drops, verdict);
}

/* ---- sending (media thread) ---- */

/* Takes the packet. */
static void
send_packet (SfuPlainLink *self, SfuPlainComponent *component,
    SfuPacket *packet, gboolean is_rtcp)
{
  SfuVerdict verdict = SFU_VERDICT_FORWARD;

  G_STATIC_ASSERT (SFU_SRTP_TRAILER <= SFU_PACKET_TAIL);
  if (!self->connected || !component->tuple.known)
    verdict = SFU_DROP_NOT_CONNECTED;
  else if (self->out)
    verdict = sfu_srtp_protect (self->out, is_rtcp, packet->data, &packet->size,
        g_get_monotonic_time ());
  if (verdict != SFU_VERDICT_FORWARD) {
    sfu_verdict_count (&self->drops, verdict);
    sfu_packet_clear (packet);
    return;
  }
  self->packets_sent++;
  self->bytes_sent += packet->size;
  sfu_udp_socket_queue (component->socket, packet, &component->tuple.address);
}

void
sfu_plain_link_push_rtp (SfuPlainLink *self, SfuPacket *packets, guint n)
{
  for (guint i = 0; i < n; i++)
    send_packet (self, &self->components[SFU_PLAIN_RTP], &packets[i], FALSE);
}

void
sfu_plain_link_push_rtcp (SfuPlainLink *self, GstBuffer *buffer)
{
  SfuPacket packet;

  sfu_packet_take (&packet, buffer);
  send_packet (self,
      &self->components[self->rtcp_mux ? SFU_PLAIN_RTP : SFU_PLAIN_RTCP],
      &packet, TRUE);
}

/* ---- life ---- */

static gboolean
check_options (const SfuPlainLinkOptions *options, GError **error)
{
  SfuAddress address;

  if (sfu_address_parse (&address, options->listen_ip, 0) &&
      sfu_address_is_wildcard (&address) && !options->announced) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "listen-ip %s is every address of this machine: put one that peers can "
        "reach into announced-address",
        options->listen_ip);
    return FALSE;
  }
  return TRUE;
}

static gboolean
set_key (SfuPlainLink *self, const SfuPlainLinkOptions *options, GError **error)
{
  self->suite = options->suite;
  self->secure = options->suite != SFU_SRTP_NONE;
  if (!self->secure)
    return TRUE;
  if (!options->key)
    sfu_srtp_key_generate (&self->key, self->suite);
  else if (!sfu_srtp_key_from_text (&self->key, self->suite, options->key)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "srtp-key must be the key and salt of srtp-crypto-suite");
    return FALSE;
  }
  return TRUE;
}

SfuPlainLink *
sfu_plain_link_new (SfuMediaLoop *loop, const SfuPlainLinkOptions *options,
    const SfuPlainLinkCallbacks *callbacks, gpointer owner, GError **error)
{
  SfuUdpSocket *sockets[SFU_PLAIN_N_PORTS] = { NULL, NULL };
  SfuPlainLink *self;
  const SfuAddress *address;

  init_debug ();
  self = g_new0 (SfuPlainLink, 1);
  self->loop = g_object_ref (loop);
  self->callbacks = callbacks;
  self->owner = owner;
  self->ip =
      g_strdup (options->announced ? options->announced : options->listen_ip);
  self->rtcp_mux = options->rtcp_mux;
  self->comedia = options->comedia;
  for (guint i = 0; i < SFU_PLAIN_N_PORTS; i++) {
    self->components[i].link = self;
    sfu_plain_tuple_init (&self->components[i].tuple, options->comedia);
  }
  if (!check_options (options, error) || !set_key (self, options, error) ||
      !sfu_plain_ports_open (loop, options->listen_ip, options->port_min,
          options->port_max, !options->rtcp_mux, sockets, error)) {
    sfu_plain_link_free (self);
    return NULL;
  }
  for (guint i = 0; i < SFU_PLAIN_N_PORTS; i++)
    self->components[i].socket = sockets[i];
  address = sfu_udp_socket_get_address (sockets[SFU_PLAIN_RTP]);
  self->ipv6 = address->any.sa_family == AF_INET6;
  self->port = sfu_address_get_port (address);
  if (sockets[SFU_PLAIN_RTCP])
    self->rtcp_port = sfu_address_get_port (
        sfu_udp_socket_get_address (sockets[SFU_PLAIN_RTCP]));
  return self;
}

void
sfu_plain_link_start (SfuPlainLink *self)
{
  for (guint i = 0; i < SFU_PLAIN_N_PORTS; i++) {
    if (self->components[i].socket)
      sfu_udp_socket_start (
          self->components[i].socket, on_received, &self->components[i]);
  }
}

/* So that nothing is queued for a socket that has gone. */
static void
disconnect (gpointer data, gpointer unused)
{
  ((SfuPlainLink *)data)->connected = FALSE;
}

void
sfu_plain_link_close (SfuPlainLink *self)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  sfu_media_loop_call (self->loop, disconnect, self);
  for (guint i = 0; i < SFU_PLAIN_N_PORTS; i++)
    g_clear_pointer (&self->components[i].socket, sfu_udp_socket_free);
}

void
sfu_plain_link_free (SfuPlainLink *self)
{
  if (!self)
    return;
  sfu_plain_link_close (self);
  sfu_srtp_free (self->in);
  sfu_srtp_free (self->out);
  sfu_srtp_key_clear (&self->key);
  g_object_unref (self->loop);
  g_free (self->ip);
  g_free (self);
}

/* ---- what it is asked ---- */

const gchar *
sfu_plain_link_get_ip (SfuPlainLink *self)
{
  return self->ip;
}

guint16
sfu_plain_link_get_port (SfuPlainLink *self)
{
  return self->port;
}

guint16
sfu_plain_link_get_rtcp_port (SfuPlainLink *self)
{
  return self->rtcp_port;
}

SfuSrtpSuite
sfu_plain_link_get_suite (SfuPlainLink *self)
{
  return self->suite;
}

gchar *
sfu_plain_link_dup_key (SfuPlainLink *self)
{
  return self->suite == SFU_SRTP_NONE ? NULL
                                      : sfu_srtp_key_to_text (&self->key);
}

typedef struct {
  SfuPlainLink *link;
  SfuPlainLinkStats *stats;
} StatsCall;

static void
read_tuple (const SfuPlainTuple *tuple, gboolean *known, gboolean *learned,
    gchar *ip, gsize ip_size, guint16 *port)
{
  *known = tuple->known;
  *learned = tuple->learned;
  if (!tuple->known)
    return;
  sfu_address_to_text (&tuple->address, ip, ip_size);
  *port = sfu_address_get_port (&tuple->address);
}

static void
collect (gpointer data, gpointer unused)
{
  StatsCall *call = data;
  SfuPlainLinkStats *stats = call->stats;
  SfuPlainLink *self = call->link;
  SfuPlainComponent *rtp = &self->components[SFU_PLAIN_RTP];
  SfuPlainComponent *rtcp =
      self->rtcp_mux ? rtp : &self->components[SFU_PLAIN_RTCP];

  stats->packets_received = self->packets_received;
  stats->bytes_received = self->bytes_received;
  stats->packets_sent = self->packets_sent;
  stats->bytes_sent = self->bytes_sent;
  stats->drops = self->drops;
  for (guint i = 0; i < SFU_PLAIN_N_PORTS; i++) {
    SfuUdpSocketStats socket;

    if (!self->components[i].socket)
      continue;
    sfu_udp_socket_get_stats (self->components[i].socket, &socket);
    stats->drops.n[SFU_DROP_SEND_ERROR] += socket.send_errors;
    stats->drops.n[SFU_DROP_MALFORMED] += socket.truncated;
    stats->drops.n[SFU_DROP_OVERLOAD] += socket.overload;
  }
  read_tuple (&rtp->tuple, &stats->known, &stats->learned, stats->remote_ip,
      sizeof stats->remote_ip, &stats->remote_port);
  read_tuple (&rtcp->tuple, &stats->rtcp_known, &stats->rtcp_learned,
      stats->rtcp_remote_ip, sizeof stats->rtcp_remote_ip,
      &stats->rtcp_remote_port);
}

void
sfu_plain_link_get_stats (SfuPlainLink *self, SfuPlainLinkStats *stats)
{
  StatsCall call = { self, stats };

  memset (stats, 0, sizeof *stats);
  sfu_media_loop_call (self->loop, collect, &call);
}

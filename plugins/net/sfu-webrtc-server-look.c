/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What SfuWebRtcServer is asked: its ports, the candidates of its addresses,
 * its counters.
 *
 * Threads: any. */
#include "sfu-webrtc-server-inside.h"

#include <string.h>
#include "sfu-counter.h"

/* RFC 8445 5.1.2.1: type preference of host candidates, local preference of
 * the first address, component RTP. */
#define TYPE_PREFERENCE_HOST 126u
#define LOCAL_PREFERENCE_FIRST 65535u
#define COMPONENT_RTP 1u
/* RFC 6544 4.2: below any UDP candidate; direction preference of the passive
 * side, above 13 bits for the address. */
#define TYPE_PREFERENCE_HOST_TCP 90u
#define DIRECTION_PREFERENCE_PASSIVE 4u
#define DIRECTION_SHIFT 13
#define OTHER_PREFERENCE_FIRST 8191u

SfuMediaLoop *
sfu_webrtc_server_get_loop (SfuWebRtcServer *self)
{
  return self->loop;
}

guint16
sfu_webrtc_server_get_port (SfuWebRtcServer *self)
{
  return sfu_socket_set_get_port (self->sockets);
}

const gchar *
sfu_webrtc_server_get_address (SfuWebRtcServer *self, gint family)
{
  for (guint i = 0; self->announced[i]; i++) {
    SfuAddress address;

    if (sfu_address_parse (&address, self->announced[i], 0) &&
        address.any.sa_family == family)
      return self->announced[i];
  }
  return self->announced[0];
}

guint16
sfu_webrtc_server_get_tcp_port (SfuWebRtcServer *self)
{
  return sfu_socket_set_get_tcp_port (self->sockets);
}

static guint32
candidate_priority (gboolean tcp, guint n)
{
  guint32 type = tcp ? TYPE_PREFERENCE_HOST_TCP : TYPE_PREFERENCE_HOST;
  guint32 local = tcp ? (DIRECTION_PREFERENCE_PASSIVE << DIRECTION_SHIFT) +
          OTHER_PREFERENCE_FIRST - n
                      : LOCAL_PREFERENCE_FIRST - n;

  return type << 24 | local << 8 | (256 - COMPONENT_RTP);
}

static guint
add_candidates (
    SfuWebRtcServer *self, SfuIceCandidate *candidates, guint max, gboolean tcp)
{
  guint n = 0;

  for (; n < max && self->announced[n]; n++) {
    SfuIceCandidate *candidate = &candidates[n];

    memset (candidate, 0, sizeof *candidate);
    /* Same type, base and protocol: same foundation (5.1.1.3). */
    g_strlcpy (candidate->foundation, tcp ? "tcp" : "udp",
        sizeof candidate->foundation);
    candidate->priority = candidate_priority (tcp, n);
    g_strlcpy (
        candidate->address, self->announced[n], sizeof candidate->address);
    candidate->port = tcp ? sfu_webrtc_server_get_tcp_port (self)
                          : sfu_webrtc_server_get_port (self);
    candidate->tcp = tcp;
  }
  return n;
}

guint
sfu_webrtc_server_get_candidates (
    SfuWebRtcServer *self, SfuIceCandidate *candidates, guint max)
{
  guint n = add_candidates (self, candidates, max, FALSE);

  if (sfu_webrtc_server_get_tcp_port (self) != 0)
    n += add_candidates (self, candidates + n, max - n, TRUE);
  return n;
}

void
sfu_webrtc_server_get_stats (SfuWebRtcServer *self, SfuWebRtcServerStats *stats)
{
  SfuUdpSocketStats udp;
  SfuTcpListenerStats tcp;

  sfu_socket_set_get_stats (self->sockets, &udp, &tcp);
  stats->packets_received = udp.packets_received + tcp.packets_received;
  stats->bytes_received = udp.bytes_received + tcp.bytes_received;
  stats->packets_sent = udp.packets_sent + tcp.packets_sent;
  stats->bytes_sent = udp.bytes_sent + tcp.bytes_sent;
  stats->receive_calls = udp.receive_calls + tcp.receive_calls;
  stats->coalesced_messages = udp.coalesced_messages;
  stats->send_calls = udp.send_calls + tcp.send_calls;
  for (guint i = 0; i < SFU_VERDICT_COUNT; i++)
    stats->drops.n[i] = sfu_counter_get (&self->drops.n[i]);
  stats->drops.n[SFU_DROP_SEND_ERROR] += udp.send_errors;
  stats->drops.n[SFU_DROP_MALFORMED] += udp.truncated + tcp.truncated;
  stats->drops.n[SFU_DROP_OVERLOAD] += udp.overload;
  stats->drops.n[SFU_DROP_QUEUE_FULL] += tcp.queue_full;
  stats->drops.n[SFU_DROP_NOT_CONNECTED] += tcp.gone;
  stats->tcp_refused = tcp.refused;
  stats->tcp_unproven = tcp.unproven;
}

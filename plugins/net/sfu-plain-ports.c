/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-plain-ports.h.
 *
 * Threads: no state. */
#include "sfu-plain-ports.h"

#include <gio/gio.h>

/* The kernel's choice has a taken neighbour only on a machine whose ports are
 * nearly used up. */
#define FREE_PAIR_TRIES 64

static gboolean
open_at (SfuMediaLoop *loop, const SfuAddress *address, guint port,
    gboolean pair, SfuUdpSocket **sockets, GError **error)
{
  SfuAddress at = *address;

  at.v4.sin_port = g_htons ((guint16)port);
  sockets[SFU_PLAIN_RTP] = sfu_udp_socket_new (loop, &at, error);
  if (!sockets[SFU_PLAIN_RTP] || !pair)
    return sockets[SFU_PLAIN_RTP] != NULL;
  at.v4.sin_port = g_htons ((guint16)(port + 1));
  sockets[SFU_PLAIN_RTCP] = sfu_udp_socket_new (loop, &at, error);
  if (sockets[SFU_PLAIN_RTCP])
    return TRUE;
  g_clear_pointer (&sockets[SFU_PLAIN_RTP], sfu_udp_socket_free);
  return FALSE;
}

static gboolean
is_in_use (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

static gboolean
open_range (SfuMediaLoop *loop, const SfuAddress *address, guint min, guint max,
    gboolean pair, SfuUdpSocket **sockets, GError **error)
{
  guint step = pair ? 2 : 1;
  guint first = pair ? min + (min & 1) : min;
  guint count =
      first + step - 1 <= max ? (max - first - step + 1) / step + 1 : 0;
  guint start = count > 1 ? (guint)g_random_int_range (0, (gint)count) : 0;

  for (guint i = 0; i < count; i++) {
    g_autoptr (GError) failure = NULL;

    if (open_at (loop, address, first + (start + i) % count * step, pair,
            sockets, &failure))
      return TRUE;
    /* Any other error would be the same on all ports. */
    if (!is_in_use (failure)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
      pair ? "no even UDP port of %u-%u is free together with the one behind "
             "it: widen the range"
           : "all UDP ports %u-%u are in use: widen the range",
      min, max);
  return FALSE;
}

/* Lets the kernel choose, and tries to get the other half of that pair. */
static gboolean
open_free_pair (SfuMediaLoop *loop, const SfuAddress *address,
    SfuUdpSocket **sockets, GError **error)
{
  for (guint i = 0; i < FREE_PAIR_TRIES; i++) {
    SfuUdpSocket *chosen[SFU_PLAIN_N_PORTS] = { NULL, NULL };
    g_autoptr (GError) failure = NULL;
    guint16 port;

    if (!open_at (loop, address, 0, FALSE, chosen, error))
      return FALSE;
    port = sfu_address_get_port (
        sfu_udp_socket_get_address (chosen[SFU_PLAIN_RTP]));
    sfu_udp_socket_free (chosen[SFU_PLAIN_RTP]);
    if (open_at (loop, address, port & ~1u, TRUE, sockets, &failure))
      return TRUE;
    if (!is_in_use (failure)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
      "no two neighbouring UDP ports are free");
  return FALSE;
}

gboolean
sfu_plain_ports_open (SfuMediaLoop *loop, const gchar *listen_ip,
    guint16 port_min, guint16 port_max, gboolean pair,
    SfuUdpSocket *sockets[SFU_PLAIN_N_PORTS], GError **error)
{
  SfuAddress address;

  sockets[SFU_PLAIN_RTP] = sockets[SFU_PLAIN_RTCP] = NULL;
  if (!sfu_address_parse (&address, listen_ip, 0)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "listen-ip \"%s\" is not an IPv4 or IPv6 address", listen_ip);
    return FALSE;
  }
  if (port_min == 0)
    return pair ? open_free_pair (loop, &address, sockets, error)
                : open_at (loop, &address, 0, FALSE, sockets, error);
  if (port_min == port_max && !(pair && port_min == G_MAXUINT16))
    return open_at (loop, &address, port_min, pair, sockets, error);
  return open_range (loop, &address, port_min, port_max, pair, sockets, error);
}

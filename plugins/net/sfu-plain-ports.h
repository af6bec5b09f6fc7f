/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket of a plain transport, or its two: RTP on an even port and RTCP on
 * the one behind it (RFC 3550 11), because tools like ffmpeg take that for
 * granted.
 *
 * Threads: any. */
#pragma once

#include "sfu-udp-socket.h"

G_BEGIN_DECLS

enum { SFU_PLAIN_RTP, SFU_PLAIN_RTCP, SFU_PLAIN_N_PORTS };

/* port_min = 0: free ports. port_min = port_max: that one (and the next for
 * RTCP). Else free ones of the range, the search begins at a random place.
 * pair FALSE: the second socket is NULL. GError: G_IO_ERROR, for an operator.
 * Nothing is received before sfu_udp_socket_start. */
gboolean sfu_plain_ports_open (SfuMediaLoop *loop, const gchar *listen_ip,
    guint16 port_min, guint16 port_max, gboolean pair,
    SfuUdpSocket *sockets[SFU_PLAIN_N_PORTS], GError **error);

G_END_DECLS

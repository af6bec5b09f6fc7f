/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and binding the socket of a SfuUdpSocket, and what an operator is told
 * when that fails.
 *
 * Threads: no state. */
#pragma once

#include "sfu-address.h"

G_BEGIN_DECLS

/* Key frames of many rooms at once, while the media thread is busy for some
 * 10 ms, at 1 Gbit/s. */
#define SFU_UDP_BUFFER_BYTES (8 * 1024 * 1024)

/* Non-blocking. bound: address with the port that the kernel chose. -1 and a
 * G_IO_ERROR with a text for an operator. */
gint sfu_udp_open (
    const SfuAddress *address, SfuAddress *bound, GError **error);

/* SO_…BUFFORCE needs CAP_NET_ADMIN; without it the sysctl net.core.…mem_max
 * is the limit. Returns what it became (the kernel reports it doubled, for its
 * own bookkeeping). */
gint sfu_udp_set_buffer (gint fd, gint force_option, gint option);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What shares the port of a WebRTC transport, by the first byte of a datagram
 * (RFC 7983 7). RTP is RTCP as well: sfu_rtp_is_rtcp.
 *
 * Threads: pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

static inline gboolean
sfu_datagram_is_stun (guint8 first)
{
  return first <= 3;
}

static inline gboolean
sfu_datagram_is_dtls (guint8 first)
{
  return first >= 20 && first <= 63;
}

static inline gboolean
sfu_datagram_is_rtp (guint8 first)
{
  return first >= 128 && first <= 191;
}

G_END_DECLS

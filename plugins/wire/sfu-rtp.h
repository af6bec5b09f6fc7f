/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP fixed header (RFC 3550 5.1), read once and never trusted.
 *
 * Threads: pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_RTP_MIN_HEADER 12
#define SFU_RTP_VERSION 2

typedef struct {
  guint32 ssrc;
  guint32 timestamp;
  guint16 seq;
  guint8 payload_type;
  gboolean marker;
  guint8 csrc_count;
  guint16 ext_profile; /* 0 = no header extension; 0xBEDE, 0x1000..0x100F */
  guint16 ext_offset;  /* first byte behind the extension's 4 byte header */
  guint16 ext_len;     /* bytes at ext_offset */
  guint16 header_len;  /* fixed header + CSRC list + extension */
  guint16 padding_len; /* bytes at the end, counter included */
  guint16 payload_len; /* len - header_len - padding_len; may be 0 */
} SfuRtpHeader;

/* FALSE (and *header undefined) unless data is one whole RTP packet of version
 * 2 whose CSRC list, extension and padding lie inside len. len <= 65535. */
gboolean sfu_rtp_parse (const guint8 *data, gsize len, SfuRtpHeader *header);

/* RFC 5761 section 4 for a datagram that RFC 7983 says is RTP or RTCP. */
static inline gboolean
sfu_rtp_is_rtcp (const guint8 *data, gsize len)
{
  return len >= 2 && data[1] >= 192 && data[1] <= 223;
}

/* RFC 3550: a comes after b on the circle. Equal: FALSE. */
static inline gboolean
sfu_seq_after (guint16 a, guint16 b)
{
  return (gint16)(guint16)(a - b) > 0;
}

G_END_DECLS

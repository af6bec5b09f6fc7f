/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: sfu_rtp_parse. Input: a datagram.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-rtp.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SfuRtpHeader header;

  sfu_rtp_is_rtcp (data, size);
  if (!sfu_rtp_parse (data, size, &header))
    return 0;
  g_assert (header.header_len >= SFU_RTP_MIN_HEADER);
  g_assert (
      (gsize)header.header_len + header.payload_len + header.padding_len ==
      size);
  g_assert (header.ext_offset + header.ext_len <= header.header_len);
  g_assert (header.csrc_count <= 15 && header.payload_type <= 127);
  return 0;
}

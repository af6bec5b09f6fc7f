/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP fixed header, RFC 3550 5.1 and 5.3.1.
 *
 * Threads: pure functions. */
#include "sfu-rtp.h"
#include "sfu-bytes.h"

#define PADDING_BIT 0x20
#define EXTENSION_BIT 0x10
#define CSRC_COUNT_MASK 0x0f
#define MARKER_BIT 0x80
#define CSRC_SIZE 4
#define EXTENSION_HEADER_SIZE 4

/* FALSE when the extension overruns len. header_len is where it begins and,
 * on return, where it ends. */
static gboolean
parse_extension (const guint8 *data, gsize len, SfuRtpHeader *header)
{
  gsize at = header->header_len;
  gsize ext_len;

  if (len - at < EXTENSION_HEADER_SIZE)
    return FALSE;
  ext_len = (gsize)sfu_get_u16 (data + at + 2) * 4;
  if (len - at - EXTENSION_HEADER_SIZE < ext_len)
    return FALSE;
  header->ext_profile = sfu_get_u16 (data + at);
  header->ext_offset = (guint16)(at + EXTENSION_HEADER_SIZE);
  header->ext_len = (guint16)ext_len;
  header->header_len = (guint16)(at + EXTENSION_HEADER_SIZE + ext_len);
  return TRUE;
}

gboolean
sfu_rtp_parse (const guint8 *data, gsize len, SfuRtpHeader *header)
{
  if (len < SFU_RTP_MIN_HEADER || len > G_MAXUINT16)
    return FALSE;
  if (data[0] >> 6 != SFU_RTP_VERSION)
    return FALSE;

  header->csrc_count = data[0] & CSRC_COUNT_MASK;
  header->marker = (data[1] & MARKER_BIT) != 0;
  header->payload_type = data[1] & ~MARKER_BIT;
  header->seq = sfu_get_u16 (data + 2);
  header->timestamp = sfu_get_u32 (data + 4);
  header->ssrc = sfu_get_u32 (data + 8);
  header->header_len = SFU_RTP_MIN_HEADER + CSRC_SIZE * header->csrc_count;
  header->ext_profile = header->ext_offset = header->ext_len = 0;
  header->padding_len = 0;

  if (header->header_len > len)
    return FALSE;
  if ((data[0] & EXTENSION_BIT) && !parse_extension (data, len, header))
    return FALSE;
  if (data[0] & PADDING_BIT) {
    /* The count includes itself: zero is a lie (RFC 3550 5.1). */
    header->padding_len = data[len - 1];
    if (header->padding_len == 0 ||
        header->padding_len > len - header->header_len)
      return FALSE;
  }
  header->payload_len =
      (guint16)(len - header->header_len - header->padding_len);
  return TRUE;
}

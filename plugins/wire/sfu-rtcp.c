/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading RTCP: RFC 3550 6.4 and A.2, RFC 4585 6.1, RFC 5104 4.3.1, RFC 3611 4.5,
 * and REMB.
 * A reduced-size packet (RFC 5506) is a compound that may begin with anything,
 * so the order of types is not checked.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-rtcp.h"
#include "sfu-bytes.h"

#include <string.h>

#define RTCP_VERSION 2
#define PADDING_BIT 0x20
#define COUNT_MASK 0x1f
#define HEADER_SIZE 4
#define SENDER_INFO_END 28 /* header, SSRC, sender info */
#define RR_BLOCKS_BEGIN 8  /* header, SSRC */
#define REPORT_BLOCK_SIZE 24
#define FEEDBACK_FCI 12 /* header, sender SSRC, media SSRC */
#define NACK_FCI_SIZE 4
#define FIR_FCI_SIZE 8
#define REMB_FIXED_SIZE 20
#define REMB_MANTISSA_BITS 18
#define BLP_BITS 16
#define XR_BLOCKS_BEGIN 8 /* header, SSRC */
#define XR_BLOCK_HEADER 4
#define XR_DLRR_SIZE 12

#define UNIX_TO_NTP_SECONDS G_GINT64_CONSTANT (2208988800) /* 1900 to 1970 */
#define NTP_ERA_SECONDS (G_GINT64_CONSTANT (1) << 32)
#define NTP_ERA_TOP_BIT 0x80000000u

void
sfu_rtcp_reader_init (SfuRtcpReader *reader, const guint8 *data, gsize len)
{
  reader->data = data;
  reader->len = len;
  reader->offset = 0;
}

gboolean
sfu_rtcp_reader_next (SfuRtcpReader *reader, SfuRtcpPacket *packet)
{
  gsize left = reader->len - reader->offset;
  const guint8 *data;
  gsize len, padding = 0;

  if (left < HEADER_SIZE)
    return FALSE;
  data = reader->data + reader->offset;
  if (data[0] >> 6 != RTCP_VERSION)
    return FALSE;
  len = ((gsize)sfu_get_u16 (data + 2) + 1) * 4;
  if (len > left)
    return FALSE;
  if (data[0] & PADDING_BIT) {
    /* RFC 3550 6.4.1: counts itself, a multiple of four. In feedback that need not
     * be whole words it is what fills up the last one: libwebrtc does so in
     * transport-wide feedback. */
    padding = data[len - 1];
    if (padding == 0 || padding > len - HEADER_SIZE ||
        (padding % 4 != 0 && data[1] != SFU_RTCP_RTPFB))
      return FALSE;
  }
  packet->data = data;
  packet->len = len - padding;
  packet->type = data[1];
  packet->count = data[0] & COUNT_MASK;
  reader->offset += len;
  return TRUE;
}

gboolean
sfu_rtcp_get_sender_info (const SfuRtcpPacket *packet, SfuRtcpSenderInfo *info)
{
  const guint8 *data = packet->data;

  if (packet->type != SFU_RTCP_SR || packet->len < SENDER_INFO_END)
    return FALSE;
  info->ssrc = sfu_get_u32 (data + 4);
  info->ntp = (guint64)sfu_get_u32 (data + 8) << 32 | sfu_get_u32 (data + 12);
  info->rtp_timestamp = sfu_get_u32 (data + 16);
  info->packets = sfu_get_u32 (data + 20);
  info->octets = sfu_get_u32 (data + 24);
  return TRUE;
}

gboolean
sfu_rtcp_get_report_block (
    const SfuRtcpPacket *packet, guint i, SfuRtcpReportBlock *block)
{
  const guint8 *data;
  gsize at;

  if (packet->type == SFU_RTCP_SR)
    at = SENDER_INFO_END;
  else if (packet->type == SFU_RTCP_RR)
    at = RR_BLOCKS_BEGIN;
  else
    return FALSE;
  if (i >= packet->count)
    return FALSE;
  at += (gsize)i * REPORT_BLOCK_SIZE;
  if (at + REPORT_BLOCK_SIZE > packet->len)
    return FALSE;

  data = packet->data + at;
  block->ssrc = sfu_get_u32 (data);
  block->fraction_lost = data[4];
  block->cumulative_lost = (gint32)sfu_get_u24 (data + 5);
  if (block->cumulative_lost & 0x800000) /* sign of 24 bits */
    block->cumulative_lost -= 0x1000000;
  block->highest_seq = sfu_get_u32 (data + 8);
  block->jitter = sfu_get_u32 (data + 12);
  block->last_sr = sfu_get_u32 (data + 16);
  block->delay_since_last_sr = sfu_get_u32 (data + 20);
  return TRUE;
}

gboolean
sfu_rtcp_get_feedback (
    const SfuRtcpPacket *packet, guint32 *sender_ssrc, guint32 *media_ssrc)
{
  if (packet->type != SFU_RTCP_RTPFB && packet->type != SFU_RTCP_PSFB)
    return FALSE;
  if (packet->len < FEEDBACK_FCI)
    return FALSE;
  *sender_ssrc = sfu_get_u32 (packet->data + 4);
  *media_ssrc = sfu_get_u32 (packet->data + 8);
  return TRUE;
}

static gboolean
is_feedback (const SfuRtcpPacket *packet, guint8 type, guint8 fmt)
{
  return packet->type == type && packet->count == fmt;
}

guint
sfu_rtcp_get_nack (const SfuRtcpPacket *packet, guint16 *seqs, guint max)
{
  guint n = 0;

  if (!is_feedback (packet, SFU_RTCP_RTPFB, SFU_RTPFB_NACK))
    return 0;
  for (gsize at = FEEDBACK_FCI; at + NACK_FCI_SIZE <= packet->len;
       at += NACK_FCI_SIZE) {
    guint16 pid = sfu_get_u16 (packet->data + at);
    guint16 blp = sfu_get_u16 (packet->data + at + 2);

    if (n == max)
      break;
    seqs[n++] = pid;
    for (guint bit = 0; bit < BLP_BITS && n < max; bit++) {
      if (blp & 1u << bit)
        seqs[n++] = (guint16)(pid + bit + 1);
    }
  }
  return n;
}

gboolean
sfu_rtcp_get_fir (
    const SfuRtcpPacket *packet, guint i, guint32 *ssrc, guint8 *command_seq)
{
  gsize at = FEEDBACK_FCI + (gsize)i * FIR_FCI_SIZE;

  if (!is_feedback (packet, SFU_RTCP_PSFB, SFU_PSFB_FIR))
    return FALSE;
  if (at + FIR_FCI_SIZE > packet->len)
    return FALSE;
  *ssrc = sfu_get_u32 (packet->data + at);
  *command_seq = packet->data[at + 4];
  return TRUE;
}

gboolean
sfu_rtcp_get_remb (const SfuRtcpPacket *packet, guint64 *bitrate_bps)
{
  const guint8 *data = packet->data;
  guint exponent;
  guint64 mantissa;

  if (!is_feedback (packet, SFU_RTCP_PSFB, SFU_PSFB_ALFB) ||
      packet->len < REMB_FIXED_SIZE ||
      memcmp (data + FEEDBACK_FCI, "REMB", 4) != 0)
    return FALSE;
  if (packet->len < REMB_FIXED_SIZE + (gsize)data[16] * 4)
    return FALSE;
  exponent = data[17] >> 2;
  mantissa = sfu_get_u24 (data + 17) & ((1u << REMB_MANTISSA_BITS) - 1);
  /* More than 64 bits can say means: no limit. */
  if (mantissa > G_MAXUINT64 >> exponent)
    *bitrate_bps = G_MAXUINT64;
  else
    *bitrate_bps = mantissa << exponent;
  return TRUE;
}

static gboolean
find_dlrr (const guint8 *data, gsize from, gsize to, guint32 ssrc,
    guint32 *last_rr, guint32 *delay)
{
  for (; from + XR_DLRR_SIZE <= to; from += XR_DLRR_SIZE) {
    if (sfu_get_u32 (data + from) == ssrc) {
      *last_rr = sfu_get_u32 (data + from + 4);
      *delay = sfu_get_u32 (data + from + 8);
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
sfu_rtcp_get_xr_dlrr (
    const SfuRtcpPacket *packet, guint32 ssrc, guint32 *last_rr, guint32 *delay)
{
  const guint8 *data = packet->data;
  gsize at = XR_BLOCKS_BEGIN;

  if (packet->type != SFU_RTCP_XR)
    return FALSE;
  while (at + XR_BLOCK_HEADER <= packet->len) {
    gsize begin = at + XR_BLOCK_HEADER;
    gsize end = begin + (gsize)sfu_get_u16 (data + at + 2) * 4;

    if (end > packet->len)
      return FALSE;
    if (data[at] == SFU_XR_DLRR &&
        find_dlrr (data, begin, end, ssrc, last_rr, delay))
      return TRUE;
    at = end;
  }
  return FALSE;
}

gboolean
sfu_rtcp_get_bye (const SfuRtcpPacket *packet, guint i, guint32 *ssrc)
{
  gsize at = HEADER_SIZE + (gsize)i * 4;

  if (packet->type != SFU_RTCP_BYE || i >= packet->count ||
      at + 4 > packet->len)
    return FALSE;
  *ssrc = sfu_get_u32 (packet->data + at);
  return TRUE;
}

guint64
sfu_ntp_from_unix_us (gint64 unix_us)
{
  gint64 seconds = unix_us / G_USEC_PER_SEC;
  gint64 us = unix_us % G_USEC_PER_SEC;

  if (us < 0) { /* before 1970: C rounds towards zero, we need the floor */
    us += G_USEC_PER_SEC;
    seconds--;
  }
  return (guint64)(seconds + UNIX_TO_NTP_SECONDS) << 32 |
      ((guint64)us << 32) / G_USEC_PER_SEC;
}

gint64
sfu_unix_us_from_ntp (guint64 ntp)
{
  gint64 seconds = (gint64)(ntp >> 32);
  guint64 fraction = ntp & G_MAXUINT32;

  /* RFC 4330 section 3: without the top bit it is the era that begins in
   * 2036. */
  if (!((guint32)seconds & NTP_ERA_TOP_BIT))
    seconds += NTP_ERA_SECONDS;
  return (seconds - UNIX_TO_NTP_SECONDS) * G_USEC_PER_SEC
      /* rounded to the nearest, so that there and back is exact */
      + (gint64)((fraction * G_USEC_PER_SEC + NTP_ERA_TOP_BIT) >> 32);
}

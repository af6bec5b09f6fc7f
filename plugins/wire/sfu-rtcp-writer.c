/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building RTCP. Every function reserves its whole packet first and writes
 * afterwards, so that a refused packet leaves no trace.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-rtcp.h"
#include "sfu-bytes.h"

#include <stdlib.h>
#include <string.h>

#define VERSION_BITS 0x80 /* version 2, no padding */
#define HEADER_SIZE 4
#define SENDER_INFO_END 28
#define RR_BLOCKS_BEGIN 8
#define REPORT_BLOCK_SIZE 24
#define MAX_REPORT_BLOCKS 31 /* five bits */
#define SDES_CNAME 1
#define MAX_SDES_TEXT 255
#define FEEDBACK_FCI 12
#define NACK_FCI_SIZE 4
#define FIR_FCI_SIZE 8
#define REMB_FIXED_SIZE 20
#define REMB_MAX_SSRCS 255
#define REMB_MANTISSA_BITS 18
#define BLP_BITS 16
#define XR_RRTR_WORDS 2 /* behind the block's header */
#define XR_RRTR_END 20
#define MAX_CUMULATIVE_LOST 0x7fffff /* 24 bits, signed */
#define MIN_CUMULATIVE_LOST (-0x800000)

void
sfu_rtcp_writer_init (SfuRtcpWriter *writer, guint8 *data, gsize size)
{
  writer->data = data;
  writer->size = size;
  writer->len = 0;
}

/* Takes size bytes (a multiple of four) and writes the common header. NULL
 * when they do not fit. */
static guint8 *
begin_packet (SfuRtcpWriter *writer, guint8 type, guint count, gsize size)
{
  guint8 *out;

  if (writer->size - writer->len < size)
    return NULL;
  out = writer->data + writer->len;
  writer->len += size;
  out[0] = VERSION_BITS | (guint8)count;
  out[1] = type;
  sfu_put_u16 (out + 2, (guint16)(size / 4 - 1));
  return out;
}

static void
put_report_blocks (guint8 *out, const SfuRtcpReportBlock *blocks, guint n)
{
  for (guint i = 0; i < n; i++, out += REPORT_BLOCK_SIZE) {
    const SfuRtcpReportBlock *block = &blocks[i];
    gint32 lost = CLAMP (
        block->cumulative_lost, MIN_CUMULATIVE_LOST, MAX_CUMULATIVE_LOST);

    sfu_put_u32 (out, block->ssrc);
    out[4] = block->fraction_lost;
    sfu_put_u24 (out + 5, (guint32)lost & 0xffffff);
    sfu_put_u32 (out + 8, block->highest_seq);
    sfu_put_u32 (out + 12, block->jitter);
    sfu_put_u32 (out + 16, block->last_sr);
    sfu_put_u32 (out + 20, block->delay_since_last_sr);
  }
}

gboolean
sfu_rtcp_add_sr (SfuRtcpWriter *writer, const SfuRtcpSenderInfo *info,
    const SfuRtcpReportBlock *blocks, guint n_blocks)
{
  guint8 *out;

  if (n_blocks > MAX_REPORT_BLOCKS)
    return FALSE;
  out = begin_packet (writer, SFU_RTCP_SR, n_blocks,
      SENDER_INFO_END + (gsize)n_blocks * REPORT_BLOCK_SIZE);
  if (out == NULL)
    return FALSE;
  sfu_put_u32 (out + 4, info->ssrc);
  sfu_put_u32 (out + 8, (guint32)(info->ntp >> 32));
  sfu_put_u32 (out + 12, (guint32)info->ntp);
  sfu_put_u32 (out + 16, info->rtp_timestamp);
  sfu_put_u32 (out + 20, info->packets);
  sfu_put_u32 (out + 24, info->octets);
  put_report_blocks (out + SENDER_INFO_END, blocks, n_blocks);
  return TRUE;
}

gboolean
sfu_rtcp_add_rr (SfuRtcpWriter *writer, guint32 sender_ssrc,
    const SfuRtcpReportBlock *blocks, guint n_blocks)
{
  guint8 *out;

  if (n_blocks > MAX_REPORT_BLOCKS)
    return FALSE;
  out = begin_packet (writer, SFU_RTCP_RR, n_blocks,
      RR_BLOCKS_BEGIN + (gsize)n_blocks * REPORT_BLOCK_SIZE);
  if (out == NULL)
    return FALSE;
  sfu_put_u32 (out + 4, sender_ssrc);
  put_report_blocks (out + RR_BLOCKS_BEGIN, blocks, n_blocks);
  return TRUE;
}

gboolean
sfu_rtcp_add_sdes_cname (
    SfuRtcpWriter *writer, guint32 ssrc, const gchar *cname)
{
  gsize len = MIN (strlen (cname), MAX_SDES_TEXT);
  gsize text = HEADER_SIZE + 4 + 2; /* header, SSRC, item type and length */
  /* RFC 3550 6.5: at least one zero ends the items of a chunk, and more fill
   * it up to 32 bits. */
  gsize size = (text + len + 1 + 3) & ~(gsize)3;
  guint8 *out = begin_packet (writer, SFU_RTCP_SDES, 1, size);

  if (out == NULL)
    return FALSE;
  sfu_put_u32 (out + 4, ssrc);
  out[8] = SDES_CNAME;
  out[9] = (guint8)len;
  memcpy (out + text, cname, len);
  memset (out + text + len, 0, size - text - len);
  return TRUE;
}

/* A feedback packet with fci_size bytes behind its two SSRCs (RFC 4585 6.1).
 * Returns where they begin. */
static guint8 *
begin_feedback (SfuRtcpWriter *writer, guint8 type, guint fmt,
    guint32 sender_ssrc, guint32 media_ssrc, gsize fci_size)
{
  guint8 *out = begin_packet (writer, type, fmt, FEEDBACK_FCI + fci_size);

  if (out == NULL)
    return NULL;
  sfu_put_u32 (out + 4, sender_ssrc);
  sfu_put_u32 (out + 8, media_ssrc);
  return out + FEEDBACK_FCI;
}

static gint
compare_offset (const void *a, const void *b)
{
  return *(const gint16 *)a - *(const gint16 *)b;
}

/* Packs sorted distances from base into PID/BLP pairs. Writes when out is not
 * NULL; returns how many pairs. */
static guint
pack_nack (guint16 base, const gint16 *offsets, guint n, guint8 *out)
{
  guint pairs = 0;

  for (guint i = 0; i < n; pairs++) {
    gint pid = offsets[i];
    guint16 blp = 0;

    for (i++; i < n && offsets[i] - pid <= BLP_BITS; i++) {
      if (offsets[i] != pid)
        blp |= 1u << (offsets[i] - pid - 1);
    }
    if (out != NULL) {
      sfu_put_u16 (out + pairs * NACK_FCI_SIZE, (guint16)(base + pid));
      sfu_put_u16 (out + pairs * NACK_FCI_SIZE + 2, blp);
    }
  }
  return pairs;
}

gboolean
sfu_rtcp_add_nack (SfuRtcpWriter *writer, guint32 sender_ssrc,
    guint32 media_ssrc, const guint16 *seqs, guint n)
{
  g_autofree gint16 *offsets = NULL;
  guint8 *out;

  if (n == 0)
    return FALSE;
  /* Distances from the first number sort right over the wrap, for any set that
   * spans less than half the circle; other sets still come out whole. */
  offsets = g_new (gint16, n);
  for (guint i = 0; i < n; i++)
    offsets[i] = (gint16)(guint16)(seqs[i] - seqs[0]);
  qsort (offsets, n, sizeof *offsets, compare_offset);

  out = begin_feedback (writer, SFU_RTCP_RTPFB, SFU_RTPFB_NACK, sender_ssrc,
      media_ssrc, (gsize)pack_nack (seqs[0], offsets, n, NULL) * NACK_FCI_SIZE);
  if (out == NULL)
    return FALSE;
  pack_nack (seqs[0], offsets, n, out);
  return TRUE;
}

gboolean
sfu_rtcp_add_pli (
    SfuRtcpWriter *writer, guint32 sender_ssrc, guint32 media_ssrc)
{
  return begin_feedback (writer, SFU_RTCP_PSFB, SFU_PSFB_PLI, sender_ssrc,
             media_ssrc, 0) != NULL;
}

gboolean
sfu_rtcp_add_fir (SfuRtcpWriter *writer, guint32 sender_ssrc,
    guint32 media_ssrc, guint8 command_seq)
{
  /* RFC 5104 4.3.1.2: the SSRC of the media stands in the entry, the one of
   * the feedback header is 0. */
  guint8 *out = begin_feedback (
      writer, SFU_RTCP_PSFB, SFU_PSFB_FIR, sender_ssrc, 0, FIR_FCI_SIZE);

  if (out == NULL)
    return FALSE;
  sfu_put_u32 (out, media_ssrc);
  sfu_put_u32 (out + 4, (guint32)command_seq << 24);
  return TRUE;
}

gboolean
sfu_rtcp_add_remb (SfuRtcpWriter *writer, guint32 sender_ssrc,
    guint64 bitrate_bps, const guint32 *ssrcs, guint n_ssrcs)
{
  guint exponent = 0;
  guint8 *out;

  if (n_ssrcs > REMB_MAX_SSRCS)
    return FALSE;
  while (bitrate_bps >> exponent >= 1u << REMB_MANTISSA_BITS)
    exponent++;
  out = begin_feedback (writer, SFU_RTCP_PSFB, SFU_PSFB_ALFB, sender_ssrc, 0,
      REMB_FIXED_SIZE - FEEDBACK_FCI + (gsize)n_ssrcs * 4);
  if (out == NULL)
    return FALSE;
  memcpy (out, "REMB", 4);
  out[4] = (guint8)n_ssrcs;
  sfu_put_u24 (out + 5,
      (guint32)(bitrate_bps >> exponent) | exponent << REMB_MANTISSA_BITS);
  for (guint i = 0; i < n_ssrcs; i++)
    sfu_put_u32 (out + 8 + 4 * i, ssrcs[i]);
  return TRUE;
}

gboolean
sfu_rtcp_add_xr_rrtr (SfuRtcpWriter *writer, guint32 sender_ssrc, guint64 ntp)
{
  guint8 *out = begin_packet (writer, SFU_RTCP_XR, 0, XR_RRTR_END);

  if (out == NULL)
    return FALSE;
  sfu_put_u32 (out + 4, sender_ssrc);
  out[8] = SFU_XR_RRTR;
  out[9] = 0;
  sfu_put_u16 (out + 10, XR_RRTR_WORDS);
  sfu_put_u32 (out + 12, (guint32)(ntp >> 32));
  sfu_put_u32 (out + 16, (guint32)ntp);
  return TRUE;
}

gboolean
sfu_rtcp_add_bye (SfuRtcpWriter *writer, guint32 ssrc)
{
  guint8 *out = begin_packet (writer, SFU_RTCP_BYE, 1, HEADER_SIZE + 4);

  if (out == NULL)
    return FALSE;
  sfu_put_u32 (out + 4, ssrc);
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: the RTCP reader and every getter; NACKs are written and read
 * again. Input: a datagram.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-rtcp.h"

#include <string.h>

#define MAX_SEQS 1024
#define MAX_ENTRIES 40 /* more than any count can say */

static void
check_nack (const SfuRtcpPacket *packet)
{
  static guint16 seqs[MAX_SEQS], again[MAX_SEQS];
  static guint8 out[12 + 4 * MAX_SEQS], asked[G_MAXUINT16 + 1];
  guint n = sfu_rtcp_get_nack (packet, seqs, MAX_SEQS), n_again;
  SfuRtcpWriter writer;
  SfuRtcpReader reader;
  SfuRtcpPacket written;

  g_assert (n <= MAX_SEQS);
  if (n == 0)
    return;
  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert (sfu_rtcp_add_nack (&writer, 1, 2, seqs, n));
  sfu_rtcp_reader_init (&reader, out, writer.len);
  g_assert (sfu_rtcp_reader_next (&reader, &written));
  n_again = sfu_rtcp_get_nack (&written, again, MAX_SEQS);
  g_assert (n_again <= n);
  for (guint i = 0; i < n_again; i++) {
    g_assert (!asked[again[i]]); /* each once */
    asked[again[i]] = TRUE;
  }
  for (guint i = 0; i < n; i++)
    g_assert (asked[seqs[i]]);
  for (guint i = 0; i < n; i++)
    asked[seqs[i]] = FALSE;
}

static void
check_reports (const SfuRtcpPacket *packet)
{
  SfuRtcpReportBlock blocks[31];
  SfuRtcpSenderInfo info;
  guint8 out[28 + 31 * 24];
  SfuRtcpWriter writer;
  guint n = 0;

  while (n < G_N_ELEMENTS (blocks) &&
      sfu_rtcp_get_report_block (packet, n, &blocks[n]))
    n++;
  sfu_rtcp_writer_init (&writer, out, sizeof out);
  if (sfu_rtcp_get_sender_info (packet, &info)) {
    /* All of a sender report that we know comes out as it came in. */
    g_assert (sfu_rtcp_add_sr (&writer, &info, blocks, n));
    g_assert (memcmp (out + 4, packet->data + 4, writer.len - 4) == 0);
  } else if (n > 0) {
    g_assert (sfu_rtcp_add_rr (&writer, 0, blocks, n));
    g_assert (memcmp (out + 8, packet->data + 8, writer.len - 8) == 0);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  gsize offset = 0;

  sfu_rtcp_reader_init (&reader, data, size);
  while (sfu_rtcp_reader_next (&reader, &packet)) {
    guint32 a, b;
    guint8 command;
    guint64 bitrate;

    /* Feedback alone may end in the middle of a word. */
    g_assert (packet.len >= 4 &&
        (packet.len % 4 == 0 || packet.type == SFU_RTCP_RTPFB));
    g_assert (packet.data == data + offset);
    g_assert (reader.offset >= offset + packet.len && reader.offset <= size);
    offset = reader.offset;
    sfu_rtcp_get_feedback (&packet, &a, &b);
    sfu_rtcp_get_remb (&packet, &bitrate);
    sfu_rtcp_get_xr_dlrr (&packet, 1, &a, &b);
    for (guint i = 0; i < MAX_ENTRIES; i++) {
      sfu_rtcp_get_fir (&packet, i, &a, &command);
      sfu_rtcp_get_bye (&packet, i, &a);
    }
    check_nack (&packet);
    check_reports (&packet);
  }
  return 0;
}

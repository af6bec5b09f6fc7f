/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP: vectors by hand after the figures of the RFCs, broken framing, and
 * every truncation. test-rtcp-writer.c has what only a builder can get wrong.
 *
 * Threads: one. */
#include "sfu-rtcp.h"
#include "test-util.h"

#define ROOM 2048

typedef struct {
  const gchar *name;
  guint8 data[32];
  gsize len;
  guint packets;
  guint first_len; /* without padding */
} FramingCase;

static const FramingCase framing[] = {
  { "empty", { 0 }, 0, 0 },
  { "three bytes", { 0x80, 201, 0 }, 3, 0 },
  { "header alone", { 0x80, 203, 0, 0 }, 4, 1, 4 },
  { "version 1", { 0x40, 201, 0, 0 }, 4, 0 },
  { "too long for the datagram", { 0x80, 201, 0, 1 }, 4, 0 },
  { "longest length", { 0x80, 201, 0xff, 0xff }, 32, 0 },
  { "two", { 0x80, 203, 0, 0, 0x81, 206, 0, 2 }, 16, 2, 4 },
  { "rubbish behind", { 0x80, 203, 0, 0, 0x41, 206, 0, 2 }, 16, 1, 4 },
  { "second truncated", { 0x80, 203, 0, 0, 0x81, 206, 0, 3 }, 16, 1, 4 },
  { "padding", { 0xa0, 201, 0, 2, 0, 0, 0, 0, 0, 0, 0, 4 }, 12, 1, 8 },
  { "nothing but padding", { 0xa0, 201, 0, 1, 0, 0, 0, 4 }, 8, 1, 4 },
  { "padding of zero", { 0xa0, 201, 0, 1, 0, 0, 0, 0 }, 8, 0 },
  /* Chromium's transport-wide feedback. */
  { "feedback with padding of three", { 0xaf, 205, 0, 1, 0, 0, 0, 3 }, 8, 1,
      5 },
  { "padding of three", { 0xa0, 201, 0, 1, 0, 0, 0, 3 }, 8, 0 },
  { "padding over the header", { 0xa0, 201, 0, 1, 0, 0, 0, 8 }, 8, 0 },
  { "padding in the header", { 0xa0, 201, 0, 0 }, 4, 0 },
};

static void
test_framing (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (framing); i++) {
    const FramingCase *c = &framing[i];
    guint8 *data = exact_copy (c->data, c->len);
    SfuRtcpReader reader;
    SfuRtcpPacket packet;
    guint n = 0;

    g_test_message ("%s", c->name);
    sfu_rtcp_reader_init (&reader, data, c->len);
    while (sfu_rtcp_reader_next (&reader, &packet)) {
      if (n++ == 0)
        g_assert_cmpuint (packet.len, ==, c->first_len);
    }
    g_assert_cmpuint (n, ==, c->packets);
    free (data);
  }
}

/* Reads everything that can be read. The sum keeps the reads alive under an
 * optimizer; the sanitizer judges. */
static guint64
read_all (const guint8 *data, gsize len, guint *packets)
{
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  guint64 sum = 0;

  *packets = 0;
  sfu_rtcp_reader_init (&reader, data, len);
  while (sfu_rtcp_reader_next (&reader, &packet)) {
    SfuRtcpSenderInfo info = { 0 };
    SfuRtcpReportBlock block = { 0 };
    guint32 a = 0, b = 0;
    guint8 command = 0;
    guint64 bitrate = 0;
    guint16 seqs[64];

    (*packets)++;
    g_assert_true (
        packet.data >= data && packet.data + packet.len <= data + len);
    sum += sfu_rtcp_get_sender_info (&packet, &info) + info.octets;
    sum += sfu_rtcp_get_feedback (&packet, &a, &b) + a + b;
    sum += sfu_rtcp_get_nack (&packet, seqs, G_N_ELEMENTS (seqs));
    sum += sfu_rtcp_get_remb (&packet, &bitrate) + bitrate;
    for (guint i = 0; i < 40; i++) {
      sum += sfu_rtcp_get_report_block (&packet, i, &block) + block.jitter;
      sum += sfu_rtcp_get_fir (&packet, i, &a, &command) + command;
      sum += sfu_rtcp_get_bye (&packet, i, &a) + a;
    }
  }
  return sum;
}

static gsize
write_everything (guint8 *out, gsize size)
{
  const SfuRtcpReportBlock blocks[2] = { { .ssrc = 1 }, { .ssrc = 2 } };
  const SfuRtcpSenderInfo info = { .ssrc = 3 };
  const guint16 seqs[] = { 65535, 0, 40 };
  const guint32 ssrcs[] = { 7, 8 };
  SfuRtcpWriter writer;

  sfu_rtcp_writer_init (&writer, out, size);
  g_assert_true (sfu_rtcp_add_sr (&writer, &info, blocks, 2));
  g_assert_true (sfu_rtcp_add_rr (&writer, 4, blocks, 1));
  g_assert_true (sfu_rtcp_add_sdes_cname (&writer, 3, "somebody"));
  g_assert_true (sfu_rtcp_add_nack (&writer, 3, 5, seqs, 3));
  g_assert_true (sfu_rtcp_add_pli (&writer, 3, 5));
  g_assert_true (sfu_rtcp_add_fir (&writer, 3, 5, 9));
  g_assert_true (sfu_rtcp_add_remb (&writer, 3, 1000000, ssrcs, 2));
  g_assert_true (sfu_rtcp_add_bye (&writer, 3));
  return writer.len;
}

static void
test_truncated (void)
{
  guint8 compound[ROOM];
  gsize total = write_everything (compound, sizeof compound);
  guint packets, before = 0;

  for (gsize len = 0; len <= total; len++) {
    guint8 *data = exact_copy (compound, len);

    read_all (data, len, &packets);
    g_assert_cmpuint (packets, >=, before);
    before = packets;
    free (data);
  }
  g_assert_cmpuint (packets, ==, 8);
}

/* Each kind of packet with its length field saying less than its count: the
 * framing is right, the content lies. */
static void
test_short_content (void)
{
  const guint8 types[] = { SFU_RTCP_SR, SFU_RTCP_RR, SFU_RTCP_SDES,
    SFU_RTCP_BYE, SFU_RTCP_APP, SFU_RTCP_RTPFB, SFU_RTCP_PSFB, SFU_RTCP_XR, 0,
    255 };

  for (guint t = 0; t < G_N_ELEMENTS (types); t++) {
    for (guint count = 0; count < 32; count++) {
      for (guint words = 1; words <= 14; words++) {
        guint8 *data = calloc (words, 4);
        guint packets;

        data[0] = 0x80 | count;
        data[1] = types[t];
        data[3] = words - 1;
        if (words > 4)
          memcpy (data + 12, "REMB\xff\xff\xff\xff", 8);
        read_all (data, words * 4, &packets);
        g_assert_cmpuint (packets, ==, 1);
        free (data);
      }
    }
  }
}

static void
read_one (SfuRtcpWriter *writer, SfuRtcpPacket *packet)
{
  SfuRtcpReader reader;

  sfu_rtcp_reader_init (&reader, writer->data, writer->len);
  g_assert_true (sfu_rtcp_reader_next (&reader, packet));
  g_assert_cmpuint (packet->len, ==, writer->len);
}

static void
test_reports (void)
{
  /* RFC 3550 6.4.1 */
  static const guint8 expect[] = { 0x81, 200, 0, 12, 0x11, 0x22, 0x33, 0x44,
    0xe1, 0xe2, 0xe3, 0xe4, 0x80, 0, 0, 1, 0xff, 0xff, 0xff, 0xf0, 0, 0, 1, 0,
    0, 1, 0, 0, 0xaa, 0xbb, 0xcc, 0xdd, 0x40, 0xff, 0xff, 0xfe, 0, 1, 0, 2, 0,
    0, 0, 9, 0xe3, 0xe4, 0x80, 0, 0, 1, 0, 0 };
  const SfuRtcpSenderInfo info = { 0x11223344, 0xe1e2e3e480000001, 0xfffffff0,
    256, 65536 };
  const SfuRtcpReportBlock block = { 0xaabbccdd, 0x40, -2, 0x10002, 9,
    0xe3e48000, 0x10000 };
  guint8 out[ROOM];
  SfuRtcpWriter writer;
  SfuRtcpPacket packet;
  SfuRtcpSenderInfo got;
  SfuRtcpReportBlock b;

  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_rtcp_add_sr (&writer, &info, &block, 1));
  g_assert_cmpmem (out, writer.len, expect, sizeof expect);

  read_one (&writer, &packet);
  g_assert_cmpuint (packet.type, ==, SFU_RTCP_SR);
  g_assert_true (sfu_rtcp_get_sender_info (&packet, &got));
  g_assert_cmphex (got.ssrc, ==, info.ssrc);
  g_assert_cmphex (got.ntp, ==, info.ntp);
  g_assert_cmphex (got.rtp_timestamp, ==, info.rtp_timestamp);
  g_assert_cmpuint (got.packets, ==, info.packets);
  g_assert_cmpuint (got.octets, ==, info.octets);
  g_assert_true (sfu_rtcp_get_report_block (&packet, 0, &b));
  g_assert_cmphex (b.ssrc, ==, block.ssrc);
  g_assert_cmpuint (b.fraction_lost, ==, 0x40);
  g_assert_cmpint (b.cumulative_lost, ==, -2);
  g_assert_cmpuint (b.highest_seq, ==, 0x10002);
  g_assert_cmpuint (b.jitter, ==, 9);
  g_assert_cmphex (b.last_sr, ==, 0xe3e48000);
  g_assert_cmpuint (b.delay_since_last_sr, ==, 0x10000);
  g_assert_false (sfu_rtcp_get_report_block (&packet, 1, &b));

  /* What follows the counted blocks is a profile's extension (6.4.3). */
  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_rtcp_add_rr (&writer, 1, (SfuRtcpReportBlock[2]){ 0 }, 2));
  out[0]--;
  read_one (&writer, &packet);
  g_assert_true (sfu_rtcp_get_report_block (&packet, 0, &b));
  g_assert_false (sfu_rtcp_get_report_block (&packet, 1, &b));
}

static void
test_pli_fir_bye (void)
{
  static const guint8 pli[] = { 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2 };
  static const guint8 fir[] = { 0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
    0, 2, 0xff, 0, 0, 0 };
  static const guint8 bye[] = { 0x81, 203, 0, 1, 0, 0, 0, 9 };
  guint8 out[ROOM], command;
  guint16 seq;
  guint32 ssrc, media;
  guint64 bitrate;
  SfuRtcpWriter writer;
  SfuRtcpPacket packet;

  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_rtcp_add_pli (&writer, 1, 2));
  g_assert_cmpmem (out, writer.len, pli, sizeof pli);
  read_one (&writer, &packet);
  g_assert_true (sfu_rtcp_get_feedback (&packet, &ssrc, &media));
  g_assert_cmpuint (media, ==, 2);
  g_assert_false (sfu_rtcp_get_fir (&packet, 0, &ssrc, &command));
  g_assert_false (sfu_rtcp_get_remb (&packet, &bitrate));
  g_assert_cmpuint (sfu_rtcp_get_nack (&packet, &seq, 1), ==, 0);

  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_rtcp_add_fir (&writer, 1, 2, 255));
  g_assert_cmpmem (out, writer.len, fir, sizeof fir);
  read_one (&writer, &packet);
  g_assert_true (sfu_rtcp_get_fir (&packet, 0, &ssrc, &command));
  g_assert_cmpuint (ssrc, ==, 2);
  g_assert_cmpuint (command, ==, 255);
  g_assert_false (sfu_rtcp_get_fir (&packet, 1, &ssrc, &command));

  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_rtcp_add_bye (&writer, 9));
  g_assert_cmpmem (out, writer.len, bye, sizeof bye);
  read_one (&writer, &packet);
  g_assert_true (sfu_rtcp_get_bye (&packet, 0, &ssrc));
  g_assert_cmpuint (ssrc, ==, 9);
  g_assert_false (sfu_rtcp_get_bye (&packet, 1, &ssrc));
  g_assert_false (sfu_rtcp_get_feedback (&packet, &ssrc, &media));
}

static void
test_remb (void)
{
  static const struct {
    guint64 in, out;
  } rates[] = {
    { 0, 0 },
    { 1, 1 },
    { 262143, 262143 },   /* the largest mantissa */
    { 262144, 262144 },   /* the first exponent */
    { 262145, 262144 },   /* rounded down: never promise more */
    { 2500000, 2500000 }, /* 156250 << 4 */
    { G_MAXUINT64, 0xffffc00000000000 },
  };
  const guint32 ssrcs[] = { 0x01020304, 0xa0b0c0d0 };
  /* 1 Mbit/s = 250000 << 2 */
  static const guint8 expect[] = { 0x8f, 206, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 'R',
    'E', 'M', 'B', 2, 0x0b, 0xd0, 0x90, 1, 2, 3, 4, 0xa0, 0xb0, 0xc0, 0xd0 };
  guint8 out[ROOM];
  guint32 many[256] = { 0 };
  guint64 got;
  SfuRtcpWriter writer;
  SfuRtcpPacket packet;

  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_rtcp_add_remb (&writer, 1, 1000000, ssrcs, 2));
  g_assert_cmpmem (out, writer.len, expect, sizeof expect);

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    sfu_rtcp_writer_init (&writer, out, sizeof out);
    g_assert_true (sfu_rtcp_add_remb (&writer, 1, rates[i].in, ssrcs, 2));
    read_one (&writer, &packet);
    g_assert_true (sfu_rtcp_get_remb (&packet, &got));
    g_assert_cmpuint (got, ==, rates[i].out);
  }
  out[17] = 0xff; /* exponent 63 */
  g_assert_true (sfu_rtcp_get_remb (&packet, &got));
  g_assert_cmpuint (got, ==, G_MAXUINT64);
  out[16] = 3; /* more SSRCs than there are */
  g_assert_false (sfu_rtcp_get_remb (&packet, &got));
  out[16] = 2;
  out[12] = 'r';
  g_assert_false (sfu_rtcp_get_remb (&packet, &got));

  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_false (sfu_rtcp_add_remb (&writer, 1, 1, many, 256));
  g_assert_true (sfu_rtcp_add_remb (&writer, 1, 1, many, 255));
}

static void
test_ntp (void)
{
  static const struct {
    gint64 unix_us;
    guint64 ntp;
  } table[] = {
    { 0, 0x83aa7e8000000000 },
    { 500000, 0x83aa7e8080000000 },
    { -500000, 0x83aa7e7f80000000 },
    { 1700000000250000, 0xe8fe6f8040000000 },
    { 2085978495999999, 0xffffffffffffef39 }, /* the last of the era */
    { 2085978496000000, 0 },                  /* 7 February 2036 */
    { 2085978497000000, G_GUINT64_CONSTANT (1) << 32 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_cmphex (sfu_ntp_from_unix_us (table[i].unix_us), ==, table[i].ntp);
    g_assert_cmpint (sfu_unix_us_from_ntp (table[i].ntp), ==, table[i].unix_us);
  }
  for (guint i = 0; i < 100000; i++) {
    /* 1970 to 2038, over the change of era */
    gint64 us =
        (gint64)g_rand_int_range (rand, 0, G_MAXINT32) * G_USEC_PER_SEC +
        g_rand_int_range (rand, 0, G_USEC_PER_SEC);

    g_assert_cmpint (sfu_unix_us_from_ntp (sfu_ntp_from_unix_us (us)), ==, us);
  }
}

static void
test_xr (void)
{
  static const guint8 rrtr[] = { 0x80, 207, 0, 4, 0, 0, 0, 1, 4, 0, 0, 2, 1, 2,
    3, 4, 5, 6, 7, 8 };
  /* A block that we do not know, then DLRR for two. */
  static const guint8 dlrr[] = { 0x80, 207, 0, 9, 0, 0, 0, 2, 7, 0, 0, 0, 5, 0,
    0, 6, 0, 0, 0, 8, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 9, 3, 3, 3, 3, 4, 4, 4,
    4 };
  guint8 out[64], broken[sizeof dlrr];
  SfuRtcpWriter writer;
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  guint32 last = 0, delay = 0;

  sfu_rtcp_writer_init (&writer, out, sizeof rrtr - 1);
  g_assert_false (sfu_rtcp_add_xr_rrtr (&writer, 1, G_GUINT64_CONSTANT (1)));
  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_rtcp_add_xr_rrtr (
      &writer, 1, G_GUINT64_CONSTANT (0x0102030405060708)));
  g_assert_cmpmem (out, writer.len, rrtr, sizeof rrtr);

  sfu_rtcp_reader_init (&reader, dlrr, sizeof dlrr);
  g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  g_assert_true (sfu_rtcp_get_xr_dlrr (&packet, 9, &last, &delay));
  g_assert_cmphex (last, ==, 0x03030303);
  g_assert_cmphex (delay, ==, 0x04040404);
  g_assert_true (sfu_rtcp_get_xr_dlrr (&packet, 8, &last, &delay));
  g_assert_cmphex (last, ==, 0x01010101);
  g_assert_false (sfu_rtcp_get_xr_dlrr (&packet, 7, &last, &delay));

  /* A block that is longer than the packet is not read. */
  memcpy (broken, dlrr, sizeof dlrr);
  broken[15] = 7;
  sfu_rtcp_reader_init (&reader, broken, sizeof broken);
  g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  g_assert_false (sfu_rtcp_get_xr_dlrr (&packet, 9, &last, &delay));
  sfu_rtcp_reader_init (&reader, rrtr, sizeof rrtr);
  g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  g_assert_false (sfu_rtcp_get_xr_dlrr (&packet, 1, &last, &delay));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtcp/framing", test_framing);
  g_test_add_func ("/rtcp/truncated", test_truncated);
  g_test_add_func ("/rtcp/short-content", test_short_content);
  g_test_add_func ("/rtcp/reports", test_reports);
  g_test_add_func ("/rtcp/pli-fir-bye", test_pli_fir_bye);
  g_test_add_func ("/rtcp/xr", test_xr);
  g_test_add_func ("/rtcp/remb", test_remb);
  g_test_add_func ("/rtcp/ntp", test_ntp);
  return g_test_run ();
}

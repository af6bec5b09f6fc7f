/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building RTCP: bounds of fields, packing of NACKs, padding of SDES, and that
 * a refusal writes nothing.
 *
 * Threads: one. */
#include "sfu-rtcp.h"
#include "test-util.h"

#define ROOM 2048

static void
read_one (SfuRtcpWriter *writer, SfuRtcpPacket *packet)
{
  SfuRtcpReader reader;

  sfu_rtcp_reader_init (&reader, writer->data, writer->len);
  g_assert_true (sfu_rtcp_reader_next (&reader, packet));
  g_assert_cmpuint (packet->len, ==, writer->len);
}

static void
test_receiver_report (void)
{
  static const struct {
    gint32 in, out;
  } lost[] = {
    { 0, 0 },
    { 5, 5 },
    { -1, -1 },
    { 0x7fffff, 0x7fffff },
    { 0x800000, 0x7fffff },
    { G_MAXINT32, 0x7fffff },
    { -0x800000, -0x800000 },
    { G_MININT32, -0x800000 },
  };
  SfuRtcpReportBlock blocks[32] = { { 0 } }, b;
  guint8 out[ROOM];
  SfuRtcpWriter writer;
  SfuRtcpPacket packet;
  SfuRtcpSenderInfo info;

  for (guint i = 0; i < G_N_ELEMENTS (lost); i++)
    blocks[i].cumulative_lost = lost[i].in;
  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_false (sfu_rtcp_add_rr (&writer, 1, blocks, 32));
  g_assert_cmpuint (writer.len, ==, 0);
  g_assert_true (sfu_rtcp_add_rr (&writer, 1, blocks, 31));
  read_one (&writer, &packet);
  g_assert_cmpuint (packet.count, ==, 31);
  for (guint i = 0; i < G_N_ELEMENTS (lost); i++) {
    g_assert_true (sfu_rtcp_get_report_block (&packet, i, &b));
    g_assert_cmpint (b.cumulative_lost, ==, lost[i].out);
  }
  g_assert_true (sfu_rtcp_get_report_block (&packet, 30, &b));
  g_assert_false (sfu_rtcp_get_report_block (&packet, 31, &b));
  g_assert_false (sfu_rtcp_get_report_block (&packet, G_MAXUINT, &b));
  g_assert_false (sfu_rtcp_get_sender_info (&packet, &info));
}

static void
test_sdes (void)
{
  static const guint8 ab[] = { 0x81, 202, 0, 3, 0, 0, 0, 7, 1, 2, 'a', 'b', 0,
    0, 0, 0 };
  g_autofree gchar *text = g_strnfill (300, 'x');
  guint8 out[ROOM];
  SfuRtcpWriter writer;

  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_rtcp_add_sdes_cname (&writer, 7, "ab"));
  /* Two bytes end a word exactly: the closing zero takes a word of its own. */
  g_assert_cmpmem (out, writer.len, ab, sizeof ab);

  for (gsize len = 0; len <= 300; len++) {
    SfuRtcpPacket packet;
    gsize kept = MIN (len, 255);

    memset (out, 0xaa, sizeof out);
    sfu_rtcp_writer_init (&writer, out, sizeof out);
    g_assert_true (sfu_rtcp_add_sdes_cname (&writer, 7, text + 300 - len));
    read_one (&writer, &packet);
    g_assert_cmpuint (out[9], ==, kept);
    g_assert_cmpuint (packet.len, >, 10 + kept);
    g_assert_cmpuint (packet.len, <=, 10 + kept + 4);
    for (gsize i = 10 + kept; i < packet.len; i++)
      g_assert_cmpuint (out[i], ==, 0);
  }
}

typedef struct {
  const gchar *name;
  guint16 in[20];
  guint n;
  guint16 out[20];
  guint n_out;
  guint pairs;
} NackCase;

static const NackCase nacks[] = {
  { "one", { 7 }, 1, { 7 }, 1, 1 },
  { "neighbours", { 7, 8, 23 }, 3, { 7, 8, 23 }, 3, 1 },
  { "seventeen apart", { 7, 24 }, 2, { 7, 24 }, 2, 2 },
  { "any order", { 9, 7, 8 }, 3, { 7, 8, 9 }, 3, 1 },
  { "repeats", { 7, 7, 8, 7 }, 4, { 7, 8 }, 2, 1 },
  { "over the wrap", { 65535, 0, 15 }, 3, { 65535, 0, 15 }, 3, 1 },
  { "over the wrap, backwards", { 1, 65534 }, 2, { 65534, 1 }, 2, 1 },
  { "far apart", { 0, 1000, 2000, 1001 }, 4, { 0, 1000, 1001, 2000 }, 4, 3 },
  { "half the circle", { 0, 32768, 1 }, 3, { 32768, 0, 1 }, 3, 2 },
};

static void
test_nack (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (nacks); i++) {
    const NackCase *c = &nacks[i];
    guint8 out[ROOM];
    guint16 seqs[64];
    guint32 sender, media;
    SfuRtcpWriter writer;
    SfuRtcpPacket packet;

    g_test_message ("%s", c->name);
    sfu_rtcp_writer_init (&writer, out, sizeof out);
    g_assert_true (sfu_rtcp_add_nack (&writer, 0xa1, 0xb2, c->in, c->n));
    g_assert_cmpuint (writer.len, ==, 12 + 4 * c->pairs);
    read_one (&writer, &packet);
    g_assert_true (sfu_rtcp_get_feedback (&packet, &sender, &media));
    g_assert_cmphex (sender, ==, 0xa1);
    g_assert_cmphex (media, ==, 0xb2);
    g_assert_cmpuint (sfu_rtcp_get_nack (&packet, seqs, 64), ==, c->n_out);
    g_assert_cmpmem (seqs, c->n_out * 2, c->out, c->n_out * 2);
    /* never more than asked for, at every bound */
    for (guint max = 0; max < c->n_out; max++)
      g_assert_cmpuint (sfu_rtcp_get_nack (&packet, seqs, max), ==, max);
  }
}

static void
test_nack_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);
  static gboolean asked[65536];
  static guint16 seqs[65536];
  static guint8 out[65536];

  for (guint round = 0; round < 200; round++) {
    guint n = g_rand_int_range (rand, 1, 600);
    guint spread = 1u << g_rand_int_range (rand, 0, 17);
    guint base = g_rand_int (rand), distinct = 0, got;
    SfuRtcpWriter writer;
    SfuRtcpPacket packet;

    memset (asked, 0, sizeof asked);
    for (guint i = 0; i < n; i++) {
      seqs[i] = (guint16)(base + g_rand_int_range (rand, 0, spread));
      distinct += !asked[seqs[i]];
      asked[seqs[i]] = TRUE;
    }
    sfu_rtcp_writer_init (&writer, out, sizeof out);
    g_assert_true (sfu_rtcp_add_nack (&writer, 1, 2, seqs, n));
    read_one (&writer, &packet);
    got = sfu_rtcp_get_nack (&packet, seqs, G_N_ELEMENTS (seqs));
    g_assert_cmpuint (got, ==, distinct);
    for (guint i = 0; i < got; i++)
      g_assert_true (asked[seqs[i]]);
  }
}

static void
test_nack_empty (void)
{
  guint8 out[ROOM];
  SfuRtcpWriter writer;

  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_false (sfu_rtcp_add_nack (&writer, 1, 2, NULL, 0));
  g_assert_cmpuint (writer.len, ==, 0);
}

/* Every builder in too small a room: refused, and not a byte written. */
static void
test_no_room (void)
{
  const SfuRtcpSenderInfo info = { 0 };
  const SfuRtcpReportBlock block = { 0 };
  const guint16 seq = 1;
  const guint32 ssrc = 1;
  const gsize sizes[] = { 52, 32, 16, 16, 12, 20, 24, 8 };

  for (guint kind = 0; kind < G_N_ELEMENTS (sizes); kind++) {
    for (gsize room = 0; room <= sizes[kind]; room++) {
      guint8 *out = malloc (room);
      gboolean ok[G_N_ELEMENTS (sizes)];
      SfuRtcpWriter writer;

      memset (out, 0x55, room);
      sfu_rtcp_writer_init (&writer, out, room);
      if (kind == 0)
        ok[kind] = sfu_rtcp_add_sr (&writer, &info, &block, 1);
      else if (kind == 1)
        ok[kind] = sfu_rtcp_add_rr (&writer, 1, &block, 1);
      else if (kind == 2)
        ok[kind] = sfu_rtcp_add_sdes_cname (&writer, 1, "cname");
      else if (kind == 3)
        ok[kind] = sfu_rtcp_add_nack (&writer, 1, 2, &seq, 1);
      else if (kind == 4)
        ok[kind] = sfu_rtcp_add_pli (&writer, 1, 2);
      else if (kind == 5)
        ok[kind] = sfu_rtcp_add_fir (&writer, 1, 2, 3);
      else if (kind == 6)
        ok[kind] = sfu_rtcp_add_remb (&writer, 1, 2, &ssrc, 1);
      else
        ok[kind] = sfu_rtcp_add_bye (&writer, 1);

      g_assert_cmpint (ok[kind], ==, room == sizes[kind]);
      g_assert_cmpuint (writer.len, ==, ok[kind] ? sizes[kind] : 0);
      for (gsize i = 0; !ok[kind] && i < room; i++)
        g_assert_cmphex (out[i], ==, 0x55);
      free (out);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtcp-writer/receiver-report", test_receiver_report);
  g_test_add_func ("/rtcp-writer/sdes", test_sdes);
  g_test_add_func ("/rtcp-writer/nack/table", test_nack);
  g_test_add_func ("/rtcp-writer/nack/random", test_nack_random);
  g_test_add_func ("/rtcp-writer/nack/empty", test_nack_empty);
  g_test_add_func ("/rtcp-writer/no-room", test_no_room);
  return g_test_run ();
}

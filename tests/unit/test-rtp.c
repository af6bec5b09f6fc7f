/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP fixed header: whole packets, every truncation, every lie about lengths.
 *
 * Threads: one. */
#include "sfu-rtp.h"
#include "test-util.h"

#define FIXED 0x80, 0x60, 0x12, 0x34, 1, 2, 3, 4, 0xde, 0xad, 0xbe, 0xef

typedef struct {
  const gchar *name;
  guint8 data[64];
  gsize len;
  gboolean ok;
  guint header_len, ext_offset, ext_len, padding_len, payload_len;
} Case;

static const Case cases[] = {
  { "empty", { 0 }, 0, FALSE },
  { "no payload", { FIXED }, 12, TRUE, 12, 0, 0, 0, 0 },
  { "payload", { FIXED, 1, 2, 3 }, 15, TRUE, 12, 0, 0, 0, 3 },
  { "version 1", { 0x40, 0x60 }, 12, FALSE },
  { "version 3", { 0xc0, 0x60 }, 12, FALSE },
  { "two csrcs", { 0x82, 0x60 }, 21, TRUE, 20, 0, 0, 0, 1 },
  { "csrcs missing", { 0x82, 0x60 }, 19, FALSE },
  { "fifteen csrcs missing", { 0x8f, 0x60 }, 64, FALSE },
  { "extension", { [0] = 0x90, [12] = 0xbe, 0xde, 0, 1, 1, 2, 3, 4, 9 }, 21,
      TRUE, 20, 16, 4, 0, 1 },
  { "extension behind csrc", { [0] = 0x91, [16] = 0x10, 0, 0, 1 }, 25, TRUE, 24,
      20, 4, 0, 1 },
  { "empty extension", { [0] = 0x90, [12] = 0xbe, 0xde, 0, 0 }, 16, TRUE, 16,
      16, 0, 0, 0 },
  { "extension header missing", { [0] = 0x90 }, 15, FALSE },
  { "extension overruns", { [0] = 0x90, [12] = 0xbe, 0xde, 0, 2 }, 23, FALSE },
  { "extension of 65535 words", { [0] = 0x90, [12] = 0xbe, 0xde, 0xff, 0xff },
      64, FALSE },
  { "padding", { [0] = 0xa0, [15] = 3 }, 16, TRUE, 12, 0, 0, 3, 1 },
  { "only padding", { [0] = 0xa0, [15] = 4 }, 16, TRUE, 12, 0, 0, 4, 0 },
  { "padding into the header", { [0] = 0xa0, [15] = 5 }, 16, FALSE },
  { "padding of zero", { [0] = 0xa0, [15] = 0 }, 16, FALSE },
  { "padding bit without a byte", { [0] = 0xa0, [11] = 1 }, 12, FALSE },
  { "padding behind extension",
      { [0] = 0xb0, [12] = 0xbe, 0xde, 0, 1, [21] = 2 }, 22, TRUE, 20, 16, 4, 2,
      0 },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    guint8 *data = exact_copy (c->data, c->len);
    SfuRtpHeader h;

    g_test_message ("%s", c->name);
    g_assert_cmpint (sfu_rtp_parse (data, c->len, &h), ==, c->ok);
    if (c->ok) {
      g_assert_cmpuint (h.header_len, ==, c->header_len);
      g_assert_cmpuint (h.ext_offset, ==, c->ext_offset);
      g_assert_cmpuint (h.ext_len, ==, c->ext_len);
      g_assert_cmpuint (h.padding_len, ==, c->padding_len);
      g_assert_cmpuint (h.payload_len, ==, c->payload_len);
    }
    free (data);
  }
}

static void
test_fields (void)
{
  const guint8 data[] = { 0x91, 0xe0, 0xff, 0xfe, 0x89, 0xab, 0xcd, 0xef, 0xca,
    0xfe, 0xba, 0xbe, 0, 0, 0, 1, 0x10, 0x03, 0, 0 };
  SfuRtpHeader h;

  g_assert_true (sfu_rtp_parse (data, sizeof data, &h));
  g_assert_cmpuint (h.seq, ==, 0xfffe);
  g_assert_cmphex (h.timestamp, ==, 0x89abcdef);
  g_assert_cmphex (h.ssrc, ==, 0xcafebabe);
  g_assert_cmpuint (h.payload_type, ==, 96);
  g_assert_true (h.marker);
  g_assert_cmpuint (h.csrc_count, ==, 1);
  g_assert_cmphex (h.ext_profile, ==, 0x1003);
}

/* Everything at once (CSRCs, extension, padding), cut at every length: what is
 * accepted must lie inside what was given. */
static void
test_truncated (void)
{
  guint8 packet[] = { 0xb2, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0,
    0, 0, 5, 0xbe, 0xde, 0, 2, 0x10, 1, 0x20, 2, 0, 0, 0, 0, 'p', 'a', 'y', 1 };

  for (gsize len = 0; len <= sizeof packet; len++) {
    guint8 *data = exact_copy (packet, len);
    SfuRtpHeader h;
    gboolean ok = sfu_rtp_parse (data, len, &h);

    if (len == sizeof packet)
      g_assert_true (ok);
    if (len <= 32) /* header incomplete, or nothing left for the padding */
      g_assert_false (ok);
    if (ok) {
      g_assert_cmpuint (h.header_len + h.padding_len + h.payload_len, ==, len);
      g_assert_cmpuint (h.ext_offset + h.ext_len, <=, h.header_len);
    }
    free (data);
  }
}

static void
test_longest (void)
{
  guint8 *data = calloc (1, G_MAXUINT16 + 1);
  SfuRtpHeader h;

  data[0] = 0x80;
  g_assert_true (sfu_rtp_parse (data, G_MAXUINT16, &h));
  g_assert_cmpuint (h.payload_len, ==, G_MAXUINT16 - SFU_RTP_MIN_HEADER);
  g_assert_false (sfu_rtp_parse (data, G_MAXUINT16 + 1, &h));

  /* The longest extension that a datagram can hold. */
  data[0] = 0x90;
  data[14] = (G_MAXUINT16 - 16) / 4 >> 8;
  data[15] = (G_MAXUINT16 - 16) / 4 & 0xff;
  g_assert_true (sfu_rtp_parse (data, G_MAXUINT16, &h));
  g_assert_cmpuint (h.header_len, ==, 16 + (G_MAXUINT16 - 16) / 4 * 4);
  g_assert_cmpuint (h.payload_len, ==, G_MAXUINT16 - h.header_len);
  free (data);
}

static void
test_is_rtcp (void)
{
  guint8 data[2] = { 0x80, 0 };

  for (guint type = 0; type < 256; type++) {
    data[1] = type;
    g_assert_cmpint (sfu_rtp_is_rtcp (data, 2), ==, type >= 192 && type <= 223);
    g_assert_false (sfu_rtp_is_rtcp (data, 1));
  }
}

static void
test_seq_after (void)
{
  static const struct {
    guint16 a, b;
    gboolean after;
  } table[] = {
    { 1, 0, TRUE },
    { 0, 1, FALSE },
    { 5, 5, FALSE },
    { 0, 65535, TRUE },
    { 65535, 0, FALSE },
    { 32767, 0, TRUE },
    { 10, 65530, TRUE },
    { 32768, 0, FALSE }, /* exactly half: neither is after the other */
    { 0, 32768, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpint (
        sfu_seq_after (table[i].a, table[i].b), ==, table[i].after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp/table", test_table);
  g_test_add_func ("/rtp/fields", test_fields);
  g_test_add_func ("/rtp/truncated", test_truncated);
  g_test_add_func ("/rtp/longest", test_longest);
  g_test_add_func ("/rtp/is-rtcp", test_is_rtcp);
  g_test_add_func ("/rtp/seq-after", test_seq_after);
  return g_test_run ();
}

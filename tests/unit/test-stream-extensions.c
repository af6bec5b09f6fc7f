/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Header extensions from a publisher to a subscriber who has other ids: both
 * forms, every kind, also when timestamps get another base.
 *
 * Threads: one. */
#include "sfu-stream-receiver.h"
#include "sender-buffers.h"

#include <string.h>

#define HEADER 12
#define ONE_BYTE 0xbede
#define TWO_BYTE 0x1000

/* What the publisher says; capture time with the clock's offset, a descriptor
 * with a structure of one layer. */
static const struct {
  SfuExtKind kind;
  guint8 len;
  guint8 data[24];
  gboolean carried;
} said[] = {
  { SFU_EXT_MID, 2, "v0", FALSE },
  { SFU_EXT_RID, 2, "hi", FALSE },
  { SFU_EXT_RRID, 2, "lo", FALSE },
  { SFU_EXT_ABS_SEND_TIME, 3, { 7, 7, 7 }, FALSE },
  { SFU_EXT_TRANSPORT_CC, 2, { 7, 7 }, FALSE },
  { SFU_EXT_AUDIO_LEVEL, 1, { 0x85 }, TRUE },
  { SFU_EXT_VIDEO_ORIENTATION, 1, { 0x03 }, TRUE },
  { SFU_EXT_TOFFSET, 3, { 0xff, 0xff, 0xfe }, TRUE },
  { SFU_EXT_ABS_CAPTURE_TIME, 16,
      { 0xe9, 1, 2, 3, 4, 5, 6, 7, 0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 1 },
      TRUE },
  { SFU_EXT_PLAYOUT_DELAY, 3, { 0x00, 0xa0, 0x1e }, TRUE },
  { SFU_EXT_DEPENDENCY_DESCRIPTOR, 6, { 0xc0, 0xff, 0xff, 0x80, 0x00, 0xe0 },
      FALSE },
};

typedef struct {
  const gchar *name;
  guint8 first_in, first_out; /* ids: one after the other */
  guint16 appbits;            /* of the publisher, in the two-byte form */
  guint16 profile;            /* of the subscriber's packets */
} Case;

static const Case cases[] = {
  { "one byte to one byte", 1, 4, 0, ONE_BYTE },
  { "one byte to two bytes", 1, 10, 0, TWO_BYTE },
  { "two bytes to one byte", 20, 1, 0, ONE_BYTE },
  { "two bytes with appbits", 200, 1, 0xf, ONE_BYTE },
  { "two bytes with other appbits to two bytes", 100, 240, 0x7, TWO_BYTE },
};

static void
fill_map (SfuExtMap *map, guint8 first)
{
  sfu_ext_map_init (map);
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    g_assert_true (sfu_ext_map_add (map, (guint8)(first + i), said[i].kind));
}

typedef struct {
  SfuStreamReceiver *receiver;
  SfuStreamSender *sender;
  SfuTrack *track;
  SfuExtMap in, out;
  guint16 appbits, seq;
  gint64 now_us;
} Fixture;

static void
fixture_init (Fixture *f, const Case *c)
{
  SfuStreamConfig config;

  memset (f, 0, sizeof *f);
  fill_map (&f->in, c->first_in);
  fill_map (&f->out, c->first_out);
  f->appbits = c->appbits;
  f->now_us = G_USEC_PER_SEC;
  sfu_stream_config_init (&config);
  config.codec = SFU_CODEC_VP8;
  config.payload = 96;
  config.ext = f->in;
  f->track = sfu_track_new (&config, 64, G_USEC_PER_SEC, 1 << 20);
  f->receiver = sfu_stream_receiver_new (
      &config, 0, f->track, 10, G_USEC_PER_SEC, 250000, 600000);
  f->sender = sfu_stream_sender_new (1, 77, 9);
  config.ext = f->out;
  config.ssrc = 4242;
  g_strlcpy (config.mid, "7", sizeof config.mid);
  sfu_stream_sender_set_config (f->sender, &config);
  sfu_stream_sender_set_track (f->sender, f->track);
}

static void
fixture_clear (Fixture *f)
{
  sfu_stream_sender_free (f->sender);
  sfu_stream_receiver_free (f->receiver);
  sfu_track_unref (f->track);
}

/* A key frame with everything; what the subscriber gets. */
static GstBuffer *
send_one (Fixture *f, guint32 ssrc, guint32 timestamp)
{
  static const guint8 payload[] = { 0x10, 0x00, 1, 2, 3 };
  guint8 data[HEADER + 256 + sizeof payload] = { 0x90, 96 };
  GstBuffer *in, *out = NULL;
  SfuExtWriter writer;
  gboolean want;
  gsize size;

  GST_WRITE_UINT16_BE (data + 2, f->seq++);
  GST_WRITE_UINT32_BE (data + 4, timestamp);
  GST_WRITE_UINT32_BE (data + 8, ssrc);
  sfu_ext_writer_init (&writer);
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    sfu_ext_writer_add (
        &writer, f->in.id_of_kind[said[i].kind], said[i].data, said[i].len);
  g_assert_cmpuint (sfu_ext_writer_size (&writer), <=, 256);
  size = HEADER + sfu_ext_writer_write (&writer, data + HEADER);
  data[HEADER + 1] |= f->appbits;
  memcpy (data + size, payload, sizeof payload);
  in = gst_buffer_new_memdup (data, size + sizeof payload);
  g_assert_cmpint (sfu_stream_receiver_packet (f->receiver, &in, f->now_us), ==,
      SFU_VERDICT_FORWARD);
  g_assert_cmpint (sender_packet (f->sender, in, f->now_us, &out, &want), ==,
      SFU_VERDICT_FORWARD);
  gst_buffer_unref (in);
  return out;
}

/* How the elements of a kind that are not what was said look instead. */
static void
check_own (SfuExtKind kind, const guint8 *data, guint8 len, guint16 frame)
{
  const guint8 descriptor[] = { 0xc0, frame >> 8, frame & 0xff, 0x80, 0x00,
    0xe0 };

  switch (kind) {
    case SFU_EXT_MID:
      g_assert_cmpmem (data, len, "7", 1);
      break;
    case SFU_EXT_ABS_SEND_TIME: /* for the transport to fill in */
      g_assert_cmpmem (data, len, "\0\0\0", 3);
      break;
    case SFU_EXT_TRANSPORT_CC:
      g_assert_cmpmem (data, len, "\0\0", 2);
      break;
    case SFU_EXT_DEPENDENCY_DESCRIPTOR:
      g_assert_cmpmem (data, len, descriptor, sizeof descriptor);
      break;
    default: /* of the publisher's session */
      g_assert_cmpuint (len, ==, 0);
      break;
  }
}

/* Takes buffer. frame: number of the descriptor. */
static void
check (Fixture *f, GstBuffer *buffer, guint16 profile, guint16 frame)
{
  SfuRtpHeader header;
  SfuExtIndex index;
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_assert_true (sfu_rtp_parse (map.data, map.size, &header));
  g_assert_cmphex (header.ext_profile, ==, profile);
  g_assert_cmpuint (header.payload_len, ==, 5);
  sfu_ext_index (map.data, &header, &f->out, &index);
  for (guint i = 0; i < G_N_ELEMENTS (said); i++) {
    const guint8 *data = map.data + index.offset[said[i].kind];
    guint8 len = index.len[said[i].kind];

    if (said[i].carried)
      g_assert_cmpmem (data, len, said[i].data, said[i].len);
    else
      check_own (said[i].kind, data, len, frame);
  }
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

/* And as a retransmission, and of a publisher that began anew: its timestamps
 * are put elsewhere, what is said of them stays true; its frames count on. */
static void
test_all (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstBuffer *first, *anew;
    guint16 seq;
    Fixture f;

    g_test_message ("%s", cases[i].name);
    fixture_init (&f, &cases[i]);
    first = send_one (&f, 1000, 5000);
    check (&f, first, cases[i].profile, 1);
    check (&f, sender_retransmit (f.sender, 1, f.now_us), cases[i].profile, 1);
    f.seq = 4000;
    f.now_us += G_USEC_PER_SEC;
    anew = send_one (&f, 2000, 123456789);
    gst_buffer_extract (anew, 2, &seq, sizeof seq);
    g_assert_cmpuint (GUINT16_FROM_BE (seq), ==, 2);
    check (&f, anew, cases[i].profile, 2);
    fixture_clear (&f);
  }
}

/* Nothing that was not negotiated with the subscriber reaches it. */
static void
test_none (void)
{
  Fixture f;
  GstBuffer *out;

  fixture_init (&f, &cases[0]);
  sfu_ext_map_init (&f.out);
  {
    SfuStreamConfig config = *sfu_stream_sender_get_config (f.sender);

    config.ext = f.out;
    sfu_stream_sender_set_config (f.sender, &config);
  }
  out = send_one (&f, 1000, 5000);
  g_assert_cmpuint (gst_buffer_get_size (out), ==, HEADER + 5);
  gst_buffer_unref (out);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-extensions/all", test_all);
  g_test_add_func ("/stream-extensions/none", test_none);
  return g_test_run ();
}

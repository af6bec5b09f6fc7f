/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The dependency descriptor on its way through a consumer: its frame numbers go
 * on over a switch of encoding, a retransmission has those of the first time,
 * and one that could not be read goes no further.
 *
 * Threads: one. */
#include "sfu-dependency-descriptor.h"
#include "sender-buffers.h"

#include <string.h>

#define HEADER 20 /* with one block of extensions */
#define EXT_AT 17
#define IN_ID 8
#define OUT_ID 12
#define DD_SIZE 3
#define FRAME 3000
#define FIRST 65533

typedef struct {
  SfuStreamSender *sender;
  SfuTrack *track;
  guint16 seq[2];
  gint64 now_us;
} Fixture;

static void
fixture_init (Fixture *f)
{
  SfuStreamConfig config;

  memset (f, 0, sizeof *f);
  f->now_us = G_USEC_PER_SEC;
  sfu_stream_config_init (&config);
  config.codec = SFU_CODEC_VP8;
  config.n_encodings = 2;
  config.encodings[0].ssrc = 1000;
  config.encodings[1].ssrc = 1001;
  f->track = sfu_track_new (&config, 64, G_USEC_PER_SEC, 1 << 20);
  sfu_track_set_active (f->track, 3);
  config.payload = 101;
  config.ssrc = 4242;
  sfu_ext_map_init (&config.ext);
  sfu_ext_map_add (&config.ext, OUT_ID, SFU_EXT_DEPENDENCY_DESCRIPTOR);
  f->sender = sfu_stream_sender_new (FIRST, 0, 9);
  sfu_stream_sender_set_config (f->sender, &config);
  sfu_stream_sender_set_track (f->sender, f->track);
}

static void
fixture_clear (Fixture *f)
{
  sfu_stream_sender_free (f->sender);
  sfu_track_unref (f->track);
}

static GstBuffer *
make (Fixture *f, guint encoding, guint16 frame, gboolean key, gboolean read)
{
  guint8 data[HEADER + 4] = { 0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe,
    0xde, 0, 1, IN_ID << 4 | (DD_SIZE - 1), 0xc0 };
  SfuExtMap map;
  SfuRtpMeta *meta;
  GstBuffer *buffer;

  GST_WRITE_UINT16_BE (data + 2, f->seq[encoding]++);
  GST_WRITE_UINT32_BE (data + 4, (guint32)(f->now_us / 1000 * 90));
  GST_WRITE_UINT16_BE (data + EXT_AT + SFU_DD_FRAME_NUMBER_AT, frame);
  buffer = gst_buffer_new_memdup (data, sizeof data);
  meta = sfu_buffer_add_rtp_meta (buffer);
  sfu_ext_map_init (&map);
  sfu_ext_map_add (&map, IN_ID, SFU_EXT_DEPENDENCY_DESCRIPTOR);
  g_assert_true (sfu_rtp_parse (data, sizeof data, &meta->header));
  sfu_ext_index (data, &meta->header, &map, &meta->ext);
  meta->encoding = (guint8)encoding;
  meta->info.frame_start = TRUE;
  meta->info.keyframe_start = key;
  meta->info.has_frame_number = read;
  meta->info.frame_number = frame;
  sfu_track_put (f->track, encoding, meta->header.seq, buffer, f->now_us);
  return buffer;
}

/* The frame number in what the subscriber gets; -1 = no descriptor. */
static gint
frame_of (GstBuffer *buffer, guint16 *seq)
{
  guint8 data[HEADER];

  gst_buffer_extract (buffer, 0, data, sizeof data);
  *seq = GST_READ_UINT16_BE (data + 2);
  if (!(data[0] & 0x10))
    return -1;
  g_assert_cmphex (data[16], ==, OUT_ID << 4 | (DD_SIZE - 1));
  g_assert_cmphex (data[EXT_AT], ==, 0xc0);
  return GST_READ_UINT16_BE (data + EXT_AT + SFU_DD_FRAME_NUMBER_AT);
}

/* -2: it is not forwarded. */
static gint
send (Fixture *f, guint encoding, guint16 frame, gboolean key, gboolean read,
    guint16 *seq)
{
  g_autoptr (GstBuffer) in = make (f, encoding, frame, key, read);
  g_autoptr (GstBuffer) out = NULL;
  gboolean want = FALSE;

  f->now_us += 33 * 1000;
  if (sender_packet (f->sender, in, f->now_us, &out, &want) !=
      SFU_VERDICT_FORWARD)
    return -2;
  return frame_of (out, seq);
}

static void
test_switch (void)
{
  Fixture f;
  guint16 before, seq;
  GstBuffer *again;

  fixture_init (&f);
  g_assert_cmpint (send (&f, 1, 700, TRUE, TRUE, &seq), ==, FIRST);
  g_assert_cmpint (send (&f, 1, 701, FALSE, TRUE, &seq), ==, FIRST + 1);
  g_assert_cmpint (send (&f, 1, 704, FALSE, TRUE, &before), ==, 1);
  sfu_stream_sender_set_preferred_layers (f.sender, 0, -1, f.now_us);
  /* Numbered below what was sent, and behind it when it is forwarded. */
  g_assert_cmpint (send (&f, 0, 20, FALSE, TRUE, &seq), ==, -2);
  g_assert_cmpint (send (&f, 0, 21, TRUE, TRUE, &seq), ==, 2);
  g_assert_cmpint (send (&f, 0, 22, FALSE, TRUE, &seq), ==, 3);

  again = sender_retransmit (f.sender, before, f.now_us);
  g_assert_nonnull (again);
  g_assert_cmpint (frame_of (again, &seq), ==, 1);
  g_assert_cmpuint (seq, ==, before);
  gst_buffer_unref (again);
  fixture_clear (&f);
}

static void
test_unread (void)
{
  Fixture f;
  guint16 seq;

  fixture_init (&f);
  g_assert_cmpint (send (&f, 1, 700, TRUE, TRUE, &seq), ==, FIRST);
  g_assert_cmpint (send (&f, 1, 9, FALSE, FALSE, &seq), ==, -1);
  g_assert_cmpint (send (&f, 1, 701, FALSE, TRUE, &seq), ==, FIRST + 1);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-descriptor/switch", test_switch);
  g_test_add_func ("/stream-descriptor/unread", test_unread);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encodings-fixture.h"

#include <string.h>

void
fixture_init (Fixture *f)
{
  static const Source sources[N] = { { 65530, 32760, 4294960000u, 254, 30 },
    { 100, 5, 77, 9, 3 }, { 40000, 120, 3000000000u, 0, 31 } };
  SfuStreamConfig config;
  guint i;

  memset (f, 0, sizeof *f);
  f->now_us = f->start_us = 100 * G_USEC_PER_SEC;
  memcpy (f->sources, sources, sizeof sources);
  sfu_stream_config_init (&config);
  config.codec = SFU_CODEC_VP8;
  config.n_encodings = N;
  for (i = 0; i < N; i++) {
    config.encodings[i].ssrc = 1000 + i;
    config.encodings[i].temporal_layers = 3;
  }
  f->track = sfu_track_new (&config, 1024, G_USEC_PER_SEC, 1 << 20);
  f->sender = sfu_stream_sender_new (65533, G_MAXUINT32 - FRAME, 9);
  config.payload = 101;
  config.ssrc = 4242;
  sfu_stream_sender_set_config (f->sender, &config);
  sfu_stream_sender_set_track (f->sender, f->track);
}

void
fixture_clear (Fixture *f)
{
  sfu_stream_sender_free (f->sender);
  sfu_track_unref (f->track);
}

guint32
timestamp_of (const Fixture *f, guint encoding)
{
  return f->sources[encoding].clock +
      (guint32)((f->now_us - f->start_us) * CLOCK / G_USEC_PER_SEC);
}

GstBuffer *
make (Fixture *f, guint encoding, gboolean start, gboolean key, guint temporal)
{
  Source *source = &f->sources[encoding];
  guint8 data[HEADER + DESCRIPTOR + 10] = { 0x80, 96 };
  guint8 *p = data + HEADER;
  GstBuffer *buffer;
  SfuRtpMeta *meta;

  if (start) {
    source->picture = (source->picture + 1) & 0x7fff;
    source->tl0 += temporal == 0;
    source->key = (source->key + key) & 0x1f;
  }
  GST_WRITE_UINT16_BE (data + 2, source->seq++);
  GST_WRITE_UINT32_BE (data + 4, timestamp_of (f, encoding));
  p[0] = 0x80 | (start ? 0x10 : 0);
  p[1] = 0xf0;
  GST_WRITE_UINT16_BE (p + 2, source->picture | 0x8000);
  p[4] = source->tl0;
  p[5] = temporal << 6 | (temporal ? 0x20 : 0) | source->key;
  p[6] = key ? 0 : 1;
  buffer = gst_buffer_new_memdup (data, sizeof data);
  meta = sfu_buffer_add_rtp_meta (buffer);
  g_assert_true (sfu_rtp_parse (data, sizeof data, &meta->header));
  sfu_codec_inspect (SFU_CODEC_VP8, p, meta->header.payload_len, &meta->info);
  meta->encoding = encoding;
  meta->arrival_us = f->now_us;
  sfu_track_put (f->track, encoding, meta->header.seq, buffer, f->now_us);
  return buffer;
}

void
check (Fixture *f, GstBuffer *buffer, gboolean start, gboolean key)
{
  guint8 data[HEADER + DESCRIPTOR];
  guint8 *p = data + HEADER;
  Out out = { 0 };

  gst_buffer_extract (buffer, 0, data, sizeof data);
  out.seq = GST_READ_UINT16_BE (data + 2);
  out.timestamp = GST_READ_UINT32_BE (data + 4);
  out.picture = GST_READ_UINT16_BE (p + 2) & 0x7fff;
  out.tl0 = p[4];
  out.key = p[5] & 0x1f;
  out.at_us = f->now_us;
  out.n = f->out.n + 1;
  if (f->out.n > 0) {
    gint32 step = (gint32)(out.timestamp - f->out.timestamp);
    gint64 elapsed = (f->now_us - f->out.at_us) * CLOCK / G_USEC_PER_SEC;

    g_assert_cmpuint (out.seq, ==, (guint16)(f->out.seq + 1));
    if (start) {
      g_assert_cmpint (step, >=, 1);
      g_assert_cmpint (step, <=, elapsed + 2);
      g_assert_cmpuint (out.picture, ==, (f->out.picture + 1) & 0x7fff);
      if (key)
        g_assert_cmpuint (out.key, ==, (f->out.key + 1) & 0x1f);
    } else {
      g_assert_cmpint (step, ==, 0);
      g_assert_cmpuint (out.picture, ==, f->out.picture);
    }
    g_assert_cmpint ((gint8)(out.tl0 - f->out.tl0), >=, 0);
    g_assert_cmpint ((gint8)(out.tl0 - f->out.tl0), <=, 1);
  }
  f->out = out;
}

SfuVerdict
packet (
    Fixture *f, guint encoding, gboolean start, gboolean key, guint temporal)
{
  GstBuffer *in = make (f, encoding, start, key, temporal), *out;
  SfuVerdict verdict = sender_packet (f->sender, in, f->now_us, &out, &f->want);

  gst_buffer_unref (in);
  if (verdict == SFU_VERDICT_FORWARD) {
    check (f, out, start, key);
    gst_buffer_unref (out);
  }
  return verdict;
}

guint
picture (Fixture *f, guint keys, guint temporal)
{
  guint active = sfu_track_active (f->track), forwarded = 0, i;

  f->now_us += FRAME_US;
  for (i = 0; i < N; i++) {
    gboolean key = keys >> i & 1;
    guint t = key ? 0 : temporal; /* as every encoder has it */

    if (!(active >> i & 1))
      continue;
    if (packet (f, i, TRUE, key, t) == SFU_VERDICT_FORWARD)
      forwarded |= 1u << i;
    packet (f, i, FALSE, FALSE, t);
  }
  return forwarded;
}

void
assert_layers (Fixture *f, gint spatial, gint temporal)
{
  gint s, t;

  g_assert_true (sfu_stream_sender_get_layers (f->sender, &s, &t));
  g_assert_cmpint (s, ==, spatial);
  g_assert_cmpint (t, ==, temporal);
}

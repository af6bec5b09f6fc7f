/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A publisher of three encodings, a network that loses, repeats and reorders, and
 * one consumer that pauses, resumes and switches while publishers begin anew,
 * all numbers about to wrap: what comes out is what the model says. What was sent
 * is answered to a NACK as it was.
 *
 * Threads: one. */
#include "stream-walk-model.h"

#include <string.h>

#include "sfu-bytes.h"

static gboolean
chance (Walk *w, gdouble percent)
{
  return g_rand_double (w->rand) * 100 < percent;
}

/* ---- the publisher ---- */

static guint32
ssrc_of (const Walk *w, guint e)
{
  return 1000 + 100 * w->sources[e].incarnation + e;
}

/* Close to where everything wraps. */
static void
begin_source (Walk *w, guint e)
{
  Source *s = &w->sources[e];

  s->incarnation++;
  s->seq = 65536 * 4 - (guint64)g_rand_int_range (w->rand, 0, 400);
  s->picture = 32768 * 4 - (guint64)g_rand_int_range (w->rand, 0, 200);
  s->tl0 = 1024 - (guint64)g_rand_int_range (w->rand, 0, 60);
  s->clock = (guint32)-g_rand_int_range (w->rand, 0, 60 * CLOCK);
  w->config.encodings[e].ssrc = ssrc_of (w, e);
  if (w->receivers[e])
    sfu_stream_receiver_set_config (w->receivers[e], &w->config);
}

static gsize
write_vp8 (const Walk *w, const Source *s, guint8 *p, gboolean start,
    gboolean key, guint temporal)
{
  gsize at = 2;

  p[0] = 0x80 | (start ? 0x10 : 0);
  p[1] = 0xf0;
  if (w->variant.is_long)
    p[at++] = 0x80 | (s->picture >> 8 & 0x7f);
  p[at++] = w->variant.is_long ? s->picture & 0xff : s->picture & 0x7f;
  p[at++] = (guint8)s->tl0;
  p[at++] = temporal << 6 | (temporal ? 0x20 : 0) | (s->key & 0x1f);
  p[at++] = key ? 0 : 1;
  return at;
}

static gsize
write_vp9 (const Walk *w, const Source *s, guint8 *p, gboolean start,
    gboolean key, guint temporal)
{
  gsize at = 1;

  p[0] = 0xa0 | (key ? 0 : 0x40) | (start ? 0x08 : 0);
  if (w->variant.is_long)
    p[at++] = 0x80 | (s->picture >> 8 & 0x7f);
  p[at++] = w->variant.is_long ? s->picture & 0xff : s->picture & 0x7f;
  p[at++] = temporal << 5 | 0x10;
  p[at++] = (guint8)s->tl0;
  return at;
}

static Packet
make (Walk *w, guint e, gboolean start, gboolean key, guint temporal)
{
  Source *s = &w->sources[e];
  Packet packet = { e, s->incarnation, s->seq, s->picture, s->tl0,
    s->clock + (guint32)(w->tick * CLOCK / 30), w->tick * SLOT };
  guint8 data[HEADER + 16 + TAG] = { 0x80, 96 };
  gsize at = HEADER;

  sfu_put_u16 (data + 2, (guint16)s->seq);
  sfu_put_u32 (data + 4, packet.timestamp);
  sfu_put_u32 (data + 8, ssrc_of (w, e));
  at += (w->variant.codec == SFU_CODEC_VP8 ? write_vp8 : write_vp9) (
      w, s, data + at, start, key, temporal);
  data[at] = (guint8)e;
  data[at + 1] = (guint8)s->incarnation;
  sfu_put_u32 (data + at + 4, (guint32)s->seq);
  packet.buffer = gst_buffer_new_memdup (data, at + TAG);
  s->seq++;
  return packet;
}

/* Each packet meets a fate of its own. */
static void
transmit (Walk *w, Packet packet, guint position)
{
  packet.due += position;
  if (chance (w, 8))
    packet.due += g_rand_int_range (w->rand, 1, 2 * SLOT);
  if (chance (w, 4)) { /* lost, and mostly sent again */
    packet.due += g_rand_int_range (w->rand, SLOT, 6 * SLOT);
    if (chance (w, 30)) {
      gst_buffer_unref (packet.buffer);
      return;
    }
  }
  if (chance (w, 4)) {
    Packet again = packet;

    again.due += g_rand_int_range (w->rand, 0, 3 * SLOT);
    again.buffer = gst_buffer_copy_deep (packet.buffer);
    g_array_append_val (w->network, again);
  }
  g_array_append_val (w->network, packet);
}

static void
publish (Walk *w, guint e, gboolean key)
{
  static const guint pattern[] = { 0, 2, 1, 2 };
  Source *s = &w->sources[e];
  guint temporal = key ? 0 : pattern[s->picture % G_N_ELEMENTS (pattern)];
  guint n = (guint)g_rand_int_range (w->rand, 1, 5);

  s->picture++;
  s->tl0 += temporal == 0;
  s->key += key;
  for (guint i = 0; i < n; i++)
    transmit (w, make (w, e, i == 0, key, temporal), i);
}

/* ---- delivery ---- */

static gboolean
is_left_out (SfuVerdict verdict)
{
  return verdict == SFU_DROP_TEMPORAL_LAYER || verdict == SFU_DROP_TOO_OLD;
}

static void
deliver (Walk *w, Packet *packet)
{
  guint span = sfu_stream_sender_span (w->sender);
  GstBuffer *in = packet->buffer, *out = NULL;
  SfuVerdict verdict;

  verdict = sfu_stream_receiver_packet (
      w->receivers[packet->encoding], &in, w->now_us);
  if (verdict != SFU_VERDICT_FORWARD)
    return; /* seen already, or of a publisher that is gone */
  verdict = sender_packet (w->sender, in, w->now_us, &out, &w->want);
  gst_buffer_unref (in);
  if (verdict == SFU_VERDICT_FORWARD) {
    if (sfu_stream_sender_span (w->sender) != span) {
      Out first = parse (w, out);

      begin_model (w, packet, &first);
    }
    check_forwarded (w, packet, out);
    gst_buffer_unref (out);
  } else if (is_left_out (verdict) && w->started) {
    g_assert_cmpuint (packet->encoding, ==, w->model.encoding);
    line_leave_out (&w->model.packets, packet->seq);
    line_leave_out (&w->model.pictures, packet->picture);
  }
}

static gint
by_due (gconstpointer a, gconstpointer b)
{
  const Packet *x = a, *y = b;

  return (x->due > y->due) - (x->due < y->due);
}

static void
deliver_due (Walk *w)
{
  guint n = 0;

  g_array_sort (w->network, by_due);
  while (n < w->network->len &&
      g_array_index (w->network, Packet, n).due < (w->tick + 1) * SLOT)
    deliver (w, &g_array_index (w->network, Packet, n++));
  g_array_remove_range (w->network, 0, n);
}

/* The receiver misses something: what it gets is what it would have got. */
static void
nack (Walk *w)
{
  guint64 back = (guint64)g_rand_int_range (w->rand, 0, 60);
  guint64 out = w->model.packets.max_out - back;
  Sent *sent = &w->sent[out % HISTORY];
  GstBuffer *again = sender_retransmit (w->sender, (guint16)out, w->now_us);
  GstMapInfo map;

  if (!again)
    return;
  g_assert_cmpuint (parse (w, again).seq, ==, (guint16)out);
  if (sent->buffer && sent->out == out) {
    w->answered++;
    w->answered_before += out < w->model.packets.first_out;
    g_assert_cmpuint (
        gst_buffer_get_size (sent->buffer), ==, gst_buffer_get_size (again));
    gst_buffer_map (sent->buffer, &map, GST_MAP_READ);
    g_assert_cmpint (gst_buffer_memcmp (again, 0, map.data, map.size), ==, 0);
    gst_buffer_unmap (sent->buffer, &map);
  } else {
    gst_buffer_replace (&sent->buffer, again);
    sent->out = out;
  }
  gst_buffer_unref (again);
}

/* ---- what happens ---- */

static void
act (Walk *w)
{
  if (chance (w, 3))
    sfu_stream_sender_set_paused (
        w->sender, !sfu_stream_sender_get_paused (w->sender));
  else if (sfu_stream_sender_get_paused (w->sender) && chance (w, 30))
    sfu_stream_sender_set_paused (w->sender, FALSE);
  if (chance (w, 4))
    sfu_stream_sender_set_preferred_layers (w->sender,
        g_rand_int_range (w->rand, -1, N), g_rand_int_range (w->rand, -1, 3),
        w->now_us);
  if (chance (w, 2))
    sfu_track_set_active (w->track, (guint)g_rand_int_range (w->rand, 1, 8));
  if (chance (w, 1))
    begin_source (w, (guint)g_rand_int_range (w->rand, 0, N));
}

static void
walk_init (Walk *w, const Variant *variant, guint32 seed)
{
  memset (w, 0, sizeof *w);
  w->variant = *variant;
  w->rand = g_rand_new_with_seed (seed);
  w->network = g_array_new (FALSE, FALSE, sizeof (Packet));
  w->model.packets.fates = g_byte_array_new ();
  w->model.pictures.fates = g_byte_array_new ();
  w->now_us = 100 * G_USEC_PER_SEC;
  sfu_stream_config_init (&w->config);
  w->config.codec = variant->codec;
  w->config.payload = 96;
  w->config.n_encodings = N;
  for (guint e = 0; e < N; e++)
    begin_source (w, e);
  w->track = sfu_track_new (&w->config, 1024, G_USEC_PER_SEC, 1 << 20);
  for (guint e = 0; e < N; e++)
    w->receivers[e] = sfu_stream_receiver_new (
        &w->config, e, w->track, 10, G_USEC_PER_SEC, 250000, 600000);
  sfu_track_set_active (w->track, 7);
  w->sender = sfu_stream_sender_new (65500, G_MAXUINT32 - 90000, 9);
  w->config.ssrc = 4242;
  sfu_stream_sender_set_config (w->sender, &w->config);
  sfu_stream_sender_set_track (w->sender, w->track);
}

static void
walk_clear (Walk *w)
{
  for (guint i = 0; i < HISTORY; i++)
    gst_clear_buffer (&w->sent[i].buffer);
  for (guint i = 0; i < w->network->len; i++)
    gst_buffer_unref (g_array_index (w->network, Packet, i).buffer);
  for (guint e = 0; e < N; e++)
    sfu_stream_receiver_free (w->receivers[e]);
  sfu_stream_sender_free (w->sender);
  sfu_track_unref (w->track);
  g_byte_array_unref (w->model.packets.fates);
  g_byte_array_unref (w->model.pictures.fates);
  g_array_unref (w->network);
  g_rand_free (w->rand);
}

static void
run (const Variant *variant, guint32 seed)
{
  enum { TICKS = 3000 };
  Walk w;

  walk_init (&w, variant, seed);
  for (w.tick = 0; w.tick < TICKS; w.tick++) {
    gboolean wanted = w.want;

    w.want = FALSE;
    act (&w);
    for (guint e = 0; e < N; e++)
      if (sfu_track_active (w.track) >> e & 1)
        publish (&w, e, (wanted && chance (&w, 60)) || chance (&w, 2));
    deliver_due (&w);
    if (w.started && chance (&w, 60))
      nack (&w);
    w.now_us += PICTURE_US;
  }
  g_test_message ("forwarded %u in %u spans, answered %u, %u of before",
      w.forwarded, w.spans, w.answered, w.answered_before);
  g_assert_cmpuint (w.forwarded, >, TICKS / 2);
  g_assert_cmpuint (w.spans, >, TICKS / 100);
  g_assert_cmpuint (w.answered, >, TICKS / 6);
  g_assert_cmpuint (w.answered_before, >, TICKS / 100);
  walk_clear (&w);
}

static void
test_walk (gconstpointer data)
{
  guint32 seeds = g_test_thorough () ? 500 : 20;

  for (guint32 seed = 1; seed <= seeds; seed++)
    run (data, seed);
}

int
main (int argc, char **argv)
{
  static const Variant vp8 = { SFU_CODEC_VP8, TRUE },
                       vp8_short = { SFU_CODEC_VP8, FALSE },
                       vp9 = { SFU_CODEC_VP9, TRUE },
                       vp9_short = { SFU_CODEC_VP9, FALSE };

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/stream-walk/vp8", &vp8, test_walk);
  g_test_add_data_func ("/stream-walk/vp8-short", &vp8_short, test_walk);
  g_test_add_data_func ("/stream-walk/vp9", &vp9, test_walk);
  g_test_add_data_func ("/stream-walk/vp9-short", &vp9_short, test_walk);
  return g_test_run ();
}

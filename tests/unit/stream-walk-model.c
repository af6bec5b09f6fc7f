/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream-walk-model.h"

#include "sfu-bytes.h"

static void
line_begin (Line *line, guint64 first)
{
  line->first = first;
  line->first_out = line->max_out + 1;
  g_byte_array_set_size (line->fates, 0);
}

/* FALSE: it is of before. newest: nothing behind it was seen. */
static gboolean
line_reach (Line *line, guint64 in, gboolean *newest)
{
  static const guint8 missing = MISSING;

  if (in < line->first)
    return FALSE;
  *newest = in - line->first >= line->fates->len;
  while (in - line->first >= line->fates->len)
    g_byte_array_append (line->fates, &missing, 1);
  return TRUE;
}

static guint64
line_out (Line *line, guint64 in)
{
  guint64 out = line->first_out;

  for (guint64 i = 0; i < in - line->first; i++)
    out += line->fates->data[i] != LEFT_OUT;
  return out;
}

static guint64
line_forward (Line *line, guint64 in)
{
  gboolean newest;
  guint64 out;

  g_assert_true (line_reach (line, in, &newest));
  g_assert_cmpuint (line->fates->data[in - line->first], !=, LEFT_OUT);
  line->fates->data[in - line->first] = FORWARDED;
  out = line_out (line, in);
  line->max_out = MAX (line->max_out, out);
  return out;
}

void
line_leave_out (Line *line, guint64 in)
{
  gboolean newest;

  if (line_reach (line, in, &newest) && newest)
    line->fates->data[in - line->first] = LEFT_OUT;
}

Out
parse (const Walk *w, GstBuffer *buffer)
{
  guint8 data[HEADER + 6];
  const guint8 *p = data + HEADER + (w->variant.codec == SFU_CODEC_VP8 ? 2 : 1);
  Out out;

  gst_buffer_extract (buffer, 0, data, sizeof data);
  out.seq = sfu_get_u16 (data + 2);
  out.timestamp = sfu_get_u32 (data + 4);
  out.picture = w->variant.is_long ? sfu_get_u16 (p) & 0x7fff : p[0];
  p += w->variant.is_long ? 2 : 1;
  out.tl0 = p[w->variant.codec == SFU_CODEC_VP8 ? 0 : 1];
  return out;
}

void
begin_model (Walk *w, const Packet *packet, const Out *out)
{
  Model *m = &w->model;

  m->encoding = packet->encoding;
  m->incarnation = packet->incarnation;
  if (!w->started) {
    m->packets.max_out = out->seq - 1u;
    m->pictures.max_out = 32768u + out->picture - 1u;
    m->max_tl0 = out->tl0 - 1u;
    m->max_ts = out->timestamp - 1;
  }
  w->started = TRUE;
  w->spans++;
  line_begin (&m->packets, packet->seq);
  line_begin (&m->pictures, packet->picture);
  m->ts_offset = out->timestamp - packet->timestamp;
  m->tl0_offset = (guint8)(out->tl0 - packet->tl0);
  m->newest_picture = packet->picture;
  g_assert_cmpint ((gint32)(out->timestamp - m->max_ts), >, 0);
  g_assert_cmpuint (out->tl0, ==, (guint8)(m->max_tl0 + 1));
}

void
check_forwarded (Walk *w, const Packet *packet, GstBuffer *buffer)
{
  Model *m = &w->model;
  Out out = parse (w, buffer);
  guint64 seq, picture;
  Sent *sent;

  seq = line_forward (&m->packets, packet->seq);
  g_assert_cmpuint (out.seq, ==, (guint16)seq);
  picture = line_forward (&m->pictures, packet->picture);
  if (w->variant.codec == SFU_CODEC_VP9) /* distances are kept */
    picture = m->pictures.first_out + (packet->picture - m->pictures.first);
  m->pictures.max_out = MAX (m->pictures.max_out, picture);
  g_assert_cmpuint (
      out.picture, ==, picture & (w->variant.is_long ? 0x7fff : 0x7f));
  g_assert_cmpuint (out.timestamp, ==, packet->timestamp + m->ts_offset);
  g_assert_cmpuint (out.tl0, ==, (guint8)(packet->tl0 + m->tl0_offset));
  if ((gint32)(out.timestamp - m->max_ts) > 0)
    m->max_ts = out.timestamp;
  if (packet->picture >= m->newest_picture) {
    m->newest_picture = packet->picture;
    m->max_tl0 = out.tl0;
  }
  sent = &w->sent[seq % HISTORY];
  g_assert_true (!sent->buffer || sent->out != seq); /* never twice */
  gst_buffer_replace (&sent->buffer, buffer);
  sent->out = seq;
  w->forwarded++;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuFrameReader: packets come out as they went in, however the stream was
 * cut; empty and too large ones, and the size of the buffer.
 *
 * Threads: the test's. */
#include <string.h>
#include "sfu-frame-reader.h"

/* One packet: its length and its bytes, which are the length's low byte. */
static void
append (GByteArray *stream, gsize size)
{
  guint8 header[SFU_FRAME_HEADER];
  g_autofree guint8 *bytes = g_malloc (size + 1);

  sfu_frame_write_header (header, size);
  memset (bytes, (gint)(size & 0xff), size);
  g_byte_array_append (stream, header, sizeof header);
  g_byte_array_append (stream, bytes, (guint)size);
}

/* Feeds stream in pieces of at most step bytes; gives the sizes that came. */
static GArray *
read_all (SfuFrameReader *reader, const GByteArray *stream, gsize step)
{
  GArray *sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize at = 0;

  while (at < stream->len) {
    const guint8 *data;
    gsize room, size, n;
    guint8 *to = sfu_frame_reader_get_room (reader, &room);

    g_assert_cmpuint (room, >, 0);
    g_assert_cmpuint (room, <=, SFU_FRAME_BUFFER);
    n = MIN (MIN (room, step), stream->len - at);
    memcpy (to, stream->data + at, n);
    sfu_frame_reader_add (reader, n);
    at += n;
    while (sfu_frame_reader_next (reader, &data, &size)) {
      g_assert_cmpuint (data[0], ==, size & 0xff);
      g_assert_cmpuint (data[size - 1], ==, size & 0xff);
      g_array_append_val (sizes, size);
    }
  }
  return sizes;
}

static void
test_cuts (void)
{
  /* 0: an empty one, which is passed over; above SFU_FRAME_MAX: skipped. */
  static const gsize sent[] = { 1, 2, 0, 1200, SFU_FRAME_MAX, SFU_FRAME_MAX + 1,
    3, 0, 0, 255, 256, G_MAXUINT16, 4, SFU_FRAME_MAX, SFU_FRAME_MAX,
    SFU_FRAME_MAX, SFU_FRAME_MAX, 5, 65000, 1 };
  static const gsize steps[] = { 1, 2, 3, 7, 1202, 2049, 2050, 2051, 4096, 8191,
    SFU_FRAME_BUFFER };
  g_autoptr (GByteArray) stream = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    append (stream, sent[i]);
  for (guint s = 0; s < G_N_ELEMENTS (steps); s++) {
    SfuFrameReader reader;
    g_autoptr (GArray) sizes = NULL;
    guint n = 0;

    sfu_frame_reader_init (&reader);
    sizes = read_all (&reader, stream, steps[s]);
    for (guint i = 0; i < G_N_ELEMENTS (sent); i++) {
      if (sent[i] == 0 || sent[i] > SFU_FRAME_MAX)
        continue;
      g_assert_cmpuint (n, <, sizes->len);
      g_assert_cmpuint (g_array_index (sizes, gsize, n), ==, sent[i]);
      n++;
    }
    g_assert_cmpuint (n, ==, sizes->len);
    g_assert_cmpuint (reader.oversized, ==, 3);
  }
}

/* What is not complete stays, and nothing is invented. */
static void
test_partial (void)
{
  static const guint8 bytes[] = { 0, 3, 'a', 'b', 'c', 0 };
  SfuFrameReader reader;
  const guint8 *data = NULL;
  gsize size = 0, room;

  sfu_frame_reader_init (&reader);
  g_assert_false (sfu_frame_reader_next (&reader, &data, &size));
  for (guint i = 0; i < 5; i++) {
    g_assert_false (sfu_frame_reader_next (&reader, &data, &size));
    *sfu_frame_reader_get_room (&reader, &room) = bytes[i];
    sfu_frame_reader_add (&reader, 1);
  }
  g_assert_true (sfu_frame_reader_next (&reader, &data, &size));
  g_assert_cmpmem (data, size, "abc", 3);
  *sfu_frame_reader_get_room (&reader, &room) = bytes[5];
  sfu_frame_reader_add (&reader, 1);
  g_assert_false (sfu_frame_reader_next (&reader, &data, &size));
  sfu_frame_reader_get_room (&reader, &room);
  g_assert_cmpuint (room, ==, SFU_FRAME_BUFFER - 1);
}

static void
test_header (void)
{
  static const struct {
    gsize size;
    guint8 bytes[SFU_FRAME_HEADER];
  } cases[] = {
    { 0, { 0, 0 } },
    { 255, { 0, 255 } },
    { 256, { 1, 0 } },
    { G_MAXUINT16, { 255, 255 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 header[SFU_FRAME_HEADER];

    sfu_frame_write_header (header, cases[i].size);
    g_assert_cmpmem (header, sizeof header, cases[i].bytes, sizeof header);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame-reader/cuts", test_cuts);
  g_test_add_func ("/frame-reader/partial", test_partial);
  g_test_add_func ("/frame-reader/header", test_header);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: packets on a TCP connection. Input: how the stream is cut (the
 * first byte), then the stream. However it is cut, the same packets come out.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-frame-reader.h"

#include <string.h>

/* Number and a checksum of what came out. */
typedef struct {
  guint n, oversized;
  guint64 sum;
} Seen;

static Seen
feed (const guint8 *data, gsize size, gsize step)
{
  g_autofree SfuFrameReader *reader = g_new (SfuFrameReader, 1);
  Seen seen = { 0 };

  sfu_frame_reader_init (reader);
  while (size > 0) {
    const guint8 *packet;
    gsize room, n, length;
    guint8 *to = sfu_frame_reader_get_room (reader, &room);

    g_assert (room > 0);
    n = MIN (MIN (room, step), size);
    memcpy (to, data, n);
    sfu_frame_reader_add (reader, n);
    data += n;
    size -= n;
    while (sfu_frame_reader_next (reader, &packet, &length)) {
      g_assert (length > 0 && length <= SFU_FRAME_MAX);
      seen.n++;
      for (gsize i = 0; i < length; i++)
        seen.sum = seen.sum * 31 + packet[i];
    }
  }
  seen.oversized = reader->oversized;
  return seen;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Seen whole, cut;

  if (size == 0)
    return 0;
  whole = feed (data + 1, size - 1, SFU_FRAME_BUFFER);
  cut = feed (data + 1, size - 1, (gsize)data[0] + 1);
  g_assert (whole.n == cut.n && whole.sum == cut.sum &&
      whole.oversized == cut.oversized);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-frame-reader.h.
 *
 * Threads: owned by one thread. */
#include "sfu-frame-reader.h"

#include <string.h>

G_STATIC_ASSERT (SFU_FRAME_BUFFER > SFU_FRAME_HEADER + SFU_FRAME_MAX);

void
sfu_frame_reader_init (SfuFrameReader *self)
{
  self->start = self->end = self->skip = 0;
  self->oversized = 0;
}

guint8 *
sfu_frame_reader_get_room (SfuFrameReader *self, gsize *room)
{
  if (self->start > 0) {
    memmove (self->data, self->data + self->start, self->end - self->start);
    self->end -= self->start;
    self->start = 0;
  }
  *room = sizeof self->data - self->end;
  return self->data + self->end;
}

void
sfu_frame_reader_add (SfuFrameReader *self, gsize n)
{
  self->end += n;
}

static void
skip (SfuFrameReader *self)
{
  gsize n = MIN (self->skip, self->end - self->start);

  self->start += n;
  self->skip -= n;
}

gboolean
sfu_frame_reader_next (SfuFrameReader *self, const guint8 **data, gsize *size)
{
  for (;;) {
    const guint8 *at;
    gsize length;

    skip (self);
    if (self->skip > 0 || self->end - self->start < SFU_FRAME_HEADER)
      return FALSE;
    at = self->data + self->start;
    length = (gsize)at[0] << 8 | at[1];
    if (length > SFU_FRAME_MAX) {
      self->oversized++;
      self->skip = SFU_FRAME_HEADER + length;
      continue;
    }
    if (self->end - self->start < SFU_FRAME_HEADER + length)
      return FALSE;
    self->start += SFU_FRAME_HEADER + length;
    if (length == 0)
      continue;
    *data = at + SFU_FRAME_HEADER;
    *size = length;
    return TRUE;
  }
}

void
sfu_frame_write_header (guint8 header[SFU_FRAME_HEADER], gsize size)
{
  header[0] = (guint8)(size >> 8);
  header[1] = (guint8)size;
}

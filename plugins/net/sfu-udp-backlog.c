/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lateness that lasts, and not length, is what tells a queue that only grows
 * from one that takes up a burst (as in CoDel, RFC 8289). Unlike CoDel it throws
 * away what there is: all streams miss the same moment, and everything behind it
 * is on time, where single losses would break every picture.
 *
 * Threads: as the header says. */
#include "sfu-udp-backlog.h"

#include <string.h>
#include "sfu-datagram.h"

/* A heavy sender has a quarter of all datagrams, and twice the mean. */
#define HEAVY_SHARE 4
#define HEAVY_MEANS 2

static gboolean
is_heavy (const SfuUdpBacklog *self, guint hash)
{
  guint64 n = self->sources[hash % SFU_UDP_SOURCES];

  return n * HEAVY_SHARE >= self->total &&
      n * self->active >= (guint64)self->total * HEAVY_MEANS;
}

static gboolean
has_heavy (const SfuUdpBacklog *self)
{
  for (guint i = 0; i < SFU_UDP_SOURCES; i++) {
    if (is_heavy (self, i))
      return TRUE;
  }
  return FALSE;
}

static void
look_for_lateness (SfuUdpBacklog *self, gint64 age_us, gint64 now_us)
{
  if (age_us <= SFU_UDP_LATE_US) {
    self->since_us = 0;
    return;
  }
  if (self->since_us == 0) {
    memset (self->sources, 0, sizeof self->sources);
    self->total = self->active = 0;
    self->since_us = now_us;
  }
  if (now_us - self->since_us < SFU_UDP_LATE_PATIENCE_US)
    return;
  self->shed = has_heavy (self) ? SFU_UDP_SHED_HEAVY_LARGE : SFU_UDP_SHED_LARGE;
  self->since_us = now_us;
}

gboolean
sfu_udp_backlog_look (SfuUdpBacklog *self, gint64 age_us, gint64 now_us)
{
  /* The clock of the ages may be set back. */
  if (now_us < self->since_us)
    self->since_us = now_us;
  if (self->shed == SFU_UDP_SHED_NOTHING) {
    look_for_lateness (self, age_us, now_us);
    return self->shed != SFU_UDP_SHED_NOTHING;
  }
  if (age_us <= SFU_UDP_PROMPT_US) {
    self->shed = SFU_UDP_SHED_NOTHING;
    self->since_us = 0;
  } else if (now_us - self->since_us >= SFU_UDP_SHED_STEP_US &&
      self->shed < SFU_UDP_SHED_ALL) {
    self->shed++;
    self->since_us = now_us;
  }
  return FALSE;
}

void
sfu_udp_backlog_count (SfuUdpBacklog *self, guint hash, guint n)
{
  guint32 *source = &self->sources[hash % SFU_UDP_SOURCES];

  if (*source == 0)
    self->active++;
  *source += n;
  self->total += n;
}

gboolean
sfu_udp_backlog_sheds (
    const SfuUdpBacklog *self, guint hash, const guint8 *data, gsize size)
{
  if (self->shed == SFU_UDP_SHED_NOTHING || size == 0 ||
      !sfu_datagram_is_rtp (data[0]))
    return FALSE;
  if (is_heavy (self, hash))
    return self->shed >= SFU_UDP_SHED_HEAVY || size > SFU_UDP_SMALL_MAX;
  return self->shed >= SFU_UDP_SHED_ALL ||
      (self->shed >= SFU_UDP_SHED_LARGE && size > SFU_UDP_SMALL_MAX);
}

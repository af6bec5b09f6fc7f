/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-overload.h.
 *
 * Threads: pure, of one owner. */
#include "sfu-overload.h"

#define MIB (1024 * 1024)

static const gchar *const names[] = {
  [SFU_REFUSAL_NONE] = "none",
  [SFU_REFUSAL_CPU] = "worker-cpu",
  [SFU_REFUSAL_STREAMS] = "worker-streams",
  [SFU_REFUSAL_MEMORY] = "worker-memory",
  [SFU_REFUSAL_DESCRIPTORS] = "worker-descriptors",
  [SFU_REFUSAL_SERVER_DESCRIPTORS] = "server-descriptors",
  [SFU_REFUSAL_SERVER_MEMORY] = "server-memory",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == SFU_REFUSAL_N);

const gchar *
sfu_refusal_name (SfuRefusal refusal)
{
  return names[(guint)refusal < SFU_REFUSAL_N ? refusal : SFU_REFUSAL_NONE];
}

void
sfu_overload_reset (SfuOverload *self)
{
  *self = (SfuOverload){ 0 };
}

/* TRUE: it has changed. */
static gboolean
look_at_mark (
    SfuOverloadMark *mark, gdouble percent, guint limit, gint64 now_us)
{
  gdouble end = limit > SFU_OVERLOAD_MARGIN ? limit - SFU_OVERLOAD_MARGIN : 0;
  gboolean other = mark->over ? percent <= end : percent > limit;

  if (limit == 0)
    other = mark->over;
  if (!other) {
    mark->since_us = 0;
    return FALSE;
  }
  if (mark->since_us == 0)
    mark->since_us = now_us;
  if (limit != 0 && now_us - mark->since_us < SFU_OVERLOAD_DELAY_US)
    return FALSE;
  mark->over = !mark->over;
  mark->since_us = 0;
  return TRUE;
}

gboolean
sfu_overload_look (SfuOverload *self, const SfuOverloadLimits *limits,
    const SfuWorkerLoad *load, gint64 now_us)
{
  look_at_mark (&self->cpu, load->cpu_percent, limits->cpu_percent, now_us);
  if (load->lacking == SFU_LIMIT_DESCRIPTORS)
    self->refusal = SFU_REFUSAL_DESCRIPTORS;
  else if (load->lacking == SFU_LIMIT_MEMORY ||
      (limits->memory_mib != 0 && load->rss / MIB >= limits->memory_mib))
    self->refusal = SFU_REFUSAL_MEMORY;
  else if (limits->streams != 0 && load->n_streams >= limits->streams)
    self->refusal = SFU_REFUSAL_STREAMS;
  else
    self->refusal = self->cpu.over ? SFU_REFUSAL_CPU : SFU_REFUSAL_NONE;
  return look_at_mark (
      &self->audio_only, load->cpu_percent, limits->audio_only_percent, now_us);
}

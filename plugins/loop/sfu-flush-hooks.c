/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-flush-hooks.h.
 *
 * Threads: the media thread. */
#include "sfu-flush-hooks.h"

void
sfu_flush_hooks_init (SfuFlushHooks *self)
{
  *self = (SfuFlushHooks){ .phase = SFU_FLUSH_PHASES };
  for (guint i = 0; i < SFU_FLUSH_PHASES; i++)
    self->queued[i] = g_ptr_array_new ();
}

void
sfu_flush_hooks_clear (SfuFlushHooks *self)
{
  for (guint i = 0; i < SFU_FLUSH_PHASES; i++)
    g_ptr_array_unref (self->queued[i]);
}

static void
run_phase (SfuFlushHooks *self, guint phase)
{
  GPtrArray *hooks = self->queued[phase];

  self->phase = phase;
  /* The array may grow while it runs. */
  while (self->next[phase] < hooks->len) {
    SfuFlushHook *hook = g_ptr_array_index (hooks, self->next[phase]++);

    if (!hook)
      continue;
    hook->queued = FALSE;
    hook->func (hook->data);
  }
  g_ptr_array_set_size (hooks, 0);
  self->next[phase] = 0;
  if (phase == SFU_FLUSH_TRANSPORTS)
    self->gathered = 0;
}

/* From the first phase on; also inside a hook of one before that. */
static void
run_from (SfuFlushHooks *self, guint first)
{
  guint outer = self->phase;

  for (guint phase = first; phase < SFU_FLUSH_PHASES; phase++)
    run_phase (self, phase);
  self->phase = outer;
}

void
sfu_flush_hooks_run (SfuFlushHooks *self)
{
  run_from (self, 0);
}

gboolean
sfu_flush_hooks_are_queued (const SfuFlushHooks *self)
{
  for (guint phase = 0; phase < SFU_FLUSH_PHASES; phase++) {
    if (self->queued[phase]->len > 0)
      return TRUE;
  }
  return FALSE;
}

void
sfu_flush_hooks_queue (SfuFlushHooks *self, SfuFlushHook *hook)
{
  if (hook->queued)
    return;
  hook->queued = TRUE;
  g_ptr_array_add (self->queued[hook->phase], hook);
}

void
sfu_flush_hooks_gather (SfuFlushHooks *self, SfuFlushHook *hook)
{
  gboolean before =
      self->phase == SFU_FLUSH_PHASES || self->phase < SFU_FLUSH_TRANSPORTS;

  sfu_flush_hooks_queue (self, hook);
  if (++self->gathered >= SFU_FLUSH_GATHERED_MAX && before)
    run_from (self, SFU_FLUSH_TRANSPORTS);
}

void
sfu_flush_hooks_cancel (SfuFlushHooks *self, SfuFlushHook *hook)
{
  GPtrArray *hooks = self->queued[hook->phase];

  if (!hook->queued)
    return;
  for (guint i = self->next[hook->phase]; i < hooks->len; i++) {
    if (g_ptr_array_index (hooks, i) == hook)
      hooks->pdata[i] = NULL;
  }
  hook->queued = FALSE;
}

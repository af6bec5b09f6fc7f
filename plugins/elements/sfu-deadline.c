/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GSource that lives by its ready time alone.
 *
 * Threads: see the header. */
#include "sfu-deadline.h"

struct _SfuDeadline {
  SfuMediaLoop *loop; /* owned */
  GSource *source;    /* owned */
};

static gboolean
dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  g_source_set_ready_time (source, -1);
  return func (data);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch };

SfuDeadline *
sfu_deadline_new (SfuMediaLoop *loop, GSourceFunc func, gpointer data)
{
  SfuDeadline *self = g_new0 (SfuDeadline, 1);

  self->loop = g_object_ref (loop);
  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_name (self->source, "sfu-deadline");
  g_source_set_callback (self->source, func, data, NULL);
  g_source_set_ready_time (self->source, -1);
  g_source_attach (self->source, sfu_media_loop_get_context (loop));
  return self;
}

static void
destroy_source (gpointer data, gpointer unused)
{
  g_source_destroy (data);
}

void
sfu_deadline_free (SfuDeadline *self)
{
  if (!self)
    return;
  /* On the media thread, so that no dispatch is under way afterwards. */
  sfu_media_loop_call (self->loop, destroy_source, self->source);
  g_source_unref (self->source);
  g_object_unref (self->loop);
  g_free (self);
}

void
sfu_deadline_set (SfuDeadline *self, gint64 at_us)
{
  if (g_source_get_ready_time (self->source) != at_us)
    g_source_set_ready_time (self->source, at_us);
}

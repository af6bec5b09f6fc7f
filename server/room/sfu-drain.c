/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Draining.
 *
 * Threads: the server's one thread. */
#include "sfu-drain.h"

#include "sfu-error.h"

struct _SfuDrain {
  gboolean on;
  SfuDrainOrder order;
  guint n_rooms;
  gint64 begun_us, deadline_us; /* 0 = no deadline */
  guint deadline_id, over_id;
  void (*over) (gpointer owner);
  gpointer owner; /* borrowed */
};

SfuDrain *
sfu_drain_new (void)
{
  return g_new0 (SfuDrain, 1);
}

static void
stop_waiting (SfuDrain *drain)
{
  g_clear_handle_id (&drain->deadline_id, g_source_remove);
  g_clear_handle_id (&drain->over_id, g_source_remove);
}

void
sfu_drain_free (SfuDrain *drain)
{
  if (drain == NULL)
    return;
  stop_waiting (drain);
  g_free (drain);
}

void
sfu_drain_set_over (
    SfuDrain *drain, void (*over) (gpointer owner), gpointer owner)
{
  drain->over = over;
  drain->owner = owner;
}

static gboolean
on_over (gpointer data)
{
  SfuDrain *drain = data;

  drain->over_id = 0;
  stop_waiting (drain);
  if (drain->over != NULL)
    drain->over (drain->owner);
  return G_SOURCE_REMOVE;
}

static gboolean
on_deadline (gpointer data)
{
  SfuDrain *drain = data;

  drain->deadline_id = 0;
  g_warning ("drained for %u s, %u rooms are still open: they are closed",
      drain->order.deadline_s, drain->n_rooms);
  on_over (drain);
  return G_SOURCE_REMOVE;
}

/* From the loop: whoever closed the last room is not done with it. */
static void
end_when_empty (SfuDrain *drain)
{
  if (drain->on && drain->order.exit && drain->n_rooms == 0 &&
      drain->over_id == 0)
    drain->over_id = g_idle_add (on_over, drain);
}

void
sfu_drain_begin (SfuDrain *drain, const SfuDrainOrder *order)
{
  stop_waiting (drain);
  if (!drain->on)
    drain->begun_us = g_get_monotonic_time ();
  drain->on = TRUE;
  drain->order = *order;
  drain->deadline_us = 0;
  if (order->exit && order->deadline_s > 0) {
    drain->deadline_us =
        g_get_monotonic_time () + (gint64)order->deadline_s * G_USEC_PER_SEC;
    drain->deadline_id =
        g_timeout_add_seconds (order->deadline_s, on_deadline, drain);
  }
  g_message ("draining: no further rooms; %u are open", drain->n_rooms);
  end_when_empty (drain);
}

void
sfu_drain_cancel (SfuDrain *drain)
{
  if (!drain->on)
    return;
  stop_waiting (drain);
  drain->on = FALSE;
  g_message ("draining no more: rooms are opened again");
}

gboolean
sfu_drain_is_on (const SfuDrain *drain)
{
  return drain->on;
}

void
sfu_drain_get_status (const SfuDrain *drain, SfuDrainStatus *status)
{
  gint64 now_us = g_get_monotonic_time ();

  *status = (SfuDrainStatus){ .on = drain->on,
    .exit = drain->on && drain->order.exit,
    .n_rooms = drain->n_rooms,
    .remaining_s = -1 };
  if (!drain->on)
    return;
  status->for_s = (guint)((now_us - drain->begun_us) / G_USEC_PER_SEC);
  if (drain->deadline_us != 0)
    status->remaining_s =
        (gint)(MAX (drain->deadline_us - now_us, 0) / G_USEC_PER_SEC);
}

gboolean
sfu_drain_admit (const SfuDrain *drain, GError **error)
{
  if (!drain->on)
    return TRUE;
  g_set_error_literal (error, SFU_ERROR, SFU_ERROR_DRAINING,
      "this server is being drained and opens no further rooms; try another "
      "one");
  return FALSE;
}

void
sfu_drain_count (SfuDrain *drain, guint n_rooms)
{
  drain->n_rooms = n_rooms;
  end_when_empty (drain);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See bottle-core.h. The packets inside wait in a sequence sorted by the time
 * at which they are due; equal times keep the order of arrival.
 *
 * Threads: owned by one thread, no locking. Time is an argument. */
#include "bottle-core.h"

/* What a packet takes of the rate beside itself: IPv4 and UDP headers. */
#define OVERHEAD_BYTES 28
/* More than two seconds of 10 Mbit/s: a line that holds more is no line. */
#define MAX_WAITING 20000

typedef struct {
  GBytes *packet; /* owned; NULL: given back */
  gpointer route; /* borrowed: whoever pops knows what it is */
  gint64 due_us;
  guint64 number; /* order of arrival */
} Waiting;

struct _SfuBottleLine {
  SfuBottleSettings settings;
  GRand *random;      /* owned */
  GSequence *waiting; /* owned, of Waiting, next one first */
  gboolean in_burst;
  gint64 blackout_from_us, blackout_to_us;
  gint64 busy_until_us; /* the rate: when the last byte has left */
  gint64 last_due_us;   /* of a packet that may not be overtaken */
  guint64 next_number;
  guint64 newest_given; /* number of the latest comer that pop gave, plus 1 */
  SfuBottleStats stats;
};

/* What chance has for one packet; drawn at once, see bottle-core.h. */
typedef struct {
  gdouble loss, burst, duplicate, jitter, jitter_of_copy;
} Draws;

static void
free_waiting (gpointer data)
{
  Waiting *waiting = data;

  g_clear_pointer (&waiting->packet, g_bytes_unref);
  g_free (waiting);
}

SfuBottleLine *
sfu_bottle_line_new (guint32 seed)
{
  SfuBottleLine *line = g_new0 (SfuBottleLine, 1);

  sfu_bottle_settings_init (&line->settings);
  line->random = g_rand_new_with_seed (seed);
  line->waiting = g_sequence_new (free_waiting);
  return line;
}

void
sfu_bottle_line_free (SfuBottleLine *line)
{
  if (!line)
    return;
  g_sequence_free (line->waiting);
  g_rand_free (line->random);
  g_free (line);
}

gboolean
sfu_bottle_line_set (
    SfuBottleLine *line, const gchar *text, gint64 now_us, GError **error)
{
  if (!sfu_bottle_settings_parse (&line->settings, text, error))
    return FALSE;
  if (line->settings.blackout_set) {
    line->blackout_from_us = now_us + line->settings.blackout_from_us;
    line->blackout_to_us = now_us + line->settings.blackout_to_us;
  }
  return TRUE;
}

static void
draw (SfuBottleLine *line, Draws *draws)
{
  draws->loss = g_rand_double (line->random);
  draws->burst = g_rand_double (line->random);
  draws->duplicate = g_rand_double (line->random);
  draws->jitter = g_rand_double (line->random);
  draws->jitter_of_copy = g_rand_double (line->random);
}

/* Gilbert-Elliott with a good state that loses nothing and a bad one that loses
 * all. Mean run L, share p: bad to good 1/L, good to bad p / (L (1 - p)). */
static gboolean
lost_in_burst (SfuBottleLine *line, gdouble chance)
{
  const SfuBottleSettings *s = &line->settings;

  if (s->burst <= 0) {
    line->in_burst = FALSE;
  } else if (line->in_burst) {
    line->in_burst = chance >= 1 / s->burst_length;
  } else {
    line->in_burst = chance < s->burst / (s->burst_length * (1 - s->burst));
    line->stats.bursts += line->in_burst;
  }
  return line->in_burst;
}

/* When the last bit has left the queue in front of the rate. FALSE: no room. */
static gboolean
pass_rate (SfuBottleLine *line, gsize size, gint64 now_us, gint64 *sent_us)
{
  const SfuBottleSettings *s = &line->settings;
  gint64 start_us = MAX (now_us, line->busy_until_us);

  *sent_us = now_us;
  if (s->rate_bps == 0)
    return TRUE;
  if (start_us - now_us > s->queue_us)
    return FALSE;
  line->busy_until_us = start_us +
      (gint64)((size + OVERHEAD_BYTES) * 8 * G_USEC_PER_SEC / s->rate_bps);
  *sent_us = line->busy_until_us;
  return TRUE;
}

static gint
compare (gconstpointer a, gconstpointer b, gpointer unused)
{
  const Waiting *x = a, *y = b;

  if (x->due_us != y->due_us)
    return x->due_us < y->due_us ? -1 : 1;
  return x->number < y->number ? -1 : x->number > y->number;
}

static void
wait_for (SfuBottleLine *line, GBytes *packet, gpointer route, gint64 sent_us,
    gdouble jitter)
{
  const SfuBottleSettings *s = &line->settings;
  Waiting *waiting;
  gint64 due_us =
      sent_us + s->delay_us + (gint64)((2 * jitter - 1) * s->jitter_us);

  due_us = MAX (due_us, sent_us);
  if (!s->reorder)
    due_us = MAX (due_us, line->last_due_us);
  line->last_due_us = MAX (due_us, line->last_due_us);

  waiting = g_new (Waiting, 1);
  *waiting =
      (Waiting){ g_bytes_ref (packet), route, due_us, line->next_number++ };
  g_sequence_insert_sorted (line->waiting, waiting, compare, NULL);
}

void
sfu_bottle_line_push (
    SfuBottleLine *line, GBytes *packet, gpointer route, gint64 now_us)
{
  const SfuBottleSettings *s = &line->settings;
  SfuBottleStats *stats = &line->stats;
  gsize size = g_bytes_get_size (packet);
  gint64 sent_us;
  Draws draws;

  stats->received++;
  stats->received_bytes += size;
  draw (line, &draws);
  if (now_us >= line->blackout_from_us && now_us < line->blackout_to_us)
    stats->blackout++;
  else if (g_sequence_get_length (line->waiting) >= MAX_WAITING ||
      !pass_rate (line, size, now_us, &sent_us))
    stats->tail++;
  else if (lost_in_burst (line, draws.burst))
    stats->burst++;
  else if (draws.loss < s->loss)
    stats->lost++;
  else {
    wait_for (line, packet, route, sent_us, draws.jitter);
    if (draws.duplicate < s->duplicate) {
      stats->duplicated++;
      wait_for (line, packet, route, sent_us, draws.jitter_of_copy);
    }
  }
}

GBytes *
sfu_bottle_line_pop (SfuBottleLine *line, gint64 now_us, gpointer *route)
{
  GSequenceIter *first = g_sequence_get_begin_iter (line->waiting);
  Waiting *waiting;
  GBytes *packet;

  if (g_sequence_iter_is_end (first))
    return NULL;
  waiting = g_sequence_get (first);
  if (waiting->due_us > now_us)
    return NULL;
  packet = g_steal_pointer (&waiting->packet);
  *route = waiting->route;
  line->stats.sent++;
  line->stats.sent_bytes += g_bytes_get_size (packet);
  if (waiting->number < line->newest_given)
    line->stats.reordered++;
  else
    line->newest_given = waiting->number + 1;
  g_sequence_remove (first);
  return packet;
}

gint64
sfu_bottle_line_next_us (const SfuBottleLine *line)
{
  GSequenceIter *first = g_sequence_get_begin_iter (line->waiting);

  return g_sequence_iter_is_end (first)
      ? -1
      : ((const Waiting *)g_sequence_get (first))->due_us;
}

void
sfu_bottle_line_get_stats (const SfuBottleLine *line, SfuBottleStats *stats)
{
  *stats = line->stats;
  stats->waiting = (guint)g_sequence_get_length (line->waiting);
}

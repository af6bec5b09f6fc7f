/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-activity.h.
 *
 * Threads: see the header. */
#include "sfu-worker-activity.h"

#include "sfu-transport-src-pad.h"
#include "sfu-worker-producer.h"
#include "sfu-worker-router.h"

typedef struct {
  const SfuWorkerProducer *producer; /* borrowed */
  gint64 last_us;                    /* monotonic */
} Entry;

/* On the media thread, which has packets to forward: a few loads for each
 * producer, and nothing is allocated. */
static void
read_times (gpointer data, gpointer unused)
{
  GArray *entries = data;
  for (guint i = 0; i < entries->len; i++) {
    Entry *entry = &g_array_index (entries, Entry, i);
    gint64 last_us = sfu_transport_src_pad_last_packet_us (
        SFU_TRANSPORT_SRC_PAD (entry->producer->track.src));
    entry->last_us = MAX (entry->last_us, last_us);
  }
}

static void
add_producers (GArray *entries, const SfuWorkerTransport *transport)
{
  for (guint i = 0; i < transport->producers->len; i++) {
    const SfuWorkerProducer *producer = transport->producers->pdata[i];
    Entry entry = { producer, producer->created_us };
    g_array_append_val (entries, entry);
  }
}

GVariant *
sfu_worker_activity_of_routers (GPtrArray *routers)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  GVariantBuilder builder;
  SfuMediaLoop *loop = NULL;
  gint64 now_us = g_get_monotonic_time ();
  for (guint i = 0; i < routers->len; i++) {
    const SfuWorkerRouter *router = routers->pdata[i];
    /* All routers of a worker run on its one media loop. */
    g_assert (!loop || loop == router->loop);
    loop = router->loop;
    for (guint j = 0; j < router->transports->len; j++)
      add_producers (entries, router->transports->pdata[j]);
  }
  if (entries->len)
    sfu_media_loop_call (loop, read_times, entries);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(st)"));
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = &g_array_index (entries, Entry, i);
    /* A packet may have come since now_us. */
    gint64 idle_us = MAX (now_us - entry->last_us, 0);
    g_variant_builder_add (&builder, "(st)", entry->producer->node.id,
        (guint64)(idle_us / G_TIME_SPAN_MILLISECOND));
  }
  return g_variant_builder_end (&builder);
}

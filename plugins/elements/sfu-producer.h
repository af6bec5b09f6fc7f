/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfuproducer: one published track. See sfu-producer.c.
 *
 * Threads: as any element; see the source. */
#pragma once

#include <gst/gst.h>
#include "sfu-stream-receiver.h"

G_BEGIN_DECLS

#define SFU_TYPE_PRODUCER (sfu_producer_get_type ())
G_DECLARE_FINAL_TYPE (SfuProducer, sfu_producer, SFU, PRODUCER, GstElement)

GST_ELEMENT_REGISTER_DECLARE (sfuproducer);

/* Facts that travel up to whoever made the producer. */
typedef struct {
  /* Streaming thread, no lock held: a packet's audio level of RFC 6464, 0..127
   * (-dBov). FALSE: keep the packet back. */
  gboolean (*audio_level) (gpointer owner, SfuProducer *producer, guint8 level);
} SfuProducerCallbacks;

/* Before data flows. owner is borrowed: it outlives the producer. */
void sfu_producer_set_callbacks (
    SfuProducer *self, const SfuProducerCallbacks *callbacks, gpointer owner);

/* Sums over all encodings; the SSRCs are 0. Any thread. */
void sfu_producer_get_stats (SfuProducer *self, SfuStreamReceiverStats *stats);
/* What retransmission has brought of the first n encodings, 0 where nothing has
 * come yet. Any thread. */
void sfu_producer_get_recovered (
    SfuProducer *self, guint64 *recovered, guint n);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfuconsumer: one subscription to a track. See sfu-consumer.c.
 *
 * Threads: as any element; see the source. */
#pragma once

#include <gst/gst.h>
#include "sfu-stream-sender.h"

G_BEGIN_DECLS

#define SFU_TYPE_CONSUMER (sfu_consumer_get_type ())
G_DECLARE_FINAL_TYPE (SfuConsumer, sfu_consumer, SFU, CONSUMER, GstElement)

GST_ELEMENT_REGISTER_DECLARE (sfuconsumer);

/* Any thread. */
void sfu_consumer_get_stats (SfuConsumer *self, SfuStreamSenderStats *stats);
/* The property current-spatial-layer, without the detour. Any thread. */
gint sfu_consumer_get_spatial_layer (SfuConsumer *self);

G_END_DECLS

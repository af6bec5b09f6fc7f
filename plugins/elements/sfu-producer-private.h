/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of sfuproducer, for its two files: the data path and the
 * properties.
 *
 * Threads: as said at the fields. */
#pragma once

#include "sfu-deadline.h"
#include "sfu-producer.h"
#include "sfu-stream-receiver.h"

G_BEGIN_DECLS

struct _SfuProducer {
  GstElement parent;
  GstPad *sinkpad, *srcpad; /* owned by the element */
  const SfuProducerCallbacks *callbacks;
  gpointer owner; /* borrowed */

  GMutex lock;
  /* under lock */
  SfuStreamConfig config;
  SfuStreamReceiver *receiver; /* owned; NULL before caps */
  gboolean paused;
  gboolean announce; /* push the sfu-track event before the next packet */
  guint cache_packets, cache_time_ms, cache_bytes;
  guint nack_retries, nack_interval_ms, keyframe_interval_ms;
  SfuDeadline *deadline; /* owned; NULL without a media loop */

  SfuMediaLoop *loop; /* owned; set by set_context before data flows */
  /* media thread */
  SfuFlushHook flush;
  GstBufferList *pending; /* owned; packets of this burst */
};

/* sfu-producer-properties.c */
void sfu_producer_init_properties (SfuProducer *self);
void sfu_producer_install_properties (GObjectClass *klass);

/* sfu-producer.c */
void sfu_producer_set_paused (SfuProducer *self, gboolean paused);

G_END_DECLS

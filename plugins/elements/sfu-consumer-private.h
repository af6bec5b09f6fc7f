/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of sfuconsumer, for its two files: the data path and the
 * properties.
 *
 * Threads: as said at the fields. */
#pragma once

#include "sfu-consumer.h"
#include "sfu-shortcut.h"
#include "sfu-stream-sender.h"

G_BEGIN_DECLS

struct _SfuConsumer {
  GstElement parent;
  GstPad *sinkpad, *srcpad; /* owned by the element */
  SfuShortcut shortcut;     /* of srcpad */

  GMutex lock;
  /* under lock */
  SfuStreamSender *sender; /* owned */
  GstCaps *caps;           /* owned; what the application asked for, or NULL */
  GstCaps *in_caps;        /* owned; the producer's, or NULL */
  gboolean caps_dirty; /* output caps must be pushed before the next packet */
  guint32 ssrc, rtx_ssrc; /* used when the caps name none */
  gboolean report_dirty;  /* to be pushed before the next packets */
  guint report_span;      /* the span of which the last one was */
  gint spatial, temporal; /* layers that were told of; -1 = none */
};

/* sfu-consumer-properties.c */
void sfu_consumer_install_properties (GObjectClass *klass);

/* sfu-consumer.c */
void sfu_consumer_set_paused (SfuConsumer *self, gboolean paused);
/* After something that is no packet, a wish or news of the producer: asks for a
 * key frame and tells of other layers. */
void sfu_consumer_settle (SfuConsumer *self, gboolean keyframe);

G_END_DECLS

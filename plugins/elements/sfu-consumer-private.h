/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of sfuconsumer, for its three files: wishes and events, the data
 * path, and the properties.
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
  /* the report that was passed on last */
  guint report_serial, report_span;
  gint spatial, temporal; /* layers that were told of; -1 = none */
};

/* sfu-consumer-properties.c */
void sfu_consumer_install_properties (GObjectClass *klass);

/* sfu-consumer.c */
void sfu_consumer_set_paused (SfuConsumer *self, gboolean paused);
/* After something that is no packet, a wish or news of the producer: asks for a
 * key frame and tells of other layers. */
void sfu_consumer_settle (SfuConsumer *self, gboolean keyframe);
/* Without the lock: */
void sfu_consumer_ask_for_keyframe (SfuConsumer *self);
void sfu_consumer_tell_layers (SfuConsumer *self);
gboolean sfu_consumer_push_caps (SfuConsumer *self, GstCaps *caps);
/* With it: */
/* Returns the caps to push, NULL while there is nothing to say. */
GstCaps *sfu_consumer_configure_locked (SfuConsumer *self);
/* Whether there is something to tell of; a stream without layers has nothing. */
gboolean sfu_consumer_layers_changed_locked (SfuConsumer *self);

/* sfu-consumer-packets.c */
GstFlowReturn sfu_consumer_chain (
    GstPad *pad, GstObject *parent, GstBuffer *buffer);
GstFlowReturn sfu_consumer_chain_list (
    GstPad *pad, GstObject *parent, GstBufferList *in);
/* The same, but in stays the caller's. */
GstFlowReturn sfu_consumer_on_list (
    GstPad *pad, GstObject *parent, GstBufferList *in);
/* What that will touch next time. */
void sfu_consumer_add_lines (GstObject *parent, SfuHotLines *lines);
/* sfu_stream_sender_retransmit or its like. */
typedef gboolean (*SfuConsumerSendAgain) (
    SfuStreamSender *, guint16, gint64, SfuPacket *);
/* Of NACKs, and of losses that the transport knows. */
void sfu_consumer_retransmit (SfuConsumer *self,
    SfuConsumerSendAgain send_again, const guint16 *seqs, guint n);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request pads of sfurouter. Each stands for one chain inside the router: a
 * sink pad for producer and tee, a src pad for one consumer; their properties
 * are those of the chain.
 *
 * Threads: the fields are edited on the control thread under the router's
 * rules (sfu-router.c). */
#pragma once

#include <gst/gst.h>
#include "sfu-stream-receiver.h"
#include "sfu-stream-sender.h"

G_BEGIN_DECLS

#define SFU_TYPE_ROUTER_SINK_PAD (sfu_router_sink_pad_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuRouterSinkPad, sfu_router_sink_pad, SFU, ROUTER_SINK_PAD, GstGhostPad)

struct _SfuRouterSinkPad {
  GstGhostPad parent;
  GstElement *producer; /* owned by the router's bin */
  GstElement *tee;      /* owned by the router's bin */
};

#define SFU_TYPE_ROUTER_SRC_PAD (sfu_router_src_pad_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuRouterSrcPad, sfu_router_src_pad, SFU, ROUTER_SRC_PAD, GstGhostPad)

struct _SfuRouterSrcPad {
  GstGhostPad parent;
  GstElement *consumer; /* owned by the router's bin */
  gchar *wanted;        /* owned; name of a sink pad, NULL = automatic */
  GstPad *tee_pad;      /* owned request pad of the tee it follows, or NULL */
  GstElement *tee;      /* that tee, referenced */
  guint switch_interval_ms; /* 0 = it stays with its producer */
  GSource *switch_timer;    /* owned; the router's */
};

GstPad *sfu_router_sink_pad_new (GstPadTemplate *templ, const gchar *name,
    GstElement *producer, GstElement *tee);
GstPad *sfu_router_src_pad_new (
    GstPadTemplate *templ, const gchar *name, GstElement *consumer);

/* What the property "stats" is made of, for who asks for thousands: the sums
 * over all encodings. Any thread. */
void sfu_router_sink_pad_get_stats (
    SfuRouterSinkPad *self, SfuStreamReceiverStats *stats);
void sfu_router_src_pad_get_stats (
    SfuRouterSrcPad *self, SfuStreamSenderStats *stats);
/* And single numbers: as sfu_producer_get_recovered and
 * sfu_consumer_get_spatial_layer. */
void sfu_router_sink_pad_get_recovered (
    SfuRouterSinkPad *self, guint64 *recovered, guint n);
gint sfu_router_src_pad_get_spatial_layer (SfuRouterSrcPad *self);

G_END_DECLS

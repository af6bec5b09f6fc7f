/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room's forwarding graph: one GstPipeline that always plays, with one
 * sfurouter in it. Transports add themselves.
 *
 * Threads: control thread; what the elements say on other threads arrives here
 * through the default main context. */
#pragma once

#include <gst/gst.h>
#include "sfu-media-loop.h"
#include "sfu-worker-node.h"

G_BEGIN_DECLS

typedef struct _SfuWorkerRouter SfuWorkerRouter;

typedef struct {
  /* producer_id "" = silence; volume -127..0 dBov */
  void (*active_speaker) (gpointer owner, SfuWorkerRouter *router,
      const gchar *producer_id, gint volume_dbov);
  /* -1, -1 = nothing is forwarded */
  void (*layers_changed) (gpointer owner, SfuWorkerRouter *router,
      const gchar *consumer_id, gint spatial, gint temporal);
} SfuWorkerRouterCallbacks;

typedef struct _SfuWorkerRouterLink SfuWorkerRouterLink;

struct _SfuWorkerRouter {
  SfuNode node;
  SfuMediaLoop *loop;    /* owned */
  GstElement *pipeline;  /* owned */
  GstElement *element;   /* sfurouter, lives in pipeline */
  GPtrArray *transports; /* of SfuWorkerTransport, borrowed: they leave when
                            they are freed */
  const SfuWorkerRouterCallbacks *callbacks;
  gpointer owner;            /* borrowed: outlives the router */
  SfuWorkerRouterLink *link; /* owned share: how other threads reach us */
};

SfuWorkerRouter *sfu_worker_router_new (const gchar *id, SfuMediaLoop *loop,
    const SfuWorkerRouterCallbacks *callbacks, gpointer owner, GError **error);
/* Its transports are freed before. */
void sfu_worker_router_free (SfuWorkerRouter *self);

/* Into the playing pipeline, floating references taken; and out of it again,
 * through NULL. */
gboolean sfu_worker_router_add (
    SfuWorkerRouter *self, GstElement *element, GError **error);
void sfu_worker_router_remove (SfuWorkerRouter *self, GstElement *element);

/* A producer's pad of sfurouter says whose it is. */
void sfu_worker_router_name_pad (GstPad *pad, const gchar *producer_id);
/* Tells of the layers that a consumer's pad of sfurouter forwards. */
void sfu_worker_router_watch_layers (
    SfuWorkerRouter *self, GstPad *pad, const gchar *consumer_id);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client connection: a sfutransport in the pipeline of its router, or a
 * plain one (sfu-worker-plain.h), which shares all but ICE and DTLS.
 *
 * Threads: control thread. */
#pragma once

#include "sfu-seam.h"
#include "sfu-webrtc-server.h"
#include "sfu-worker-router.h"

G_BEGIN_DECLS

typedef struct _SfuWorkerTransport SfuWorkerTransport;

typedef struct {
  void (*state_changed) (gpointer owner, SfuWorkerTransport *transport,
      const gchar *ice_state, const gchar *dtls_state, const gchar *reason);
} SfuWorkerTransportCallbacks;

struct _SfuWorkerTransport {
  SfuNode node;
  SfuWorkerRouter *router; /* borrowed: outlives the transport */
  gboolean plain, force_tcp;
  SfuWebRtcServer *server; /* owned; shared with others, or its own; NULL for a
                              plain one */
  GstElement *element;     /* owned; in the router's pipeline */
  gchar *ice_state;        /* owned; as last told by the element */
  gchar *dtls_state;       /* owned */
  guint news_id;           /* while they are still to be told */
  GPtrArray *producers;    /* of SfuWorkerProducer, borrowed: they leave when */
  GPtrArray *consumers;    /* of SfuWorkerConsumer        ... they are freed */
  const SfuWorkerTransportCallbacks *callbacks;
  gpointer owner; /* borrowed: outlives the transport */
};

/* force_tcp: server listens for TCP. */
SfuWorkerTransport *sfu_worker_transport_new (SfuWorkerRouter *router,
    const gchar *id, SfuWebRtcServer *server, gboolean force_tcp,
    const SfuWorkerTransportCallbacks *callbacks, gpointer owner,
    GError **error);
/* Says goodbye to the peer when it is connected. Its producers and consumers
 * are freed before. */
void sfu_worker_transport_free (SfuWorkerTransport *self);

/* What both kinds begin with; takes a floating element. */
SfuWorkerTransport *sfu_worker_transport_wrap (
    SfuWorkerRouter *router, const gchar *id, GstElement *element);

/* For the client. */
SfuSeamTransportInfo *sfu_worker_transport_get_info (SfuWorkerTransport *self);

/* role: of the peer. fingerprints: of SfuSeamFingerprint. *local_role: static
 * string. SFU_ERROR_WRONG_STATE the second time, SFU_ERROR_INVALID_ARGUMENT
 * for bad values (the transport can then still be connected) and for a plain
 * transport. */
gboolean sfu_worker_transport_connect (SfuWorkerTransport *self,
    const gchar *role, GPtrArray *fingerprints, const gchar **local_role,
    GError **error);
/* g_free both. SFU_ERROR_WRONG_STATE when it is closed or failed. */
gboolean sfu_worker_transport_restart_ice (
    SfuWorkerTransport *self, gchar **ufrag, gchar **pwd, GError **error);

G_END_DECLS

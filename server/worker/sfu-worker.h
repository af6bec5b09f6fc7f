/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything one worker process holds, under the ids the server gave. The verbs
 * are those of org.gstsfu.Worker1 and return its errors (SFU_ERROR); D-Bus
 * itself is not known here.
 *
 * Threads: control thread (the one of the default main context). */
#pragma once

#include "sfu-pulse.h"
#include "sfu-rtp-parameters.h"
#include "sfu-seam.h"
#include "sfu-worker-config.h"
#include "sfu-worker-score.h"

G_BEGIN_DECLS

typedef struct _SfuWorker SfuWorker;

typedef struct {
  void (*transport_state) (gpointer owner, const gchar *transport_id,
      const gchar *ice_state, const gchar *dtls_state, const gchar *reason);
  void (*active_speaker) (gpointer owner, const gchar *router_id,
      const gchar *producer_id, gint volume_dbov);
  void (*layers_changed) (
      gpointer owner, const gchar *consumer_id, gint spatial, gint temporal);
  SfuWorkerScoreCallbacks scores;
} SfuWorkerCallbacks;

/* pulse: where it shows that it lives; borrowed, NULL = nowhere. */
SfuWorker *sfu_worker_new (
    SfuPulse *pulse, const SfuWorkerCallbacks *callbacks, gpointer owner);
/* Closes everything; connected peers are told. */
void sfu_worker_free (SfuWorker *self);

/* Checks what is installed, starts the media thread, opens the socket (of a
 * range: only tries). A start that failed may be tried again. */
gboolean sfu_worker_start (SfuWorker *self, const gchar *listen_ip,
    const gchar *const *announced, guint16 port_min, guint16 port_max,
    const SfuWorkerConfig *config, guint16 *used_min, guint16 *used_max,
    GError **error);

gboolean sfu_worker_create_router (
    SfuWorker *self, const gchar *id, GError **error);
gboolean sfu_worker_close_router (
    SfuWorker *self, const gchar *id, GError **error);

/* 0 = all. */
gboolean sfu_worker_set_router_loudest (
    SfuWorker *self, const gchar *id, guint n, GError **error);

/* options: a{sv} of the seam. */
SfuSeamTransportInfo *sfu_worker_create_transport (SfuWorker *self,
    const gchar *router_id, const gchar *id, GVariant *options, GError **error);
/* *local_role: static string. */
gboolean sfu_worker_connect_transport (SfuWorker *self, const gchar *id,
    const gchar *role, GPtrArray *fingerprints, const gchar **local_role,
    GError **error);
/* options: a{sv} of the seam. */
SfuSeamPlainInfo *sfu_worker_create_plain_transport (SfuWorker *self,
    const gchar *router_id, const gchar *id, GVariant *options, GError **error);
SfuSeamPlainInfo *sfu_worker_connect_plain_transport (
    SfuWorker *self, const gchar *id, GVariant *options, GError **error);
/* g_free both. */
gboolean sfu_worker_restart_ice (SfuWorker *self, const gchar *id,
    gchar **ufrag, gchar **pwd, GError **error);
gboolean sfu_worker_close_transport (
    SfuWorker *self, const gchar *id, GError **error);

gboolean sfu_worker_produce (SfuWorker *self, const gchar *transport_id,
    const gchar *id, SfuMediaKind kind, const SfuRtpParameters *parameters,
    gboolean paused, GError **error);
gboolean sfu_worker_set_producer_paused (
    SfuWorker *self, const gchar *id, gboolean paused, GError **error);
gboolean sfu_worker_close_producer (
    SfuWorker *self, const gchar *id, GError **error);

gboolean sfu_worker_consume (SfuWorker *self, const gchar *transport_id,
    const gchar *id, const gchar *producer_id,
    const SfuRtpParameters *parameters, gboolean paused, GError **error);
gboolean sfu_worker_set_consumer_paused (
    SfuWorker *self, const gchar *id, gboolean paused, GError **error);
gboolean sfu_worker_request_key_frame (
    SfuWorker *self, const gchar *id, GError **error);
gboolean sfu_worker_set_consumer_preferred_layers (SfuWorker *self,
    const gchar *id, gint spatial, gint temporal, GError **error);
gboolean sfu_worker_close_consumer (
    SfuWorker *self, const gchar *id, GError **error);

/* aa{sv}, floating. */
GVariant *sfu_worker_get_stats (
    SfuWorker *self, const gchar *id, GError **error);
/* a(st), floating: producer, ms since its last packet. */
GVariant *sfu_worker_get_producer_activity (
    SfuWorker *self, const gchar *const *router_ids);
/* a{sv}, floating; router_id "" = all. */
GVariant *sfu_worker_dump (
    SfuWorker *self, const gchar *router_id, GError **error);
/* As sfu_worker_metrics_read. */
gboolean sfu_worker_get_metrics (
    SfuWorker *self, GVariant **values, GVariant **histograms, GError **error);
gchar *sfu_worker_graph_dot (
    SfuWorker *self, const gchar *router_id, GError **error);
gboolean sfu_worker_set_impairment (
    SfuWorker *self, gdouble percent_in, gdouble percent_out, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker process as the server sees it: one object per process, alive from
 * start to stop or death, every method of org.gstsfu.Worker1 as a pair of
 * _async and _finish. Errors are SFU_ERROR: what the worker said, or
 * SFU_ERROR_TIMEOUT (no answer in time), or SFU_ERROR_FAILED (it is gone, or
 * was never started); a cancelled call is G_IO_ERROR_CANCELLED.
 *
 * Calls are answered in the order they were made; those that come while the
 * worker starts wait until it has. Strings, structures and
 * variants given to _async are copied before it returns; a floating variant is
 * consumed.
 *
 * Signals:
 *   "transport-state" (gchar *transport_id, gchar *ice_state,
 *        gchar *dtls_state, gchar *reason)
 *   "active-speaker" (gchar *router_id, gchar *producer_id, gint volume_dbov)
 *   "layers-changed" (gchar *consumer_id, gint spatial, gint temporal)
 *   "producer-scores" (GVariant *producers): SFU_SEAM_PRODUCER_SCORES
 *   "consumer-scores" (GVariant *consumers): SFU_SEAM_CONSUMER_SCORES
 *   "died" (gint exit_status, gint term_signal, gchar *reason): once, after a
 *        start that succeeded, when the process is gone and nobody called
 *        stop. exit_status -1 = by a signal; term_signal 0 = by exit. All
 *        pending calls have failed or fail next.
 *
 * Threads: one thread, which must live as long as the worker; callbacks and
 * signals run in its thread-default main context. */
#pragma once

#include <gio/gio.h>
#include "sfu-pulse.h"
#include "sfu-rtp-parameters.h"
#include "sfu-seam.h"

G_BEGIN_DECLS

#define SFU_WORKER_CALL_TIMEOUT_MS 10000
/* From fork to the answer of Start. GStreamer may have to build its registry
 * of plugins in this time, once after an installation. */
#define SFU_WORKER_START_TIMEOUT_MS 60000
/* How long a worker that was asked to stop may take to say goodbye. */
#define SFU_WORKER_STOP_TIMEOUT_MS 5000

#define SFU_TYPE_WORKER_CLIENT (sfu_worker_client_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuWorkerClient, sfu_worker_client, SFU, WORKER_CLIENT, GObject)

/* program: path of sfu-worker, NULL = look for it (sfu-worker-process.h).
 * log_level: "error", "warning", "message", "info" or "debug"; NULL = the
 * worker's default. Nothing is started yet. */
SfuWorkerClient *sfu_worker_client_new (
    const gchar *program, const gchar *log_level);

/* Zeroes are the defaults; a structure of zeroes is valid but for listen_ip. */
typedef struct {
  const gchar *listen_ip;
  const gchar *const *announced; /* NULL-terminated; NULL = listen_ip */
  guint16 port_min, port_max;    /* 0, 0 = one free port for all transports;
                                    equal = that one; else one each */
  gboolean allow_impairment;
  gboolean ice_tcp;
  gboolean stock_dtls;
  guint consent_timeout_s;
  guint media_priority; /* steps of nice; 0 = none */
  guint max_routers;    /* of this worker */
  guint max_transports_per_router;
  guint max_producers_per_transport;
  guint max_consumers_per_transport;
  guint16 plain_port_min, plain_port_max; /* of plain transports */
} SfuWorkerStartOptions;

/* Optional, before start: spawns and connects, so that start only has to say
 * Start to a process that has loaded all it needs. Without "died": ask
 * is_prepared. FALSE: the object is of no more use. */
gboolean sfu_worker_client_prepare (SfuWorkerClient *self, GError **error);
/* TRUE from when a prepared one is connected to start, or its end. */
gboolean sfu_worker_client_is_prepared (SfuWorkerClient *self);

/* Once per object. Spawns, connects, Start. After a failure no process is
 * left, and the error says what an operator has to do. */
void sfu_worker_client_start_async (SfuWorkerClient *self,
    const SfuWorkerStartOptions *options, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
/* The ports in use; both may be NULL. */
gboolean sfu_worker_client_start_finish (SfuWorkerClient *self,
    GAsyncResult *result, guint16 *port_min, guint16 *port_max, GError **error);

/* Asks it to close everything and exit; SIGKILL after deadline_ms (0 = at
 * once). Succeeds also when it was never started or died before; fails only
 * when cancelled. Dropping the last reference instead kills at once. */
void sfu_worker_client_stop_async (SfuWorkerClient *self, guint deadline_ms,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_stop_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

/* For calls made from now on; SFU_WORKER_CALL_TIMEOUT_MS at first. A call that
 * timed out may still have had its effect. */
void sfu_worker_client_set_call_timeout (
    SfuWorkerClient *self, guint timeout_ms);

/* 0 when there is no process. */
gint sfu_worker_client_get_pid (SfuWorkerClient *self);
/* TRUE from a successful start to stop or death. */
gboolean sfu_worker_client_is_running (SfuWorkerClient *self);
/* TRUE when the connection to one that runs is broken: "died" follows. */
gboolean sfu_worker_client_is_lost (SfuWorkerClient *self);
/* TRUE from start to its success or failure. */
gboolean sfu_worker_client_is_starting (SfuWorkerClient *self);
/* Borrowed until the next turn of the main context; NULL when there is no
 * process. */
SfuPulse *sfu_worker_client_get_pulse (SfuWorkerClient *self);
/* For one that runs but hangs: its threads are given a moment to write into the
 * log where they are, and then it is SIGKILL. "died" says reason, and comes when
 * the process is gone. */
void sfu_worker_client_kill (SfuWorkerClient *self, const gchar *reason);

/* ---- methods; see the interface description for meanings and errors ---- */

void sfu_worker_client_create_router_async (SfuWorkerClient *self,
    const gchar *router_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_create_router_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
void sfu_worker_client_close_router_async (SfuWorkerClient *self,
    const gchar *router_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_close_router_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

/* n 0 = all. */
void sfu_worker_client_set_router_loudest_async (SfuWorkerClient *self,
    const gchar *router_id, guint n, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_set_router_loudest_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

typedef struct {
  gboolean sctp;
  guint32 initial_outgoing_bitrate; /* bit/s; 0 = default */
  guint32 max_incoming_bitrate;     /* bit/s; 0 = no bound */
  gboolean force_tcp;
} SfuWorkerTransportOptions;

/* options NULL = zeroes. */
void sfu_worker_client_create_webrtc_transport_async (SfuWorkerClient *self,
    const gchar *router_id, const gchar *transport_id,
    const SfuWorkerTransportOptions *options, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
SfuSeamTransportInfo *sfu_worker_client_create_webrtc_transport_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

/* role: the client's ("client", "server", "auto"). fingerprints: of
 * SfuSeamFingerprint. */
void sfu_worker_client_connect_webrtc_transport_async (SfuWorkerClient *self,
    const gchar *transport_id, const gchar *role, GPtrArray *fingerprints,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* *local_role (may be NULL): ours, "client" or "server"; g_free it. */
gboolean sfu_worker_client_connect_webrtc_transport_finish (
    SfuWorkerClient *self, GAsyncResult *result, gchar **local_role,
    GError **error);

typedef struct {
  gboolean no_rtcp_mux; /* RTCP on a port of its own */
  gboolean comedia;
  const gchar *srtp_suite; /* NULL = no SRTP */
} SfuWorkerPlainOptions;

/* options NULL = zeroes. */
void sfu_worker_client_create_plain_transport_async (SfuWorkerClient *self,
    const gchar *router_id, const gchar *transport_id,
    const SfuWorkerPlainOptions *options, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
SfuSeamPlainInfo *sfu_worker_client_create_plain_transport_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

typedef struct {
  const gchar *ip;         /* NULL = none (comedia) */
  guint16 port, rtcp_port; /* 0 = none */
  const gchar *srtp_suite; /* NULL = no SRTP */
  const gchar *srtp_key;   /* the peer's, base64 */
} SfuWorkerPlainPeer;

void sfu_worker_client_connect_plain_transport_async (SfuWorkerClient *self,
    const gchar *transport_id, const SfuWorkerPlainPeer *peer,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* srtp_suite and srtp_key (may be NULL): ours, "" without SRTP; g_free them. */
gboolean sfu_worker_client_connect_plain_transport_finish (
    SfuWorkerClient *self, GAsyncResult *result, gchar **srtp_suite,
    gchar **srtp_key, GError **error);

void sfu_worker_client_restart_ice_async (SfuWorkerClient *self,
    const gchar *transport_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
/* Both may be NULL; g_free them. */
gboolean sfu_worker_client_restart_ice_finish (SfuWorkerClient *self,
    GAsyncResult *result, gchar **ufrag, gchar **pwd, GError **error);

void sfu_worker_client_close_transport_async (SfuWorkerClient *self,
    const gchar *transport_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_close_transport_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

void sfu_worker_client_produce_async (SfuWorkerClient *self,
    const gchar *transport_id, const gchar *producer_id, SfuMediaKind kind,
    const SfuRtpParameters *parameters, gboolean paused,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_produce_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
void sfu_worker_client_set_producer_paused_async (SfuWorkerClient *self,
    const gchar *producer_id, gboolean paused, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_set_producer_paused_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
void sfu_worker_client_close_producer_async (SfuWorkerClient *self,
    const gchar *producer_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_close_producer_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

void sfu_worker_client_consume_async (SfuWorkerClient *self,
    const gchar *transport_id, const gchar *consumer_id,
    const gchar *producer_id, const SfuRtpParameters *parameters,
    gboolean paused, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer data);
gboolean sfu_worker_client_consume_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
/* Not paused any more; nobody hears whether it was there. */
void sfu_worker_client_resume_consumer (
    SfuWorkerClient *self, const gchar *consumer_id);
void sfu_worker_client_set_consumer_paused_async (SfuWorkerClient *self,
    const gchar *consumer_id, gboolean paused, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_set_consumer_paused_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
/* -1 = the best there is. */
void sfu_worker_client_set_preferred_layers_async (SfuWorkerClient *self,
    const gchar *consumer_id, gint spatial, gint temporal,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_set_preferred_layers_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
void sfu_worker_client_request_key_frame_async (SfuWorkerClient *self,
    const gchar *consumer_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_request_key_frame_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
void sfu_worker_client_close_consumer_async (SfuWorkerClient *self,
    const gchar *consumer_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_close_consumer_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

/* id of a transport, producer or consumer. Returns aa{sv}, not floating. */
void sfu_worker_client_get_stats_async (SfuWorkerClient *self, const gchar *id,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GVariant *sfu_worker_client_get_stats_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
/* Returns a(st), not floating: each producer of these routers, and the
 * milliseconds since its last packet (or since it was made). */
void sfu_worker_client_get_producer_activity_async (SfuWorkerClient *self,
    const gchar *const *router_ids, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
GVariant *sfu_worker_client_get_producer_activity_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
/* router_id NULL or "" = all. Returns a{sv}, not floating. */
void sfu_worker_client_dump_async (SfuWorkerClient *self,
    const gchar *router_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
GVariant *sfu_worker_client_dump_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
void sfu_worker_client_graph_dot_async (SfuWorkerClient *self,
    const gchar *router_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
/* g_free it. */
gchar *sfu_worker_client_graph_dot_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
/* Both are owned, not floating: see sfu-media-metrics.h. */
void sfu_worker_client_get_metrics_async (SfuWorkerClient *self,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_get_metrics_finish (SfuWorkerClient *self,
    GAsyncResult *result, GVariant **values, GVariant **histograms,
    GError **error);
/* levels: as sfu_log_levels_parse takes them. */
void sfu_worker_client_set_log_levels_async (SfuWorkerClient *self,
    const gchar *levels, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_set_log_levels_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);
/* percent 0..100 */
void sfu_worker_client_set_impairment_async (SfuWorkerClient *self,
    gdouble percent_in, gdouble percent_out, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_client_set_impairment_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error);

G_END_DECLS

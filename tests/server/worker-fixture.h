/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuWorkerClient as a test wants it: one call after the other, each with a
 * deadline.
 *
 * Threads: the test's. */
#pragma once

#include "sfu-worker-client.h"
#include "test-patience.h"

G_BEGIN_DECLS

/* Longer than any timeout of the client but Start's, so that a test that
 * reaches it has found a hang. */
#define WORKER_DEADLINE_US (30 * G_USEC_PER_SEC)

/* g_test_init, but only criticals are fatal: what workers warn of becomes a
 * warning of this process, and tests make them warn. */
void worker_test_init (int *argc, char ***argv);

typedef struct {
  GAsyncResult *result;
} WorkerWait;

void worker_wait_cb (GObject *source, GAsyncResult *result, gpointer data);
void worker_wait (WorkerWait *wait);
void worker_wait_clear (WorkerWait *wait);

/* Runs the default main context until condition or the deadline (abort). */
#define WORKER_WAIT_UNTIL(condition)                                           \
  G_STMT_START                                                                 \
  {                                                                            \
    TestPatience worker_patience_ = test_patience (WORKER_DEADLINE_US);        \
    while (!(condition)) {                                                     \
      if (test_patience_is_over (&worker_patience_))                           \
        g_error ("%s:%d: never: %s", __FILE__, __LINE__, #condition);          \
      worker_iterate ();                                                       \
    }                                                                          \
  }                                                                            \
  G_STMT_END
void worker_iterate (void);

/* A client of the sfu-worker under test (environment SFU_TEST_WORKER). */
SfuWorkerClient *worker_new (void);
/* options NULL: 127.0.0.1, a free port. */
gboolean worker_start (SfuWorkerClient *client,
    const SfuWorkerStartOptions *options, guint16 *port, GError **error);
/* Both, or abort. */
SfuWorkerClient *worker_new_started (const SfuWorkerStartOptions *options);
void worker_stop (SfuWorkerClient *client, guint deadline_ms);

gboolean worker_create_router (
    SfuWorkerClient *client, const gchar *id, GError **error);
gboolean worker_close_router (
    SfuWorkerClient *client, const gchar *id, GError **error);
/* NULL on error. */
SfuSeamTransportInfo *worker_create_transport (SfuWorkerClient *client,
    const gchar *router, const gchar *id, GError **error);
/* algorithm and value NULL: no fingerprint. Returns our role, g_free it. */
gchar *worker_connect_transport (SfuWorkerClient *client, const gchar *id,
    const gchar *role, const gchar *algorithm, const gchar *value,
    GError **error);
/* NULL on error. */
SfuSeamPlainInfo *worker_create_plain (SfuWorkerClient *client,
    const gchar *router, const gchar *id, const SfuWorkerPlainOptions *options,
    GError **error);
/* key: ours, may be NULL. */
gboolean worker_connect_plain (SfuWorkerClient *client, const gchar *id,
    const SfuWorkerPlainPeer *peer, gchar **key, GError **error);
gboolean worker_close_transport (
    SfuWorkerClient *client, const gchar *id, GError **error);
gboolean worker_produce (SfuWorkerClient *client, const gchar *transport,
    const gchar *id, SfuMediaKind kind, const SfuRtpParameters *parameters,
    gboolean paused, GError **error);
gboolean worker_consume (SfuWorkerClient *client, const gchar *transport,
    const gchar *id, const gchar *producer, const SfuRtpParameters *parameters,
    gboolean paused, GError **error);
GVariant *worker_dump (
    SfuWorkerClient *client, const gchar *router, GError **error);
GVariant *worker_get_stats (
    SfuWorkerClient *client, const gchar *id, GError **error);
gchar *worker_graph_dot (
    SfuWorkerClient *client, const gchar *router, GError **error);

/* An executable file with this text; g_free and g_remove it. */
gchar *worker_write_script (const gchar *text);

G_END_DECLS

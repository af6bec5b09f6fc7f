/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of SfuWorkerClient, for its files: sfu-worker-client.c (the object
 * and its connection), -start.c, -call.c (one call) and sfu-worker-calls.c (the
 * methods).
 *
 * Threads: as sfu-worker-client.h. */
#pragma once

#include "sfu-dbus.h"
#include "sfu-worker-client.h"
#include "sfu-worker-process.h"

G_BEGIN_DECLS

/* A worker whose connection broke is about to exit, and how it does is worth
 * knowing; one that is not is killed. Its rooms wait for that: not long. */
#define SFU_WORKER_CLIENT_BROKEN_EXIT_MS 500

typedef enum {
  SFU_WORKER_CLIENT_IDLE,
  SFU_WORKER_CLIENT_PREPARED, /* has a process; connected or about to be */
  SFU_WORKER_CLIENT_STARTING,
  SFU_WORKER_CLIENT_FAILING,
  SFU_WORKER_CLIENT_RUNNING,
  SFU_WORKER_CLIENT_STOPPING,
  SFU_WORKER_CLIENT_ENDED
} SfuWorkerClientState;

/* What is gathered in this turn of the loop. */
typedef struct {
  GPtrArray *consumes; /* of GTask, owned: one transport's */
  GPtrArray *resumes;  /* of gchar *, owned: ids of consumers */
  guint id;            /* while there is something */
} SfuWorkerBatch;

struct _SfuWorkerClient {
  GObject parent;
  gchar *program;
  gchar *log_level;
  SfuWorkerClientState state;
  SfuWorkerProcess *process;   /* owned; from start to the end of its life */
  GDBusConnection *connection; /* owned */
  SfuDBusWorker1 *proxy;       /* owned; from connect to stop or death */
  GTask *start_task;           /* owned; STARTING and FAILING */
  GVariant *start_args;        /* owned; STARTING */
  GError *start_error;         /* owned; FAILING */
  gboolean start_refused;      /* start_error is what the worker answered */
  GPtrArray *stop_tasks;       /* of GTask; STOPPING */
  GQueue waiting;              /* of GTask, owned: calls; STARTING */
  gchar *kill_reason;          /* owned; NULL = nobody killed it */
  guint16 port_min, port_max;
  gint call_timeout_ms;
  SfuWorkerBatch batch;
};

/* sfu-worker-client.c */
/* Takes a reference of the connection. */
gboolean sfu_worker_client_make_proxy (
    SfuWorkerClient *self, GDBusConnection *connection, GError **error);
void sfu_worker_client_drop_connection (SfuWorkerClient *self);
/* owner: the client. */
extern const SfuWorkerProcessCallbacks sfu_worker_client_process_callbacks;

/* sfu-worker-client-batch.c */
void sfu_worker_client_batch_init (SfuWorkerBatch *batch);
void sfu_worker_client_batch_clear (SfuWorkerBatch *batch);
/* Now, as something else is to be asked. */
void sfu_worker_client_send_batch (SfuWorkerClient *self);

/* sfu-worker-client-call.c */
/* Takes error: one of SFU_ERROR, or a cancellation. */
GError *sfu_worker_client_translate (
    GError *error, const gchar *method, gint timeout_ms);
/* Calls method with a tuple (floating: consumed). tag: the calling _async. */
void sfu_worker_client_call (SfuWorkerClient *self, const gchar *method,
    GVariant *args, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer data, gpointer tag);
/* The same, with a time of its own. */
void sfu_worker_client_call_for (SfuWorkerClient *self, const gchar *method,
    GVariant *args, gint timeout_ms, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data, gpointer tag);
/* The reply tuple, its type checked against the interface description. */
GVariant *sfu_worker_client_call_finish (
    SfuWorkerClient *self, GAsyncResult *result, gpointer tag, GError **error);
/* What became of the calls that waited for the start. */
void sfu_worker_client_send_waiting (SfuWorkerClient *self);
void sfu_worker_client_fail_waiting (SfuWorkerClient *self);

G_END_DECLS

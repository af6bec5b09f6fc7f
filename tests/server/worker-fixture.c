/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See worker-fixture.h.
 *
 * Threads: the test's. */
#include "worker-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
worker_test_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
}

void
worker_wait_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  WorkerWait *wait = data;
  g_assert_null (wait->result);
  wait->result = g_object_ref (result);
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_REMOVE;
}

void
worker_iterate (void)
{
  /* So that a blocking iteration also ends when nothing comes. */
  guint tick = g_timeout_add (100, on_tick, NULL);
  g_main_context_iteration (NULL, TRUE);
  GSource *source = g_main_context_find_source_by_id (NULL, tick);
  if (source)
    g_source_destroy (source);
}

void
worker_wait (WorkerWait *wait)
{
  WORKER_WAIT_UNTIL (wait->result != NULL);
}

void
worker_wait_clear (WorkerWait *wait)
{
  g_clear_object (&wait->result);
}

SfuWorkerClient *
worker_new (void)
{
  const gchar *program = g_getenv ("SFU_TEST_WORKER");
  g_assert_nonnull (program);
  return sfu_worker_client_new (program, g_getenv ("SFU_TEST_LOG_LEVEL"));
}

gboolean
worker_start (SfuWorkerClient *client, const SfuWorkerStartOptions *options,
    guint16 *port, GError **error)
{
  static const SfuWorkerStartOptions defaults = { .listen_ip = "127.0.0.1" };
  WorkerWait wait = { 0 };
  sfu_worker_client_start_async (
      client, options ? options : &defaults, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_start_finish (client, wait.result, port, NULL, error);
  worker_wait_clear (&wait);
  return ok;
}

SfuWorkerClient *
worker_new_started (const SfuWorkerStartOptions *options)
{
  SfuWorkerClient *client = worker_new ();
  g_autoptr (GError) error = NULL;
  worker_start (client, options, NULL, &error);
  g_assert_no_error (error);
  return client;
}

void
worker_stop (SfuWorkerClient *client, guint deadline_ms)
{
  WorkerWait wait = { 0 };
  g_autoptr (GError) error = NULL;
  sfu_worker_client_stop_async (
      client, deadline_ms, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  sfu_worker_client_stop_finish (client, wait.result, &error);
  g_assert_no_error (error);
  worker_wait_clear (&wait);
}

gboolean
worker_create_router (SfuWorkerClient *client, const gchar *id, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_create_router_async (
      client, id, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_create_router_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

gboolean
worker_close_router (SfuWorkerClient *client, const gchar *id, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_close_router_async (
      client, id, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_close_router_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

SfuSeamTransportInfo *
worker_create_transport (SfuWorkerClient *client, const gchar *router,
    const gchar *id, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_create_webrtc_transport_async (
      client, router, id, NULL, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  SfuSeamTransportInfo *info =
      sfu_worker_client_create_webrtc_transport_finish (
          client, wait.result, error);
  worker_wait_clear (&wait);
  return info;
}

gchar *
worker_connect_transport (SfuWorkerClient *client, const gchar *id,
    const gchar *role, const gchar *algorithm, const gchar *value,
    GError **error)
{
  WorkerWait wait = { 0 };
  g_autoptr (GPtrArray) fingerprints = g_ptr_array_new_with_free_func (
      (GDestroyNotify)sfu_seam_fingerprint_free);
  if (algorithm)
    g_ptr_array_add (fingerprints, sfu_seam_fingerprint_new (algorithm, value));
  sfu_worker_client_connect_webrtc_transport_async (
      client, id, role, fingerprints, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gchar *local_role = NULL;
  sfu_worker_client_connect_webrtc_transport_finish (
      client, wait.result, &local_role, error);
  worker_wait_clear (&wait);
  return local_role;
}

SfuSeamPlainInfo *
worker_create_plain (SfuWorkerClient *client, const gchar *router,
    const gchar *id, const SfuWorkerPlainOptions *options, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_create_plain_transport_async (
      client, router, id, options, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  SfuSeamPlainInfo *info = sfu_worker_client_create_plain_transport_finish (
      client, wait.result, error);
  worker_wait_clear (&wait);
  return info;
}

gboolean
worker_connect_plain (SfuWorkerClient *client, const gchar *id,
    const SfuWorkerPlainPeer *peer, gchar **key, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_connect_plain_transport_async (
      client, id, peer, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok = sfu_worker_client_connect_plain_transport_finish (
      client, wait.result, NULL, key, error);
  worker_wait_clear (&wait);
  return ok;
}

gboolean
worker_close_transport (
    SfuWorkerClient *client, const gchar *id, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_close_transport_async (
      client, id, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_close_transport_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

gboolean
worker_produce (SfuWorkerClient *client, const gchar *transport,
    const gchar *id, SfuMediaKind kind, const SfuRtpParameters *parameters,
    gboolean paused, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_produce_async (client, transport, id, kind, parameters,
      paused, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok = sfu_worker_client_produce_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

gboolean
worker_consume (SfuWorkerClient *client, const gchar *transport,
    const gchar *id, const gchar *producer, const SfuRtpParameters *parameters,
    gboolean paused, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_consume_async (client, transport, id, producer, parameters,
      paused, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok = sfu_worker_client_consume_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

GVariant *
worker_dump (SfuWorkerClient *client, const gchar *router, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_dump_async (client, router, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  GVariant *dump = sfu_worker_client_dump_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return dump;
}

GVariant *
worker_get_stats (SfuWorkerClient *client, const gchar *id, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_get_stats_async (client, id, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  GVariant *stats =
      sfu_worker_client_get_stats_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return stats;
}

gchar *
worker_graph_dot (SfuWorkerClient *client, const gchar *router, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_graph_dot_async (
      client, router, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gchar *dot = sfu_worker_client_graph_dot_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return dot;
}

gchar *
worker_write_script (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  gchar *path = NULL;
  gint fd = g_file_open_tmp ("sfu-test-XXXXXX", &path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize)strlen (text));
  g_assert_cmpint (fchmod (fd, S_IRWXU), ==, 0);
  close (fd);
  return path;
}

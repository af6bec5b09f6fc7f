/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of /metrics that is looked up when somebody asks: what there is now,
 * and what the kernel knows of our processes.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-process-stats.h"

#include <unistd.h>

/* "worker-255" */
#define MAX_PROCESS 24

typedef enum {
  BUILD,
  READY,
  WORKERS,
  WORKER_UP,
  ROOMS,
  PEERS,
  TRANSPORTS,
  PRODUCERS,
  CONSUMERS,
  CONNECTIONS,
  WEBHOOK_QUEUE,
  N_GAUGES
} Gauge;

static const SfuMetricFamily gauges[] = {
  [BUILD] = { "sfu_build_info", SFU_METRIC_GAUGE, NULL,
      "1; the version is in the label.", { "version" } },
  [READY] = { "sfu_ready", SFU_METRIC_GAUGE, NULL,
      "1 while new clients may come: as /health/ready." },
  [WORKERS] = { "sfu_workers", SFU_METRIC_GAUGE, NULL,
      "Workers that there should be." },
  [WORKER_UP] = { "sfu_worker_up", SFU_METRIC_GAUGE, NULL,
      "1 while this worker runs.", { "worker" } },
  [ROOMS] = { "sfu_rooms", SFU_METRIC_GAUGE, NULL, "Rooms." },
  [PEERS] = { "sfu_peers", SFU_METRIC_GAUGE, NULL,
      "Participants of this server's rooms: joined, or connected and not "
      "joined "
      "yet.",
      { "state" } },
  [TRANSPORTS] = { "sfu_transports", SFU_METRIC_GAUGE, NULL,
      "Connections for media." },
  [PRODUCERS] = { "sfu_producers", SFU_METRIC_GAUGE, NULL,
      "Tracks that participants send.", { "kind" } },
  [CONSUMERS] = { "sfu_consumers", SFU_METRIC_GAUGE, NULL,
      "Tracks that participants receive.", { "kind" } },
  [CONNECTIONS] = { "sfu_connections", SFU_METRIC_GAUGE, NULL,
      "Signalling connections." },
  [WEBHOOK_QUEUE] = { "sfu_webhook_queued_events", SFU_METRIC_GAUGE, NULL,
      "Events that wait for the webhook-url." },
};
G_STATIC_ASSERT (G_N_ELEMENTS (gauges) == N_GAUGES);

/* ---- rooms ---- */

static void
write_labelled (SfuExposition *exposition, const gchar *value, gdouble number)
{
  sfu_exposition_value (exposition, &value, number);
}

static void
write_pair (SfuExposition *exposition, Gauge gauge, const gchar *a, guint n_a,
    const gchar *b, guint n_b)
{
  sfu_exposition_family (exposition, &gauges[gauge]);
  write_labelled (exposition, a, n_a);
  write_labelled (exposition, b, n_b);
}

static void
write_kinds (SfuExposition *exposition, Gauge gauge, const guint *counts)
{
  write_pair (exposition, gauge, sfu_media_kind_name (SFU_MEDIA_AUDIO),
      counts[SFU_MEDIA_AUDIO], sfu_media_kind_name (SFU_MEDIA_VIDEO),
      counts[SFU_MEDIA_VIDEO]);
}

static void
write_rooms (SfuHttpServer *server, SfuExposition *exposition)
{
  guint n_peers = sfu_rooms_n_peers (server->rooms);
  SfuRoomsTotals totals;

  sfu_rooms_count (server->rooms, &totals);
  sfu_exposition_single (
      exposition, &gauges[ROOMS], sfu_rooms_n_rooms (server->rooms));
  write_pair (exposition, PEERS, "joined", totals.joined, "waiting",
      n_peers - totals.joined);
  sfu_exposition_single (exposition, &gauges[TRANSPORTS], totals.transports);
  write_kinds (exposition, PRODUCERS, totals.producers_of);
  write_kinds (exposition, CONSUMERS, totals.consumers_of);
  sfu_exposition_single (exposition, &gauges[CONNECTIONS],
      sfu_address_limits_n_connections (server->limits));
}

/* ---- workers and processes ---- */

static void
write_workers (SfuHttpServer *server, SfuExposition *exposition)
{
  SfuWorkerPool *pool = sfu_rooms_get_pool (server->rooms);
  guint n = sfu_worker_pool_n_workers (pool);

  sfu_exposition_single (exposition, &gauges[WORKERS], n);
  sfu_exposition_family (exposition, &gauges[WORKER_UP]);
  for (guint i = 0; i < n; i++) {
    gchar name[MAX_PROCESS];

    g_snprintf (name, sizeof name, "%u", i);
    write_labelled (
        exposition, name, sfu_worker_pool_peek (pool, i) != NULL ? 1 : 0);
  }
}

typedef struct {
  gchar name[MAX_PROCESS];
  SfuProcessStats stats;
} Process;

static void
add_process (GArray *processes, gint pid, const gchar *name)
{
  Process process;

  if (pid == 0 || !sfu_process_stats_read (pid, &process.stats))
    return;
  g_strlcpy (process.name, name, sizeof process.name);
  g_array_append_val (processes, process);
}

/* This one, then the workers that run. */
static GArray *
list_processes (SfuHttpServer *server)
{
  SfuWorkerPool *pool = sfu_rooms_get_pool (server->rooms);
  GArray *processes = g_array_new (FALSE, FALSE, sizeof (Process));

  add_process (processes, getpid (), "server");
  for (guint i = 0; i < sfu_worker_pool_n_workers (pool); i++) {
    SfuWorkerClient *client = sfu_worker_pool_peek (pool, i);
    gchar name[MAX_PROCESS];

    g_snprintf (name, sizeof name, "worker-%u", i);
    if (client != NULL)
      add_process (processes, sfu_worker_client_get_pid (client), name);
  }
  return processes;
}

static const SfuMetricFamily process_families[] = {
  { "sfu_process_cpu_seconds", SFU_METRIC_COUNTER, "seconds",
      "CPU time used, user and system: of the server and each worker.",
      { "process" } },
  { "sfu_process_resident_memory_bytes", SFU_METRIC_GAUGE, "bytes",
      "Memory in use.", { "process" } },
  { "sfu_process_open_fds", SFU_METRIC_GAUGE, NULL, "Open file descriptors.",
      { "process" } },
  { "sfu_process_max_fds", SFU_METRIC_GAUGE, NULL,
      "As many it may open; 0 = no limit.", { "process" } },
  { "sfu_process_threads", SFU_METRIC_GAUGE, NULL, "Threads.", { "process" } },
  { "sfu_process_start_time_seconds", SFU_METRIC_GAUGE, "seconds",
      "When it was started, since 1970.", { "process" } },
};

/* In the order of the table above. */
static gdouble
get_number (const SfuProcessStats *stats, guint i)
{
  const gdouble numbers[] = { stats->cpu_s, stats->resident_bytes, stats->fds,
    stats->max_fds, stats->threads, stats->start_s };

  G_STATIC_ASSERT (G_N_ELEMENTS (numbers) == G_N_ELEMENTS (process_families));
  return numbers[i];
}

static void
write_processes (SfuHttpServer *server, SfuExposition *exposition)
{
  g_autoptr (GArray) processes = list_processes (server);

  for (guint i = 0; i < G_N_ELEMENTS (process_families); i++) {
    sfu_exposition_family (exposition, &process_families[i]);
    for (guint j = 0; j < processes->len; j++) {
      const Process *process = &g_array_index (processes, Process, j);

      write_labelled (
          exposition, process->name, get_number (&process->stats, i));
    }
  }
}

/* ---- others ---- */

static const SfuMetricFamily cluster_families[] = {
  { "sfu_redis_up", SFU_METRIC_GAUGE, NULL,
      "1 while the Redis that servers share is there; 0 also when none is "
      "configured." },
  { "sfu_cluster_nodes", SFU_METRIC_GAUGE, NULL,
      "Servers that share it, this one included." },
  { "sfu_cluster_remote_peers", SFU_METRIC_GAUGE, NULL,
      "Participants of the other servers." },
  { "sfu_cluster_malformed_messages", SFU_METRIC_COUNTER, NULL,
      "Messages of other servers that were none." },
  { "sfu_cluster_left_out", SFU_METRIC_COUNTER, NULL,
      "What other servers said that passed a bound." },
};

static void
write_cluster (SfuHttpServer *server, SfuExposition *exposition)
{
  SfuClusterStatus status = { .n_nodes = 1 };

  if (server->cluster != NULL)
    sfu_cluster_get_status (server->cluster, &status);

  const gdouble numbers[] = { status.connected ? 1 : 0, status.n_nodes,
    status.n_remote_peers, status.n_malformed, status.n_left_out };
  for (guint i = 0; i < G_N_ELEMENTS (cluster_families); i++)
    sfu_exposition_single (exposition, &cluster_families[i], numbers[i]);
}

void
sfu_http_write_snapshot (SfuHttpServer *server, SfuExposition *exposition)
{
  sfu_exposition_family (exposition, &gauges[BUILD]);
  write_labelled (exposition, SFU_VERSION, 1);
  sfu_exposition_single (
      exposition, &gauges[READY], sfu_http_why_not_ready (server) == NULL);
  write_workers (server, exposition);
  write_rooms (server, exposition);
  sfu_exposition_single (exposition, &gauges[WEBHOOK_QUEUE],
      server->webhook != NULL ? sfu_webhook_n_queued (server->webhook) : 0);
  write_cluster (server, exposition);
  write_processes (server, exposition);
}

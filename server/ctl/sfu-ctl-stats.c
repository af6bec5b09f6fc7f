/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server as a whole, live. CPU is counted by the server and divided here,
 * by the server's clock, between two looks.
 *
 * Threads: one. */
#include "sfu-ctl.h"

#include "sfu-ctl-json.h"
#include "sfu-ctl-table.h"

#include <unistd.h>

#define CLEAR_SCREEN "\033[H\033[J"
/* Between the two looks of --once: long enough for the kernel's ticks. */
#define ONCE_US (500 * 1000)

/* The process with this pid in another look; NULL = it was not there. */
static JsonObject *
find_process (JsonObject *look, gint64 pid)
{
  JsonObject *process = sfu_ctl_object (look, "process");
  g_autoptr (GPtrArray) workers = sfu_ctl_list (look, "workers");

  if (process != NULL && sfu_ctl_int (process, "pid", 0) == pid)
    return process;
  for (guint i = 0; i < workers->len; i++) {
    process = workers->pdata[i];
    if (sfu_ctl_int (process, "pid", 0) == pid)
      return process;
  }
  return NULL;
}

static gdouble
cpu_seconds (JsonObject *process)
{
  return sfu_ctl_double (process, "cpuSeconds");
}

/* "37.5 %" of one core. */
static gchar *
cpu_text (JsonObject *before, JsonObject *now, JsonObject *process)
{
  JsonObject *old = find_process (before, sfu_ctl_int (process, "pid", 0));
  gdouble seconds = (gdouble)(sfu_ctl_int (now, "nowMs", 0) -
                        sfu_ctl_int (before, "nowMs", 0)) /
      1000;

  if (old == NULL || seconds <= 0)
    return g_strdup ("-");
  return g_strdup_printf (
      "%.1f %%", 100 * (cpu_seconds (process) - cpu_seconds (old)) / seconds);
}

static void
add_process (SfuCtlTable *table, const gchar *name, JsonObject *before,
    JsonObject *now, JsonObject *process)
{
  static const gchar *const counts[] = { "rooms", "peers", "producers",
    "consumers" };
  g_autofree gchar *cpu = cpu_text (before, now, process);
  g_autofree gchar *memory =
      sfu_ctl_format_bytes ((gdouble)sfu_ctl_int (process, "rssBytes", 0));

  sfu_ctl_table_add (table, name);
  sfu_ctl_table_add_number (table, sfu_ctl_int (process, "pid", 0));
  sfu_ctl_table_add (table, cpu);
  sfu_ctl_table_add (table, memory);
  sfu_ctl_table_add_number (table, sfu_ctl_int (process, "threads", 0));
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (json_object_has_member (process, counts[i]))
      sfu_ctl_table_add_number (table, sfu_ctl_int (process, counts[i], 0));
    else
      sfu_ctl_table_add (table, "");
}

static void
print_head (JsonObject *now)
{
  g_autofree gchar *up =
      sfu_ctl_format_time (sfu_ctl_int (now, "uptimeSeconds", 0));
  JsonObject *drain = sfu_ctl_object (now, "drain");

  g_print ("sfu-server %s, up %s\n", sfu_ctl_text (now, "version"), up);
  g_print ("%" G_GINT64_FORMAT " rooms, %" G_GINT64_FORMAT
           " peers, %" G_GINT64_FORMAT " transports, %" G_GINT64_FORMAT
           " producers, %" G_GINT64_FORMAT " consumers\n",
      sfu_ctl_int (now, "rooms", 0), sfu_ctl_int (now, "peers", 0),
      sfu_ctl_int (now, "transports", 0), sfu_ctl_int (now, "producers", 0),
      sfu_ctl_int (now, "consumers", 0));
  if (drain != NULL && sfu_ctl_flag (drain, "draining"))
    g_print ("draining: no further rooms\n");
  g_print ("\n");
}

static void
print_look (JsonObject *before, JsonObject *now)
{
  g_autoptr (SfuCtlTable) table = sfu_ctl_table_new (
      "PROCESS PID> CPU> MEMORY> THREADS> ROOMS> PEERS> PRODUCERS> "
      "CONSUMERS>");
  g_autoptr (GPtrArray) workers = sfu_ctl_list (now, "workers");
  JsonObject *process = sfu_ctl_object (now, "process");
  g_autofree gchar *printed = NULL;

  print_head (now);
  if (process != NULL)
    add_process (table, "server", before, now, process);
  for (guint i = 0; i < workers->len; i++)
    add_process (table, "worker", before, now, workers->pdata[i]);
  printed = sfu_ctl_table_print (table);
  g_print ("%s", printed);
}

static SfuCtlStatus
show_once (SfuCtl *ctl)
{
  g_autoptr (JsonNode) before = NULL;
  g_autoptr (JsonNode) now = NULL;
  SfuCtlStatus status = sfu_ctl_get (ctl, "/admin/server", &before);

  if (status != SFU_CTL_OK || ctl->json) {
    if (status == SFU_CTL_OK)
      sfu_ctl_print_json (before);
    return status;
  }
  g_usleep (ONCE_US);
  status = sfu_ctl_get (ctl, "/admin/server", &now);
  if (status == SFU_CTL_OK)
    print_look (json_node_get_object (before), json_node_get_object (now));
  return status;
}

SfuCtlStatus
sfu_ctl_stats (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autoptr (JsonNode) before = NULL;
  gboolean terminal = isatty (STDOUT_FILENO);

  if (options->interval < 1) {
    g_printerr ("sfuctl: stats: --interval must be at least 1\n");
    return SFU_CTL_USAGE;
  }
  if (options->once)
    return show_once (ctl);
  for (;;) {
    JsonNode *now = NULL;
    SfuCtlStatus status = sfu_ctl_get (ctl, "/admin/server", &now);

    if (status != SFU_CTL_OK)
      return status;
    if (ctl->json) {
      g_autofree gchar *line = json_to_string (now, FALSE);

      g_print ("%s\n", line);
    } else {
      g_print ("%s", terminal ? CLEAR_SCREEN : "");
      print_look (json_node_get_object (before != NULL ? before : now),
          json_node_get_object (now));
      g_print ("%s", terminal ? "\nCtrl+C ends it.\n" : "\n");
    }
    g_clear_pointer (&before, json_node_unref);
    before = now;
    g_usleep ((gulong)options->interval * G_USEC_PER_SEC);
  }
}

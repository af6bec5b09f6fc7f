/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-process-stats.h.
 *
 * Threads: any. */
#include "sfu-process-stats.h"

#include <string.h>
#include <unistd.h>

/* Fields of /proc/PID/stat behind the name, counted from the state, which is
 * the third of proc(5). */
enum { FIELD_UTIME = 11, FIELD_STIME = 12, FIELD_THREADS = 17 };
enum { FIELD_START = 19, FIELD_RSS = 21, N_FIELDS = 22 };

gboolean
sfu_process_stats_parse (const gchar *text, glong ticks_per_s, gdouble boot_s,
    glong page_bytes, SfuProcessStats *stats)
{
  /* The name may hold anything, also parentheses. */
  const gchar *end = strrchr (text, ')');
  g_auto (GStrv) fields =
      end != NULL && end[1] == ' ' ? g_strsplit (end + 2, " ", -1) : NULL;

  if (fields == NULL || g_strv_length (fields) < N_FIELDS)
    return FALSE;
  stats->cpu_s = (g_ascii_strtoull (fields[FIELD_UTIME], NULL, 10) +
                     g_ascii_strtoull (fields[FIELD_STIME], NULL, 10)) /
      (gdouble)ticks_per_s;
  stats->threads = (guint)g_ascii_strtoull (fields[FIELD_THREADS], NULL, 10);
  stats->start_s = boot_s +
      g_ascii_strtoull (fields[FIELD_START], NULL, 10) / (gdouble)ticks_per_s;
  stats->resident_bytes =
      g_ascii_strtoull (fields[FIELD_RSS], NULL, 10) * (guint64)page_bytes;
  return TRUE;
}

static gchar *
read_file (gint pid, const gchar *name)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/%s", pid, name);
  gchar *content;

  return g_file_get_contents (path, &content, NULL, NULL) ? content : NULL;
}

static guint
count_fds (gint pid)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/fd", pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  /* One of them is the directory that is read. */
  return pid == getpid () && n > 0 ? n - 1 : n;
}

static guint
read_max_fds (gint pid)
{
  static const gchar head[] = "\nMax open files";
  g_autofree gchar *text = read_file (pid, "limits");
  const gchar *line = text != NULL ? strstr (text, head) : NULL;

  /* "unlimited" is no number: 0. */
  return line != NULL ? (guint)g_ascii_strtoull (line + strlen (head), NULL, 10)
                      : 0;
}

/* It moves when the clock is set: start times have to move with it. */
static gdouble
boot_time (void)
{
  g_autofree gchar *text = NULL;
  const gchar *line;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL))
    return 0;
  line = strstr (text, "\nbtime ");
  return line != NULL ? g_ascii_strtod (line + strlen ("\nbtime "), NULL) : 0;
}

gboolean
sfu_process_stats_read (gint pid, SfuProcessStats *stats)
{
  g_autofree gchar *text = pid > 0 ? read_file (pid, "stat") : NULL;

  memset (stats, 0, sizeof *stats);
  if (text == NULL ||
      !sfu_process_stats_parse (text, sysconf (_SC_CLK_TCK), boot_time (),
          sysconf (_SC_PAGESIZE), stats))
    return FALSE;
  stats->fds = count_fds (pid);
  stats->max_fds = read_max_fds (pid);
  return TRUE;
}

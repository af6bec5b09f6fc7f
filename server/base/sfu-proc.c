/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process of this machine uses.
 *
 * Threads: any. */
#include "sfu-proc.h"

#include <string.h>
#include <unistd.h>

/* Fields of proc(5), counted from the one behind the name. */
enum { UTIME = 11, STIME = 12, NUM_THREADS = 17, RSS = 21, N_FIELDS };

gboolean
sfu_proc_parse (const gchar *text, SfuProc *proc)
{
  /* The name is in brackets and may have any in it. */
  const gchar *rest = strrchr (text, ')');
  g_auto (GStrv) fields = NULL;
  gdouble ticks = (gdouble)sysconf (_SC_CLK_TCK);

  if (rest == NULL || rest[1] != ' ')
    return FALSE;
  fields = g_strsplit (rest + 2, " ", N_FIELDS + 1);
  if (g_strv_length (fields) < N_FIELDS)
    return FALSE;
  proc->cpu_s = (gdouble)(g_ascii_strtoull (fields[UTIME], NULL, 10) +
                    g_ascii_strtoull (fields[STIME], NULL, 10)) /
      ticks;
  proc->threads = (guint)g_ascii_strtoull (fields[NUM_THREADS], NULL, 10);
  proc->rss = g_ascii_strtoull (fields[RSS], NULL, 10) *
      (guint64)sysconf (_SC_PAGESIZE);
  return TRUE;
}

gboolean
sfu_proc_look (gint pid, SfuProc *proc)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree gchar *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) &&
      sfu_proc_parse (text, proc);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-limits.h.
 *
 * Threads: any. */
#include "sfu-limits.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FD_FOLDER "/proc/self/fd"

void
sfu_limits_raise_descriptors (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 ||
      limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static guint64
count_descriptors (void)
{
  struct stat facts;
  g_autoptr (GDir) dir = NULL;
  guint64 n = 0;

  /* Linux 6.2 and later have counted them. */
  if (stat (FD_FOLDER, &facts) == 0 && facts.st_size > 0)
    return (guint64)facts.st_size;
  dir = g_dir_open (FD_FOLDER, 0, NULL);
  if (dir == NULL) /* no descriptor for it: so there is none */
    return G_MAXUINT64;
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

guint64
sfu_limits_descriptors_left (void)
{
  struct rlimit limit;
  guint64 n;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return G_MAXUINT64;
  n = count_descriptors ();
  return n < limit.rlim_cur ? limit.rlim_cur - n : 0;
}

guint64
sfu_limits_memory_left (void)
{
  struct rlimit limit;
  g_autofree gchar *text = NULL;
  unsigned long pages;
  guint64 used;

  if (getrlimit (RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return G_MAXUINT64;
  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) ||
      sscanf (text, "%lu", &pages) != 1)
    return 0;
  used = (guint64)pages * (guint64)sysconf (_SC_PAGESIZE);
  return used < limit.rlim_cur ? limit.rlim_cur - used : 0;
}

SfuLimit
sfu_limits_lacking (void)
{
  if (sfu_limits_descriptors_left () < SFU_LIMITS_SPARE_DESCRIPTORS)
    return SFU_LIMIT_DESCRIPTORS;
  if (sfu_limits_memory_left () < SFU_LIMITS_SPARE_MEMORY)
    return SFU_LIMIT_MEMORY;
  return SFU_LIMIT_NONE;
}

const gchar *
sfu_limit_name (SfuLimit limit)
{
  static const gchar *const names[] = { "none", "descriptors", "memory" };
  G_STATIC_ASSERT (G_N_ELEMENTS (names) == SFU_LIMIT_N);

  return names[limit < SFU_LIMIT_N ? limit : SFU_LIMIT_NONE];
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the operating system lets this process have, and how much of it is left.
 * GLib aborts a process that gets no descriptor for a main loop, no thread or no
 * memory: so whoever makes something large asks first, and says no in time.
 *
 * Threads: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Descriptors: up to what the administrator allows, not only to what a program
 * with select(2) can stand. */
void sfu_limits_raise_descriptors (void);

/* Of RLIMIT_NOFILE and RLIMIT_AS; the greatest number there is = no limit. */
guint64 sfu_limits_descriptors_left (void);
guint64 sfu_limits_memory_left (void); /* bytes of address space */

/* Beside what is made next there has to be something for what is there
 * already: log files, children, timers, a thread's stack. */
#define SFU_LIMITS_SPARE_DESCRIPTORS 64
#define SFU_LIMITS_SPARE_MEMORY (96 * 1024 * 1024)

typedef enum {
  SFU_LIMIT_NONE, /* there is enough of all */
  SFU_LIMIT_DESCRIPTORS,
  SFU_LIMIT_MEMORY,
  SFU_LIMIT_N
} SfuLimit;

/* Of what too little is left. */
SfuLimit sfu_limits_lacking (void);
/* "descriptors", "memory". */
const gchar *sfu_limit_name (SfuLimit limit);

G_END_DECLS

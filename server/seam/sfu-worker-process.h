/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One child process `sfu-worker`: starting it with the other end of a
 * socketpair as file descriptor, passing its stderr on to our log, noticing its
 * end, ending it. Knows nothing of what is said on the socket.
 *
 * Threads: belongs to the thread that spawned it, whose thread-default main
 * context runs the callback. That thread must live as long as the process does:
 * the kernel ends the worker with the thread that started it (see prctl(2),
 * PR_SET_PDEATHSIG). */
#pragma once

#include <gio/gio.h>

#include "sfu-pulse.h"

G_BEGIN_DECLS

typedef struct _SfuWorkerProcess SfuWorkerProcess;

typedef struct {
  /* Once, when the process is gone and reaped. exit_status: of exit(), or -1;
   * term_signal: what killed it, or 0. Not called after
   * sfu_worker_process_free. */
  void (*exited) (gpointer owner, gint exit_status, gint term_signal);
} SfuWorkerProcessCallbacks;

/* Where the worker's program is: path when it is given, else next to the
 * running program, else in the build tree around it, else in libexecdir. NULL
 * and SFU_ERROR_NOT_FOUND when it is nowhere; the text names the places. */
gchar *sfu_worker_process_find (const gchar *path, GError **error);

/* program: as found above. log_level: passed on; NULL = the worker's default.
 * stream: our end of the socketpair. */
SfuWorkerProcess *sfu_worker_process_spawn (const gchar *program,
    const gchar *log_level, const SfuWorkerProcessCallbacks *callbacks,
    gpointer owner, GIOStream **stream, GError **error);

/* Ends a process that still runs with SIGKILL. NULL safe. */
void sfu_worker_process_free (SfuWorkerProcess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuWorkerProcess, sfu_worker_process_free)

/* 0 once it has exited. */
gint sfu_worker_process_get_pid (SfuWorkerProcess *self);

/* Where it shows that it lives. Borrowed: lives while the object does. */
SfuPulse *sfu_worker_process_get_pulse (SfuWorkerProcess *self);

/* Its threads, those of the pulse, say in the log where they are. */
void sfu_worker_process_ask_where (SfuWorkerProcess *self);

/* SIGKILL when it has not exited by itself in this time; 0 = now. A second
 * call can only shorten the time. */
void sfu_worker_process_kill_after (SfuWorkerProcess *self, guint deadline_ms);

/* Takes kill_after back. */
void sfu_worker_process_keep (SfuWorkerProcess *self);

/* For people: "exited with status 3", "was killed by signal 9 (Killed)". */
gchar *sfu_worker_process_describe_exit (gint exit_status, gint term_signal);

G_END_DECLS

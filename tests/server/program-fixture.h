/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs as child processes: sfu-server (SFU_TEST_SERVER, with the worker of
 * SFU_TEST_WORKER) and others. Everything that waits gives up at a deadline.
 *
 * Threads: the test's. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  GSubprocess *process;
  GDataInputStream *out;
} Program;

/* Zeroes are the defaults. */
typedef struct {
  const gchar *program;     /* NULL = SFU_TEST_SERVER */
  const gchar *environment; /* NAME=VALUE with newlines between; or NULL */
  const gchar *log_path;    /* where stderr goes; NULL = a pipe */
  gint
      terminal; /* what its controlling terminal and stdin is; taken; 0 = none */
  gboolean plain; /* nothing is set in the environment but the above */
} ProgramOptions;

/* flags: NULL-terminated. */
Program program_start (const gchar *const *flags);
Program program_start_with (
    const gchar *const *flags, const ProgramOptions *options);
gchar *program_read_line (Program *p);
/* "sfu-server ready ..."; fails the test for another line. */
gchar *program_wait_ready (Program *p);
/* Its HTTP port. */
guint program_port (const gchar *ready);
void program_signal (Program *p, gint signal);
/* The exit status, 128 + the signal for one that was killed. */
gint program_wait (Program *p);
/* The same, with what it wrote. */
gint program_finish (Program *p, gchar **out, gchar **err);
void program_clear (Program *p);

/* Runs to the end; *out and *err get what it wrote. */
gint program_run (const gchar *const *flags, gchar **out, gchar **err);
gint program_run_with (const gchar *const *flags, const ProgramOptions *options,
    gchar **out, gchar **err);

/* A certificate of localhost that signs itself, and its key, as two files. FALSE:
 * there is no openssl program. */
gboolean program_make_certificate (const gchar *cert, const gchar *key);

G_END_DECLS

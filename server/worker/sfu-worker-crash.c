/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-crash.h. Only what signal-safety(7) allows is called in a
 * handler, and backtrace(3), which is safe once it has loaded what it needs.
 *
 * Threads: the handler runs on the thread that has the fault. */
#include "sfu-worker-crash.h"

#include <errno.h>
#include <execinfo.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sfu-pulse.h"

#define MAX_FRAMES 48
/* The handler's two frames and the trampoline. */
#define SKIPPED_FRAMES 3
/* Of prctl(2). */
#define THREAD_NAME_SIZE 16
/* For another thread to finish what it says. */
#define MAX_WAIT_MS 20
/* As sd-daemon(3) has it: critical. */
#define PRIORITY "<2>"

static const struct {
  gint number;
  const gchar *name;
} fatal[] = {
  { SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" }, { SIGILL, "SIGILL" },
  { SIGFPE, "SIGFPE" }, { SIGABRT, "SIGABRT" },
  { SIGTRAP, "SIGTRAP" }, /* a message that G_DEBUG makes fatal */
};

static gboolean speaking;

static void
say (const gchar *text)
{
  gssize ignored G_GNUC_UNUSED = write (STDERR_FILENO, text, strlen (text));
}

static const gchar *
name_of (gint number)
{
  for (guint i = 0; i < G_N_ELEMENTS (fatal); i++)
    if (fatal[i].number == number)
      return fatal[i].name;
  return "a signal";
}

/* One thread after the other, or lines would mix; but a thread that died while
 * it spoke keeps nobody silent. */
static void
wait_for_turn (void)
{
  for (guint i = 0; i < MAX_WAIT_MS; i++) {
    if (!__atomic_test_and_set (&speaking, __ATOMIC_ACQUIRE))
      return;
    poll (NULL, 0, 1);
  }
}

static void
say_where (const gchar *what)
{
  void *frames[MAX_FRAMES];
  gchar thread[THREAD_NAME_SIZE] = "";
  gint n = backtrace (frames, MAX_FRAMES);

  wait_for_turn ();
  prctl (PR_GET_NAME, thread);
  say (PRIORITY);
  say (what);
  say (" in thread ");
  say (thread);
  say ("\n");
  for (gint i = SKIPPED_FRAMES; i < n; i++) {
    say (PRIORITY);
    say (thread);
    say (": ");
    backtrace_symbols_fd (&frames[i], 1, STDERR_FILENO);
  }
  __atomic_clear (&speaking, __ATOMIC_RELEASE);
}

static void
on_fatal (gint number)
{
  say_where (name_of (number));
  /* Its action is the default again: this ends the process. */
  raise (number);
}

static void
on_asked (gint number)
{
  gint saved = errno;

  say_where ("hangs");
  errno = saved;
}

void
sfu_worker_crash_install (void)
{
  /* The sanitizers say more. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  struct sigaction action = { .sa_handler = on_fatal,
    .sa_flags = SA_RESETHAND | SA_NODEFER };
  void *frames[1];

  backtrace (frames, 1); /* loads its library, which allocates */
  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (fatal); i++)
    sigaction (fatal[i].number, &action, NULL);
  action.sa_handler = on_asked;
  action.sa_flags = SA_RESTART;
  sigaction (SFU_PULSE_SIGNAL, &action, NULL);
#endif
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A WebRTC media load generator: any number of transports in one thread, driven
 * by JSON lines on stdin. It knows no signalling; a script connects it to a
 * server. See README.md.
 *
 * Threads: one, in epoll. */
#include "lg-base.h"
#include "lg-command.h"
#include "lg-dtls.h"
#include "lg-endpoint.h"
#include "lg-stats.h"
#include "lg-timer.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVENTS 64
#define LINE_MAX_BYTES (1 << 20)
#define IDLE_NS LG_SEC

static void
raise_file_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static bool
parse_options (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  const GOptionEntry entries[] = {
    { "profiles", 0, 0, G_OPTION_ARG_STRING, &lg_options.profiles,
        "SRTP profiles in OpenSSL's names", "A:B" },
    { "decrypt-every", 0, 0, G_OPTION_ARG_INT, &lg_options.decrypt_every,
        "Decrypt what every n-th endpoint gets", "N" },
    { "rxts", 0, 0, G_OPTION_ARG_NONE, &lg_options.kernel_times,
        "Arrival times from the kernel", NULL },
    { "rcvbuf", 0, 0, G_OPTION_ARG_INT, &lg_options.receive_buffer,
        "Socket receive buffer", "BYTES" },
    { "ip", 0, 0, G_OPTION_ARG_STRING, &lg_options.ip, "Own address", "ADDR" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error) && *argc == 1)
    return true;
  fprintf (stderr, "loadgen: %s\n",
      error != NULL ? error->message : "no arguments, only options");
  return false;
}

/* Runs the complete lines of stdin; false at its end or on quit. */
static bool
read_commands (void)
{
  static char buffer[LINE_MAX_BYTES];
  static size_t used;
  ssize_t got = read (STDIN_FILENO, buffer + used, sizeof buffer - used);
  char *line = buffer, *end;

  if (got == 0)
    return false;
  if (got < 0)
    return true;
  used += (size_t)got;
  while ((end = memchr (line, '\n', used - (size_t)(line - buffer)))) {
    *end = '\0';
    if (*line != '\0' && !lg_command_run (line))
      return false;
    line = end + 1;
  }
  used -= (size_t)(line - buffer);
  memmove (buffer, line, used);
  return used < sizeof buffer;
}

static bool
handle_events (struct epoll_event *events, int count)
{
  lg_command_closed = false;
  for (int i = 0; i < count && !lg_command_closed; i++) {
    if (events[i].data.ptr == NULL) {
      if (!read_commands ())
        return false;
    } else {
      lg_endpoint_readable (events[i].data.ptr);
      /* Many readable sockets must not delay what is to be sent. */
      lg_timer_run_due (lg_now_ns (), true);
    }
  }
  return true;
}

static void
run (void)
{
  struct epoll_event events[EVENTS];
  bool going = true;

  while (going) {
    uint64_t now = lg_now_ns (), wait;
    struct timespec timeout;
    int count;

    lg_timer_run_due (now, false);
    wait = lg_timer_next (lg_now_ns (), IDLE_NS);
    timeout.tv_sec = (time_t)(wait / LG_SEC);
    timeout.tv_nsec = (long)(wait % LG_SEC);
    count = epoll_pwait2 (lg_epoll, events, EVENTS, &timeout, NULL);
    going = handle_events (events, count);
  }
}

int
main (int argc, char **argv)
{
  struct epoll_event event = { .events = EPOLLIN };

  if (!parse_options (&argc, &argv))
    return 2;
  raise_file_limit ();
  if (!lg_dtls_setup ()) {
    fprintf (stderr, "loadgen: bad profile list %s\n", lg_options.profiles);
    return 2;
  }
  lg_endpoints = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)lg_endpoint_free);
  lg_epoll = epoll_create1 (EPOLL_CLOEXEC);
  fcntl (STDIN_FILENO, F_SETFL, fcntl (STDIN_FILENO, F_GETFL) | O_NONBLOCK);
  if (epoll_ctl (lg_epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0) {
    perror ("loadgen: stdin must be a pipe or a terminal");
    return 1;
  }
  lg_stats_reset ();
  run ();
  g_hash_table_unref (lg_endpoints);
  return 0;
}

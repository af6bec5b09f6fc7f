/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfu-worker: the process in which media flows. sfu-server starts it with one
 * end of a socketpair and tells it over D-Bus what to do; it lives exactly as
 * long as that socket has another end.
 *
 * Threads: main is the control thread. */
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sfu-limits.h"
#include "sfu-pulse.h"
#include "sfu-seam.h"
#include "sfu-plugin.h"
#include "sfu-worker-control.h"
#include "sfu-worker-crash.h"
#include "sfu-worker-features.h"
#include "sfu-worker-log.h"

/* Closing everything takes milliseconds per transport; a worker that has not
 * ended after this time will not. */
#define EXIT_DEADLINE_S 10

enum { EXIT_USAGE = 2 };

static gint control_fd = -1;
static gint pulse_fd = -1;
static gchar *log_levels = NULL;
static gboolean show_version = FALSE;

static const GOptionEntry options[] = {
  { "control-fd", 0, 0, G_OPTION_ARG_INT, &control_fd,
      "Descriptor of the socket to the server", "N" },
  { "pulse-fd", 0, 0, G_OPTION_ARG_INT, &pulse_fd,
      "Descriptor of the page in which the server sees that it lives", "N" },
  { "log-level", 0, 0, G_OPTION_ARG_STRING, &log_levels,
      "error, warning, message (default), info or debug; TAG=LEVEL, "
      "gst:CATEGORY=LEVEL, ... with commas between",
      "LEVELS" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &show_version, "Print the version",
      NULL },
  { NULL }
};

/* FALSE: *status is what to exit with. */
static gboolean
read_arguments (int *argc, char ***argv, int *status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- media worker of sfu-server");
  g_option_context_set_description (context,
      "sfu-server starts its workers itself. To see one at work, start\n"
      "sfu-server and look at its log.\n");
  g_option_context_add_main_entries (context, options, NULL);
  *status = EXIT_USAGE;
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("sfu-worker: %s\n", error->message);
    return FALSE;
  }
  if (show_version) {
    g_print ("sfu-worker %s\n", SFU_VERSION);
    *status = EXIT_SUCCESS;
    return FALSE;
  }
  if (control_fd < 0) {
    g_printerr ("sfu-worker: is started by sfu-server, which gives it "
                "--control-fd; see --help\n");
    return FALSE;
  }
  if (!sfu_worker_log_install (
          log_levels ? log_levels : SFU_WORKER_LOG_DEFAULT, &error)) {
    g_printerr ("sfu-worker: --log-level: %s\n", error->message);
    return FALSE;
  }
  return TRUE;
}

static void
tie_to_server (void)
{
  /* Whatever becomes of the socket. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  /* Ctrl-C in a terminal reaches the whole group: the server decides. */
  signal (SIGINT, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);
}

static GDBusConnection *
connect_to_server (GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (control_fd, error);
  if (!socket)
    return NULL;
  g_autoptr (GSocketConnection) stream =
      g_socket_connection_factory_create_connection (socket);
  /* Processing starts when the object is there to answer. */
  return g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
      NULL, NULL, error);
}

static void
on_closed (GDBusConnection *connection, gboolean remote_peer_vanished,
    GError *error, gpointer loop)
{
  g_main_loop_quit (loop);
}

static gboolean
on_terminate (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* A spare worker is told to start when another has died: then there is no time
 * to load plugins. Of one that was told before it costs nothing. */
static gboolean
on_idle (gpointer data)
{
  sfu_worker_features_check (NULL);
  return G_SOURCE_REMOVE;
}

static void
serve (GDBusConnection *connection, SfuWorkerControl *control)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), loop);
  guint source = g_unix_signal_add (SIGTERM, on_terminate, loop);
  g_idle_add_full (G_PRIORITY_LOW, on_idle, NULL, NULL);
  g_dbus_connection_start_message_processing (connection);
  if (!g_dbus_connection_is_closed (connection))
    g_main_loop_run (loop);
  g_source_remove (source);
  g_signal_handlers_disconnect_by_data (connection, loop);
}

/* One thread does nearly all the work, but webrtcbin makes one for every
 * transport that allocates now and then. With glibc's default of eight arenas a
 * core each of them ends up with a piece of the heap that it hardly uses: some
 * 70 MB after 300 joins. Two leave the media thread one of its own. */
static void
keep_heap_together (void)
{
  mallopt (M_ARENA_MAX, 2);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;
  if (!read_arguments (&argc, &argv, &status))
    return status;
  keep_heap_together (); /* before there is a second thread */
  sfu_worker_crash_install ();
  tie_to_server ();
  sfu_limits_raise_descriptors ();
  gst_init (NULL, NULL);
  sfu_worker_log_install_gst ();
  if (!sfu_plugin_register_static ()) {
    g_critical ("the elements of gst-sfu do not register");
    return EXIT_FAILURE;
  }
  g_autoptr (SfuPulse) pulse = NULL;
  if (pulse_fd >= 0 && !(pulse = sfu_pulse_open (pulse_fd, &error))) {
    g_critical ("--pulse-fd %d: %s", pulse_fd, error->message);
    return EXIT_FAILURE;
  }
  g_autoptr (GDBusConnection) connection = connect_to_server (&error);
  SfuWorkerControl *control =
      connection ? sfu_worker_control_new (connection, pulse, &error) : NULL;
  if (!control) {
    g_critical ("control socket %d: %s", control_fd, error->message);
    return EXIT_FAILURE;
  }
  serve (connection, control);
  g_message ("the server has gone or asked to stop: closing everything");
  alarm (EXIT_DEADLINE_S);
  sfu_worker_control_free (control);
  return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of the program around a server: start, signals, end.
 *
 *   SIGTERM  drains (drain-timeout), then stops; 0 = stops
 *   SIGINT   stops: clients are told, workers asked to exit
 *   a second one of them while it drains stops, while it stops ends at once
 *   SIGHUP   reads the configuration anew; or the terminal is gone: stops
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-server.h"

G_BEGIN_DECLS

/* Reads the configuration as at the start. NULL and an error that names the
 * key. */
typedef SfuConfig *(*SfuLifeLoad) (gpointer owner, GError **error);

/* Runs until a signal, the admin or a failure to start; the exit status of
 * --help. */
gint sfu_life_run (SfuServer *server, SfuLifeLoad load, gpointer owner);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands on stdin: flat JSON objects, one a line. See README.md.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-base.h"

/* Set when an endpoint went away while its socket may still stand in a list of
 * readable ones. */
extern bool lg_command_closed;

/* Runs one command and answers it; false: quit. */
bool lg_command_run (const char *line);

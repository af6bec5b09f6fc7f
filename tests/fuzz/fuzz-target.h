/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every fuzz target offers: libFuzzer calls it, or fuzz-main.c does.
 *
 * Threads: one. */
#pragma once

#include <glib.h>

/* Returns 0. A wrong reading aborts. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results of asynchronous functions, for tests that wait for them.
 *
 * Threads: that of the main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* GAsyncReadyCallback: data is a GAsyncResult **, which owns the result then. */
static inline void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

G_END_DECLS

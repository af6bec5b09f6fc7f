/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters that one thread writes and any may read, without a lock and without
 * the cost of an atomic addition for each packet.
 *
 * Threads: sfu_counter_add by the one writer; sfu_counter_get by any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

static inline void
sfu_counter_add (guint64 *counter, guint64 n)
{
  __atomic_store_n (counter, *counter + n, __ATOMIC_RELAXED);
}

/* For counters that several threads write. */
static inline void
sfu_counter_add_shared (guint64 *counter, guint64 n)
{
  __atomic_fetch_add (counter, n, __ATOMIC_RELAXED);
}

static inline guint64
sfu_counter_get (const guint64 *counter)
{
  return __atomic_load_n (counter, __ATOMIC_RELAXED);
}

G_END_DECLS

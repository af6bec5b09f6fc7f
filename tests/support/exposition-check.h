/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a text metrics, as Prometheus (0.0.4) and OpenMetrics (1.0) want them?
 * Strict where both are: each family once and in one piece, its head first,
 * samples with names that fit its type, no series twice, whole numbers of
 * buckets that only rise.
 *
 * Threads: pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* NULL = it is good; else what is wrong with which line, to be freed. */
gchar *exposition_check (const gchar *text, gboolean openmetrics);

/* The names of all families, as in the heads of OpenMetrics ("_total" of
 * counters cut off): a set, owned. */
GHashTable *exposition_families (const gchar *text);

/* The value of the one line that begins with series ("sfu_rooms",
 * "sfu_x{a=\"b\"}"); -1: there is none. */
gdouble exposition_value (const gchar *text, const gchar *series);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table on a terminal: columns as wide as what is in them, numbers to the
 * right. Names come from strangers: what could move the cursor, or is no
 * character at all, is written as its number.
 *
 * Threads: plain data of one owner. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SfuCtlTable SfuCtlTable;

/* heads: with spaces between; one that ends with ">" is of a column of numbers.
 */
SfuCtlTable *sfu_ctl_table_new (const gchar *heads);
void sfu_ctl_table_free (SfuCtlTable *table);

/* The next cell, from left to right; a row is over when it is full. NULL = "-".
 */
void sfu_ctl_table_add (SfuCtlTable *table, const gchar *text);
void sfu_ctl_table_add_number (SfuCtlTable *table, gint64 number);
/* g_free it. */
gchar *sfu_ctl_table_print (SfuCtlTable *table);

/* text as it may be shown. g_free it. */
gchar *sfu_ctl_printable (const gchar *text);
/* "1.4 Mbit/s", "830 kbit/s", "-" for 0. g_free them. */
gchar *sfu_ctl_format_bps (gdouble bps);
/* "131 MB". */
gchar *sfu_ctl_format_bytes (gdouble bytes);
/* "3d 04:05:06", "04:05:06". */
gchar *sfu_ctl_format_time (gint64 seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuCtlTable, sfu_ctl_table_free)

G_END_DECLS

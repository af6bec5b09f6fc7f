/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table on a terminal.
 *
 * Threads: plain data of one owner. */
#include "sfu-ctl-table.h"

#include <string.h>

#define GAP 2
/* A name may be 128 bytes long; the table is to stay one. */
#define MAX_CELL 40

struct _SfuCtlTable {
  GStrv heads; /* owned */
  guint n_columns;
  GPtrArray *cells; /* of text, owned; heads are not among them */
};

SfuCtlTable *
sfu_ctl_table_new (const gchar *heads)
{
  SfuCtlTable *table = g_new0 (SfuCtlTable, 1);

  table->heads = g_strsplit (heads, " ", -1);
  table->n_columns = g_strv_length (table->heads);
  table->cells = g_ptr_array_new_with_free_func (g_free);
  return table;
}

void
sfu_ctl_table_free (SfuCtlTable *table)
{
  if (table == NULL)
    return;
  g_strfreev (table->heads);
  g_ptr_array_unref (table->cells);
  g_free (table);
}

gchar *
sfu_ctl_printable (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);

  for (const gchar *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (g_unichar_isprint (c) && g_unichar_type (c) != G_UNICODE_FORMAT)
      g_string_append_unichar (out, c);
    else
      g_string_append_printf (out, "\\u%04x", c);
  }
  return g_string_free (out, FALSE);
}

/* In columns of a terminal. */
static guint
width_of (const gchar *text)
{
  guint width = 0;

  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_iszerowidth (c))
      width += g_unichar_iswide (c) ? 2 : 1;
  }
  return width;
}

static gchar *
shorten (gchar *text)
{
  glong len = g_utf8_strlen (text, -1);
  g_autofree gchar *begin = NULL;

  if (len <= MAX_CELL)
    return text;
  begin = g_utf8_substring (text, 0, MAX_CELL - 1);
  g_free (text);
  return g_strconcat (begin, "…", NULL);
}

void
sfu_ctl_table_add (SfuCtlTable *table, const gchar *text)
{
  g_ptr_array_add (
      table->cells, shorten (sfu_ctl_printable (text != NULL ? text : "-")));
}

void
sfu_ctl_table_add_number (SfuCtlTable *table, gint64 number)
{
  g_ptr_array_add (table->cells, g_strdup_printf ("%" G_GINT64_FORMAT, number));
}

static gboolean
is_right (const SfuCtlTable *table, guint column)
{
  return g_str_has_suffix (table->heads[column], ">");
}

static gchar *
head_of (const SfuCtlTable *table, guint column)
{
  return g_strndup (table->heads[column],
      strlen (table->heads[column]) - (is_right (table, column) ? 1 : 0));
}

static void
append_cell (const SfuCtlTable *table, GString *out, guint column,
    const gchar *text, guint width)
{
  guint pad = width - width_of (text);
  gboolean last = column + 1 == table->n_columns;

  if (is_right (table, column))
    g_string_append_printf (out, "%*s%s", (gint)pad, "", text);
  else
    g_string_append_printf (out, "%s%*s", text, last ? 0 : (gint)pad, "");
  g_string_append_printf (out, "%*s", last ? 0 : GAP, "");
  if (last)
    g_string_append_c (out, '\n');
}

gchar *
sfu_ctl_table_print (SfuCtlTable *table)
{
  GString *out = g_string_new (NULL);
  g_autofree guint *widths = g_new0 (guint, table->n_columns);

  for (guint i = 0; i < table->n_columns; i++) {
    g_autofree gchar *head = head_of (table, i);

    widths[i] = width_of (head);
  }
  for (guint i = 0; i < table->cells->len; i++)
    widths[i % table->n_columns] =
        MAX (widths[i % table->n_columns], width_of (table->cells->pdata[i]));
  for (guint i = 0; i < table->n_columns; i++) {
    g_autofree gchar *head = head_of (table, i);

    append_cell (table, out, i, head, widths[i]);
  }
  for (guint i = 0; i < table->cells->len; i++)
    append_cell (table, out, i % table->n_columns, table->cells->pdata[i],
        widths[i % table->n_columns]);
  return g_string_free (out, FALSE);
}

gchar *
sfu_ctl_format_bps (gdouble bps)
{
  if (bps <= 0)
    return g_strdup ("-");
  if (bps < 999500)
    return g_strdup_printf ("%.0f kbit/s", bps / 1e3);
  return g_strdup_printf ("%.1f Mbit/s", bps / 1e6);
}

gchar *
sfu_ctl_format_bytes (gdouble bytes)
{
  if (bytes < 999.5e6)
    return g_strdup_printf ("%.0f MB", bytes / 1e6);
  return g_strdup_printf ("%.1f GB", bytes / 1e9);
}

gchar *
sfu_ctl_format_time (gint64 seconds)
{
  gint64 days = seconds / 86400;
  g_autofree gchar *clock =
      g_strdup_printf ("%02d:%02d:%02d", (gint)(seconds / 3600 % 24),
          (gint)(seconds / 60 % 60), (gint)(seconds % 60));

  if (days == 0)
    return g_steal_pointer (&clock);
  return g_strdup_printf ("%" G_GINT64_FORMAT "d %s", days, clock);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See exposition-check.h.
 *
 * Threads: pure. */
#include "exposition-check.h"

#include <math.h>
#include <string.h>

typedef struct {
  gboolean openmetrics;
  gchar *family, *type; /* of the head that was read last; owned */
  gboolean helped;      /* # HELP has come, # TYPE has not */
  GHashTable *seen;     /* set of families and series, owned */
  gdouble last_bucket;  /* of the histogram that is being read */
  gchar *bucket_labels; /* its labels but "le"; owned */
} Check;

static const gchar *const suffixes_counter[] = { "_total", NULL };
static const gchar *const suffixes_gauge[] = { "", NULL };
static const gchar *const suffixes_histogram[] = { "_bucket", "_sum", "_count",
  NULL };

static gboolean
is_name (const gchar *text)
{
  return g_regex_match_simple ("^[a-zA-Z_:][a-zA-Z0-9_:]*$", text, 0, 0);
}

static const gchar *const *
suffixes_of (const Check *check)
{
  if (g_strcmp0 (check->type, "counter") == 0)
    return suffixes_counter;
  if (g_strcmp0 (check->type, "histogram") == 0)
    return suffixes_histogram;
  return g_strcmp0 (check->type, "gauge") == 0 ? suffixes_gauge : NULL;
}

/* A sample's name is its family's, with an ending of the type; the older format
 * has the ending of a counter in the head already. */
static gboolean
fits_family (const Check *check, const gchar *name)
{
  const gchar *const *suffixes = suffixes_of (check);

  for (guint i = 0; suffixes != NULL && suffixes[i] != NULL; i++) {
    g_autofree gchar *wanted = g_strconcat (check->family,
        !check->openmetrics && suffixes == suffixes_counter ? "" : suffixes[i],
        NULL);

    if (strcmp (name, wanted) == 0)
      return suffixes != suffixes_counter || g_str_has_suffix (name, "_total");
  }
  return FALSE;
}

static const gchar *
check_head (Check *check, const gchar *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);

  if (g_strv_length (words) < 4 || !is_name (words[2]))
    return "a head needs a name and a text";
  if (strcmp (words[1], "HELP") == 0) {
    if (!g_hash_table_add (check->seen, g_strconcat ("# ", words[2], NULL)))
      return "a family in two pieces";
    g_free (check->family);
    check->family = g_strdup (words[2]);
    g_clear_pointer (&check->type, g_free);
    check->helped = TRUE;
    return NULL;
  }
  if (g_strcmp0 (check->family, words[2]) != 0)
    return "a head of another family";
  if (strcmp (words[1], "TYPE") == 0) {
    if (!check->helped)
      return "a type twice, or before the help";
    check->helped = FALSE;
    check->type = g_strdup (words[3]);
    return suffixes_of (check) != NULL ? NULL : "an unknown type";
  }
  if (strcmp (words[1], "UNIT") != 0 || !check->openmetrics)
    return "an unknown head";
  return g_str_has_suffix (words[2], words[3]) ? NULL
                                               : "the unit is not in the name";
}

/* Buckets of one histogram stand together, and rise up to +Inf. */
static const gchar *
check_bucket (Check *check, const gchar *labels, gdouble value)
{
  g_autoptr (GRegex) le =
      g_regex_new (",?le=\"(\\+Inf|[0-9.e+-]+)\"", 0, 0, NULL);
  g_autofree gchar *others =
      g_regex_replace_literal (le, labels, -1, 0, "", 0, NULL);

  if (strcmp (others, labels) == 0)
    return "a bucket without a bound";
  if (g_strcmp0 (check->bucket_labels, others) == 0 &&
      value < check->last_bucket)
    return "buckets fall";
  g_free (check->bucket_labels);
  check->bucket_labels = g_steal_pointer (&others);
  check->last_bucket = value;
  return NULL;
}

static const gchar *
check_sample (Check *check, const gchar *line)
{
  static const gchar pattern[] =
      "^([a-zA-Z_:][a-zA-Z0-9_:]*)"
      "(\\{(?:[a-zA-Z_]\\w*=\"(?:[^\"\\\\]|\\\\[n\\\\\"])*\",?)+\\})? "
      "(NaN|[+-]Inf|-?[0-9.]+(?:e[+-][0-9]+)?)$";
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree gchar *name = NULL;
  g_autofree gchar *labels = NULL;
  g_autofree gchar *number = NULL;

  if (!g_regex_match (regex, line, 0, &match))
    return "no sample";
  name = g_match_info_fetch (match, 1);
  labels = g_match_info_fetch (match, 2);
  number = g_match_info_fetch (match, 3);
  if (check->type == NULL || !fits_family (check, name))
    return "a sample of no family, or with a name that does not fit";
  if (!g_hash_table_add (check->seen, g_strconcat (name, labels, NULL)))
    return "a series twice";
  if (strcmp (check->type, "gauge") != 0 &&
      !(g_ascii_strtod (number, NULL) >= 0))
    return "a count below 0";
  if (g_str_has_suffix (name, "_bucket"))
    return check_bucket (check, labels, g_ascii_strtod (number, NULL));
  if (strcmp (check->type, "histogram") == 0 &&
      g_str_has_suffix (name, "_count") &&
      g_ascii_strtod (number, NULL) != check->last_bucket)
    return "the count is not the last bucket";
  return NULL;
}

gchar *
exposition_check (const gchar *text, gboolean openmetrics)
{
  Check check = { .openmetrics = openmetrics,
    .seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);
  const gchar *wrong = NULL;
  gchar *report = NULL;
  guint i;

  if (!g_utf8_validate (text, -1, NULL))
    wrong = "no UTF-8";
  if (n < 2 || *lines[n - 1] != '\0')
    wrong = "no line end at the end";
  if (wrong == NULL && openmetrics && strcmp (lines[n - 2], "# EOF") != 0)
    wrong = "no # EOF";
  n -= openmetrics ? 2 : 1;
  for (i = 0; i < n && wrong == NULL; i++)
    wrong = lines[i][0] == '#' ? check_head (&check, lines[i])
                               : check_sample (&check, lines[i]);
  if (wrong != NULL)
    report = g_strdup_printf (
        "line %u: %s: %s", i, wrong, i > 0 ? lines[i - 1] : "");
  g_hash_table_unref (check.seen);
  g_free (check.family);
  g_free (check.type);
  g_free (check.bucket_labels);
  return report;
}

GHashTable *
exposition_families (const gchar *text)
{
  GHashTable *names =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (lines[i], " ", 4);

    if (!g_str_has_prefix (lines[i], "# TYPE "))
      continue;
    if (g_str_has_suffix (words[2], "_total"))
      words[2][strlen (words[2]) - strlen ("_total")] = '\0';
    g_hash_table_add (names, g_strdup (words[2]));
  }
  return names;
}

gdouble
exposition_value (const gchar *text, const gchar *series)
{
  g_autofree gchar *wanted = g_strconcat ("\n", series, " ", NULL);
  const gchar *found = strstr (text, wanted);

  return found != NULL ? g_ascii_strtod (found + strlen (wanted), NULL) : -1;
}

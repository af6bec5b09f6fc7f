/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files for operators name metrics that there are: the Grafana dashboard,
 * the rules of alerts, and the table in docs/observability.md.
 *
 * Threads: one; the worker is another process. */
#include "exposition-check.h"
#include "server-fixture.h"

#include <string.h>

static gchar *
read_doc (const gchar *name)
{
  g_autofree gchar *path =
      g_build_filename (g_getenv ("SFU_TEST_DOCS"), name, NULL);
  g_autoptr (GError) error = NULL;
  gchar *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* All that a server exposes: names of families. */
static GHashTable *
get_families (void)
{
  GHashTable *families;
  Fixture f;

  fixture_start (&f, (const gchar *[]){ "--metrics-open", NULL });
  {
    /* What has labels is there when something has been counted. */
    Client *c = client_new (&f, "r", "p");
    g_auto (Answer) answer = { 0 };

    client_join (c);
    answer = fixture_http (&f, "GET", "/metrics", NULL);
    families = exposition_families (answer.body);
    client_free (c);
  }
  fixture_stop (&f);
  return families;
}

/* A series' name without what its type adds. */
static gchar *
family_of (GHashTable *families, const gchar *name)
{
  static const gchar *const endings[] = { "", "_total", "_bucket", "_sum",
    "_count" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++) {
    if (g_str_has_suffix (name, endings[i])) {
      g_autofree gchar *family =
          g_strndup (name, strlen (name) - strlen (endings[i]));

      if (g_hash_table_contains (families, family))
        return g_steal_pointer (&family);
    }
  }
  return NULL;
}

/* Every word of text that begins as our metrics do is one; returns how many. */
static guint
check_names (GHashTable *families, const gchar *text, GHashTable *named)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\bsfu_[a-z0-9_]+", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    g_autofree gchar *name = g_match_info_fetch (match, 0);
    gchar *family = family_of (families, name);

    if (family == NULL)
      g_error ("there is no metric %s", name);
    g_hash_table_add (named, family);
    n++;
  }
  return n;
}

static void
test_names (void)
{
  static const gchar *const files[] = { "grafana-dashboard.json",
    "prometheus-rules.yml", "observability.md" };
  g_autoptr (GHashTable) families = get_families ();
  GHashTableIter iter;
  gpointer family;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GHashTable) named =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    g_autofree gchar *text = read_doc (files[i]);

    g_test_message ("%s", files[i]);
    g_assert_cmpuint (check_names (families, text, named), >, 5);
    if (strcmp (files[i], "observability.md") != 0)
      continue;
    /* The manual has all of them. */
    g_hash_table_iter_init (&iter, families);
    while (g_hash_table_iter_next (&iter, &family, NULL))
      if (!g_hash_table_contains (named, family))
        g_error ("observability.md does not say what %s is", (gchar *)family);
  }
}

static void
test_dashboard (void)
{
  g_autofree gchar *text = read_doc ("grafana-dashboard.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);
  JsonArray *panels;

  g_assert_no_error (error);
  panels = json_object_get_array_member (json_node_get_object (node), "panels");
  g_assert_cmpuint (json_array_get_length (panels), >, 10);
  for (guint i = 0; i < json_array_get_length (panels); i++) {
    JsonObject *panel = json_array_get_object_element (panels, i);

    g_assert_nonnull (json_object_get_string_member (panel, "title"));
    g_assert_true (json_object_has_member (panel, "gridPos"));
    if (strcmp (json_object_get_string_member (panel, "type"), "row") != 0)
      g_assert_cmpuint (json_array_get_length (
                            json_object_get_array_member (panel, "targets")),
          >, 0);
  }
}

static void
test_rules (void)
{
  const gchar *program = g_getenv ("SFU_TEST_PROMTOOL");
  g_autofree gchar *path = g_build_filename (
      g_getenv ("SFU_TEST_DOCS"), "prometheus-rules.yml", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree gchar *said = NULL;
  g_autoptr (GError) error = NULL;

  if (program == NULL || *program == '\0') {
    g_test_skip ("promtool is not installed");
    return;
  }
  process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error,
      program, "check", "rules", path, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s", said);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/observability-files/names", test_names);
  g_test_add_func ("/observability-files/dashboard", test_dashboard);
  g_test_add_func ("/observability-files/rules", test_rules);
  return g_test_run ();
}

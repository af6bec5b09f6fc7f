/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Series by labels, their order, and their bound.
 *
 * Threads: one. */
#include "sfu-registry.h"

enum { EVENTS, TRIPS, PLAIN, N_FAMILIES };

static const SfuMetricFamily families[N_FAMILIES] = {
  { "sfu_events", SFU_METRIC_COUNTER, NULL, "E.", { "a", "b" } },
  { "sfu_trips", SFU_METRIC_HISTOGRAM, NULL, "T.", { "a" }, { 1.5 }, 1 },
  { "sfu_plain", SFU_METRIC_COUNTER, NULL, "P." },
};

static gchar *
write_all (const SfuRegistry *registry)
{
  SfuExposition exposition;

  sfu_exposition_init (&exposition, SFU_EXPOSITION_TEXT);
  sfu_registry_write (registry, &exposition);
  return sfu_exposition_finish (&exposition);
}

static void
test_series (void)
{
  static const gchar *const xy[] = { "x", "y" }, *const xa[] = { "x", "a" };
  static const gchar *const none[] = { "x", "z" };
  g_autoptr (SfuRegistry) registry = sfu_registry_new (families, N_FAMILIES);
  g_autofree gchar *empty = write_all (registry);
  g_autofree gchar *text = NULL;

  g_assert_cmpstr (empty, ==,
      "# HELP sfu_plain_total P.\n# TYPE sfu_plain_total counter\n"
      "sfu_plain_total 0\n");
  sfu_registry_add (registry, EVENTS, xy, 2);
  sfu_registry_add (registry, EVENTS, xa, 0);
  sfu_registry_add (registry, EVENTS, xy, 1);
  sfu_registry_add (registry, PLAIN, NULL, 7);
  sfu_registry_observe (registry, TRIPS, xy, 1);
  sfu_registry_observe (registry, TRIPS, xy, 2);
  text = write_all (registry);
  g_assert_cmpstr (text, ==,
      "# HELP sfu_events_total E.\n# TYPE sfu_events_total counter\n"
      "sfu_events_total{a=\"x\",b=\"a\"} 0\n"
      "sfu_events_total{a=\"x\",b=\"y\"} 3\n"
      "# HELP sfu_trips T.\n# TYPE sfu_trips histogram\n"
      "sfu_trips_bucket{a=\"x\",le=\"1.5\"} 1\n"
      "sfu_trips_bucket{a=\"x\",le=\"+Inf\"} 2\n"
      "sfu_trips_sum{a=\"x\"} 3\n"
      "sfu_trips_count{a=\"x\"} 2\n"
      "# HELP sfu_plain_total P.\n# TYPE sfu_plain_total counter\n"
      "sfu_plain_total 7\n");
  g_assert_cmpfloat (sfu_registry_get (registry, EVENTS, xy), ==, 3);
  g_assert_cmpfloat (sfu_registry_get (registry, EVENTS, none), ==, 0);
}

/* A label that takes what strangers send costs one series more, and the sum
 * stays right. */
static void
test_bound (void)
{
  static const gchar *const other[] = { "other", "other" };
  g_autoptr (SfuRegistry) registry = sfu_registry_new (families, N_FAMILIES);
  g_autofree gchar *text = NULL;
  guint n_lines = 0;

  for (guint i = 0; i < SFU_REGISTRY_MAX_SERIES + 100; i++) {
    g_autofree gchar *name = g_strdup_printf ("%u", i);
    const gchar *values[] = { name, "b" };

    sfu_registry_add (registry, EVENTS, values, 1);
  }
  g_assert_cmpfloat (sfu_registry_get (registry, EVENTS, other), ==, 100);
  text = write_all (registry);
  for (const gchar *p = text; *p != '\0'; p++)
    n_lines += *p == '\n';
  g_assert_cmpuint (n_lines, ==, SFU_REGISTRY_MAX_SERIES + 1 + 2 + 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registry/series", test_series);
  g_test_add_func ("/registry/bound", test_bound);
  return g_test_run ();
}

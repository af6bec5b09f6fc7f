/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-registry.h.
 *
 * Threads: those of its owner, one at a time. */
#include "sfu-registry.h"

#include <string.h>

/* Between the values in a key: in no value of a label. */
#define SEPARATOR '\037'

typedef struct {
  gchar *key;   /* owned */
  GStrv values; /* owned */
  gdouble value;
  SfuHistogram histogram;
} Series;

struct _SfuRegistry {
  const SfuMetricFamily *families;
  guint n_families;
  GHashTable **series; /* of each family: key (of the series) -> Series */
};

static void
series_free (gpointer data)
{
  Series *series = data;

  g_free (series->key);
  g_strfreev (series->values);
  g_free (series);
}

static gchar *
make_key (const gchar *const *values, guint n)
{
  GString *key = g_string_new (NULL);

  for (guint i = 0; i < n; i++) {
    g_string_append (key, values[i]);
    g_string_append_c (key, SEPARATOR);
  }
  return g_string_free (key, FALSE);
}

static Series *
add_series (GHashTable *table, const gchar *const *values, guint n)
{
  Series *series = g_new0 (Series, 1);

  series->key = make_key (values, n);
  series->values = g_new0 (gchar *, n + 1);
  for (guint i = 0; i < n; i++)
    series->values[i] = g_strdup (values[i]);
  g_hash_table_insert (table, series->key, series);
  return series;
}

static Series *
get_series (SfuRegistry *self, guint family, const gchar *const *values)
{
  static const gchar *const other[SFU_METRIC_MAX_LABELS] = { "other", "other",
    "other", "other" };
  GHashTable *table = self->series[family];
  guint n = sfu_metric_family_n_labels (&self->families[family]);
  g_autofree gchar *key = make_key (values, n);
  Series *series = g_hash_table_lookup (table, key);

  if (series != NULL)
    return series;
  if (g_hash_table_size (table) < SFU_REGISTRY_MAX_SERIES)
    return add_series (table, values, n);
  g_free (key);
  key = make_key (other, n);
  series = g_hash_table_lookup (table, key);
  return series != NULL ? series : add_series (table, other, n);
}

SfuRegistry *
sfu_registry_new (const SfuMetricFamily *families, guint n)
{
  SfuRegistry *self = g_new0 (SfuRegistry, 1);

  self->families = families;
  self->n_families = n;
  self->series = g_new0 (GHashTable *, n);
  for (guint i = 0; i < n; i++) {
    self->series[i] =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, series_free);
    if (families[i].labels[0] == NULL)
      add_series (self->series[i], NULL, 0);
  }
  return self;
}

void
sfu_registry_free (SfuRegistry *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_families; i++)
    g_hash_table_unref (self->series[i]);
  g_free (self->series);
  g_free (self);
}

void
sfu_registry_add (
    SfuRegistry *self, guint family, const gchar *const *values, gdouble n)
{
  get_series (self, family, values)->value += n;
}

void
sfu_registry_observe (
    SfuRegistry *self, guint family, const gchar *const *values, gdouble value)
{
  const SfuMetricFamily *f = &self->families[family];

  sfu_histogram_observe (&get_series (self, family, values)->histogram,
      f->bounds, f->n_bounds, value);
}

gdouble
sfu_registry_get (
    const SfuRegistry *self, guint family, const gchar *const *values)
{
  g_autofree gchar *key =
      make_key (values, sfu_metric_family_n_labels (&self->families[family]));
  const Series *series = g_hash_table_lookup (self->series[family], key);

  return series != NULL ? series->value : 0;
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

static void
write_family (const SfuRegistry *self, guint i, SfuExposition *exposition)
{
  const SfuMetricFamily *family = &self->families[i];
  g_autoptr (GList) keys = g_hash_table_get_keys (self->series[i]);

  /* A head without samples would say that there is nothing to count. */
  if (keys == NULL)
    return;
  keys = g_list_sort (keys, compare_keys);
  sfu_exposition_family (exposition, family);
  for (GList *l = keys; l != NULL; l = l->next) {
    const Series *series = g_hash_table_lookup (self->series[i], l->data);
    const gchar *const *values = (const gchar *const *)series->values;

    if (family->type == SFU_METRIC_HISTOGRAM)
      sfu_exposition_histogram (exposition, values, &series->histogram);
    else
      sfu_exposition_value (exposition, values, series->value);
  }
}

void
sfu_registry_write (const SfuRegistry *self, SfuExposition *exposition)
{
  for (guint i = 0; i < self->n_families; i++)
    write_family (self, i, exposition);
}

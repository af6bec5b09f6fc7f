/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-log-levels.h.
 *
 * Threads: immutable; references from any thread. */
#include "sfu-log-levels.h"

#include "sfu-error.h"

#include <string.h>

#define GST_TAG "gst"
#define MAX_TAG 64

static const struct {
  const gchar *name;
  GLogLevelFlags flag; /* 0 = GStreamer's only */
  guint gst;           /* its number there; 0 = none */
} names[] = {
  { "none", 0, 0 },
  { "error", G_LOG_LEVEL_CRITICAL, 1 },
  { "warning", G_LOG_LEVEL_WARNING, 2 },
  { "fixme", 0, 3 },
  /* GStreamer has nothing between. */
  { "message", G_LOG_LEVEL_MESSAGE, 3 },
  { "info", G_LOG_LEVEL_INFO, 4 },
  { "debug", G_LOG_LEVEL_DEBUG, 5 },
  { "log", 0, 6 },
  { "trace", 0, 7 },
};

typedef struct {
  gchar *tag;
  GLogLevelFlags level;
} Entry;

struct _SfuLogLevels {
  gchar *text;
  gchar *gst;             /* NULL = not said */
  GLogLevelFlags general; /* of tags without an entry */
  GArray *entries;        /* of Entry */
};

static void
entry_clear (gpointer data)
{
  g_free (((Entry *)data)->tag);
}

static void
levels_clear (gpointer data)
{
  SfuLogLevels *self = data;

  g_free (self->text);
  g_free (self->gst);
  g_array_unref (self->entries);
}

SfuLogLevels *
sfu_log_levels_ref (SfuLogLevels *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
sfu_log_levels_unref (SfuLogLevels *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, levels_clear);
}

static gint
find_name (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].name, name) == 0)
      return (gint)i;
  return -1;
}

/* What GStreamer's own lists have between names means something there. */
static gboolean
is_tag (const gchar *tag)
{
  return *tag != '\0' && strlen (tag) <= MAX_TAG &&
      strspn (tag, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.*") ==
      strlen (tag);
}

/* category NULL = all. */
static void
add_gst (GString *gst, const gchar *category, guint level)
{
  if (gst->len > 0)
    g_string_append_c (gst, ',');
  g_string_append_printf (
      gst, "%s:%u", category != NULL ? category : "*", level);
}

static gboolean
parse_entry (
    SfuLogLevels *self, GString *gst, const gchar *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "=", 2);
  const gchar *tag, *name, *category;
  gboolean is_gst;
  Entry entry;
  gint level;

  if (parts[0] == NULL)
    return sfu_error_invalid (error, "there must be a level");
  tag = parts[1] != NULL ? g_strstrip (parts[0]) : NULL;
  name = g_strstrip (parts[tag != NULL ? 1 : 0]);
  level = find_name (name);
  is_gst = tag != NULL &&
      (strcmp (tag, GST_TAG) == 0 || g_str_has_prefix (tag, GST_TAG ":"));
  category = is_gst && tag[strlen (GST_TAG)] == ':' ? tag + strlen (GST_TAG ":")
                                                    : NULL;
  if (level < 0 || (names[level].flag == 0 && !is_gst))
    return sfu_error_invalid (error,
        "\"%.64s\" is no level: must be error, warning, message, info or debug",
        name);
  if (tag != NULL && !is_tag (category != NULL ? category : tag))
    return sfu_error_invalid (error, "\"%.64s\" is no tag", tag);
  if (is_gst) {
    add_gst (gst, category, names[level].gst);
  } else if (tag == NULL) {
    self->general = names[level].flag;
  } else {
    entry.tag = g_strdup (tag);
    entry.level = names[level].flag;
    g_array_append_val (self->entries, entry);
  }
  return TRUE;
}

SfuLogLevels *
sfu_log_levels_parse (const gchar *text, GError **error)
{
  g_autoptr (SfuLogLevels) self = g_atomic_rc_box_new0 (SfuLogLevels);
  g_autoptr (GString) gst = g_string_new (NULL);
  g_auto (GStrv) parts = g_strsplit (text, ",", SFU_LOG_LEVELS_MAX_ENTRIES + 1);

  self->text = g_strdup (text);
  self->general = G_LOG_LEVEL_INFO;
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  if (g_strv_length (parts) > SFU_LOG_LEVELS_MAX_ENTRIES) {
    sfu_error_invalid (
        error, "more than %d levels", SFU_LOG_LEVELS_MAX_ENTRIES);
    return NULL;
  }
  if (parts[0] == NULL) {
    sfu_error_invalid (error, "there must be a level");
    return NULL;
  }
  for (guint i = 0; parts[i] != NULL; i++)
    if (!parse_entry (self, gst, parts[i], error))
      return NULL;
  if (gst->len > 0)
    self->gst = g_strdup (gst->str);
  return g_steal_pointer (&self);
}

/* The last entry for a tag counts, as the last level alone does. */
GLogLevelFlags
sfu_log_levels_get (const SfuLogLevels *self, const gchar *tag)
{
  for (guint i = self->entries->len; tag != NULL && i-- > 0;) {
    const Entry *entry = &g_array_index (self->entries, Entry, i);

    if (g_ascii_strcasecmp (entry->tag, tag) == 0)
      return entry->level;
  }
  return self->general;
}

const gchar *
sfu_log_levels_get_text (const SfuLogLevels *self)
{
  return self->text;
}

const gchar *
sfu_log_levels_get_gst (const SfuLogLevels *self)
{
  return self->gst;
}

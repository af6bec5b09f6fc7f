/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See bottle-settings.h.
 *
 * Threads: plain data. */
#include "bottle-settings.h"

#include <math.h>
#include <string.h>

#define DEFAULT_BURST_LENGTH 5
#define DEFAULT_QUEUE_US (100 * 1000)
/* Above, the next run would begin before the last one ends. */
#define MAX_BURST 0.9
#define MAX_BURST_LENGTH 1000
/* A minute: what is delayed longer is a memory hole, not a network. */
#define MAX_MS 60000
#define MAX_KBPS 10000000
#define US_PER_MS 1000

void
sfu_bottle_settings_init (SfuBottleSettings *settings)
{
  *settings = (SfuBottleSettings){
    .burst_length = DEFAULT_BURST_LENGTH,
    .queue_us = DEFAULT_QUEUE_US,
  };
}

static gboolean
read_number (const gchar *text, gdouble min, gdouble max, gdouble *value)
{
  gchar *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value) && *value >= min &&
      *value <= max;
}

static gboolean
read_share (const gchar *text, gdouble max, gdouble *share)
{
  gdouble percent;

  if (!read_number (text, 0, max * 100, &percent))
    return FALSE;
  *share = percent / 100;
  return TRUE;
}

static gboolean
read_ms (const gchar *text, gint64 *us)
{
  gdouble ms;

  if (!read_number (text, 0, MAX_MS, &ms))
    return FALSE;
  *us = (gint64)(ms * US_PER_MS);
  return TRUE;
}

static gboolean
read_switch (const gchar *text, gboolean *on)
{
  *on = g_str_equal (text, "yes") || text[0] == '\0';
  return *on || g_str_equal (text, "no");
}

static gboolean
read_blackout (SfuBottleSettings *settings, const gchar *text)
{
  g_auto (GStrv) ends = g_strsplit (text, "..", 2);

  settings->blackout_set = TRUE;
  settings->blackout_from_us = 0;
  if (!ends[0])
    return FALSE;
  if (!ends[1])
    return read_ms (ends[0], &settings->blackout_to_us);
  return read_ms (ends[0], &settings->blackout_from_us) &&
      read_ms (ends[1], &settings->blackout_to_us) &&
      settings->blackout_from_us <= settings->blackout_to_us;
}

static gboolean
read_rate (SfuBottleSettings *settings, const gchar *text)
{
  gdouble kbps;

  if (!read_number (text, 0, MAX_KBPS, &kbps))
    return FALSE;
  settings->rate_bps = (guint64)(kbps * 1000);
  return TRUE;
}

static void
clean (SfuBottleSettings *settings)
{
  sfu_bottle_settings_init (settings);
  settings->blackout_set = TRUE;
}

static gboolean
read_pair (SfuBottleSettings *s, const gchar *key, const gchar *value)
{
  if (g_str_equal (key, "loss"))
    return read_share (value, 1, &s->loss);
  if (g_str_equal (key, "burst"))
    return read_share (value, MAX_BURST, &s->burst);
  if (g_str_equal (key, "burst-length"))
    return read_number (value, 1, MAX_BURST_LENGTH, &s->burst_length);
  if (g_str_equal (key, "duplicate"))
    return read_share (value, 1, &s->duplicate);
  if (g_str_equal (key, "delay"))
    return read_ms (value, &s->delay_us);
  if (g_str_equal (key, "jitter"))
    return read_ms (value, &s->jitter_us);
  if (g_str_equal (key, "reorder"))
    return read_switch (value, &s->reorder);
  if (g_str_equal (key, "rate"))
    return read_rate (s, value);
  if (g_str_equal (key, "queue"))
    return read_ms (value, &s->queue_us);
  if (g_str_equal (key, "blackout"))
    return read_blackout (s, value);
  if (g_str_equal (key, "clean") && value[0] == '\0') {
    clean (s);
    return TRUE;
  }
  return FALSE;
}

gboolean
sfu_bottle_settings_parse (
    SfuBottleSettings *settings, const gchar *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, ", ", -1);
  SfuBottleSettings wanted = *settings;

  wanted.blackout_set = FALSE;
  for (guint i = 0; words[i]; i++) {
    gchar *value = strchr (words[i], '=');

    if (words[i][0] == '\0')
      continue;
    if (value)
      *value++ = '\0';
    if (!read_pair (&wanted, words[i], value ? value : "")) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "no such setting: %s=%s", words[i], value ? value : "");
      return FALSE;
    }
  }
  *settings = wanted;
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who speaks: threshold, hysteresis, silence said once, removal.
 *
 * Threads: one. */
#include "sfu-audio-level.h"
#include "test-util.h"

static const gchar a, b;

typedef struct {
  guint8 level_a, level_b; /* 0: sends nothing */
  const gchar *remove;
  gboolean report;
  const gchar *key;
  gint db;
} Step;

#define SILENT 127

static const struct {
  const gchar *name;
  Step steps[6];
  guint n;
} scripts[] = {
  { "nobody, ever", { { 0, 0, NULL, FALSE, NULL, -127 } }, 1 },
  { "speaks, goes on, stops: silence is said once",
      { { 20, SILENT, NULL, TRUE, &a, -20 }, { 25, 90, NULL, TRUE, &a, -25 },
          { SILENT, SILENT, NULL, TRUE, NULL, -127 },
          { SILENT, SILENT, NULL, FALSE, NULL, -127 },
          { 0, 0, NULL, FALSE, NULL, -127 } },
      5 },
  { "quieter than the threshold is silence",
      { { 51, 60, NULL, FALSE, NULL, -127 }, { 50, 60, NULL, TRUE, &a, -50 } },
      2 },
  { "louder by less than 3 dB does not take over",
      { { 30, 0, NULL, TRUE, &a, -30 }, { 30, 28, NULL, TRUE, &a, -30 },
          { 30, 27, NULL, TRUE, &b, -27 }, { 25, 27, NULL, TRUE, &b, -27 },
          { 24, 27, NULL, TRUE, &a, -24 } },
      5 },
  { "takes over at once when the other is silent",
      { { 30, 0, NULL, TRUE, &a, -30 }, { 60, 49, NULL, TRUE, &b, -49 } }, 2 },
  { "a speaker that is removed falls silent",
      { { 30, 0, NULL, TRUE, &a, -30 }, { 30, 0, &a, TRUE, NULL, -127 },
          { 0, 0, NULL, FALSE, NULL, -127 } },
      3 },
  { "a speaker that is removed leaves the word",
      { { 30, 0, NULL, TRUE, &a, -30 }, { 30, 31, &a, TRUE, &b, -31 } }, 2 },
};

static void
test_scripts (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (scripts); s++) {
    SfuAudioLevelObserver *observer = sfu_audio_level_observer_new (-50);

    for (guint i = 0; i < scripts[s].n; i++) {
      const Step *step = &scripts[s].steps[i];
      gconstpointer key = &scripts;
      gint db = 1;

      g_test_message ("%s: interval %u", scripts[s].name, i);
      for (guint n = 0; n < 5 && step->level_a > 0; n++)
        sfu_audio_level_observer_add (observer, &a, step->level_a);
      for (guint n = 0; n < 3 && step->level_b > 0; n++)
        sfu_audio_level_observer_add (observer, &b, step->level_b);
      if (step->remove != NULL)
        sfu_audio_level_observer_remove (observer, step->remove);
      g_assert_cmpint (sfu_audio_level_observer_poll (observer, &key, &db), ==,
          step->report);
      g_assert_true (key == step->key);
      g_assert_cmpint (db, ==, step->db);
    }
    sfu_audio_level_observer_free (observer);
  }
  sfu_audio_level_observer_free (NULL);
}

/* Named whenever anybody speaks, at its own level; not in silence. */
static void
test_floor (void)
{
  SfuAudioLevelObserver *observer = sfu_audio_level_observer_new (-50);
  gconstpointer key;
  gint db;

  sfu_audio_level_observer_set_floor (observer, &a);
  sfu_audio_level_observer_add (observer, &a, 30);
  sfu_audio_level_observer_add (observer, &b, 5);
  g_assert_true (sfu_audio_level_observer_poll (observer, &key, &db));
  g_assert_true (key == &a);
  g_assert_cmpint (db, ==, -30);
  sfu_audio_level_observer_add (observer, &b, 5);
  g_assert_true (sfu_audio_level_observer_poll (observer, &key, &db));
  g_assert_true (key == &a);
  g_assert_cmpint (db, ==, -127);
  g_assert_true (sfu_audio_level_observer_poll (observer, &key, &db));
  g_assert_null (key);
  sfu_audio_level_observer_remove (observer, &a);
  sfu_audio_level_observer_add (observer, &b, 5);
  g_assert_true (sfu_audio_level_observer_poll (observer, &key, &db));
  g_assert_true (key == &b);
  sfu_audio_level_observer_free (observer);
}

static void
test_mean (void)
{
  SfuAudioLevelObserver *observer = sfu_audio_level_observer_new (-100);
  gconstpointer key;
  gint db;

  sfu_audio_level_observer_add (observer, &a, 0);
  sfu_audio_level_observer_add (observer, &a, 255); /* more than silent */
  g_assert_true (sfu_audio_level_observer_poll (observer, &key, &db));
  g_assert_cmpint (db, ==, -64); /* (0 + 127) / 2 */
  /* the next interval starts from nothing */
  sfu_audio_level_observer_add (observer, &a, 10);
  g_assert_true (sfu_audio_level_observer_poll (observer, &key, &db));
  g_assert_cmpint (db, ==, -10);
  sfu_audio_level_observer_free (observer);
}

static void
test_many (void)
{
  SfuAudioLevelObserver *observer = sfu_audio_level_observer_new (-50);
  gconstpointer key;
  gint db;

  for (guint i = 1; i <= 1000; i++)
    sfu_audio_level_observer_add (
        observer, GUINT_TO_POINTER (i), i == 77 ? 10 : 20);
  g_assert_true (sfu_audio_level_observer_poll (observer, &key, &db));
  g_assert_true (key == GUINT_TO_POINTER (77));
  g_assert_cmpint (db, ==, -10);
  sfu_audio_level_observer_free (observer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio-level/scripts", test_scripts);
  g_test_add_func ("/audio-level/floor", test_floor);
  g_test_add_func ("/audio-level/mean", test_mean);
  g_test_add_func ("/audio-level/many", test_many);
  return g_test_run ();
}

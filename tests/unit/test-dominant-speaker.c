/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plugins/flow: who has the floor.
 *
 * Threads: one. */
#include "sfu-dominant-speaker.h"

#define FRAME_US (20 * 1000)
#define POLL_FRAMES 15
#define SILENT 127
#define NOTHING 255 /* no packet: DTX */

static const gchar a, b, c;

typedef struct {
  SfuDominantSpeaker *speakers;
  gint64 now_us;
  guint changes;
  gconstpointer last;
  guint every; /* frames counted on from call to call; 0: from each call's */
  guint frame;
} Talk;

static Talk
talk_new (void)
{
  return (Talk){ .speakers = sfu_dominant_speaker_new (), .now_us = 1 };
}

static void
say (Talk *t, const gchar *who, guint8 level)
{
  if (level != NOTHING)
    sfu_dominant_speaker_add (t->speakers, who, level, t->now_us);
}

/* Frames of 20 ms at these levels, with a poll every 300 ms. */
static gconstpointer
go_on (Talk *t, guint frames, guint8 level_a, guint8 level_b, guint8 level_c)
{
  for (guint i = 1; i <= frames; i++) {
    t->now_us += FRAME_US;
    say (t, &a, level_a);
    say (t, &b, level_b);
    say (t, &c, level_c);
    t->frame = t->every ? t->frame + 1 : i;
    if (t->frame % POLL_FRAMES == 0) {
      gconstpointer now = sfu_dominant_speaker_poll (t->speakers, t->now_us);

      t->changes += now != t->last;
      t->last = now;
    }
  }
  return t->last;
}

static void
test_takes_over (void)
{
  Talk t = talk_new ();

  g_assert_null (go_on (&t, 60, SILENT, SILENT, SILENT));
  g_assert_true (go_on (&t, 60, 20, SILENT, SILENT) == &a);
  /* Kept through silence, whether packets come or not. */
  g_assert_true (go_on (&t, 60, SILENT, SILENT, SILENT) == &a);
  g_assert_true (go_on (&t, 60, NOTHING, SILENT, SILENT) == &a);
  g_assert_true (go_on (&t, 90, SILENT, 20, SILENT) == &b);
  g_assert_cmpuint (t.changes, ==, 2);
  sfu_dominant_speaker_free (t.speakers);
}

/* A cough of 200 ms, and somebody who says "yes" while another one speaks. */
static void
test_keeps_the_floor (void)
{
  Talk t = talk_new ();

  g_assert_true (go_on (&t, 90, 20, SILENT, SILENT) == &a);
  for (guint i = 0; i < 20; i++) {
    go_on (&t, 30, 20, SILENT, SILENT);
    go_on (&t, 10, 20, 5, SILENT);
    go_on (&t, 5, 20, SILENT, SILENT);
    go_on (&t, 15, 40, 18, 22);
  }
  g_assert_true (t.last == &a);
  g_assert_cmpuint (t.changes, ==, 1);
  sfu_dominant_speaker_free (t.speakers);
}

/* Two at once: whoever has it keeps it, however long. */
static void
test_both (void)
{
  Talk t = talk_new ();

  go_on (&t, 60, SILENT, SILENT, SILENT);
  g_assert_true (go_on (&t, 90, SILENT, 25, SILENT) == &b);
  g_assert_true (go_on (&t, 600, 22, 25, SILENT) == &b);
  g_assert_cmpuint (t.changes, ==, 1);
  sfu_dominant_speaker_free (t.speakers);
}

/* A fan is no speech: after a while its level is the floor. */
static void
test_noise (void)
{
  Talk t = talk_new ();

  go_on (&t, 1500, 40, SILENT, SILENT);
  g_assert_true (go_on (&t, 90, 40, 20, SILENT) == &b);
  sfu_dominant_speaker_free (t.speakers);
}

/* What an ordinary microphone says of talk: syllables of 100 to 200 ms between
 * closures, a breath every two seconds, over the noise of a room at -75. */
static guint8
talk_level (guint frame)
{
  static const guint8 syllables[] = { 45, 30, 24, 22, 25, 31, 50, 38, 26, 23,
    21, 24, 27, 35, 62, 40 };

  return frame % 100 >= 85
      ? 75
      : syllables[frame * 7 / 5 % G_N_ELEMENTS (syllables)];
}

#define QUIET 75

/* Levels of a and b in each of so many frames. */
typedef struct {
  guint frames;
  guint8 (*a) (guint frame);
  guint8 (*b) (guint frame);
} Scene;

static guint8
quiet_level (guint frame)
{
  return QUIET + frame % 3;
}

/* A cough: half a second, loud and sudden. */
static guint8
cough_level (guint frame)
{
  static const guint8 cough[] = { 30, 6, 5, 8, 14, 22, 40, 12, 7, 9, 18, 35 };

  return frame < G_N_ELEMENTS (cough) ? cough[frame] : QUIET;
}

/* "Yes", "mhm": a fifth of a second, as loud as the speaker. */
static guint8
yes_level (guint frame)
{
  return frame < 10 ? 24 + frame % 4 : QUIET;
}

static gconstpointer
play (Talk *t, const Scene *scene)
{
  for (guint i = 0; i < scene->frames; i++)
    go_on (t, 1, scene->a (i), scene->b (i), NOTHING);
  return t->last;
}

/* Ten coughs and ten back-channels do not take the floor, nor does somebody who
 * talks at the same time. */
static void
test_talk (void)
{
  static const Scene alone = { 500, talk_level, quiet_level };
  static const Scene cough = { 100, talk_level, cough_level };
  static const Scene yes = { 100, talk_level, yes_level };
  static const Scene both = { 500, talk_level, talk_level };
  Talk t = talk_new ();

  t.every = 1;
  g_assert_true (play (&t, &alone) == &a);
  for (guint i = 0; i < 10; i++) {
    play (&t, &cough);
    play (&t, &yes);
  }
  g_assert_true (play (&t, &both) == &a);
  g_assert_cmpuint (t.changes, ==, 1);
  sfu_dominant_speaker_free (t.speakers);
}

/* Who takes over when the other one has finished does so within two seconds, but
 * not with the first syllable. */
static void
test_takeover_time (void)
{
  Talk t = talk_new ();
  guint frames = 0;

  t.every = 1;
  play (&t, &(Scene){ 500, talk_level, quiet_level });
  g_assert_true (t.last == &a);
  while (t.last != &b) {
    go_on (&t, 1, quiet_level (frames), talk_level (frames), NOTHING);
    g_assert_cmpuint (++frames, <, 100);
  }
  g_test_message ("after %u ms", frames * FRAME_US / 1000);
  g_assert_cmpuint (frames, >, 10);
  sfu_dominant_speaker_free (t.speakers);
}

static void
test_remove (void)
{
  Talk t = talk_new ();

  g_assert_true (go_on (&t, 90, 20, SILENT, SILENT) == &a);
  sfu_dominant_speaker_remove (t.speakers, &a);
  g_assert_null (sfu_dominant_speaker_poll (t.speakers, t.now_us));
  g_assert_true (go_on (&t, 90, NOTHING, SILENT, 20) == &c);
  sfu_dominant_speaker_free (t.speakers);
  sfu_dominant_speaker_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dominant-speaker/takes-over", test_takes_over);
  g_test_add_func ("/dominant-speaker/keeps", test_keeps_the_floor);
  g_test_add_func ("/dominant-speaker/both", test_both);
  g_test_add_func ("/dominant-speaker/talk", test_talk);
  g_test_add_func ("/dominant-speaker/takeover-time", test_takeover_time);
  g_test_add_func ("/dominant-speaker/noise", test_noise);
  g_test_add_func ("/dominant-speaker/remove", test_remove);
  return g_test_run ();
}

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
    if (i % POLL_FRAMES == 0) {
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
  g_test_add_func ("/dominant-speaker/noise", test_noise);
  g_test_add_func ("/dominant-speaker/remove", test_remove);
  return g_test_run ();
}

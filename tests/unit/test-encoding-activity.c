/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which encodings are being sent: rows of packets and of looks, in ms.
 *
 * Threads: one. Time is the test's. */
#include "sfu-encoding-activity.h"

#define MS G_GINT64_CONSTANT (1000)
#define START (1000 * MS)
#define MAX_STEPS 12

typedef struct {
  gint at_ms;
  gint encoding; /* of a packet; -1: only a look */
  guint active;  /* after it */
} Step;

typedef struct {
  const gchar *name;
  Step steps[MAX_STEPS]; /* the end: at_ms 0 */
} Case;

static const Case cases[] = {
  { "begins", { { 1, 0, 1 }, { 2, 2, 5 }, { 3, 1, 7 } } },
  { "one-stops",
      { { 1, 0, 1 }, { 2, 1, 3 }, { 150, 0, 3 }, { 300, 0, 3 }, { 390, -1, 3 },
          { 400, 0, 3 }, { 501, -1, 1 }, { 510, 1, 3 } } },
  /* A still screen: none is taken for stopped before its turn. */
  { "all-slow",
      { { 1, 0, 1 }, { 2, 1, 3 }, { 1000, -1, 3 }, { 1002, 0, 3 },
          { 1003, -1, 3 }, { 1004, 1, 3 } } },
  /* Pictures left out by an encoder: not for long enough. */
  { "pictures-left-out",
      { { 1, 0, 1 }, { 2, 1, 3 }, { 150, 0, 3 }, { 300, 0, 3 }, { 380, 1, 3 },
          { 450, 0, 3 }, { 610, -1, 3 }, { 700, 0, 3 }, { 720, -1, 3 },
          { 760, 1, 3 } } },
  /* Opus DTX: a packet every 400 ms is being sent. */
  { "dtx",
      { { 1, 0, 1 }, { 401, 0, 1 }, { 801, -1, 1 }, { 802, 0, 1 },
          { 1202, -1, 1 }, { 1203, 0, 1 }, { 1603, -1, 1 }, { 1604, 0, 1 },
          { 2004, -1, 1 } } },
  { "all-stop-and-come-back",
      { { 1, 0, 1 }, { 2, 1, 3 }, { 1400, -1, 3 }, { 1700, -1, 0 },
          { 5000, 0, 3 }, { 5100, 1, 3 } } },
  { "one-does-not-come-back",
      { { 1, 0, 1 }, { 2, 1, 3 }, { 1700, -1, 0 }, { 5000, 0, 3 },
          { 5250, 0, 3 }, { 5500, 0, 3 }, { 5520, -1, 1 } } },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  SfuEncodingActivity activity;
  guint i;

  sfu_encoding_activity_init (&activity);
  for (i = 0; i < MAX_STEPS && c->steps[i].at_ms; i++) {
    const Step *step = &c->steps[i];
    gint64 now_us = START + step->at_ms * MS;
    guint was = activity.active;
    gboolean changed = step->encoding >= 0
        ? sfu_encoding_activity_packet (&activity, step->encoding, now_us)
        : sfu_encoding_activity_poll (&activity, now_us);

    g_test_message ("at %d ms", step->at_ms);
    g_assert_cmpuint (activity.active, ==, step->active);
    g_assert_cmpint (changed, ==, was != step->active);
  }
}

/* Whoever looks when he is told to notices within half a second and a picture. */
static void
test_noticed (void)
{
  SfuEncodingActivity activity;
  gint64 now_us, last_us = START + 3000 * MS;

  sfu_encoding_activity_init (&activity);
  for (now_us = START;; now_us += 33 * MS) {
    sfu_encoding_activity_packet (&activity, 0, now_us);
    if (now_us <= last_us)
      sfu_encoding_activity_packet (&activity, 1, now_us);
    g_assert_cmpint (activity.poll_us, >, 0);
    if (activity.poll_us <= now_us + 33 * MS)
      sfu_encoding_activity_poll (&activity, activity.poll_us);
    if (activity.active == 1 && now_us > last_us)
      break;
    g_assert_cmpint (now_us - last_us, <, 550 * MS);
  }
  g_assert_cmpint (now_us - last_us, >, 300 * MS);
}

/* 25 pictures a second of encoding 0 for so long, and of encoding 1 if upper.
 * Returns after which time encoding 1 changed; -1: it did not. */
static gint
run (SfuEncodingActivity *activity, gint64 *now_us, gint ms, gboolean upper)
{
  guint was = activity->active >> 1 & 1;
  gint changed_ms = -1;

  for (gint at_ms = 0; at_ms < ms; at_ms += 40) {
    *now_us += 40 * MS;
    sfu_encoding_activity_packet (activity, 0, *now_us);
    if (upper)
      sfu_encoding_activity_packet (activity, 1, *now_us);
    sfu_encoding_activity_poll (activity, *now_us);
    if (changed_ms < 0 && (activity->active >> 1 & 1) != was)
      changed_ms = at_ms;
  }
  return changed_ms;
}

/* The first time it counts as soon as it is back; then only when it stays, and
 * it must stay longer each time. After a long time without a stop it is as it was
 * in the beginning. */
static void
test_again_and_again (void)
{
  static const gint waits_ms[] = { 0, 2000, 4000, 8000, 8000 };
  SfuEncodingActivity activity;
  gint64 now_us = START;
  guint i;

  sfu_encoding_activity_init (&activity);
  run (&activity, &now_us, 1000, TRUE);
  for (i = 0; i < G_N_ELEMENTS (waits_ms); i++) {
    gint back_ms;

    g_assert_cmpint (run (&activity, &now_us, 1000, FALSE), >=, 0);
    if (waits_ms[i] > 0) { /* for a moment: that does not count */
      g_assert_cmpint (run (&activity, &now_us, 1000, TRUE), ==, -1);
      g_assert_cmpint (run (&activity, &now_us, 1000, FALSE), ==, -1);
    }
    back_ms = run (&activity, &now_us, 9000, TRUE);
    g_assert_cmpint (back_ms, >=, waits_ms[i]);
    g_assert_cmpint (back_ms, <=, waits_ms[i] + 40);
  }
  run (&activity, &now_us, 21000, TRUE);
  g_assert_cmpint (run (&activity, &now_us, 1000, FALSE), >=, 0);
  g_assert_cmpint (run (&activity, &now_us, 1000, TRUE), ==, 0);
}

/* Whatever it has done: with nothing else to show it counts. */
static void
test_alone (void)
{
  SfuEncodingActivity activity;
  gint64 now_us = START;
  guint i;

  sfu_encoding_activity_init (&activity);
  for (i = 0; i < 2; i++) {
    run (&activity, &now_us, 1000, TRUE);
    run (&activity, &now_us, 1000, FALSE);
  }
  g_assert_cmpuint (activity.active, ==, 1);
  sfu_encoding_activity_bye (&activity, 0);
  g_assert_true (sfu_encoding_activity_packet (&activity, 1, now_us));
  g_assert_cmpuint (activity.active, ==, 2);
}

/* At once, without a silence; and it is being sent again when a packet comes. */
static void
test_bye (void)
{
  SfuEncodingActivity activity;

  sfu_encoding_activity_init (&activity);
  g_assert_false (sfu_encoding_activity_bye (&activity, 1));
  sfu_encoding_activity_packet (&activity, 0, START);
  sfu_encoding_activity_packet (&activity, 1, START + MS);
  g_assert_true (sfu_encoding_activity_bye (&activity, 1));
  g_assert_cmpuint (activity.active, ==, 1);
  g_assert_false (sfu_encoding_activity_bye (&activity, 1));
  g_assert_true (sfu_encoding_activity_packet (&activity, 1, START + 2 * MS));
  g_assert_cmpuint (activity.active, ==, 3);
  /* Said in a silence of all: it is not among those that come back. */
  g_assert_true (sfu_encoding_activity_poll (&activity, START + 2000 * MS));
  g_assert_false (sfu_encoding_activity_bye (&activity, 1));
  sfu_encoding_activity_packet (&activity, 0, START + 2100 * MS);
  g_assert_cmpuint (activity.active, ==, 1);
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path =
        g_strconcat ("/encoding-activity/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/encoding-activity/bye", test_bye);
  g_test_add_func ("/encoding-activity/noticed", test_noticed);
  g_test_add_func ("/encoding-activity/again-and-again", test_again_and_again);
  g_test_add_func ("/encoding-activity/alone", test_alone);
  return g_test_run ();
}

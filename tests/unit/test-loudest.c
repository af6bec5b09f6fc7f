/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is forwarded of many who speak.
 *
 * Threads: one. Time is the test's. */
#include "sfu-loudest.h"

#define FRAME_US (20 * 1000)
#define SILENT 127
#define SPEECH 25
#define NOTHING 255 /* no packet: DTX */
#define MAX_SPEAKERS 8

static const gchar keys[MAX_SPEAKERS];

typedef struct {
  SfuLoudest *loudest;
  gint64 now_us;
  gboolean heard[MAX_SPEAKERS]; /* in the last frame */
  guint turns;                  /* changes of that, since it was set to 0 */
} Room;

static Room
room_new (guint n)
{
  Room room = { .loudest = sfu_loudest_new (), .now_us = G_USEC_PER_SEC };

  sfu_loudest_set_n (room.loudest, n, room.now_us);
  return room;
}

static void
say (Room *room, guint who, guint8 level)
{
  gboolean heard;

  if (level == NOTHING)
    return;
  heard = sfu_loudest_add (room->loudest, &keys[who], level, room->now_us);
  room->turns += heard != room->heard[who];
  room->heard[who] = heard;
}

/* Frames in which a, b and c send at these levels. */
static void
go_on (Room *room, guint frames, guint8 a, guint8 b, guint8 c)
{
  while (frames-- > 0) {
    room->now_us += FRAME_US;
    say (room, 0, a);
    say (room, 1, b);
    say (room, 2, c);
  }
}

#define assert_heard(room, a, b, c)                                            \
  G_STMT_START                                                                 \
  {                                                                            \
    g_assert_cmpint ((room)->heard[0], ==, a);                                 \
    g_assert_cmpint ((room)->heard[1], ==, b);                                 \
    g_assert_cmpint ((room)->heard[2], ==, c);                                 \
  }                                                                            \
  G_STMT_END

static void
test_all (void)
{
  Room room = room_new (0);

  go_on (&room, 10, SPEECH, SILENT, SPEECH);
  assert_heard (&room, TRUE, TRUE, TRUE);
  g_assert_cmpuint (sfu_loudest_n (room.loudest), ==, 0);
  sfu_loudest_free (room.loudest);
  sfu_loudest_free (NULL);
}

/* A free place is taken with the first packet, silent or not. */
static void
test_free_place (void)
{
  Room room = room_new (2);

  go_on (&room, 1, SILENT, SPEECH, SILENT);
  assert_heard (&room, TRUE, TRUE, FALSE);
  sfu_loudest_remove (room.loudest, &keys[1]);
  sfu_loudest_remove (room.loudest, &keys[1]);
  go_on (&room, 1, SILENT, NOTHING, SILENT);
  g_assert_true (room.heard[2]);
  g_assert_true (room.heard[0]);
  sfu_loudest_free (room.loudest);
}

/* Whoever holds a place and is silent gives it up for the first or second
 * packet of speech, even in a noisy room. */
static void
test_first_syllable (void)
{
  static const struct {
    guint8 noise, own_noise;
    guint packets; /* that are lost of the newcomer, at most */
  } rows[] = { { SILENT, SILENT, 0 }, { 90, 90, 1 }, { 70, 90, 1 },
    { 60, 127, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Room room = room_new (2);

    go_on (&room, 100, rows[i].noise, rows[i].noise, rows[i].own_noise);
    g_assert_false (room.heard[2]);
    go_on (&room, rows[i].packets, rows[i].noise, rows[i].noise, SPEECH);
    go_on (&room, 1, rows[i].noise, rows[i].noise, SPEECH);
    g_test_message ("row %u", i);
    g_assert_true (room.heard[2]);
    go_on (&room, 1, rows[i].noise, rows[i].noise, SPEECH);
    g_assert_cmpint (room.heard[0] + room.heard[1], ==, 1);
    sfu_loudest_free (room.loudest);
  }
}

/* All places are taken by people who speak: an equal comes in 200 ms after one
 * of them has stopped, and not before. */
static void
test_turn (void)
{
  Room room = room_new (1);

  go_on (&room, 50, SPEECH, SILENT, NOTHING);
  go_on (&room, 50, SPEECH, SPEECH, NOTHING);
  assert_heard (&room, TRUE, FALSE, FALSE);
  go_on (&room, 9, SILENT, SPEECH, NOTHING);
  g_assert_false (room.heard[1]);
  go_on (&room, 3, SILENT, SPEECH, NOTHING);
  g_assert_true (room.heard[1]);
  g_assert_false (room.heard[0]);
  sfu_loudest_free (room.loudest);
}

/* Words and pauses of two people who talk at once, levels that rise and fall,
 * a third who breathes: nobody comes and goes. */
static void
test_no_flapping (void)
{
  static const guint8 words[] = { 30, 22, 25, 28, 24, 26, 33, 40, 60, 70, 45,
    27 };
  Room room = room_new (2);

  go_on (&room, 50, SPEECH, SPEECH, 60);
  room.turns = 0;
  for (guint i = 0; i < 3000; i++)
    go_on (&room, 1, words[i % G_N_ELEMENTS (words)],
        words[(i * 7 + 3) % G_N_ELEMENTS (words)],
        words[(i / 5) % G_N_ELEMENTS (words)]);
  g_assert_cmpuint (room.turns, <=, 2); /* the first time the third is loud */
  sfu_loudest_free (room.loudest);
}

/* Clearly louder takes over without waiting, and keeps it. */
static void
test_louder (void)
{
  Room room = room_new (1);

  go_on (&room, 50, 45, 100, NOTHING);
  go_on (&room, 4, 45, 20, NOTHING);
  assert_heard (&room, FALSE, TRUE, FALSE);
  room.turns = 0;
  go_on (&room, 500, 45, 20, NOTHING);
  g_assert_cmpuint (room.turns, ==, 0);
  sfu_loudest_free (room.loudest);
}

/* Who sends nothing (Opus DTX, muted) falls like who is silent. */
static void
test_dtx (void)
{
  Room room = room_new (1);

  go_on (&room, 50, SPEECH, SILENT, NOTHING);
  go_on (&room, 20, NOTHING, 50, NOTHING);
  g_assert_false (room.heard[1]);
  go_on (&room, 60, NOTHING, 50, NOTHING);
  g_assert_true (room.heard[1]);
  /* And nothing strange comes of hours, or of a clock that two threads read. */
  room.now_us += G_GINT64_CONSTANT (100) * 3600 * G_USEC_PER_SEC;
  go_on (&room, 1, SPEECH, NOTHING, NOTHING);
  g_assert_true (room.heard[0]);
  room.now_us -= 5 * FRAME_US;
  go_on (&room, 1, SPEECH, SILENT, NOTHING);
  assert_heard (&room, TRUE, FALSE, FALSE);
  sfu_loudest_free (room.loudest);
}

static void
test_fewer (void)
{
  Room room = room_new (3);

  go_on (&room, 10, 60, 20, 40);
  assert_heard (&room, TRUE, TRUE, TRUE);
  sfu_loudest_set_n (room.loudest, 1, room.now_us);
  go_on (&room, 1, 60, 20, 40);
  assert_heard (&room, FALSE, TRUE, FALSE);
  sfu_loudest_set_n (room.loudest, 2, room.now_us);
  go_on (&room, 1, NOTHING, 20, 40);
  g_assert_true (room.heard[2]);
  sfu_loudest_set_n (room.loudest, 0, room.now_us);
  go_on (&room, 1, SILENT, SILENT, SILENT);
  assert_heard (&room, TRUE, TRUE, TRUE);
  sfu_loudest_free (room.loudest);
}

/* One step of a crowd: somebody sends, at his level, or goes. FALSE: he is not
 * forwarded. loudness: the plain rule's, without the bound that saves the walk. */
static gboolean
step (Room *room, GRand *rand, guint8 *level, gdouble *loudness, guint *who)
{
  gint64 step_us = g_rand_int_range (rand, 0, 2 * FRAME_US / MAX_SPEAKERS);

  *who = (guint)g_rand_int_range (rand, 0, MAX_SPEAKERS);
  room->now_us += step_us;
  for (guint i = 0; i < MAX_SPEAKERS; i++)
    loudness[i] = MAX (loudness[i] - 30.0 * step_us / G_USEC_PER_SEC, 0);
  if (g_rand_int_range (rand, 0, 200) == 0) {
    sfu_loudest_remove (room->loudest, &keys[*who]);
    loudness[*who] = 0;
    return TRUE;
  }
  if (g_rand_int_range (rand, 0, 20) == 0)
    level[*who] = (guint8)g_rand_int_range (rand, 0, 128);
  loudness[*who] += MAX (127 - level[*who] - loudness[*who], 0) / 2;
  say (room, *who, level[*who]);
  return room->heard[*who];
}

/* Whoever is not forwarded is not 6 dB louder than n others; and so many are,
 * whatever was before. */
static void
test_property (void)
{
  GRand *rand = g_rand_new_with_seed (20261130);

  for (guint n = 1; n < MAX_SPEAKERS; n++) {
    Room room = room_new (n);
    gdouble loudness[MAX_SPEAKERS] = { 0 };
    guint8 level[MAX_SPEAKERS] = { 0 };
    guint who, heard = 0;

    for (guint i = 0; i < 20000; i++) {
      guint louder = 0;

      if (step (&room, rand, level, loudness, &who))
        continue;
      for (guint k = 0; k < MAX_SPEAKERS; k++)
        louder += k != who && loudness[k] >= loudness[who] - 6.5;
      g_assert_cmpuint (louder, >=, n);
    }
    for (guint i = 0; i < 100 * MAX_SPEAKERS; i++)
      say (&room, i % MAX_SPEAKERS, SPEECH);
    for (who = 0; who < MAX_SPEAKERS; who++)
      heard += room.heard[who];
    g_assert_cmpuint (heard, ==, n);
    sfu_loudest_free (room.loudest);
  }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loudest/all", test_all);
  g_test_add_func ("/loudest/free-place", test_free_place);
  g_test_add_func ("/loudest/first-syllable", test_first_syllable);
  g_test_add_func ("/loudest/turn", test_turn);
  g_test_add_func ("/loudest/no-flapping", test_no_flapping);
  g_test_add_func ("/loudest/louder", test_louder);
  g_test_add_func ("/loudest/dtx", test_dtx);
  g_test_add_func ("/loudest/fewer", test_fewer);
  g_test_add_func ("/loudest/property", test_property);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuReplayWindow: indices out of sequence numbers, and what was seen, against
 * a model that forgets nothing.
 *
 * Threads: main only. */
#include "sfu-replay-window.h"

#include "test-util.h"

static void
test_guess (void)
{
  static const struct {
    guint64 highest;
    guint16 seq;
    guint64 expect;
  } cases[] = {
    { 10, 11, 11 },
    { 10, 9, 9 },
    { 65535, 0, 65536 },
    { 65535, 65000, 65000 },
    { 65536, 65535, 65535 },
    { 65540, 60000, 60000 },
    { 3 * 65536 + 5, 65530, 2 * 65536 + 65530 },
    { 0x12345ffff, 3, 0x123460003 },
    /* Half the circle: 32767 ahead still is ahead. */
    { 100, 100 + 32767, 100 + 32767 },
    /* Nothing is before the first turn (libsrtp does the same). */
    { 5, 65530, 65530 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuReplayWindow window = { .highest = cases[i].highest, .started = TRUE };

    g_assert_cmpuint (
        sfu_replay_window_guess (&window, cases[i].seq), ==, cases[i].expect);
  }
}

static void
test_first (void)
{
  SfuReplayWindow window = { { 0 } };

  g_assert_cmpuint (sfu_replay_window_guess (&window, 65535), ==, 65535);
  g_assert_cmpint (
      sfu_replay_window_check (&window, 65535), ==, SFU_REPLAY_NEW);
  sfu_replay_window_add (&window, 65535);
  g_assert_cmpint (
      sfu_replay_window_check (&window, 65535), ==, SFU_REPLAY_SEEN);
  g_assert_cmpint (
      sfu_replay_window_check (&window, 65534), ==, SFU_REPLAY_NEW);
}

static void
test_edge (void)
{
  const guint64 size = SFU_REPLAY_WINDOW_SIZE;
  SfuReplayWindow window = { { 0 } };

  sfu_replay_window_add (&window, 10 * size);
  g_assert_cmpint (
      sfu_replay_window_check (&window, 9 * size + 1), ==, SFU_REPLAY_NEW);
  g_assert_cmpint (
      sfu_replay_window_check (&window, 9 * size), ==, SFU_REPLAY_TOO_OLD);
  sfu_replay_window_add (&window, 9 * size + 1);
  g_assert_cmpint (
      sfu_replay_window_check (&window, 9 * size + 1), ==, SFU_REPLAY_SEEN);
  /* A jump of the whole ring leaves nothing behind. */
  sfu_replay_window_add (&window, 11 * size);
  for (guint64 i = 10 * size + 1; i < 11 * size; i++)
    g_assert_cmpint (sfu_replay_window_check (&window, i), ==, SFU_REPLAY_NEW);
}

static SfuReplay
ask_model (GHashTable *seen, guint64 highest, gboolean started, guint64 index)
{
  if (started && index <= highest && highest - index >= SFU_REPLAY_WINDOW_SIZE)
    return SFU_REPLAY_TOO_OLD;
  return g_hash_table_contains (seen, &index) ? SFU_REPLAY_SEEN
                                              : SFU_REPLAY_NEW;
}

/* Walks with small and large steps, back and forth, over several turns. */
static void
test_model (void)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  SfuReplayWindow window = { { 0 } };
  guint64 highest = 0;
  gboolean started = FALSE;

  for (guint i = 0; i < 200000; i++) {
    gint step = i % 1000 == 0 ? g_rand_int_range (rand, 1, 3000)
                              : g_rand_int_range (rand, -1200, 40);
    guint64 index = (gint64)highest + step < 0 ? 0 : highest + step;
    SfuReplay expect = ask_model (seen, highest, started, index);

    g_assert_cmpint (sfu_replay_window_check (&window, index), ==, expect);
    if (expect != SFU_REPLAY_NEW)
      continue;
    sfu_replay_window_add (&window, index);
    g_hash_table_add (seen, g_memdup2 (&index, sizeof index));
    highest = MAX (highest, index);
    started = TRUE;
    g_assert_cmpuint (
        sfu_replay_window_guess (&window, highest & 0xffff), ==, highest);
  }
  g_assert_cmpuint (highest, >, 3 * 65536);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replay-window/guess", test_guess);
  g_test_add_func ("/replay-window/first", test_first);
  g_test_add_func ("/replay-window/edge", test_edge);
  g_test_add_func ("/replay-window/model", test_model);
  return g_test_run ();
}

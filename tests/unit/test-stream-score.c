/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The score of a stream, against what mediasoup's formula gives by hand.
 *
 * Threads: one. */
#include "sfu-stream-score.h"

static void
test_one_look (void)
{
  static const struct {
    SfuScoreCounts counts;
    guint8 score;
  } rows[] = {
    { { 100, 0, 0, 0 }, 10 },
    /* 0.9^4 = 0.656 */
    { { 100, 10, 0, 0 }, 7 },
    /* weight 1 / 1.1^4 = 0.683; 3.17 lost; 0.9683^4 = 0.879 */
    { { 100, 10, 10, 10 }, 9 },
    /* the same with twice the effort: weight 0.3415, 6.585 lost, 0.7616 */
    { { 100, 10, 10, 20 }, 8 },
    /* 0.5^4 = 0.0625 */
    { { 100, 50, 0, 0 }, 1 },
    { { 100, 500, 0, 0 }, 0 },
    /* more repaired than lost: no better than all of it */
    { { 100, 10, 90, 10 }, 9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    SfuStreamScore score;

    sfu_stream_score_init (&score);
    g_assert_cmpuint (score.score, ==, 10);
    g_test_message ("row %u", i);
    g_assert_cmpuint (sfu_stream_score_look (&score, &rows[i].counts, TRUE), ==,
        rows[i].score);
  }
}

/* One bad second among good ones, and how it is forgotten: (10 + 2 * 10 + 3 *
 * 1) / 6 = 5.5, then (10 + 20 + 3 + 40) / 10 = 7.3. */
static void
test_history (void)
{
  SfuStreamScore score;
  SfuScoreCounts counts = { 0 };
  guint i;

  sfu_stream_score_init (&score);
  counts.received += 100;
  sfu_stream_score_look (&score, &counts, TRUE);
  counts.received += 100;
  sfu_stream_score_look (&score, &counts, TRUE);
  counts.received += 100;
  counts.lost += 50;
  g_assert_cmpuint (sfu_stream_score_look (&score, &counts, TRUE), ==, 6);
  counts.received += 100;
  g_assert_cmpuint (sfu_stream_score_look (&score, &counts, TRUE), ==, 7);
  for (i = 0; i < SFU_SCORE_HISTORY; i++) {
    counts.received += 100;
    sfu_stream_score_look (&score, &counts, TRUE);
  }
  g_assert_cmpuint (score.score, ==, 10);
}

static void
test_silence (void)
{
  SfuStreamScore score, sent;
  SfuScoreCounts counts = { 100, 0, 0, 0 };

  sfu_stream_score_init (&score);
  sfu_stream_score_init (&sent);
  sfu_stream_score_look (&score, &counts, TRUE);
  sfu_stream_score_look (&sent, &counts, FALSE);
  g_assert_cmpuint (sfu_stream_score_look (&score, &counts, TRUE), ==, 10);
  g_assert_cmpuint (sfu_stream_score_look (&score, &counts, TRUE), ==, 0);
  sfu_stream_score_look (&sent, &counts, FALSE);
  g_assert_cmpuint (sfu_stream_score_look (&sent, &counts, FALSE), ==, 10);
  counts.received += 100;
  g_assert_cmpuint (sfu_stream_score_look (&score, &counts, TRUE), ==, 10);
}

/* Opus DTX: a packet every 400 ms, two or three a look, none of them lost. */
static void
test_dtx (void)
{
  SfuStreamScore score;
  SfuScoreCounts counts = { 0 };

  sfu_stream_score_init (&score);
  for (guint second = 0; second < 60; second++) {
    counts.received += second < 5 ? 50 : 2 + second % 2;
    g_assert_cmpuint (sfu_stream_score_look (&score, &counts, TRUE), ==, 10);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-score/one-look", test_one_look);
  g_test_add_func ("/stream-score/history", test_history);
  g_test_add_func ("/stream-score/silence", test_silence);
  g_test_add_func ("/stream-score/dtx", test_dtx);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plugins/codec: one packet of each key frame of H.264 is its start, whatever
 * comes in front of the slices, late, or not at all.
 *
 * Threads: one. */
#include "sfu-h264-start.h"

enum { DELTA, SPS, PPS, IDR };

typedef struct {
  guint16 seq;
  guint32 timestamp;
  guint kind;
  gboolean start;
} Step;

static void
run (const Step *steps, guint n)
{
  SfuH264Start start = { FALSE };

  for (guint i = 0; i < n; i++) {
    gboolean key = steps[i].kind == SPS || steps[i].kind == IDR;
    SfuPayloadInfo info = { .frame_start = TRUE,
      .keyframe_start = key,
      .has_sps = steps[i].kind == SPS };

    g_test_message ("step %u", i);
    sfu_h264_start_packet (&start, steps[i].seq, steps[i].timestamp, &info);
    g_assert_cmpint (info.keyframe_start, ==, steps[i].start);
    g_assert_true (info.frame_start);
  }
}

/* SPS, PPS and slices in three packets, over the wraparound; a second SPS. */
static void
test_sets_apart (void)
{
  static const Step steps[] = {
    { 65534, 100, SPS, TRUE },
    { 65535, 100, PPS, FALSE },
    { 0, 100, IDR, FALSE },
    { 1, 200, DELTA, FALSE },
    { 2, 300, SPS, TRUE },
    { 3, 300, SPS, FALSE },
    { 4, 300, IDR, FALSE },
  };

  run (steps, G_N_ELEMENTS (steps));
}

/* Sets only once, or never: then the slices are the start. */
static void
test_slices_alone (void)
{
  static const Step never[] = {
    { 7, 100, IDR, TRUE }, { 8, 200, DELTA, FALSE },
    { 10, 300, IDR, TRUE }, /* 9 is lost */
  };
  static const Step once[] = {
    { 7, 100, SPS, TRUE },
    { 8, 100, IDR, FALSE },
    { 9, 200, DELTA, FALSE },
    { 10, 300, IDR, TRUE },
  };

  run (never, G_N_ELEMENTS (never));
  run (once, G_N_ELEMENTS (once));
}

/* What is lost in front of the slices may be their sets: no place to start,
 * until they come. */
static void
test_sets_lost (void)
{
  static const Step steps[] = {
    { 7, 100, SPS, TRUE }, { 8, 100, IDR, FALSE }, { 9, 200, DELTA, FALSE },
    { 11, 300, PPS, FALSE }, { 12, 300, IDR, FALSE }, { 10, 300, SPS, TRUE },
    { 13, 400, DELTA, FALSE }, { 15, 500, IDR, FALSE },
    { 16, 600, DELTA, FALSE },
    { 14, 500, SPS, TRUE }, /* later than its picture */
  };

  run (steps, G_N_ELEMENTS (steps));
}

/* The slices come late, the sets did not. */
static void
test_slices_late (void)
{
  static const Step steps[] = {
    { 7, 100, SPS, TRUE },
    { 9, 100, PPS, FALSE },
    { 8, 100, IDR, FALSE },
    { 11, 200, DELTA, FALSE },
    { 10, 100, IDR, FALSE },
  };

  run (steps, G_N_ELEMENTS (steps));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/h264-start/sets-apart", test_sets_apart);
  g_test_add_func ("/h264-start/slices-alone", test_slices_alone);
  g_test_add_func ("/h264-start/sets-lost", test_sets_lost);
  g_test_add_func ("/h264-start/slices-late", test_slices_late);
  return g_test_run ();
}

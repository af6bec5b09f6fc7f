/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plugins/flow: which layers pass, and when that changes.
 *
 * Threads: one. */
#include "sfu-layer-filter.h"

enum { KEY = 1, SYNC = 2, END = 4 };

typedef struct {
  guint8 spatial, temporal, flags;
  gint set_spatial, set_temporal; /* before the packet; -1 = nothing */
  SfuVerdict expect;
  gboolean marker;
} Step;

#define F SFU_VERDICT_FORWARD
#define S SFU_DROP_SPATIAL_LAYER
#define T SFU_DROP_TEMPORAL_LAYER

static SfuVerdict
pass (SfuLayerFilter *filter, const SfuPayloadInfo *info)
{
  sfu_layer_filter_begin (filter, info);
  return sfu_layer_filter_pass (filter, info);
}

static void
run (const Step *steps, guint n)
{
  SfuLayerFilter filter;

  sfu_layer_filter_init (&filter);
  for (guint i = 0; i < n; i++) {
    const Step *step = &steps[i];
    SfuPayloadInfo info = { .frame_start = step->spatial == 0,
      .keyframe_start = (step->flags & KEY) != 0,
      .spatial = step->spatial,
      .temporal = step->temporal,
      .switch_layers = step->flags & SYNC ? 1 << step->temporal : 0,
      .layer_end = (step->flags & END) != 0 };

    g_test_message ("step %u", i);
    if (step->set_spatial >= 0)
      sfu_layer_filter_set_target (
          &filter, (guint)step->set_spatial, (guint)step->set_temporal);
    g_assert_cmpint (pass (&filter, &info), ==, step->expect);
    g_assert_cmpint (
        sfu_layer_filter_marker (&filter, &info, FALSE), ==, step->marker);
  }
}

/* Three spatial layers: down with the next picture, not within one; up with a
 * key picture. The marker moves to what is left. */
static void
test_spatial (void)
{
  static const Step steps[] = {
    { 0, 0, KEY | END, 2, 7, F, FALSE },
    { 1, 0, END, -1, 0, F, FALSE },
    { 2, 0, END, 0, 7, F, TRUE },
    { 0, 0, END, -1, 0, F, TRUE },
    { 1, 0, END, -1, 0, S, FALSE },
    { 2, 0, END, 1, 7, S, FALSE },
    { 0, 0, END, -1, 0, F, TRUE },
    { 1, 0, END, -1, 0, S, FALSE },
    { 0, 0, KEY | END, -1, 0, F, FALSE },
    { 1, 0, END, -1, 0, F, TRUE },
    { 2, 0, END, -1, 0, S, FALSE },
  };

  run (steps, G_N_ELEMENTS (steps));
}

/* Three temporal layers: down with the next picture, up where the stream says
 * so, but never above what is wanted. */
static void
test_temporal (void)
{
  static const Step steps[] = {
    { 0, 0, KEY, 0, 2, F, FALSE },
    { 0, 2, 0, -1, 0, F, FALSE },
    { 0, 1, 0, 0, 0, T, FALSE },
    { 0, 2, SYNC, -1, 0, T, FALSE },
    { 0, 0, 0, -1, 0, F, FALSE },
    { 0, 2, 0, 0, 1, T, FALSE },
    { 0, 1, 0, -1, 0, T, FALSE },
    { 0, 1, SYNC, -1, 0, F, FALSE },
    { 0, 2, SYNC, -1, 0, T, FALSE },
    { 0, 1, 0, -1, 0, F, FALSE },
    { 0, 0, KEY, 0, 7, F, FALSE },
    { 0, 2, 0, -1, 0, F, FALSE },
  };

  run (steps, G_N_ELEMENTS (steps));
}

/* The dependency descriptor says it ahead, on a picture of the lowest layer: for
 * which layers above, too. */
static void
test_switch_ahead (void)
{
  SfuLayerFilter filter;
  SfuPayloadInfo base = { .frame_start = TRUE, .keyframe_start = TRUE };
  SfuPayloadInfo first = { .frame_start = TRUE, .temporal = 1 };

  sfu_layer_filter_init (&filter);
  sfu_layer_filter_set_target (&filter, 0, 0);
  pass (&filter, &base);
  base.keyframe_start = FALSE;
  base.switch_layers = 1 | 4; /* not for layer 1 alone */
  sfu_layer_filter_set_target (&filter, 0, 1);
  g_assert_cmpint (pass (&filter, &base), ==, F);
  g_assert_cmpint (pass (&filter, &first), ==, T);
  sfu_layer_filter_set_target (&filter, 0, 7);
  g_assert_cmpint (pass (&filter, &base), ==, F);
  g_assert_cmpint (pass (&filter, &first), ==, F);
}

static void
test_target (void)
{
  SfuLayerFilter filter;

  sfu_layer_filter_init (&filter);
  g_assert_false (sfu_layer_filter_set_target (&filter, 0, 0));
  sfu_layer_filter_restart (&filter);
  g_assert_true (sfu_layer_filter_set_target (&filter, 1, 0));
  g_assert_false (sfu_layer_filter_set_target (&filter, 0, 2));
}

/* VP9's U: a picture of layer 2 that needs nothing of its own layer may need
 * layer 1, so whoever has but layer 0 waits for that one first. */
static void
test_switch_from (void)
{
  static const struct {
    SfuPayloadInfo info;
    SfuVerdict expect;
  } steps[] = {
    { { .frame_start = TRUE }, F },
    { { .frame_start = TRUE,
          .temporal = 2,
          .switch_layers = 0xfc,
          .switch_from = 1 },
        T },
    { { .frame_start = TRUE,
          .temporal = 1,
          .switch_layers = 0xfe,
          .switch_from = 0 },
        F },
    { { .frame_start = TRUE, .temporal = 2 }, F },
  };
  SfuLayerFilter filter;

  sfu_layer_filter_init (&filter);
  sfu_layer_filter_set_target (&filter, 0, 0);
  g_assert_cmpint (pass (&filter, &steps[0].info), ==, F);
  sfu_layer_filter_set_target (&filter, 0, 2);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_assert_cmpint (pass (&filter, &steps[i].info), ==, steps[i].expect);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layer-filter/spatial", test_spatial);
  g_test_add_func ("/layer-filter/temporal", test_temporal);
  g_test_add_func ("/layer-filter/switch-ahead", test_switch_ahead);
  g_test_add_func ("/layer-filter/target", test_target);
  g_test_add_func ("/layer-filter/switch-from", test_switch_from);
  return g_test_run ();
}

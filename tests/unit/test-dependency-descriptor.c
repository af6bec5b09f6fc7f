/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plugins/codec: the dependency descriptor, bit by bit as the specification
 * writes it.
 *
 * Threads: one. */
#include "sfu-dependency-descriptor.h"

#include <string.h>

typedef struct {
  guint8 data[64];
  gsize bits;
} Writer;

static void
put (Writer *w, guint n, guint value)
{
  for (guint i = 0; i < n; i++, w->bits++)
    if (value >> (n - 1 - i) & 1)
      w->data[w->bits / 8] |= (guint8)(0x80 >> w->bits % 8);
}

static gsize
size_of (const Writer *w)
{
  return (w->bits + 7) / 8;
}

static void
put_mandatory (
    Writer *w, gboolean start, gboolean end, guint template_id, guint number)
{
  put (w, 1, start);
  put (w, 1, end);
  put (w, 6, template_id);
  put (w, 16, number);
}

/* L1T3: templates 0..2, one for each temporal layer; three decode targets. */
static Writer
structure_l1t3 (guint offset)
{
  /* Rows: templates; columns: targets with layers 0, 0-1, 0-2. */
  static const guint8 dtis[3][3] = {
    { SFU_DTI_SWITCH, SFU_DTI_SWITCH, SFU_DTI_SWITCH },
    { SFU_DTI_NOT_PRESENT, SFU_DTI_SWITCH, SFU_DTI_DISCARDABLE },
    { SFU_DTI_NOT_PRESENT, SFU_DTI_NOT_PRESENT, SFU_DTI_DISCARDABLE },
  };
  Writer w = { { 0 }, 0 };

  put_mandatory (&w, TRUE, TRUE, offset, 1);
  put (&w, 5, 0x10); /* a structure, nothing else */
  put (&w, 6, offset);
  put (&w, 5, 2); /* targets - 1 */
  put (&w, 2, 1);
  put (&w, 2, 1);
  put (&w, 2, 3);
  for (guint i = 0; i < 3; i++)
    for (guint t = 0; t < 3; t++)
      put (&w, 2, dtis[i][t]);
  put (&w, 1, 0); /* fdiffs: none, then 4, then 2 */
  put (&w, 1, 1);
  put (&w, 4, 3);
  put (&w, 1, 0);
  put (&w, 1, 1);
  put (&w, 4, 1);
  put (&w, 1, 0);
  put (&w, 2, 1); /* chains: ns(4) = 1 */
  /* protected_by: ns(1) has no bits */
  for (guint i = 0; i < 3; i++)
    put (&w, 4, i);
  put (&w, 1, 1); /* resolutions */
  put (&w, 16, 1279);
  put (&w, 16, 719);
  return w;
}

static void
test_structure (void)
{
  SfuDependencyParser parser = { { 0 }, 0 };
  SfuDependencyFrame frame;
  SfuPayloadInfo info = { FALSE };
  Writer w = structure_l1t3 (60);

  g_assert_true (sfu_dependency_parse (&parser, w.data, size_of (&w), &frame));
  g_assert_true (frame.has_structure);
  g_assert_cmpuint (parser.structure.n_templates, ==, 3);
  g_assert_cmpuint (parser.structure.n_targets, ==, 3);
  g_assert_cmpuint (parser.structure.n_chains, ==, 1);
  g_assert_cmpuint (parser.structure.max_temporal, ==, 2);
  g_assert_cmpuint (parser.structure.max_spatial, ==, 0);
  g_assert_cmpuint (parser.structure.target_temporal[1], ==, 1);
  g_assert_cmphex (frame.active_targets, ==, 7);
  sfu_dependency_frame_to_info (&frame, &info);
  g_assert_true (info.keyframe_start);
  g_assert_cmphex (info.switch_layers, ==, 7);
  g_assert_true (info.frame_start);
  g_assert_true (info.layer_end);

  /* The id goes around at 64: 60 + 2. */
  w = (Writer){ { 0 }, 0 };
  put_mandatory (&w, TRUE, FALSE, 62, 2);
  g_assert_true (sfu_dependency_parse (&parser, w.data, size_of (&w), &frame));
  g_assert_cmpuint (frame.temporal, ==, 2);
  g_assert_cmphex (frame.switch_layers, ==, 0);
  g_assert_false (frame.has_structure);
  g_assert_cmpuint (frame.frame_number, ==, 2);
  sfu_dependency_frame_to_info (&frame, &info);
  g_assert_true (info.frame_start);
  g_assert_false (info.keyframe_start);
  g_assert_false (info.layer_end);

  w = (Writer){ { 0 }, 0 };
  put_mandatory (&w, FALSE, TRUE, 61, 3);
  g_assert_true (sfu_dependency_parse (&parser, w.data, size_of (&w), &frame));
  g_assert_cmpuint (frame.temporal, ==, 1);
  g_assert_cmphex (frame.switch_layers, ==, 2);
}

/* DTIs of the frame itself, and fewer targets than there could be. */
static void
test_custom (void)
{
  SfuDependencyParser parser = { { 0 }, 0 };
  SfuDependencyFrame frame;
  Writer w = structure_l1t3 (0);

  sfu_dependency_parse (&parser, w.data, size_of (&w), &frame);
  w = (Writer){ { 0 }, 0 };
  put_mandatory (&w, TRUE, TRUE, 2, 9);
  put (&w, 5, 0x0c); /* active targets, custom DTIs */
  put (&w, 3, 3);
  put (&w, 2, SFU_DTI_NOT_PRESENT);
  put (&w, 2, SFU_DTI_NOT_PRESENT);
  put (&w, 2, SFU_DTI_SWITCH);
  g_assert_true (sfu_dependency_parse (&parser, w.data, size_of (&w), &frame));
  g_assert_cmphex (frame.active_targets, ==, 3);
  g_assert_cmpuint (frame.temporal, ==, 2);
  g_assert_cmphex (frame.switch_layers, ==, 4);
}

/* Cut off anywhere, or of a structure that never came: refused, and what was
 * known stays known. */
static void
test_refused (void)
{
  SfuDependencyParser parser = { { 0 }, 0 }, before;
  SfuDependencyFrame frame;
  Writer w = structure_l1t3 (5), plain = { { 0 }, 0 };

  put_mandatory (&plain, TRUE, TRUE, 5, 1);
  g_assert_false (
      sfu_dependency_parse (&parser, plain.data, size_of (&plain), &frame));
  sfu_dependency_parse (&parser, w.data, size_of (&w), &frame);
  before = parser;
  /* The last 33 bits are the resolutions; without any of them it is cut. */
  for (gsize len = 0; len < size_of (&w) - 1; len++) {
    if (len == 3) /* no extended fields: a plain descriptor */
      continue;
    g_assert_false (sfu_dependency_parse (&parser, w.data, len, &frame));
    g_assert_cmpmem (&parser, sizeof parser, &before, sizeof before);
  }
  plain = (Writer){ { 0 }, 0 };
  put_mandatory (&plain, TRUE, TRUE, 8, 1); /* 5, 6, 7 are known */
  g_assert_false (
      sfu_dependency_parse (&parser, plain.data, size_of (&plain), &frame));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dependency-descriptor/structure", test_structure);
  g_test_add_func ("/dependency-descriptor/custom", test_custom);
  g_test_add_func ("/dependency-descriptor/refused", test_refused);
  return g_test_run ();
}

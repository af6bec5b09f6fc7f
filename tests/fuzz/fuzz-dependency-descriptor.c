/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: sfu_dependency_parse. Input: descriptors of one stream, each
 * behind a byte that is its length.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-dependency-descriptor.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SfuDependencyParser parser = { { 0 }, 0 };

  while (size > 0) {
    gsize len = MIN (data[0], size - 1);
    SfuDependencyFrame frame;
    SfuPayloadInfo info = { FALSE };

    if (sfu_dependency_parse (&parser, data + 1, len, &frame)) {
      sfu_dependency_frame_to_info (&frame, &info);
      g_assert (parser.structure.valid);
      g_assert_cmpuint (frame.spatial, <=, parser.structure.max_spatial);
      g_assert_cmpuint (frame.temporal, <=, parser.structure.max_temporal);
      g_assert (info.frame_start || !info.keyframe_start);
    }
    data += len + 1;
    size -= len + 1;
  }
  return 0;
}

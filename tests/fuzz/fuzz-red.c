/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: sfu_red_find_primary.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-red.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint8 payload_type;
  gsize offset;

  if (sfu_red_find_primary (data, size, &payload_type, &offset)) {
    g_assert (payload_type < 128);
    g_assert (offset > 0 && offset <= size);
  }
  return 0;
}

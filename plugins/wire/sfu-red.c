/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 2198 section 3:
 *
 *   0                   1                    2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3  4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  |1| block PT    |  timestamp offset         |   block length    |  repeated
 *  |0| block PT    |  the primary block's
 *
 * and then the blocks in the same order.
 *
 * Threads: pure functions. */
#include "sfu-red.h"

#include "sfu-bytes.h"

#define FOLLOW_BIT 0x80
#define BLOCK_HEADER_SIZE 4
#define BLOCK_LENGTH_MASK 0x3ff

gboolean
sfu_red_find_primary (
    const guint8 *payload, gsize len, guint8 *payload_type, gsize *offset)
{
  gsize at = 0, earlier = 0;

  while (at < len && (payload[at] & FOLLOW_BIT)) {
    if (len - at < BLOCK_HEADER_SIZE)
      return FALSE;
    earlier += sfu_get_u16 (payload + at + 2) & BLOCK_LENGTH_MASK;
    at += BLOCK_HEADER_SIZE;
  }
  if (at >= len || earlier > len - at - 1)
    return FALSE;
  *payload_type = payload[at];
  *offset = at + 1 + earlier;
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AV1, "RTP Payload Format For AV1" section 4.4.
 *
 *   0 1 2 3 4 5 6 7
 *  |Z|Y| W |N|-|-|-|  aggregation header
 *  [length leb128]    unless W is 1
 *  OBU ...
 *
 * Threads: pure functions. */
#include "sfu-codec-private.h"

#define Z_BIT 0x80 /* the first OBU began in an earlier packet */
#define W_MASK 0x30
#define W_ONE 0x10
#define N_BIT 0x08 /* first packet of a coded video sequence */
#define OBU_TYPE(header) ((header) >> 3 & 0x0f)
#define LEB128_MORE 0x80
#define LEB128_MAX 8 /* bytes */

enum {
  OBU_SEQUENCE_HEADER = 1,
  OBU_TEMPORAL_DELIMITER = 2,
  OBU_FRAME_HEADER = 3,
  OBU_FRAME = 6,
};

void
sfu_codec_inspect_av1 (const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  gsize at = 1;

  if (len < 1 || (payload[0] & Z_BIT))
    return;
  if ((payload[0] & W_MASK) != W_ONE) {
    while (at < len && at < LEB128_MAX && (payload[at] & LEB128_MORE))
      at++;
    if (at >= len || (payload[at] & LEB128_MORE))
      return;
    at++;
  }
  if (at >= len)
    return;
  switch (OBU_TYPE (payload[at])) {
    case OBU_SEQUENCE_HEADER:
    case OBU_TEMPORAL_DELIMITER:
    case OBU_FRAME_HEADER:
    case OBU_FRAME:
      info->frame_start = TRUE;
      break;
    default: /* tile groups, metadata: one cannot tell */
      break;
  }
  if (payload[0] & N_BIT) {
    info->frame_start = TRUE;
    info->keyframe_start = TRUE;
  }
}

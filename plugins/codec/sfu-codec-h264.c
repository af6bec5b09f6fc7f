/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* H.264, RFC 6184: single NAL units, STAP-A (5.7.1) and FU-A (5.8), which is
 * all that packetization modes 0 and 1 have.
 *
 * Threads: pure functions. */
#include "sfu-codec-private.h"
#include "sfu-bytes.h"

#define NAL_TYPE_MASK 0x1f
#define FU_START_BIT 0x80
/* first_mb_in_slice stands first in a slice header as ue(v): a leading one is
 * the number 0. */
#define FIRST_MB_ZERO_BIT 0x80

enum {
  NAL_SLICE = 1,
  NAL_PARTITION_A = 2,
  NAL_IDR = 5,
  NAL_SEI = 6,
  NAL_SPS = 7,
  NAL_PPS = 8,
  NAL_AUD = 9,
  NAL_STAP_A = 24,
  NAL_FU_A = 28,
};

/* body: what follows the NAL header of a unit that begins here. */
static void
inspect_nal (guint type, const guint8 *body, gsize len, SfuPayloadInfo *info)
{
  gboolean first_slice = len > 0 && (body[0] & FIRST_MB_ZERO_BIT);

  switch (type) {
    case NAL_SPS:
      info->frame_start = TRUE;
      info->keyframe_start = TRUE;
      info->has_sps = TRUE;
      break;
    case NAL_IDR:
      /* A later slice of a key frame is not where one can start. */
      if (first_slice) {
        info->frame_start = TRUE;
        info->keyframe_start = TRUE;
      }
      break;
    case NAL_SLICE:
    case NAL_PARTITION_A:
      if (first_slice)
        info->frame_start = TRUE;
      break;
    case NAL_SEI:
    case NAL_PPS:
    case NAL_AUD:
      info->frame_start = TRUE;
      break;
    default:
      break;
  }
}

static void
inspect_stap_a (const guint8 *units, gsize len, SfuPayloadInfo *info)
{
  while (len > 2) {
    gsize size = sfu_get_u16 (units);

    units += 2;
    len -= 2;
    if (size == 0 || size > len)
      return;
    inspect_nal (units[0] & NAL_TYPE_MASK, units + 1, size - 1, info);
    units += size;
    len -= size;
  }
}

void
sfu_codec_inspect_h264 (const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  guint type;

  if (len < 2)
    return;
  type = payload[0] & NAL_TYPE_MASK;
  if (type == NAL_STAP_A)
    inspect_stap_a (payload + 1, len - 1, info);
  else if (type != NAL_FU_A)
    inspect_nal (type, payload + 1, len - 1, info);
  else if (payload[1] & FU_START_BIT)
    inspect_nal (payload[1] & NAL_TYPE_MASK, payload + 2, len - 2, info);
}

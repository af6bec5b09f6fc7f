/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VP8, RFC 7741 section 4.2 and 4.3.
 *
 *   0 1 2 3 4 5 6 7
 *  |X|R|N|S|R| PID |  required
 *  |I|L|T|K| RSV   |  when X
 *  |M| PictureID   |  when I; 15 bits when M
 *  |   TL0PICIDX   |  when L
 *  |TID|Y| KEYIDX  |  when T or K
 *
 * Threads: pure functions. */
#include "sfu-codec-private.h"

#include <string.h>

#define X_BIT 0x80
#define S_BIT 0x10
#define PID_MASK 0x07
#define I_BIT 0x80
#define L_BIT 0x40
#define T_BIT 0x20
#define K_BIT 0x10
#define M_BIT 0x80
#define TID_SHIFT 6
#define Y_BIT 0x20
#define KEYIDX_MASK 0x1f
#define P_BIT 0x01 /* payload header: inverse key frame flag */

/* Reads the extension behind the first byte. Returns where the payload header
 * is; 0 when the descriptor is cut off. */
static gsize
read_extension (const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  guint8 bits;
  gsize at = 2;

  if (len < 2)
    return 0;
  bits = payload[1];
  if (bits & I_BIT) {
    if (at >= len)
      return 0;
    info->picture_id_at = (guint8)at;
    info->long_picture_id = (payload[at] & M_BIT) != 0;
    info->picture_id = payload[at++] & ~M_BIT;
    if (info->long_picture_id) {
      if (at >= len)
        return 0;
      info->picture_id = (guint16)(info->picture_id << 8 | payload[at++]);
    }
  }
  if (bits & L_BIT) {
    if (at >= len)
      return 0;
    info->tl0_picture_id_at = (guint8)at;
    info->tl0_picture_id = payload[at++];
  }
  if (bits & (T_BIT | K_BIT)) {
    if (at >= len)
      return 0;
    if (bits & T_BIT) {
      info->temporal = payload[at] >> TID_SHIFT;
      if (payload[at] & Y_BIT)
        info->switch_layers = (guint8)(1u << info->temporal);
    }
    if (bits & K_BIT) {
      info->key_index_at = (guint8)at;
      info->key_index = payload[at] & KEYIDX_MASK;
    }
    at++;
  }
  return at;
}

void
sfu_codec_inspect_vp8 (const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  gsize at = 1;

  if (len < 1)
    return;
  if (payload[0] & X_BIT) {
    at = read_extension (payload, len, info);
    if (at == 0 || at >= len) {
      memset (info, 0, sizeof *info);
      return;
    }
  }
  /* A picture starts with the start of its partition 0. */
  if (at >= len || !(payload[0] & S_BIT) || (payload[0] & PID_MASK) != 0)
    return;
  info->frame_start = TRUE;
  info->keyframe_start = !(payload[at] & P_BIT);
}

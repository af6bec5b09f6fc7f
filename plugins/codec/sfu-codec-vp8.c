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

#define X_BIT 0x80
#define S_BIT 0x10
#define PID_MASK 0x07
#define I_BIT 0x80
#define L_BIT 0x40
#define T_OR_K_BITS 0x30
#define M_BIT 0x80
#define P_BIT 0x01 /* payload header: inverse key frame flag */

/* Size of the descriptor's extension; 0 when it is cut off. */
static gsize
extension_size (const guint8 *ext, gsize len)
{
  gsize size = 1;

  if (len < 1)
    return 0;
  if (ext[0] & I_BIT) {
    if (len < 2)
      return 0;
    size += ext[1] & M_BIT ? 2 : 1;
  }
  if (ext[0] & L_BIT)
    size++;
  if (ext[0] & T_OR_K_BITS)
    size++;
  return size;
}

void
sfu_codec_inspect_vp8 (const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  gsize at = 1;

  if (len < 1)
    return;
  if (payload[0] & X_BIT) {
    gsize ext = extension_size (payload + 1, len - 1);

    if (ext == 0)
      return;
    at += ext;
  }
  /* A picture starts with the start of its partition 0. */
  if (at >= len || !(payload[0] & S_BIT) || (payload[0] & PID_MASK) != 0)
    return;
  info->frame_start = TRUE;
  info->keyframe_start = !(payload[at] & P_BIT);
}

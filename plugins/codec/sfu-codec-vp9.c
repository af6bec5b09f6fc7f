/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VP9, RFC 9628 section 4.2.
 *
 *   0 1 2 3 4 5 6 7
 *  |I|P|L|F|B|E|V|Z|  required
 *  |M| PICTURE ID  |  when I; 15 bits when M
 *  | TID |U| SID |D|  when L
 *
 * What follows (reference indices, scalability structure) says nothing about
 * where a picture starts.
 *
 * Threads: pure functions. */
#include "sfu-codec-private.h"

#define I_BIT 0x80
#define P_BIT 0x40
#define L_BIT 0x20
#define B_BIT 0x08
#define M_BIT 0x80
#define SID_MASK 0x0e

void
sfu_codec_inspect_vp9 (const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  gboolean base_layer = TRUE;
  gsize at = 1;

  if (len < 1)
    return;
  if (payload[0] & I_BIT) {
    if (at >= len)
      return;
    at += payload[at] & M_BIT ? 2 : 1;
  }
  if (payload[0] & L_BIT) {
    if (at >= len)
      return;
    base_layer = (payload[at] & SID_MASK) == 0;
    at++;
  }
  /* Nothing behind the descriptor: no picture. */
  if (at >= len || !(payload[0] & B_BIT) || !base_layer)
    return;
  info->frame_start = TRUE;
  /* Without inter-picture prediction on the base layer nothing before is
   * needed. */
  info->keyframe_start = !(payload[0] & P_BIT);
}

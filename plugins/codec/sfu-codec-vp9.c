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
#define E_BIT 0x04
#define M_BIT 0x80
#define SID_MASK 0x0e
#define SID_SHIFT 1
#define TID_SHIFT 5
#define U_BIT 0x10

void
sfu_codec_inspect_vp9 (const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  guint8 layers = 0;
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
    layers = payload[at++];
  }
  /* Nothing behind the descriptor: no picture. */
  if (at >= len)
    return;
  info->temporal = layers >> TID_SHIFT;
  if (layers & U_BIT)
    info->switch_layers = (guint8)(1u << info->temporal);
  info->spatial = (layers & SID_MASK) >> SID_SHIFT;
  info->layer_end = (payload[0] & E_BIT) != 0;
  if (!(payload[0] & B_BIT) || info->spatial != 0)
    return;
  info->frame_start = TRUE;
  /* Without inter-picture prediction on the base layer nothing before is
   * needed. */
  info->keyframe_start = !(payload[0] & P_BIT);
}

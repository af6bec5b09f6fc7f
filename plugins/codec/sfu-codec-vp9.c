/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VP9, RFC 9628 section 4.2.
 *
 *   0 1 2 3 4 5 6 7
 *  |I|P|L|F|B|E|V|Z|  required
 *  |M| PICTURE ID  |  when I; 15 bits when M
 *  | TID |U| SID |D|  when L
 *  |   TL0PICIDX   |  when L and not F
 *  | P_DIFF      |N|  when F and P, as long as N, three at most
 *  | N_S |Y|G|R R R|  when V: resolutions (Y), pictures of a group (G)
 *
 * What a picture refers to and the scalability structure are skipped: they are
 * the receiver's business. They are read only to know that there is a payload
 * behind them.
 *
 * An intra-only picture has P = 0 as a key picture has. The difference is in the
 * payload, which may be encrypted; encoders for conferences make them only as
 * answers to layer refresh requests, which nobody negotiates, and receivers
 * decide by the same bit.
 *
 * Threads: pure functions. */
#include "sfu-codec-private.h"

#define I_BIT 0x80
#define P_BIT 0x40
#define L_BIT 0x20
#define F_BIT 0x10
#define B_BIT 0x08
#define E_BIT 0x04
#define V_BIT 0x02
#define M_BIT 0x80
#define SID_MASK 0x0e
#define SID_SHIFT 1
#define TID_SHIFT 5
#define U_BIT 0x10
#define N_BIT 0x01
#define MAX_REFERENCES 3
#define N_S_SHIFT 5
#define Y_BIT 0x10
#define G_BIT 0x08
#define RESOLUTION_SIZE 4
#define R_SHIFT 2
#define R_MASK 0x03

typedef struct {
  const guint8 *data;
  gsize len, at;
  gboolean overrun; /* sticky: everything read since is 0 */
} Reader;

static guint8
next (Reader *r)
{
  if (r->at >= r->len) {
    r->overrun = TRUE;
    return 0;
  }
  return r->data[r->at++];
}

static void
skip (Reader *r, gsize n)
{
  if (n > r->len - r->at)
    r->overrun = TRUE;
  else
    r->at += n;
}

static void
read_picture_id (Reader *r, SfuPayloadInfo *info)
{
  guint8 first;

  info->picture_id_at = (guint8)r->at;
  first = next (r);
  info->long_picture_id = (first & M_BIT) != 0;
  info->picture_id = first & (guint8)~M_BIT;
  if (info->long_picture_id)
    info->picture_id = (guint16)(info->picture_id << 8 | next (r));
}

/* RFC 9628: from a picture with U on, higher temporal layers need nothing of
 * themselves that came before it. libwebrtc in flexible mode sets it where the
 * picture itself needs only lower layers. Both hold for who has decoded
 * everything below the picture's layer. */
static void
read_layers (Reader *r, gboolean flexible, SfuPayloadInfo *info)
{
  guint8 layers = next (r);

  info->temporal = layers >> TID_SHIFT;
  info->spatial = (layers & SID_MASK) >> SID_SHIFT;
  if (layers & U_BIT) {
    info->switch_layers = (guint8)(0xff << info->temporal);
    info->switch_from = info->temporal > 0 ? info->temporal - 1 : 0;
  }
  if (flexible)
    return;
  info->tl0_picture_id_at = (guint8)r->at;
  info->tl0_picture_id = next (r);
}

static void
skip_references (Reader *r)
{
  for (guint i = 0; i < MAX_REFERENCES; i++)
    if (!(next (r) & N_BIT))
      return;
}

static void
skip_structure (Reader *r)
{
  guint8 bits = next (r);
  guint pictures;

  if (bits & Y_BIT)
    skip (r, RESOLUTION_SIZE * ((gsize)(bits >> N_S_SHIFT) + 1));
  if (!(bits & G_BIT))
    return;
  for (pictures = next (r); pictures > 0 && !r->overrun; pictures--)
    skip (r, next (r) >> R_SHIFT & R_MASK);
}

void
sfu_codec_inspect_vp9 (const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  Reader r = { .data = payload, .len = len };
  guint8 bits = next (&r);

  if (bits & I_BIT)
    read_picture_id (&r, info);
  if (bits & L_BIT)
    read_layers (&r, (bits & F_BIT) != 0, info);
  if ((bits & F_BIT) && (bits & P_BIT))
    skip_references (&r);
  if (bits & V_BIT)
    skip_structure (&r);
  /* Cut off, or nothing behind the descriptor: no picture. */
  if (r.overrun || r.at >= len) {
    *info = (SfuPayloadInfo){ FALSE };
    return;
  }
  info->refers_by_picture_id = TRUE;
  info->layer_end = (bits & E_BIT) != 0;
  if (!(bits & B_BIT) || info->spatial != 0)
    return;
  info->frame_start = TRUE;
  /* Without inter-picture prediction on the base layer nothing before is
   * needed. */
  info->keyframe_start = !(bits & P_BIT);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Picture ids have 7 or 15 bits. Counted on to 16 they are what SfuSeqMap
 * maps: a picture is to them what a packet is to sequence numbers.
 *
 * Threads: owned by its consumer, no locking. */
#include "sfu-picture-numbers.h"

#include "sfu-rtp.h"

#define LONG_BITS 15
#define SHORT_BITS 7
#define M_BIT 0x80
#define KEY_INDEX_MASK 0x1f

void
sfu_picture_numbers_init (SfuPictureNumbers *numbers, guint16 first_picture_id)
{
  *numbers =
      (SfuPictureNumbers){ .max_picture_out = (guint16)(first_picture_id - 1) };
  sfu_seq_map_init (&numbers->pictures, first_picture_id, 0);
}

gboolean
sfu_payload_has_numbers (const SfuPayloadInfo *info)
{
  return info->picture_id_at != 0 || info->tl0_picture_id_at != 0 ||
      info->key_index_at != 0;
}

void
sfu_picture_numbers_resync (SfuPictureNumbers *numbers)
{
  numbers->resync = TRUE;
  sfu_seq_map_resync (&numbers->pictures, 0);
}

/* The nearest number to the newest one that ends in these bits. */
static guint16
count_on (const SfuPictureNumbers *numbers, const SfuPayloadInfo *info)
{
  guint bits = info->long_picture_id ? LONG_BITS : SHORT_BITS;
  guint mask = (1u << bits) - 1, half = 1u << (bits - 1);
  guint ahead = (info->picture_id - numbers->last_in) & mask;

  if (!numbers->started || numbers->resync)
    return info->picture_id;
  return (guint16)(numbers->last_in + ahead - (ahead >= half ? mask + 1 : 0));
}

static void
take_newest (SfuPictureNumbers *numbers, guint16 in)
{
  if (!numbers->started || sfu_seq_after (in, numbers->last_in))
    numbers->last_in = in;
}

static void
begin_span (
    SfuPictureNumbers *numbers, const SfuPayloadInfo *info, guint16 picture_id)
{
  guint8 tl0 = numbers->started ? (guint8)(numbers->max_tl0_out + 1) : 0;
  guint8 key = numbers->started ? (guint8)(numbers->max_key_out + 1) : 0;

  numbers->tl0_offset = (guint8)(tl0 - info->tl0_picture_id);
  numbers->key_offset = (guint8)(key - info->key_index);
  numbers->distance_offset =
      (guint16)(numbers->max_picture_out + 1 - picture_id);
  numbers->last_in = picture_id;
  numbers->started = TRUE;
  numbers->resync = FALSE;
}

static void
translate (const SfuPictureNumbers *numbers, const SfuPayloadInfo *info,
    guint16 in, guint16 out, SfuPicture *picture)
{
  picture->picture_id = info->refers_by_picture_id
      ? (guint16)(in + numbers->distance_offset)
      : out;
  picture->tl0_picture_id =
      (guint8)(info->tl0_picture_id + numbers->tl0_offset);
  picture->key_index =
      (guint8)(info->key_index + numbers->key_offset) & KEY_INDEX_MASK;
}

static void
note_newest (SfuPictureNumbers *numbers, const SfuPicture *picture)
{
  guint8 tl0_ahead = (guint8)(picture->tl0_picture_id - numbers->max_tl0_out);
  guint8 key_ahead =
      (picture->key_index - numbers->max_key_out) & KEY_INDEX_MASK;

  if (sfu_seq_after (picture->picture_id, numbers->max_picture_out))
    numbers->max_picture_out = picture->picture_id;
  if (tl0_ahead <= G_MAXUINT8 / 2)
    numbers->max_tl0_out = picture->tl0_picture_id;
  if (key_ahead <= KEY_INDEX_MASK / 2)
    numbers->max_key_out = picture->key_index;
}

gboolean
sfu_picture_numbers_forward (
    SfuPictureNumbers *numbers, const SfuPayloadInfo *info, SfuPicture *picture)
{
  guint16 in, out = 0;
  guint32 unused;

  if (!numbers->started || numbers->resync)
    begin_span (numbers, info, info->picture_id);
  in = count_on (numbers, info);
  take_newest (numbers, in);
  if (info->picture_id_at != 0 &&
      !sfu_seq_map_forward (&numbers->pictures, in, 0, &out, &unused))
    return FALSE;
  translate (numbers, info, in, out, picture);
  note_newest (numbers, picture);
  return TRUE;
}

void
sfu_picture_numbers_drop (
    SfuPictureNumbers *numbers, const SfuPayloadInfo *info)
{
  guint16 in;

  if (!numbers->started || numbers->resync || info->picture_id_at == 0)
    return;
  in = count_on (numbers, info);
  sfu_seq_map_drop (&numbers->pictures, in);
  take_newest (numbers, in);
}

gboolean
sfu_picture_numbers_lookup (const SfuPictureNumbers *numbers,
    const SfuPayloadInfo *info, SfuPicture *picture)
{
  SfuSeqMap copy;
  guint16 in, out = 0;
  guint32 unused;

  if (!numbers->started)
    return FALSE;
  in = count_on (numbers, info);
  if (info->picture_id_at != 0) {
    if (sfu_seq_after (in, numbers->pictures.max_in))
      return FALSE;
    copy = numbers->pictures;
    if (!sfu_seq_map_forward (&copy, in, 0, &out, &unused))
      return FALSE;
  }
  translate (numbers, info, in, out, picture);
  return TRUE;
}

void
sfu_picture_write (
    const SfuPicture *picture, const SfuPayloadInfo *info, guint8 *payload)
{
  if (info->picture_id_at != 0 && info->long_picture_id) {
    payload[info->picture_id_at] =
        (guint8)(M_BIT | (picture->picture_id >> 8 & ~M_BIT));
    payload[info->picture_id_at + 1] = (guint8)picture->picture_id;
  } else if (info->picture_id_at != 0) {
    payload[info->picture_id_at] = (guint8)(picture->picture_id & ~M_BIT);
  }
  if (info->tl0_picture_id_at != 0)
    payload[info->tl0_picture_id_at] = picture->tl0_picture_id;
  if (info->key_index_at != 0)
    payload[info->key_index_at] =
        (guint8)((payload[info->key_index_at] & ~KEY_INDEX_MASK) |
            picture->key_index);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* H264 profile-level-id.
 *
 * Threads: pure functions. */
#include "sfu-h264-profile.h"

#include <string.h>

#define TEXT_DIGITS 6
#define DEFAULT_LEVEL 31
#define LEVEL_1 10
#define LEVEL_1_1 11
/* With level_idc 11, this bit of profile-iop says "1b" instead of "1.1". */
#define CONSTRAINT_SET3 0x10

/* RFC 6184, table 5: a row is profile_idc and the bits of profile-iop that
 * decide, with the values they must have. */
static const struct {
  guint8 idc;
  guint8 mask, bits;
  SfuH264Profile profile;
} rows[] = {
  { 0x42, 0x4f, 0x40, SFU_H264_CONSTRAINED_BASELINE },
  { 0x4d, 0x8f, 0x80, SFU_H264_CONSTRAINED_BASELINE },
  { 0x58, 0xcf, 0xc0, SFU_H264_CONSTRAINED_BASELINE },
  { 0x42, 0x4f, 0x00, SFU_H264_BASELINE },
  { 0x58, 0xcf, 0x80, SFU_H264_BASELINE },
  { 0x4d, 0xaf, 0x00, SFU_H264_MAIN },
  { 0x64, 0xff, 0x00, SFU_H264_HIGH },
  { 0x64, 0xff, 0x0c, SFU_H264_CONSTRAINED_HIGH },
};

/* What profile_idc and profile-iop look like when we write them. */
static const guint16 canonical[] = {
  [SFU_H264_CONSTRAINED_BASELINE] = 0x42e0,
  [SFU_H264_BASELINE] = 0x4200,
  [SFU_H264_MAIN] = 0x4d00,
  [SFU_H264_CONSTRAINED_HIGH] = 0x640c,
  [SFU_H264_HIGH] = 0x6400,
};

/* Rec. H.264 table A-1. */
static const guint8 levels[] = { 10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41,
  42, 50, 51, 52 };

static gboolean
parse_hex (const gchar *text, guint32 *value)
{
  *value = 0;
  if (strnlen (text, TEXT_DIGITS + 1) != TEXT_DIGITS)
    return FALSE;
  for (guint i = 0; i < TEXT_DIGITS; i++) {
    gint digit = g_ascii_xdigit_value (text[i]);

    if (digit < 0)
      return FALSE;
    *value = *value << 4 | (guint32)digit;
  }
  return TRUE;
}

gboolean
sfu_h264_profile_parse (const gchar *text, SfuH264ProfileLevel *id)
{
  guint32 value;
  guint8 idc, iop, level;

  if (text == NULL) {
    id->profile = SFU_H264_CONSTRAINED_BASELINE;
    id->level = DEFAULT_LEVEL;
    return TRUE;
  }
  if (!parse_hex (text, &value))
    return FALSE;
  idc = value >> 16;
  iop = value >> 8 & 0xff;
  level = value & 0xff;
  if (memchr (levels, level, sizeof levels) == NULL)
    return FALSE;
  if (level == LEVEL_1_1 && (iop & CONSTRAINT_SET3) != 0)
    level = SFU_H264_LEVEL_1B;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (idc == rows[i].idc && (iop & rows[i].mask) == rows[i].bits) {
      id->profile = rows[i].profile;
      id->level = level;
      return TRUE;
    }
  }
  return FALSE;
}

gchar *
sfu_h264_profile_to_string (const SfuH264ProfileLevel *id)
{
  if (id->level != SFU_H264_LEVEL_1B)
    return g_strdup_printf ("%04x%02x", canonical[id->profile], id->level);
  switch (id->profile) {
    case SFU_H264_CONSTRAINED_BASELINE:
    case SFU_H264_BASELINE:
    case SFU_H264_MAIN:
      return g_strdup_printf (
          "%04x%02x", canonical[id->profile] | CONSTRAINT_SET3, LEVEL_1_1);
    default:
      return NULL;
  }
}

gboolean
sfu_h264_level_less (guint8 a, guint8 b)
{
  if (a == SFU_H264_LEVEL_1B)
    return b != SFU_H264_LEVEL_1B && b != LEVEL_1;
  if (b == SFU_H264_LEVEL_1B)
    return a == LEVEL_1;
  return a < b;
}

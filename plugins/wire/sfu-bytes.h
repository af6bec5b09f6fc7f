/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network byte order, unaligned. The caller has checked that the bytes are
 * there.
 *
 * Threads: pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

static inline guint16
sfu_get_u16 (const guint8 *p)
{
  return (guint16)(p[0] << 8 | p[1]);
}

static inline guint32
sfu_get_u24 (const guint8 *p)
{
  return (guint32)p[0] << 16 | (guint32)p[1] << 8 | p[2];
}

static inline guint32
sfu_get_u32 (const guint8 *p)
{
  return (guint32)p[0] << 24 | sfu_get_u24 (p + 1);
}

static inline void
sfu_put_u16 (guint8 *p, guint16 v)
{
  p[0] = v >> 8;
  p[1] = v & 0xff;
}

static inline void
sfu_put_u24 (guint8 *p, guint32 v)
{
  p[0] = v >> 16 & 0xff;
  sfu_put_u16 (p + 1, v & 0xffff);
}

static inline void
sfu_put_u32 (guint8 *p, guint32 v)
{
  sfu_put_u16 (p, v >> 16);
  sfu_put_u16 (p + 2, v & 0xffff);
}

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One inspector per codec, for sfu-codec.c alone. info arrives all FALSE; an
 * inspector that meets the end of the payload leaves it so.
 *
 * Threads: pure functions. */
#pragma once

#include "sfu-codec.h"

G_BEGIN_DECLS

void sfu_codec_inspect_vp8 (
    const guint8 *payload, gsize len, SfuPayloadInfo *info);
void sfu_codec_inspect_vp9 (
    const guint8 *payload, gsize len, SfuPayloadInfo *info);
void sfu_codec_inspect_h264 (
    const guint8 *payload, gsize len, SfuPayloadInfo *info);
void sfu_codec_inspect_av1 (
    const guint8 *payload, gsize len, SfuPayloadInfo *info);

G_END_DECLS

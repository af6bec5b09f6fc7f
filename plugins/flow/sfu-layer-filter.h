/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which layers of one stream a consumer gets: scalable video (VP9, AV1, or
 * whatever carries a dependency descriptor) and VP8's temporal layers. Up to a
 * higher spatial layer with a key picture only, up to a higher temporal one
 * where the stream says that one can, down with the next picture.
 *
 * Threads: owned by its consumer, no locking. */
#pragma once

#include "sfu-codec.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

/* No stream has more (three bits in every format). */
#define SFU_LAYER_MAX 7

typedef struct {
  guint8 spatial, temporal;               /* forwarded now, and all below */
  guint8 target_spatial, target_temporal; /* wanted */
} SfuLayerFilter;

/* Everything. */
void sfu_layer_filter_init (SfuLayerFilter *filter);
/* At most these. TRUE: a key picture is needed to get there. */
gboolean sfu_layer_filter_set_target (
    SfuLayerFilter *filter, guint spatial, guint temporal);
/* A decoder starts anew with the next key picture (another encoding, a pause):
 * the target is reached with it. */
void sfu_layer_filter_restart (SfuLayerFilter *filter);
/* Of a packet that comes in order, before it is passed: layers change where a
 * picture begins. Not of a late one: what hangs on it has been left out. */
void sfu_layer_filter_begin (
    SfuLayerFilter *filter, const SfuPayloadInfo *info);
/* SFU_VERDICT_FORWARD, SFU_DROP_SPATIAL_LAYER or SFU_DROP_TEMPORAL_LAYER. */
SfuVerdict sfu_layer_filter_pass (
    const SfuLayerFilter *filter, const SfuPayloadInfo *info);
/* The marker bit of a packet that is forwarded: the last one of what is left of
 * the picture has it. */
gboolean sfu_layer_filter_marker (
    const SfuLayerFilter *filter, const SfuPayloadInfo *info, gboolean marker);

G_END_DECLS

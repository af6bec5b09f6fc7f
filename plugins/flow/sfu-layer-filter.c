/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-layer-filter.h.
 *
 * Threads: owned by its consumer, no locking. */
#include "sfu-layer-filter.h"

void
sfu_layer_filter_init (SfuLayerFilter *filter)
{
  filter->spatial = filter->target_spatial = SFU_LAYER_MAX;
  filter->temporal = filter->target_temporal = SFU_LAYER_MAX;
}

gboolean
sfu_layer_filter_set_target (
    SfuLayerFilter *filter, guint spatial, guint temporal)
{
  filter->target_spatial = (guint8)MIN (spatial, SFU_LAYER_MAX);
  filter->target_temporal = (guint8)MIN (temporal, SFU_LAYER_MAX);
  return filter->target_spatial > filter->spatial;
}

void
sfu_layer_filter_restart (SfuLayerFilter *filter)
{
  filter->spatial = filter->target_spatial;
  filter->temporal = filter->target_temporal;
}

void
sfu_layer_filter_begin (SfuLayerFilter *filter, const SfuPayloadInfo *info)
{
  guint8 layer;

  if (!info->frame_start)
    return;
  if (info->keyframe_start) {
    sfu_layer_filter_restart (filter);
    return;
  }
  filter->spatial = MIN (filter->spatial, filter->target_spatial);
  filter->temporal = MIN (filter->temporal, filter->target_temporal);
  if (filter->temporal < info->switch_from)
    return;
  for (layer = filter->target_temporal; layer > filter->temporal; layer--) {
    if (info->switch_layers >> layer & 1) {
      filter->temporal = layer;
      return;
    }
  }
}

SfuVerdict
sfu_layer_filter_pass (const SfuLayerFilter *filter, const SfuPayloadInfo *info)
{
  if (info->spatial > filter->spatial)
    return SFU_DROP_SPATIAL_LAYER;
  if (info->temporal > filter->temporal)
    return SFU_DROP_TEMPORAL_LAYER;
  return SFU_VERDICT_FORWARD;
}

gboolean
sfu_layer_filter_marker (
    const SfuLayerFilter *filter, const SfuPayloadInfo *info, gboolean marker)
{
  return marker || (info->layer_end && info->spatial == filter->spatial);
}

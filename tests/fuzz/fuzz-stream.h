/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the targets of both halves of a stream have in common: the publisher's
 * side of a track, with the numbers that the seeds use.
 *
 * Threads: one. */
#pragma once

#include "fuzz-gst.h"
#include "fuzz-steps.h"
#include "sfu-stream-receiver.h"

#define FUZZ_START_US G_USEC_PER_SEC
#define FUZZ_PAYLOAD 96
#define FUZZ_RTX_PAYLOAD 97

static inline void
fuzz_stream_config (SfuStreamConfig *config, guint8 choice)
{
  sfu_stream_config_init (config);
  config->codec = (SfuCodec)(choice % (SFU_CODEC_AV1 + 1));
  config->is_video = TRUE;
  config->payload = FUZZ_PAYLOAD;
  config->rtx_payload = FUZZ_RTX_PAYLOAD;
  config->nack = config->pli = TRUE;
  for (guint kind = 1; kind < SFU_EXT_COUNT; kind++)
    sfu_ext_map_add (&config->ext, (guint8)kind, (SfuExtKind)kind);
}

static inline SfuStreamReceiver *
fuzz_stream_receiver (const SfuStreamConfig *config, SfuTrack *track)
{
  return sfu_stream_receiver_new (
      config, 0, track, 10, G_USEC_PER_SEC, G_USEC_PER_SEC / 2, G_USEC_PER_SEC);
}

/* Room for what is larger than a small track: that it is forgotten in time is
 * part of what is tried. */
static inline SfuTrack *
fuzz_stream_track (const SfuStreamConfig *config)
{
  return sfu_track_new (config, 16, G_USEC_PER_SEC / 2, 16384);
}

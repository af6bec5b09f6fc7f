/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what one consumer makes of whatever a publisher sends: layers,
 * rewriting, retransmission. The packets come by way of the receiving half, as
 * they do in life. Input: codec (1), then steps of fuzz-steps.h.
 *
 * Threads: one. */
#include "fuzz-stream.h"
#include "fuzz-target.h"
#include "sender-buffers.h"

#define OUT_PAYLOAD 101
#define OUT_RTX_PAYLOAD 102
#define OUT_SSRC 4242
#define OUT_RTX_SSRC 4243
/* Header extensions may need the two-byte form and padding, RTX two bytes. */
#define GROWTH 64

enum { PACKET, NACK, PAUSE, LAYERS, REPORT, N_VERBS };

typedef struct {
  SfuTrack *track;
  SfuStreamReceiver *receiver;
  SfuStreamSender *sender;
  gint64 now_us;
} World;

static void
world_init (World *w, guint8 choice)
{
  SfuStreamConfig config;

  fuzz_stream_config (&config, choice);
  w->now_us = FUZZ_START_US;
  w->track = fuzz_stream_track (&config);
  w->receiver = fuzz_stream_receiver (&config, w->track);
  sfu_track_set_active (w->track, 1);
  /* Close before their ends, so that both wrap. */
  w->sender = sfu_stream_sender_new (65530, G_MAXUINT32 - 3000, 65534);
  config.payload = OUT_PAYLOAD;
  config.ssrc = OUT_SSRC;
  /* Half the choices: without RTX. */
  config.rtx_payload = choice & 0x80 ? SFU_PAYLOAD_NONE : OUT_RTX_PAYLOAD;
  config.rtx_ssrc = choice & 0x80 ? 0 : OUT_RTX_SSRC;
  g_strlcpy (config.mid, "0", sizeof config.mid);
  sfu_stream_sender_set_config (w->sender, &config);
  sfu_stream_sender_set_track (w->sender, w->track);
  sfu_stream_sender_set_connected (w->sender, TRUE);
}

static void
world_clear (World *w)
{
  sfu_stream_sender_free (w->sender);
  sfu_stream_receiver_free (w->receiver);
  sfu_track_unref (w->track);
}

/* Takes buffer. */
static void
check_out (GstBuffer *buffer, gsize in_size)
{
  SfuRtpHeader header;
  GstMapInfo map;

  g_assert (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_assert (map.size <= in_size + GROWTH);
  g_assert (sfu_rtp_parse (map.data, map.size, &header));
  g_assert (header.ssrc == OUT_SSRC || header.ssrc == OUT_RTX_SSRC);
  g_assert (header.payload_type ==
      (header.ssrc == OUT_SSRC ? OUT_PAYLOAD : OUT_RTX_PAYLOAD));
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

static void
publish (World *w, const FuzzStep *step)
{
  GstBuffer *in, *out = NULL;
  gboolean want = FALSE;
  gsize in_size;

  if (step->size == 0)
    return;
  in = gst_buffer_new_memdup (step->data, step->size);
  if (sfu_stream_receiver_packet (w->receiver, &in, w->now_us) !=
      SFU_VERDICT_FORWARD)
    return;
  in_size = gst_buffer_get_size (in);
  if (sender_packet (w->sender, in, w->now_us, &out, &want) ==
      SFU_VERDICT_FORWARD)
    check_out (out, in_size);
  gst_buffer_unref (in);
}

static void
report (World *w, const FuzzStep *step)
{
  SfuSenderReport in = { sfu_stream_receiver_ssrc (w->receiver),
    (guint64)fuzz_step_u16 (step, 0) << 48,
    (guint32)fuzz_step_u16 (step, 2) << 16, w->now_us };
  SfuSenderReport out;

  sfu_track_set_report (w->track, 0, &in);
  if (sfu_stream_sender_map_report (w->sender, &out))
    g_assert (out.ssrc == OUT_SSRC);
}

static void
take (World *w, const FuzzStep *step)
{
  GstBuffer *again;
  gint spatial, temporal;

  switch (step->verb % N_VERBS) {
    case PACKET:
      publish (w, step);
      break;
    case NACK:
      again = sender_retransmit (w->sender, fuzz_step_u16 (step, 0), w->now_us);
      if (again != NULL)
        check_out (again, G_MAXUINT16);
      break;
    case PAUSE:
      sfu_stream_sender_set_paused (w->sender, step->verb & 0x80);
      break;
    case LAYERS:
      sfu_stream_sender_set_preferred_layers (w->sender,
          (gint)(fuzz_step_u16 (step, 0) % 5) - 1,
          (gint)(fuzz_step_u16 (step, 2) % 5) - 1, w->now_us);
      sfu_stream_sender_get_layers (w->sender, &spatial, &temporal);
      break;
    case REPORT:
      report (w, step);
      break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzSteps steps = { data + 1, size - 1 };
  FuzzStep step;
  World world;

  if (size == 0)
    return 0;
  fuzz_gst_init ();
  world_init (&world, data[0]);
  while (fuzz_steps_next (&steps, &step)) {
    world.now_us += step.ms * 1000;
    take (&world, &step);
  }
  world_clear (&world);
  return 0;
}

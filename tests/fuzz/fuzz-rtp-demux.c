/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: whose packet is it? A transport with a declared stream, one known
 * by its MID, and simulcast. Input: steps of fuzz-steps.h, a packet each; the
 * time of a step counts ten times, so that streams fall silent.
 *
 * Threads: the one plays the media thread. */
#include "fuzz-gst.h"
#include "fuzz-steps.h"
#include "fuzz-target.h"
#include "sfu-rtp-demux.h"

#define EXT                                                                    \
  ", extmap-1=(string)urn:ietf:params:rtp-hdrext:sdes:mid"                     \
  ", extmap-2=(string)urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"           \
  ", extmap-3=(string)urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
#define RTP "application/x-rtp"
#define N_PADS 3

static const gchar *const pad_caps[N_PADS] = {
  RTP ", payload=(int)111, ssrc=(uint)1",
  RTP ", payload=(int)96, rtx-payload=(int)97, a-mid=(string)0" EXT,
  RTP ", payload=(int)96, rtx-payload=(int)97, a-mid=(string)1" EXT
      ", encodings=<(structure)[e,rid=(string)lo],"
      "(structure)[e,rid=(string)hi]>",
};

typedef struct {
  SfuMediaLoop *loop;
  GstElement *bin;
  GstPad *pads[N_PADS];
  SfuRtpDemux *demux;
  guint64 told;
} World;

static void
on_packet (
    gpointer owner, SfuRtpStream *stream, gint transport_cc_seq, gint64 now_us)
{
  g_assert (transport_cc_seq >= -1 && transport_cc_seq <= G_MAXUINT16);
  ((World *)owner)->told++;
}

/* Pads are dear and have no memory of packets but counters. */
static World *
world_get (void)
{
  static World world;
  guint i;

  if (world.bin != NULL)
    return &world;
  fuzz_gst_init ();
  world.loop = sfu_media_loop_get_default ();
  world.bin = gst_object_ref_sink (gst_bin_new (NULL));
  for (i = 0; i < N_PADS; i++) {
    g_autofree gchar *name = g_strdup_printf ("src_%u", i);
    g_autoptr (GstCaps) caps = gst_caps_from_string (pad_caps[i]);
    SfuPadCaps parsed;

    g_assert (sfu_pad_caps_parse (caps, &parsed, NULL));
    world.pads[i] =
        sfu_transport_src_pad_new (NULL, name, caps, &parsed, world.loop);
    gst_pad_set_active (world.pads[i], TRUE);
    gst_element_add_pad (world.bin, world.pads[i]);
  }
  return &world;
}

static void
check_stream (SfuRtpStream *stream, gpointer data)
{
  g_assert (sfu_rtp_demux_find (data, stream->ssrc) == stream);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const SfuRtpDemuxCallbacks callbacks = { on_packet };
  World *w = world_get ();
  FuzzSteps steps = { data, size };
  gint64 now_us = G_USEC_PER_SEC;
  guint64 forwarded = 0;
  guint32 conflict;
  FuzzStep step;

  w->told = 0;
  w->demux = sfu_rtp_demux_new (&callbacks, w);
  for (guint i = 0; i < N_PADS; i++)
    g_assert (sfu_rtp_demux_add_pad (
        w->demux, SFU_TRANSPORT_SRC_PAD (w->pads[i]), &conflict));
  while (fuzz_steps_next (&steps, &step)) {
    SfuVerdict verdict;

    now_us += step.ms * 10000;
    if (step.size == 0) /* an empty datagram gets no further than ICE */
      continue;
    verdict = sfu_rtp_demux_receive (
        w->demux, gst_buffer_new_memdup (step.data, step.size), now_us);
    /* It has an owner, but the pad is not linked here. */
    forwarded +=
        verdict == SFU_VERDICT_FORWARD || verdict == SFU_DROP_NOT_LINKED;
    sfu_rtp_demux_foreach (w->demux, check_stream, w->demux);
  }
  g_assert (w->told == forwarded);
  sfu_rtp_demux_free (w->demux);
  return 0;
}

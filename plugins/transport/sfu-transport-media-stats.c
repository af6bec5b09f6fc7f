/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The counters of a transport's media side, see sfu-transport-media.h.
 *
 * Threads: the media thread collects what is its own, the caller waits. */
#include "sfu-transport-media.h"

typedef struct {
  const SfuTransportMedia *media;
  GstStructure *s;
  SfuVerdictCounters *drops;
  const gchar *srtp_profile;
} StatsCall;

static void
collect_media (gpointer data, gpointer unused)
{
  StatsCall *call = data;
  const SfuTransportMedia *media = call->media;
  const SfuRtcpStats *rtcp;
  guint i;

  if (!media->rtcp)
    return;
  rtcp = sfu_rtcp_session_stats (media->rtcp);
  if (media->carrier)
    call->srtp_profile =
        media->carrier_interface->srtp_profile (media->carrier);
  if (media->carrier && media->carrier_interface->add_drops)
    media->carrier_interface->add_drops (media->carrier, call->drops);
  for (i = 0; i < SFU_VERDICT_COUNT; i++)
    call->drops->n[i] += media->drops.n[i] + rtcp->drops.n[i];
  gst_structure_set (call->s, "rtp-packets-received", G_TYPE_UINT64,
      media->rtp_packets_received, "rtp-bytes-received", G_TYPE_UINT64,
      media->rtp_bytes_received, "rtp-packets-sent", G_TYPE_UINT64,
      media->rtp_packets_sent, "rtp-bytes-sent", G_TYPE_UINT64,
      media->rtp_bytes_sent, "rtcp-packets-received", G_TYPE_UINT64,
      rtcp->packets_received, "rtcp-packets-sent", G_TYPE_UINT64,
      rtcp->packets_sent, "sr-received", G_TYPE_UINT64, rtcp->sr_received,
      "rr-received", G_TYPE_UINT64, rtcp->rr_received, "nack-received",
      G_TYPE_UINT64, rtcp->nack_received, "pli-received", G_TYPE_UINT64,
      rtcp->pli_received, "fir-received", G_TYPE_UINT64, rtcp->fir_received,
      "transport-cc-received", G_TYPE_UINT64, rtcp->transport_cc_received,
      "transport-cc-lost", G_TYPE_UINT64, rtcp->transport_cc_lost,
      "remb-received", G_TYPE_UINT64, rtcp->remb_received, "bye-received",
      G_TYPE_UINT64, rtcp->bye_received, "remb-bitrate", G_TYPE_UINT64,
      rtcp->remb_bps, "sr-sent", G_TYPE_UINT64, rtcp->sr_sent, "rr-sent",
      G_TYPE_UINT64, rtcp->rr_sent, "nack-sent", G_TYPE_UINT64, rtcp->nack_sent,
      "pli-sent", G_TYPE_UINT64, rtcp->pli_sent, "fir-sent", G_TYPE_UINT64,
      rtcp->fir_sent, "transport-cc-sent", G_TYPE_UINT64,
      rtcp->transport_cc_sent, "remb-sent", G_TYPE_UINT64, rtcp->remb_sent,
      NULL);
}

void
sfu_transport_media_add_stats (
    SfuTransportMedia *self, GstStructure *s, SfuVerdictCounters *drops)
{
  StatsCall call = { self, s, drops, "" };

  sfu_media_loop_call (self->loop, collect_media, &call);
  gst_structure_set (s, "srtp-profile", G_TYPE_STRING, call.srtp_profile, NULL);
}

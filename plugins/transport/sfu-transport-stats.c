/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The `stats` and `ice-candidates` properties of sfutransport.
 *
 * Threads: any but the media thread's callers that hold locks; the media
 * thread collects what is its own, the caller waits. */
#include "sfu-transport-private.h"

#include "sfu-stats-structure.h"

/* One per announced address; nobody announces more. */
#define MAX_CANDIDATES 16

typedef struct {
  SfuTransportMedia *media;
  GstStructure *s;
  SfuVerdictCounters drops;
  const gchar *srtp_profile;
} StatsCall;

static void
collect_media (gpointer data, gpointer unused)
{
  StatsCall *call = data;
  SfuTransportMedia *media = call->media;
  const SfuRtcpStats *rtcp;
  guint i;

  if (!media->rtcp)
    return;
  rtcp = sfu_rtcp_session_stats (media->rtcp);
  if (media->carrier)
    call->srtp_profile =
        media->carrier_interface->srtp_profile (media->carrier);
  for (i = 0; i < SFU_VERDICT_COUNT; i++)
    call->drops.n[i] += media->drops.n[i] + rtcp->drops.n[i];
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
      "remb-received", G_TYPE_UINT64, rtcp->remb_received, "remb-bitrate",
      G_TYPE_UINT64, rtcp->remb_bps, "sr-sent", G_TYPE_UINT64, rtcp->sr_sent,
      "rr-sent", G_TYPE_UINT64, rtcp->rr_sent, "nack-sent", G_TYPE_UINT64,
      rtcp->nack_sent, "pli-sent", G_TYPE_UINT64, rtcp->pli_sent, "fir-sent",
      G_TYPE_UINT64, rtcp->fir_sent, "transport-cc-sent", G_TYPE_UINT64,
      rtcp->transport_cc_sent, "remb-sent", G_TYPE_UINT64, rtcp->remb_sent,
      NULL);
}

static void
collect_agent (SfuIceAgent *agent, StatsCall *call)
{
  SfuIceAgentStats stats;
  guint i;

  sfu_ice_agent_get_stats (agent, &stats);
  for (i = 0; i < SFU_VERDICT_COUNT; i++)
    call->drops.n[i] += stats.drops.n[i];
  gst_structure_set (call->s, "packets-received", G_TYPE_UINT64,
      stats.packets_received, "bytes-received", G_TYPE_UINT64,
      stats.bytes_received, "packets-sent", G_TYPE_UINT64, stats.packets_sent,
      "bytes-sent", G_TYPE_UINT64, stats.bytes_sent, "remote-address",
      G_TYPE_STRING, stats.remote_address, "remote-port", G_TYPE_UINT,
      (guint)stats.remote_port, "local-address", G_TYPE_STRING,
      stats.local_address, "local-port", G_TYPE_UINT, (guint)stats.local_port,
      NULL);
}

GstStructure *
sfu_transport_collect_stats (SfuTransport *self)
{
  StatsCall call = { NULL, NULL, { { 0 } }, "" };
  g_autoptr (SfuIceAgent) agent = NULL;

  call.s = gst_structure_new_empty ("sfu-transport-stats");
  GST_OBJECT_LOCK (self);
  agent = self->agent ? g_object_ref (self->agent) : NULL;
  call.media =
      self->base.media ? sfu_transport_media_ref (self->base.media) : NULL;
  gst_structure_set (call.s, "ice-state", G_TYPE_STRING,
      sfu_ice_state_name (self->ice_state), "dtls-state", G_TYPE_STRING,
      sfu_dtls_state_name (self->dtls_state), "dtls-role", G_TYPE_STRING,
      self->is_client ? "client" : "server", "reason", G_TYPE_STRING,
      self->reason ? self->reason : "", NULL);
  GST_OBJECT_UNLOCK (self);
  if (agent)
    collect_agent (agent, &call);
  if (call.media) {
    sfu_media_loop_call (call.media->loop, collect_media, &call);
    sfu_transport_media_unref (call.media);
  }
  gst_structure_set (
      call.s, "srtp-profile", G_TYPE_STRING, call.srtp_profile, NULL);
  sfu_stats_add_drops (call.s, &call.drops);
  return call.s;
}

void
sfu_transport_collect_candidates (SfuTransport *self, GValue *array)
{
  SfuIceCandidate candidates[MAX_CANDIDATES];
  guint i, n = 0;

  if (self->server)
    n = sfu_webrtc_server_get_candidates (
        self->server, candidates, MAX_CANDIDATES);
  for (i = 0; i < n; i++) {
    const SfuIceCandidate *c = &candidates[i];
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value,
        gst_structure_new ("candidate", "foundation", G_TYPE_STRING,
            c->foundation, "priority", G_TYPE_UINT, c->priority, "address",
            G_TYPE_STRING, c->address, "port", G_TYPE_UINT, (guint)c->port,
            "protocol", G_TYPE_STRING, "udp", "type", G_TYPE_STRING, "host",
            NULL));
    gst_value_array_append_and_take_value (array, &value);
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The `stats` and `ice-candidates` properties of sfutransport.
 *
 * Threads: any but the media thread's callers that hold locks; the media
 * thread collects what is its own, the caller waits. */
#include "sfu-transport-private.h"

#include "sfu-stats-structure.h"

/* One per announced address; nobody announces more. */
#define MAX_CANDIDATES 32

static void
collect_agent (SfuIceAgent *agent, GstStructure *s, SfuVerdictCounters *drops)
{
  SfuIceAgentStats stats;
  guint i;

  sfu_ice_agent_get_stats (agent, &stats);
  for (i = 0; i < SFU_VERDICT_COUNT; i++)
    drops->n[i] += stats.drops.n[i];
  gst_structure_set (s, "packets-received", G_TYPE_UINT64,
      stats.packets_received, "bytes-received", G_TYPE_UINT64,
      stats.bytes_received, "packets-sent", G_TYPE_UINT64, stats.packets_sent,
      "bytes-sent", G_TYPE_UINT64, stats.bytes_sent, "remote-address",
      G_TYPE_STRING, stats.remote_address, "remote-port", G_TYPE_UINT,
      (guint)stats.remote_port, "local-address", G_TYPE_STRING,
      stats.local_address, "local-port", G_TYPE_UINT, (guint)stats.local_port,
      "protocol", G_TYPE_STRING, stats.tcp ? "tcp" : "udp", NULL);
}

void
sfu_transport_carrier_stats (SfuBaseTransport *base, SfuCarrierStats *stats)
{
  SfuTransport *self = SFU_TRANSPORT (base);
  SfuIceAgentStats agent;

  if (!self->agent)
    return;
  sfu_ice_agent_get_stats (self->agent, &agent);
  stats->packets_received = agent.packets_received;
  stats->bytes_received = agent.bytes_received;
  stats->packets_sent = agent.packets_sent;
  stats->bytes_sent = agent.bytes_sent;
  stats->drops = agent.drops;
}

GstStructure *
sfu_transport_collect_stats (SfuTransport *self)
{
  GstStructure *s = gst_structure_new_empty ("sfu-transport-stats");
  SfuVerdictCounters drops = { { 0 } };
  g_autoptr (SfuIceAgent) agent = NULL;
  SfuTransportMedia *media;

  GST_OBJECT_LOCK (self);
  agent = self->agent ? g_object_ref (self->agent) : NULL;
  media = self->base.media ? sfu_transport_media_ref (self->base.media) : NULL;
  gst_structure_set (s, "ice-state", G_TYPE_STRING,
      sfu_ice_state_name (self->ice_state), "dtls-state", G_TYPE_STRING,
      sfu_dtls_state_name (self->dtls_state), "dtls-role", G_TYPE_STRING,
      self->is_client ? "client" : "server", "reason", G_TYPE_STRING,
      self->reason ? self->reason : "", NULL);
  GST_OBJECT_UNLOCK (self);
  if (agent)
    collect_agent (agent, s, &drops);
  if (media) {
    sfu_transport_media_add_stats (media, s, &drops);
    sfu_transport_media_unref (media);
  }
  sfu_stats_add_drops (s, &drops);
  return s;
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

    if (self->force_tcp && !c->tcp)
      continue;
    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value,
        gst_structure_new ("candidate", "foundation", G_TYPE_STRING,
            c->foundation, "priority", G_TYPE_UINT, c->priority, "address",
            G_TYPE_STRING, c->address, "port", G_TYPE_UINT, (guint)c->port,
            "protocol", G_TYPE_STRING, c->tcp ? "tcp" : "udp", "type",
            G_TYPE_STRING, "host", "tcp-type", G_TYPE_STRING,
            c->tcp ? "passive" : "", NULL));
    gst_value_array_append_and_take_value (array, &value);
  }
}

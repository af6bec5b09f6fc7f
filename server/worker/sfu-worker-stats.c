/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-stats.h.
 *
 * Threads: control thread. */
#include "sfu-worker-stats.h"

#include <gst/gst.h>

#include "sfu-worker-consumer.h"
#include "sfu-worker-producer.h"
#include "sfu-worker-transport.h"

typedef struct {
  GstStructure *graph; /* owned: of the pad of sfurouter */
  GstStructure *wire;  /* owned: of the pad of sfutransport */
} PadStats;

static GstStructure *
read_stats (gpointer object)
{
  GstStructure *stats = NULL;
  g_object_get (object, "stats", &stats, NULL);
  return stats ? stats : gst_structure_new_empty ("none");
}

static gboolean
is_number (const GValue *value)
{
  return value &&
      g_value_type_transformable (G_VALUE_TYPE (value), G_TYPE_UINT64);
}

/* 0 when there is no such field. */
static guint64
get_count (const GstStructure *s, const gchar *field)
{
  const GValue *value = gst_structure_get_value (s, field);
  GValue number = G_VALUE_INIT;
  if (!is_number (value))
    return 0;
  g_value_init (&number, G_TYPE_UINT64);
  g_value_transform (value, &number);
  return g_value_get_uint64 (&number);
}

static gint64
get_signed (const GstStructure *s, const gchar *field, gint64 missing)
{
  gint64 value = missing;
  gst_structure_get_int64 (s, field, &value);
  return value;
}

static void
add_count (GVariantDict *dict, const gchar *key, guint64 count)
{
  g_variant_dict_insert (dict, key, "t", count);
}

typedef struct {
  const gchar *key;
  const gchar *field;
} Field;

static void
add_counts (GVariantDict *dict, const GstStructure *s, const Field *fields,
    guint n_fields)
{
  for (guint i = 0; i < n_fields; i++)
    add_count (dict, fields[i].key, get_count (s, fields[i].field));
}

/* ---- drops ---- */

static gboolean
add_drop (GQuark field, const GValue *value, gpointer data)
{
  GHashTable *drops = data;
  const gchar *name = g_quark_to_string (field);
  g_autofree gchar *key = g_str_has_prefix (name, "drop-")
      ? g_strdup (name)
      : g_strconcat ("drop-", name, NULL);
  GValue number = G_VALUE_INIT;
  if (!is_number (value))
    return TRUE;
  g_value_init (&number, G_TYPE_UINT64);
  g_value_transform (value, &number);
  guint64 *count = g_hash_table_lookup (drops, key);
  if (!count) {
    count = g_new0 (guint64, 1);
    g_hash_table_insert (drops, g_steal_pointer (&key), count);
  }
  *count += g_value_get_uint64 (&number);
  return TRUE;
}

static gboolean
add_if_drop (GQuark field, const GValue *value, gpointer data)
{
  if (g_str_has_prefix (g_quark_to_string (field), "drop-"))
    add_drop (field, value, data);
  return TRUE;
}

/* Elements write drops as fields "drop-<reason>" or as a structure "drops" of
 * reasons. One packet is dropped in one place, so places add up. */
static void
collect_drops (GHashTable *drops, const GstStructure *s)
{
  const GValue *nested = gst_structure_get_value (s, "drops");
  gst_structure_foreach (s, add_if_drop, drops);
  if (nested && GST_VALUE_HOLDS_STRUCTURE (nested))
    gst_structure_foreach (gst_value_get_structure (nested), add_drop, drops);
}

/* Returns the sum. */
static guint64
add_drops (GVariantDict *dict, const GstStructure *a, const GstStructure *b)
{
  g_autoptr (GHashTable) drops =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, count;
  guint64 sum = 0;
  collect_drops (drops, a);
  if (b)
    collect_drops (drops, b);
  g_hash_table_iter_init (&iter, drops);
  while (g_hash_table_iter_next (&iter, &key, &count)) {
    add_count (dict, key, *(guint64 *)count);
    sum += *(guint64 *)count;
  }
  return sum;
}

/* ---- reports ---- */

static void
begin_report (GVariantDict *dict, const gchar *type)
{
  g_variant_dict_init (dict, NULL);
  g_variant_dict_insert (dict, "type", "s", type);
  g_variant_dict_insert (
      dict, "timestamp", "x", g_get_real_time () / G_TIME_SPAN_MILLISECOND);
}

static GVariant *
end_report (GVariantDict *dict)
{
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_value (&builder, g_variant_dict_end (dict));
  return g_variant_builder_end (&builder);
}

/* What streams in both directions have. */
static void
add_stream (GVariantDict *dict, SfuMediaKind kind, const gchar *mime_type,
    const PadStats *stats, guint8 score)
{
  static const Field fields[] = {
    { "packetCount", "packets" },
    { "byteCount", "bytes" },
    { "bitrate", "bitrate" },
    { "jitter", "jitter" },
    { "nackCount", "nack-messages" },
    { "nackPacketCount", "nack-count" },
    { "pliCount", "pli-count" },
    { "firCount", "fir-count" },
    { "packetsRetransmitted", "rtx-packets" },
  };
  gdouble fraction_lost = 0;
  g_variant_dict_insert (dict, "kind", "s", sfu_media_kind_name (kind));
  g_variant_dict_insert (dict, "mimeType", "s", mime_type);
  add_counts (dict, stats->wire, fields, G_N_ELEMENTS (fields));
  g_variant_dict_insert (
      dict, "packetsLost", "x", get_signed (stats->wire, "packets-lost", 0));
  gst_structure_get_double (stats->wire, "fraction-lost", &fraction_lost);
  /* As in RTCP, and as mediasoup: parts of 256. */
  g_variant_dict_insert (
      dict, "fractionLost", "u", (guint32)(fraction_lost * 256));
  g_variant_dict_insert (dict, "score", "u", (guint32)score);
  gint64 rtt_us = get_signed (stats->wire, "rtt", -1);
  if (rtt_us >= 0)
    g_variant_dict_insert (
        dict, "roundTripTime", "d", rtt_us / (gdouble)G_TIME_SPAN_MILLISECOND);
  add_count (
      dict, "packetsDiscarded", add_drops (dict, stats->graph, stats->wire));
}

static void
add_text (GVariantDict *dict, const gchar *key, const GstStructure *s,
    const gchar *field)
{
  const gchar *text = gst_structure_get_string (s, field);
  if (text && text[0])
    g_variant_dict_insert (dict, key, "s", text);
}

static void
add_ssrcs (GVariantDict *dict, guint32 ssrc, guint32 rtx_ssrc)
{
  g_variant_dict_insert (dict, "ssrc", "u", ssrc);
  if (rtx_ssrc)
    g_variant_dict_insert (dict, "rtxSsrc", "u", rtx_ssrc);
}

static void
add_inbound (GVariantDict *dict, const SfuWorkerProducer *producer,
    guint encoding, const PadStats *stats)
{
  begin_report (dict, "inbound-rtp");
  add_stream (dict, producer->kind, producer->mime_type, stats,
      producer->scores[encoding].score);
  if (producer->rids[encoding][0])
    g_variant_dict_insert (dict, "rid", "s", producer->rids[encoding]);
  g_variant_dict_insert (dict, "encodingIdx", "u", encoding);
  add_ssrcs (dict, get_count (stats->wire, "ssrc"),
      get_count (stats->wire, "rtx-ssrc"));
  add_count (dict, "packetsMissed", get_count (stats->graph, "lost"));
  add_count (dict, "packetsRepaired", get_count (stats->graph, "recovered"));
  add_count (dict, "packetsGivenUp", get_count (stats->graph, "given-up"));
  add_count (dict, "keyFrameCount", get_count (stats->graph, "keyframes"));
}

/* One of the list "encodings", copied; empty when there is none. */
static GstStructure *
copy_encoding (const GstStructure *s, guint encoding)
{
  const GValue *list = gst_structure_get_value (s, "encodings");
  if (!list || encoding >= gst_value_array_get_size (list))
    return gst_structure_new_empty ("none");
  return gst_structure_copy (
      gst_value_get_structure (gst_value_array_get_value (list, encoding)));
}

static void
add_encoding_report (GVariantBuilder *reports,
    const SfuWorkerProducer *producer, guint encoding, const PadStats *all)
{
  PadStats stats = { copy_encoding (all->graph, encoding),
    copy_encoding (all->wire, encoding) };
  GVariantDict dict;
  /* The pad counts feedback for all of them together; the way is the same. */
  gst_structure_set (stats.wire, "nack-count", G_TYPE_UINT64,
      get_count (stats.graph, "nacked"), "pli-count", G_TYPE_UINT64,
      get_count (stats.graph, "keyframe-requests"), "rtt", G_TYPE_INT64,
      get_signed (all->wire, "rtt", -1), NULL);
  add_inbound (&dict, producer, encoding, &stats);
  g_variant_builder_add_value (reports, g_variant_dict_end (&dict));
  gst_structure_free (stats.graph);
  gst_structure_free (stats.wire);
}

/* mediasoup: one for each encoding. */
static GVariant *
producer_report (const SfuWorkerProducer *producer)
{
  PadStats stats = { read_stats (producer->track.sink),
    read_stats (producer->track.src) };
  GVariantBuilder reports;
  GVariantDict dict;
  g_variant_builder_init (&reports, G_VARIANT_TYPE ("aa{sv}"));
  if (producer->n_encodings > 1) {
    for (guint i = 0; i < producer->n_encodings; i++)
      add_encoding_report (&reports, producer, i, &stats);
  } else {
    add_inbound (&dict, producer, 0, &stats);
    /* Maybe learned from the packets. */
    add_text (&dict, "ssrcOrigin", stats.wire, "ssrc-origin");
    g_variant_builder_add_value (&reports, g_variant_dict_end (&dict));
  }
  gst_structure_free (stats.graph);
  gst_structure_free (stats.wire);
  return g_variant_builder_end (&reports);
}

static GVariant *
consumer_report (const SfuWorkerConsumer *consumer)
{
  PadStats stats = { read_stats (consumer->track.src),
    read_stats (consumer->track.sink) };
  GVariantDict dict;
  begin_report (&dict, "outbound-rtp");
  add_stream (&dict, consumer->producer->kind, consumer->mime_type, &stats,
      consumer->score.score);
  add_ssrcs (&dict, consumer->ssrc, consumer->rtx_ssrc);
  add_count (&dict, "packetsRepaired", get_count (stats.graph, "rtx-packets"));
  add_count (&dict, "nackMissed", get_count (stats.graph, "nack-missed"));
  add_count (&dict, "nackRepeated", get_count (stats.graph, "nack-repeated"));
  add_count (&dict, "nackLimited", get_count (stats.graph, "nack-limited"));
  add_count (&dict, "lostResent", get_count (stats.graph, "lost-resent"));
  gst_structure_free (stats.graph);
  gst_structure_free (stats.wire);
  return end_report (&dict);
}

/* RTP and RTX of all tracks; STUN, DTLS and RTCP are not in it. */
typedef struct {
  const SfuWorkerTransport *transport;
  guint64 recv_bps, send_bps;
} Bitrates;

/* On the media thread: one visit instead of one for each track. */
static void
sum_bitrates (gpointer data, gpointer unused)
{
  Bitrates *sums = data;
  for (guint i = 0; i < sums->transport->producers->len; i++) {
    SfuWorkerProducer *producer = sums->transport->producers->pdata[i];
    GstStructure *stats = read_stats (producer->track.src);
    sums->recv_bps += get_count (stats, "bitrate");
    gst_structure_free (stats);
  }
  for (guint i = 0; i < sums->transport->consumers->len; i++) {
    SfuWorkerConsumer *consumer = sums->transport->consumers->pdata[i];
    GstStructure *stats = read_stats (consumer->track.sink);
    sums->send_bps += get_count (stats, "bitrate");
    gst_structure_free (stats);
  }
}

/* Names of its fields. */
typedef struct {
  const gchar *remote_ip, *remote_port, *local_port;
} Tuple;

/* Once the peer was heard, or its address given. */
static void
add_tuple (GVariantDict *dict, const gchar *key, const GstStructure *s,
    const Tuple *fields)
{
  const gchar *remote = gst_structure_get_string (s, fields->remote_ip);
  GVariantDict tuple;
  if (!remote || !remote[0])
    return;
  g_variant_dict_init (&tuple, NULL);
  add_text (&tuple, "localAddress", s, "local-address");
  add_text (&tuple, "remoteIp", s, fields->remote_ip);
  g_variant_dict_insert (
      &tuple, "localPort", "u", (guint32)get_count (s, fields->local_port));
  g_variant_dict_insert (
      &tuple, "remotePort", "u", (guint32)get_count (s, fields->remote_port));
  g_variant_dict_insert (&tuple, "protocol", "s", "udp");
  g_variant_dict_insert_value (dict, key, g_variant_dict_end (&tuple));
}

static const Tuple rtp_tuple = { "remote-address", "remote-port",
  "local-port" };
static const Tuple rtcp_tuple = { "rtcp-remote-address", "rtcp-remote-port",
  "rtcp-local-port" };

static void
add_webrtc (GVariantDict *dict, const SfuWorkerTransport *transport,
    const GstStructure *s)
{
  g_variant_dict_insert (dict, "iceRole", "s", "controlled");
  g_variant_dict_insert (dict, "iceState", "s", transport->ice_state);
  g_variant_dict_insert (dict, "dtlsState", "s", transport->dtls_state);
  add_text (dict, "dtlsRole", s, "dtls-role");
  add_tuple (dict, "iceSelectedTuple", s, &rtp_tuple);
}

static void
add_flag (GVariantDict *dict, const gchar *key, const GstStructure *s,
    const gchar *field)
{
  gboolean flag = FALSE;
  gst_structure_get_boolean (s, field, &flag);
  g_variant_dict_insert (dict, key, "b", flag);
}

static void
add_plain (GVariantDict *dict, const GstStructure *s)
{
  add_flag (dict, "rtcpMux", s, "rtcp-mux");
  add_flag (dict, "comedia", s, "comedia");
  add_tuple (dict, "tuple", s, &rtp_tuple);
  if (get_count (s, "rtcp-local-port"))
    add_tuple (dict, "rtcpTuple", s, &rtcp_tuple);
}

static GVariant *
transport_report (const SfuWorkerTransport *transport)
{
  static const Field fields[] = {
    { "bytesReceived", "bytes-received" },
    { "bytesSent", "bytes-sent" },
    { "packetsReceived", "packets-received" },
    { "packetsSent", "packets-sent" },
    { "rtpBytesReceived", "rtp-bytes-received" },
    { "rtpBytesSent", "rtp-bytes-sent" },
    { "rtpPacketsReceived", "rtp-packets-received" },
    { "rtpPacketsSent", "rtp-packets-sent" },
    { "rtcpPacketsReceived", "rtcp-packets-received" },
    { "rtcpPacketsSent", "rtcp-packets-sent" },
    { "remoteEstimatedBitrate", "remb-bitrate" },
  };
  GstStructure *stats = read_stats (transport->element);
  Bitrates sums = { transport, 0, 0 };
  GVariantDict dict;
  begin_report (
      &dict, transport->plain ? "plain-rtp-transport" : "webrtc-transport");
  g_variant_dict_insert (&dict, "transportId", "s", transport->node.id);
  if (transport->plain)
    add_plain (&dict, stats);
  else
    add_webrtc (&dict, transport, stats);
  add_text (&dict, "srtpProfile", stats, "srtp-profile");
  add_counts (&dict, stats, fields, G_N_ELEMENTS (fields));
  sfu_media_loop_call (transport->router->loop, sum_bitrates, &sums);
  add_count (&dict, "recvBitrate", sums.recv_bps);
  add_count (&dict, "sendBitrate", sums.send_bps);
  add_drops (&dict, stats, NULL);
  gst_structure_free (stats);
  return end_report (&dict);
}

GVariant *
sfu_worker_stats_of_node (const SfuNode *node)
{
  switch (node->kind) {
    case SFU_NODE_TRANSPORT:
      return transport_report ((const SfuWorkerTransport *)node);
    case SFU_NODE_PRODUCER:
      return producer_report ((const SfuWorkerProducer *)node);
    case SFU_NODE_CONSUMER:
      return consumer_report ((const SfuWorkerConsumer *)node);
    case SFU_NODE_ROUTER:
    case SFU_NODE_N_KINDS:
      break;
  }
  return NULL;
}

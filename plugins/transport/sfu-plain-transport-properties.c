/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties and statistics of sfuplaintransport.
 *
 * Threads: set on the control thread; read from any that may wait for the media
 * thread. */
#include "sfu-plain-transport-private.h"

#include "sfu-stats-structure.h"

#define DEFAULT_LISTEN_IP "127.0.0.1"

enum {
  PROP_0,
  PROP_MEDIA_LOOP,
  PROP_LISTEN_IP,
  PROP_PORT,
  PROP_PORT_MAX,
  PROP_ANNOUNCED_ADDRESS,
  PROP_RTCP_MUX,
  PROP_COMEDIA,
  PROP_SRTP_CRYPTO_SUITE,
  PROP_SRTP_KEY,
  PROP_REMOTE_IP,
  PROP_REMOTE_PORT,
  PROP_REMOTE_RTCP_PORT,
  PROP_REMOTE_SRTP_KEY,
  PROP_MAX_INCOMING_BITRATE,
  PROP_RTCP_CNAME,
  PROP_LOCAL_PORT,
  PROP_LOCAL_RTCP_PORT,
  PROP_STATE,
  PROP_STATS,
};

/* ---- statistics ---- */

static void
add_link (GstStructure *s, const SfuPlainLinkStats *stats)
{
  gst_structure_set (s, "packets-received", G_TYPE_UINT64,
      stats->packets_received, "bytes-received", G_TYPE_UINT64,
      stats->bytes_received, "packets-sent", G_TYPE_UINT64, stats->packets_sent,
      "bytes-sent", G_TYPE_UINT64, stats->bytes_sent, NULL);
  if (stats->known)
    gst_structure_set (s, "remote-address", G_TYPE_STRING, stats->remote_ip,
        "remote-port", G_TYPE_UINT, (guint)stats->remote_port, "learned",
        G_TYPE_BOOLEAN, stats->learned, NULL);
  if (stats->rtcp_known)
    gst_structure_set (s, "rtcp-remote-address", G_TYPE_STRING,
        stats->rtcp_remote_ip, "rtcp-remote-port", G_TYPE_UINT,
        (guint)stats->rtcp_remote_port, NULL);
}

void
sfu_plain_transport_carrier_stats (
    SfuBaseTransport *base, SfuCarrierStats *stats)
{
  SfuPlainTransport *self = SFU_PLAIN_TRANSPORT (base);
  SfuPlainLinkStats link;

  if (!self->link)
    return;
  sfu_plain_link_get_stats (self->link, &link);
  stats->packets_received = link.packets_received;
  stats->bytes_received = link.bytes_received;
  stats->packets_sent = link.packets_sent;
  stats->bytes_sent = link.bytes_sent;
  stats->drops = link.drops;
}

static GstStructure *
collect_stats (SfuPlainTransport *self)
{
  GstStructure *s = gst_structure_new_empty ("sfu-plain-transport-stats");
  SfuVerdictCounters drops = { { 0 } };
  SfuPlainLinkStats stats;

  if (self->link) {
    sfu_plain_link_get_stats (self->link, &stats);
    drops = stats.drops;
    add_link (s, &stats);
    gst_structure_set (s, "local-address", G_TYPE_STRING,
        sfu_plain_link_get_ip (self->link), "local-port", G_TYPE_UINT,
        (guint)sfu_plain_link_get_port (self->link), "rtcp-local-port",
        G_TYPE_UINT, (guint)sfu_plain_link_get_rtcp_port (self->link), NULL);
  }
  GST_OBJECT_LOCK (self);
  gst_structure_set (s, "state", G_TYPE_STRING, self->state, "comedia",
      G_TYPE_BOOLEAN, self->comedia, "rtcp-mux", G_TYPE_BOOLEAN, self->rtcp_mux,
      NULL);
  GST_OBJECT_UNLOCK (self);
  if (self->base.media)
    sfu_transport_media_add_stats (self->base.media, s, &drops);
  sfu_stats_add_drops (s, &drops);
  return s;
}

/* ---- set ---- */

static void
set_string (SfuPlainTransport *self, gchar **field, const GValue *value)
{
  GST_OBJECT_LOCK (self);
  g_free (*field);
  *field = g_value_dup_string (value);
  GST_OBJECT_UNLOCK (self);
}

/* Where a text is kept; NULL: the property is none. */
static gchar **
string_field (SfuPlainTransport *self, guint id)
{
  switch (id) {
    case PROP_LISTEN_IP:
      return &self->listen_ip;
    case PROP_ANNOUNCED_ADDRESS:
      return &self->announced_address;
    case PROP_SRTP_CRYPTO_SUITE:
      return &self->srtp_crypto_suite;
    case PROP_SRTP_KEY:
      return &self->srtp_key;
    case PROP_REMOTE_IP:
      return &self->remote_ip;
    case PROP_REMOTE_SRTP_KEY:
      return &self->remote_srtp_key;
    case PROP_RTCP_CNAME:
      return &self->rtcp_cname;
    default:
      return NULL;
  }
}

static guint *
uint_field (SfuPlainTransport *self, guint id)
{
  switch (id) {
    case PROP_PORT:
      return &self->port;
    case PROP_PORT_MAX:
      return &self->port_max;
    case PROP_REMOTE_PORT:
      return &self->remote_port;
    case PROP_REMOTE_RTCP_PORT:
      return &self->remote_rtcp_port;
    default:
      return NULL;
  }
}

static void
apply_max_incoming_bitrate (gpointer data, gpointer unused)
{
  SfuPlainTransport *self = data;

  if (self->base.media->rtcp)
    sfu_rtcp_session_set_max_incoming_bitrate (self->base.media->rtcp,
        self->max_incoming_bitrate, g_get_monotonic_time ());
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SfuPlainTransport *self = SFU_PLAIN_TRANSPORT (object);

  if (string_field (self, id)) {
    set_string (self, string_field (self, id), value);
    return;
  }
  if (uint_field (self, id)) {
    *uint_field (self, id) = g_value_get_uint (value);
    return;
  }
  switch (id) {
    case PROP_MEDIA_LOOP:
      self->given_loop = g_value_dup_object (value);
      break;
    case PROP_RTCP_MUX:
      self->rtcp_mux = g_value_get_boolean (value);
      break;
    case PROP_COMEDIA:
      self->comedia = g_value_get_boolean (value);
      break;
    case PROP_MAX_INCOMING_BITRATE:
      self->max_incoming_bitrate = g_value_get_uint64 (value);
      if (self->base.media)
        sfu_media_loop_call (
            self->base.media->loop, apply_max_incoming_bitrate, self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

/* ---- get ---- */

static gboolean
get_of_link (SfuPlainTransport *self, guint id, GValue *value)
{
  switch (id) {
    case PROP_SRTP_KEY:
      if (self->link)
        g_value_take_string (value, sfu_plain_link_dup_key (self->link));
      else
        g_value_set_string (value, self->srtp_key);
      return TRUE;
    case PROP_LOCAL_PORT:
      g_value_set_uint (
          value, self->link ? sfu_plain_link_get_port (self->link) : 0);
      return TRUE;
    case PROP_LOCAL_RTCP_PORT:
      g_value_set_uint (
          value, self->link ? sfu_plain_link_get_rtcp_port (self->link) : 0);
      return TRUE;
    case PROP_STATS:
      g_value_take_boxed (value, collect_stats (self));
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
get_own_locked (SfuPlainTransport *self, guint id, GValue *value)
{
  switch (id) {
    case PROP_MEDIA_LOOP:
      g_value_set_object (value, self->given_loop);
      return TRUE;
    case PROP_RTCP_MUX:
      g_value_set_boolean (value, self->rtcp_mux);
      return TRUE;
    case PROP_COMEDIA:
      g_value_set_boolean (value, self->comedia);
      return TRUE;
    case PROP_MAX_INCOMING_BITRATE:
      g_value_set_uint64 (value, self->max_incoming_bitrate);
      return TRUE;
    case PROP_STATE:
      g_value_set_static_string (value, self->state);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuPlainTransport *self = SFU_PLAIN_TRANSPORT (object);
  gboolean known = TRUE;

  if (get_of_link (self, id, value))
    return;
  GST_OBJECT_LOCK (self);
  if (string_field (self, id))
    g_value_set_string (value, *string_field (self, id));
  else if (uint_field (self, id))
    g_value_set_uint (value, *uint_field (self, id));
  else
    known = get_own_locked (self, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* ---- installation ---- */

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define BEFORE_READY                                                           \
  (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS |            \
      GST_PARAM_MUTABLE_READY)

static void
install_string (GObjectClass *c, guint id, const gchar *name, const gchar *nick,
    const gchar *blurb, const gchar *value)
{
  g_object_class_install_property (
      c, id, g_param_spec_string (name, nick, blurb, value, BEFORE_READY));
}

static void
install_port (GObjectClass *c, guint id, const gchar *name, const gchar *nick,
    const gchar *blurb, GParamFlags flags)
{
  g_object_class_install_property (
      c, id, g_param_spec_uint (name, nick, blurb, 0, G_MAXUINT16, 0, flags));
}

static void
install_boolean (GObjectClass *c, guint id, const gchar *name,
    const gchar *nick, const gchar *blurb, gboolean value)
{
  g_object_class_install_property (
      c, id, g_param_spec_boolean (name, nick, blurb, value, BEFORE_READY));
}

static void
install_own_end (GObjectClass *c)
{
  g_object_class_install_property (c, PROP_MEDIA_LOOP,
      g_param_spec_object ("media-loop", "Media loop",
          "Whose thread does the work (none = that of a GstContext "
          "sfu.media-loop, else one for the process)",
          SFU_TYPE_MEDIA_LOOP,
          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  install_string (c, PROP_LISTEN_IP, "listen-ip", "Listen address",
      "Own address to listen on", DEFAULT_LISTEN_IP);
  install_port (c, PROP_PORT, "port", "Port",
      "UDP port of RTP; RTCP has the next one unless rtcp-mux (0 = free ones)",
      BEFORE_READY);
  install_port (c, PROP_PORT_MAX, "port-max", "Last port",
      "Take free ports from port up to this one (0 = port, and no other)",
      BEFORE_READY);
  install_string (c, PROP_ANNOUNCED_ADDRESS, "announced-address",
      "Announced address", "What peers are told (none = listen-ip)", NULL);
  install_boolean (c, PROP_RTCP_MUX, "rtcp-mux", "RTCP mux",
      "RTCP on the port of RTP", TRUE);
  install_string (c, PROP_SRTP_CRYPTO_SUITE, "srtp-crypto-suite",
      "SRTP crypto suite",
      "AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32, AEAD_AES_128_GCM or "
      "AEAD_AES_256_GCM (none = no SRTP)",
      NULL);
  install_string (c, PROP_SRTP_KEY, "srtp-key", "SRTP key",
      "Master key and salt of what is sent, base64, secret (none = a new one)",
      NULL);
  install_string (c, PROP_RTCP_CNAME, "rtcp-cname", "RTCP CNAME",
      "Of consumers whose caps have none (none = a random one)", NULL);
}

static void
install_other_end (GObjectClass *c)
{
  install_boolean (c, PROP_COMEDIA, "comedia", "Comedia",
      "Learn the peer's address from its first valid packet. Without SRTP that "
      "is whoever comes first",
      FALSE);
  install_string (c, PROP_REMOTE_IP, "remote-ip", "Remote address",
      "Connect to this address when going to READY (none = by connect-peer)",
      NULL);
  install_port (c, PROP_REMOTE_PORT, "remote-port", "Remote port",
      "With remote-ip: port of RTP", BEFORE_READY);
  install_port (c, PROP_REMOTE_RTCP_PORT, "remote-rtcp-port",
      "Remote RTCP port",
      "With remote-ip, without rtcp-mux: port of RTCP (0 = none)",
      BEFORE_READY);
  install_string (c, PROP_REMOTE_SRTP_KEY, "remote-srtp-key", "Remote SRTP key",
      "Master key and salt of what is received, base64, secret", NULL);
  g_object_class_install_property (c, PROP_MAX_INCOMING_BITRATE,
      g_param_spec_uint64 ("max-incoming-bitrate", "Maximum incoming bitrate",
          "Told to senders by REMB (bit/s, 0 = no REMB)", 0, G_MAXUINT64, 0,
          G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS));
}

static void
install_facts (GObjectClass *c)
{
  install_port (c, PROP_LOCAL_PORT, "local-port", "Local port",
      "UDP port of RTP (0 = not open)", READABLE);
  install_port (c, PROP_LOCAL_RTCP_PORT, "local-rtcp-port", "Local RTCP port",
      "UDP port of RTCP (0 = not open, or rtcp-mux)", READABLE);
  g_object_class_install_property (c, PROP_STATE,
      g_param_spec_string (
          "state", "State", "new, connected or closed", "new", READABLE));
  g_object_class_install_property (c, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters of the whole transport (packets, bytes), state, addresses, "
          "and drops by reason",
          GST_TYPE_STRUCTURE, READABLE));
}

void
sfu_plain_transport_install_properties (GObjectClass *object_class)
{
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  install_own_end (object_class);
  install_other_end (object_class);
  install_facts (object_class);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of sfutransport.
 *
 * Threads: set on the control thread; read from any. */
#include "sfu-transport-private.h"

#include "sfu-certificate.h"

GST_DEBUG_CATEGORY_EXTERN (sfutransport);
#define GST_CAT_DEFAULT sfutransport

#define DEFAULT_LISTEN_IP "127.0.0.1"
#define DEFAULT_FIRST_CHECK_TIMEOUT_MS 30000
#define DEFAULT_DISCONNECT_TIMEOUT_MS 10000
#define DEFAULT_CONSENT_TIMEOUT_MS 30000 /* RFC 7675 5.1 */
#define DEFAULT_DTLS_TIMEOUT_MS 30000
#define MAX_TIMEOUT_MS (24 * 60 * 60 * 1000)

enum {
  PROP_0,
  PROP_WEBRTC_SERVER,
  PROP_LISTEN_IP,
  PROP_PORT,
  PROP_ANNOUNCED_ADDRESS,
  PROP_TCP,
  PROP_FORCE_TCP,
  PROP_ICE_UFRAG,
  PROP_ICE_PWD,
  PROP_ICE_CANDIDATES,
  PROP_FINGERPRINT,
  PROP_ICE_STATE,
  PROP_DTLS_STATE,
  PROP_STATS,
  PROP_SCTP,
  PROP_MAX_INCOMING_BITRATE,
  PROP_RTCP_CNAME,
  PROP_FIRST_CHECK_TIMEOUT,
  PROP_DISCONNECT_TIMEOUT,
  PROP_CONSENT_TIMEOUT,
  PROP_DTLS_TIMEOUT,
  PROP_DTLS,
};

static void
set_string (SfuTransport *self, gchar **field, const GValue *value)
{
  GST_OBJECT_LOCK (self);
  g_free (*field);
  *field = g_value_dup_string (value);
  GST_OBJECT_UNLOCK (self);
}

static void
apply_max_incoming_bitrate (gpointer data, gpointer unused)
{
  SfuTransport *self = data;

  if (self->base.media->rtcp)
    sfu_rtcp_session_set_max_incoming_bitrate (self->base.media->rtcp,
        self->max_incoming_bitrate, g_get_monotonic_time ());
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SfuTransport *self = SFU_TRANSPORT (object);

  switch (id) {
    case PROP_WEBRTC_SERVER:
      self->server = g_value_dup_object (value);
      break;
    case PROP_LISTEN_IP:
      set_string (self, &self->listen_ip, value);
      break;
    case PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case PROP_ANNOUNCED_ADDRESS:
      set_string (self, &self->announced_address, value);
      break;
    case PROP_TCP:
      self->tcp = g_value_get_boolean (value);
      break;
    case PROP_FORCE_TCP:
      self->force_tcp = g_value_get_boolean (value);
      break;
    case PROP_SCTP:
      self->sctp = g_value_get_boolean (value);
      break;
    case PROP_MAX_INCOMING_BITRATE:
      self->max_incoming_bitrate = g_value_get_uint64 (value);
      if (self->base.media)
        sfu_media_loop_call (
            self->base.media->loop, apply_max_incoming_bitrate, self);
      break;
    case PROP_RTCP_CNAME:
      set_string (self, &self->rtcp_cname, value);
      break;
    case PROP_FIRST_CHECK_TIMEOUT:
      self->first_check_timeout = g_value_get_uint (value);
      sfu_transport_apply_timeouts (self);
      break;
    case PROP_DISCONNECT_TIMEOUT:
      self->disconnect_timeout = g_value_get_uint (value);
      sfu_transport_apply_timeouts (self);
      break;
    case PROP_CONSENT_TIMEOUT:
      self->consent_timeout = g_value_get_uint (value);
      sfu_transport_apply_timeouts (self);
      break;
    case PROP_DTLS_TIMEOUT:
      self->dtls_timeout = g_value_get_uint (value);
      break;
    case PROP_DTLS:
      self->dtls_pair = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static gchar *
own_fingerprint (void)
{
  g_autoptr (SfuCertificate) certificate = sfu_certificate_get_default ();

  return sfu_certificate_fingerprint (
      sfu_certificate_get_pem (certificate), "sha-256");
}

/* Those that are asked of other objects, never under our lock. */
static gboolean
get_foreign (SfuTransport *self, guint id, GValue *value)
{
  switch (id) {
    case PROP_ICE_UFRAG:
      if (self->agent)
        g_value_take_string (value, sfu_ice_agent_dup_ufrag (self->agent));
      return TRUE;
    case PROP_ICE_PWD:
      if (self->agent)
        g_value_take_string (value, sfu_ice_agent_dup_pwd (self->agent));
      return TRUE;
    case PROP_ICE_CANDIDATES:
      sfu_transport_collect_candidates (self, value);
      return TRUE;
    case PROP_FINGERPRINT:
      g_value_take_string (value, own_fingerprint ());
      return TRUE;
    case PROP_STATS:
      g_value_take_boxed (value, sfu_transport_collect_stats (self));
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
get_own_locked (SfuTransport *self, guint id, GValue *value)
{
  switch (id) {
    case PROP_WEBRTC_SERVER:
      g_value_set_object (value, self->server);
      return TRUE;
    case PROP_LISTEN_IP:
      g_value_set_string (value, self->listen_ip);
      return TRUE;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      return TRUE;
    case PROP_ANNOUNCED_ADDRESS:
      g_value_set_string (value, self->announced_address);
      return TRUE;
    case PROP_ICE_STATE:
      g_value_set_static_string (value, sfu_ice_state_name (self->ice_state));
      return TRUE;
    case PROP_DTLS_STATE:
      g_value_set_static_string (value, sfu_dtls_state_name (self->dtls_state));
      return TRUE;
    case PROP_TCP:
      g_value_set_boolean (value, self->tcp);
      return TRUE;
    case PROP_FORCE_TCP:
      g_value_set_boolean (value, self->force_tcp);
      return TRUE;
    case PROP_SCTP:
      g_value_set_boolean (value, self->sctp);
      return TRUE;
    case PROP_MAX_INCOMING_BITRATE:
      g_value_set_uint64 (value, self->max_incoming_bitrate);
      return TRUE;
    case PROP_RTCP_CNAME:
      g_value_set_string (value, self->rtcp_cname);
      return TRUE;
    case PROP_FIRST_CHECK_TIMEOUT:
      g_value_set_uint (value, self->first_check_timeout);
      return TRUE;
    case PROP_DISCONNECT_TIMEOUT:
      g_value_set_uint (value, self->disconnect_timeout);
      return TRUE;
    case PROP_CONSENT_TIMEOUT:
      g_value_set_uint (value, self->consent_timeout);
      return TRUE;
    case PROP_DTLS_TIMEOUT:
      g_value_set_uint (value, self->dtls_timeout);
      return TRUE;
    case PROP_DTLS:
      g_value_set_enum (value, self->dtls_pair);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuTransport *self = SFU_TRANSPORT (object);
  gboolean known;

  if (get_foreign (self, id, value))
    return;
  GST_OBJECT_LOCK (self);
  known = get_own_locked (self, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* ---- installation ---- */

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define WRITABLE                                                               \
  (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS)
#define BEFORE_READY (WRITABLE | GST_PARAM_MUTABLE_READY)

static void
install (GObjectClass *c, guint id, GParamSpec *pspec)
{
  g_object_class_install_property (c, id, pspec);
}

static void
install_string (GObjectClass *c, guint id, const gchar *name, const gchar *nick,
    const gchar *blurb, const gchar *value, GParamFlags flags)
{
  install (c, id, g_param_spec_string (name, nick, blurb, value, flags));
}

static void
install_timeout (GObjectClass *c, guint id, const gchar *name,
    const gchar *nick, const gchar *blurb, guint value)
{
  install (c, id,
      g_param_spec_uint (
          name, nick, blurb, 0, MAX_TIMEOUT_MS, value, WRITABLE));
}

static void
install_network (GObjectClass *c)
{
  install (c, PROP_WEBRTC_SERVER,
      g_param_spec_object ("webrtc-server", "WebRTC server",
          "Socket shared with other transports (SfuWebRtcServer); none = the "
          "transport opens one of its own when it goes to READY",
          SFU_TYPE_WEBRTC_SERVER,
          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  install_string (c, PROP_LISTEN_IP, "listen-ip", "Listen address",
      "Own address to listen on when there is no webrtc-server, or several "
      "with commas between",
      DEFAULT_LISTEN_IP, BEFORE_READY);
  install (c, PROP_PORT,
      g_param_spec_uint ("port", "Port",
          "UDP port to listen on when there is no webrtc-server (0 = any "
          "free one)",
          0, G_MAXUINT16, 0, BEFORE_READY));
  install_string (c, PROP_ANNOUNCED_ADDRESS, "announced-address",
      "Announced addresses",
      "Addresses put into ICE candidates, comma separated (none = listen-ip)",
      NULL, BEFORE_READY);
  install (c, PROP_TCP,
      g_param_spec_boolean ("tcp", "ICE over TCP",
          "Accept TCP connections beside UDP when there is no webrtc-server",
          FALSE, BEFORE_READY));
  install (c, PROP_FORCE_TCP,
      g_param_spec_boolean ("force-tcp", "Force TCP",
          "Only TCP candidates; checks that come over UDP are not answered",
          FALSE,
          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
}

static void
install_facts (GObjectClass *c)
{
  install_string (c, PROP_ICE_UFRAG, "ice-ufrag", "ICE user name fragment",
      "For the peer (none = no agent yet: READY, or a webrtc-server, makes it)",
      NULL, READABLE);
  install_string (c, PROP_ICE_PWD, "ice-pwd", "ICE password",
      "For the peer, secret (none = no agent yet)", NULL, READABLE);
  install (c, PROP_ICE_CANDIDATES,
      gst_param_spec_array ("ice-candidates", "ICE candidates",
          "Array of structures: foundation, priority, address, port, protocol, "
          "type, tcp-type",
          g_param_spec_boxed ("candidate", "Candidate", "One candidate",
              GST_TYPE_STRUCTURE, READABLE),
          READABLE));
  install_string (c, PROP_FINGERPRINT, "fingerprint", "Fingerprint",
      "SHA-256 of our DTLS certificate", NULL, READABLE);
  install_string (c, PROP_ICE_STATE, "ice-state", "ICE state",
      "new, connected, completed, disconnected or closed", "new", READABLE);
  install_string (c, PROP_DTLS_STATE, "dtls-state", "DTLS state",
      "new, connecting, connected (fingerprint included), failed or closed",
      "new", READABLE);
  install (c, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters of the whole transport (packets, bytes), states, "
          "addresses, and drops by reason",
          GST_TYPE_STRUCTURE, READABLE));
}

static void
install_behaviour (GObjectClass *c)
{
  install (c, PROP_SCTP,
      g_param_spec_boolean ("sctp", "SCTP",
          "Make data channels possible; before connect", FALSE, WRITABLE));
  install (c, PROP_MAX_INCOMING_BITRATE,
      g_param_spec_uint64 ("max-incoming-bitrate", "Maximum incoming bitrate",
          "Told to senders by REMB (bit/s, 0 = no REMB)", 0, G_MAXUINT64, 0,
          WRITABLE));
  install_string (c, PROP_RTCP_CNAME, "rtcp-cname", "RTCP CNAME",
      "Of consumers whose caps have none; before READY (none = a random one)",
      NULL, BEFORE_READY);
  install_timeout (c, PROP_FIRST_CHECK_TIMEOUT, "first-check-timeout",
      "First check timeout", "Closed when no ICE check came (ms, 0 = never)",
      DEFAULT_FIRST_CHECK_TIMEOUT_MS);
  install_timeout (c, PROP_DISCONNECT_TIMEOUT, "disconnect-timeout",
      "Disconnect timeout",
      "ICE state is disconnected after this without a check (ms, 0 = never)",
      DEFAULT_DISCONNECT_TIMEOUT_MS);
  install_timeout (c, PROP_CONSENT_TIMEOUT, "consent-timeout",
      "Consent timeout", "Closed after this without a check (ms, 0 = never)",
      DEFAULT_CONSENT_TIMEOUT_MS);
  install_timeout (c, PROP_DTLS_TIMEOUT, "dtls-timeout", "DTLS timeout",
      "Failed when the handshake takes longer (ms, 0 = never)",
      DEFAULT_DTLS_TIMEOUT_MS);
  g_object_class_install_property (c, PROP_DTLS,
      g_param_spec_enum ("dtls", "DTLS",
          "Which elements do DTLS and SRTP; for the next connect",
          SFU_TYPE_DTLS_PAIR, SFU_DTLS_PAIR_OWN,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

void
sfu_transport_install_properties (GObjectClass *object_class)
{
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  install_network (object_class);
  install_facts (object_class);
  install_behaviour (object_class);
}

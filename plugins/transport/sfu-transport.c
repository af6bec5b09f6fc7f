/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-sfutransport
 * @title: sfutransport
 * @short_description: ICE, DTLS, SRTP and RTCP of one client connection
 *
 * What mediasoup calls a WebRtcTransport: the connection of a browser, or of
 * anything that speaks WebRTC, without SDP. It answers ICE from the moment it
 * has an address, learns the peer's DTLS parameters with "connect-peer" and
 * then carries RTP of any number of producers and consumers, in both
 * directions, without ever negotiating again.
 *
 * ## Pads
 * - `src_%u` (request): one producer. The caps of the request say what belongs
 *   to it: ssrc, rtx-ssrc, payload, rtx-payload, a-mid, rid, extmap-N,
 *   rtcp-fb-* (see plugins/README.md); several encodings (simulcast) are a list
 *   `encodings`. Upstream events become RTCP: GstForceKeyUnit is PLI or FIR,
 *   sfu-nack is NACK. Sender reports come out as sticky sfu-sender-report.
 * - `sink_%u` (request): one consumer, complete RTP packets with the SSRC of
 *   its caps. RTCP of the receiver goes upstream as GstForceKeyUnit and
 *   sfu-nack; sfu-transport-state says when packets can pass.
 *
 * Both kinds have a `stats` property.
 *
 * ## Security
 * Nothing passes, in either direction, before the peer's certificate matched
 * the fingerprint given to "connect-peer". A mismatch closes the transport,
 * "state-changed" says "fingerprint mismatch".
 *
 * ## Example
 * A connection needs an application that carries ICE and DTLS parameters, so
 * this line only answers ICE checks on a port and prints the user name fragment
 * they must have:
 * |[
 * gst-launch-1.0 -v sfutransport listen-ip=127.0.0.1 port=40000
 * ]|
 *
 * Threads: functions, properties, request pads and signals on the control
 * thread; packets on the media thread of the server's loop. */
#include "sfu-transport-private.h"

GST_DEBUG_CATEGORY_EXTERN (sfutransport);
#define GST_CAT_DEFAULT sfutransport

#define CNAME_RANDOM_WORDS 3

enum {
  SIGNAL_STATE_CHANGED,
  SIGNAL_CONNECT_PEER,
  SIGNAL_RESTART_ICE,
  SIGNAL_CLOSE,
  N_SIGNALS
};

guint sfu_transport_state_changed_signal;

G_DEFINE_TYPE (SfuTransport, sfu_transport, SFU_TYPE_BASE_TRANSPORT)
GST_ELEMENT_REGISTER_DEFINE (
    sfutransport, "sfutransport", GST_RANK_NONE, SFU_TYPE_TRANSPORT)

/* ---- element ---- */

static void
find_loop (SfuTransport *self)
{
  if (self->server || self->given_loop)
    return;
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_need_context (GST_OBJECT (self), SFU_MEDIA_LOOP_CONTEXT));
}

static void
sfu_transport_set_context (GstElement *element, GstContext *context)
{
  SfuTransport *self = SFU_TRANSPORT (element);
  SfuMediaLoop *loop = sfu_media_loop_from_context (context);

  if (loop && !self->base.media)
    g_set_object (&self->given_loop, loop);
  g_clear_object (&loop);
  GST_ELEMENT_CLASS (sfu_transport_parent_class)
      ->set_context (element, context);
}

static GstStateChangeReturn
sfu_transport_change_state (GstElement *element, GstStateChange transition)
{
  SfuTransport *self = SFU_TRANSPORT (element);
  g_autoptr (GError) error = NULL;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    find_loop (self);
    if (!sfu_transport_ensure_agent (self, &error)) {
      GST_ELEMENT_ERROR (
          self, RESOURCE, OPEN_READ_WRITE, ("%s", error->message), (NULL));
      return GST_STATE_CHANGE_FAILURE;
    }
  } else if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    sfu_transport_shut (self, SFU_DTLS_CLOSED, "closed", TRUE);
  }
  return GST_ELEMENT_CLASS (sfu_transport_parent_class)
      ->change_state (element, transition);
}

/* What goes wrong inside is this transport's affair and is told by
 * "state-changed": it must not stop the pipeline, which is the whole room. */
static void
sfu_transport_handle_message (GstBin *bin, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR) {
    GST_BIN_CLASS (sfu_transport_parent_class)->handle_message (bin, message);
    return;
  }
  gst_message_parse_error (message, &error, &debug);
  GST_WARNING_OBJECT (bin, "%s: %s (%s)", GST_MESSAGE_SRC_NAME (message),
      error->message, debug);
  sfu_transport_element_failed (
      SFU_TRANSPORT (bin), GST_MESSAGE_SRC (message), debug);
  gst_message_unref (message);
}

/* A closed one keeps the media side it had. */
static gboolean
sfu_transport_prepare (SfuBaseTransport *base, GError **error)
{
  SfuTransport *self = SFU_TRANSPORT (base);

  return self->closed || sfu_transport_ensure_agent (self, error);
}

static gboolean
sfu_transport_connect_peer (SfuTransport *self, const gchar *peer_role,
    const gchar *algorithm, const gchar *fingerprint)
{
  g_autoptr (GError) error = NULL;

  if (sfu_transport_connect (self, peer_role, algorithm, fingerprint, &error))
    return TRUE;
  GST_WARNING_OBJECT (self, "cannot connect: %s", error->message);
  return FALSE;
}

/* ---- life ---- */

static void
sfu_transport_constructed (GObject *object)
{
  SfuTransport *self = SFU_TRANSPORT (object);

  G_OBJECT_CLASS (sfu_transport_parent_class)->constructed (object);
  if (!self->rtcp_cname)
    self->rtcp_cname = g_strdup_printf (
        "%08x%08x%08x", g_random_int (), g_random_int (), g_random_int ());
  /* With a server given, nothing can go wrong. */
  if (self->server)
    sfu_transport_ensure_agent (self, NULL);
}

static void
sfu_transport_dispose (GObject *object)
{
  SfuTransport *self = SFU_TRANSPORT (object);

  sfu_transport_shut (self, SFU_DTLS_CLOSED, "closed", FALSE);
  G_OBJECT_CLASS (sfu_transport_parent_class)->dispose (object);
}

static void
sfu_transport_finalize (GObject *object)
{
  SfuTransport *self = SFU_TRANSPORT (object);

  g_clear_object (&self->agent);
  g_clear_object (&self->server);
  g_clear_object (&self->given_loop);
  g_main_context_unref (self->control);
  g_free (self->listen_ip);
  g_free (self->announced_address);
  g_free (self->rtcp_cname);
  g_free (self->reason);
  G_OBJECT_CLASS (sfu_transport_parent_class)->finalize (object);
}

static void
install_signals (SfuTransportClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);
  GSignalFlags action = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * SfuTransport::state-changed:
   * @ice_state: new, connected, completed, disconnected or closed
   * @dtls_state: new, connecting, connected, failed or closed
   * @reason: why it is not well: "fingerprint mismatch", "consent expired",
   *   "close_notify by peer", "DTLS failed: …", "closed"; else ""
   *
   * On the control context.
   */
  sfu_transport_state_changed_signal =
      g_signal_new ("state-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
          NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * SfuTransport::connect-peer:
   * @role: of the peer in DTLS: client, server or auto
   * @algorithm: hash function of the fingerprint, for example sha-256
   * @fingerprint: of the peer's certificate, "AB:CD:…"
   *
   * Returns: FALSE when that cannot be (the log says why).
   */
  g_signal_new_class_handler ("connect-peer", type, action,
      G_CALLBACK (sfu_transport_connect_peer), NULL, NULL, NULL, G_TYPE_BOOLEAN,
      3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * SfuTransport::restart-ice:
   *
   * New ice-ufrag and ice-pwd.
   */
  g_signal_new_class_handler ("restart-ice", type, action,
      G_CALLBACK (sfu_transport_restart_ice), NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * SfuTransport::close:
   *
   * Sends close_notify and takes everything down.
   */
  g_signal_new_class_handler ("close", type, action,
      G_CALLBACK (sfu_transport_close), NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sfu_transport_class_init (SfuTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->constructed = sfu_transport_constructed;
  object_class->dispose = sfu_transport_dispose;
  object_class->finalize = sfu_transport_finalize;
  element_class->change_state = sfu_transport_change_state;
  element_class->set_context = sfu_transport_set_context;
  GST_BIN_CLASS (klass)->handle_message = sfu_transport_handle_message;
  SFU_BASE_TRANSPORT_CLASS (klass)->prepare = sfu_transport_prepare;
  SFU_BASE_TRANSPORT_CLASS (klass)->carrier_stats = sfu_transport_carrier_stats;
  sfu_transport_install_properties (object_class);
  install_signals (klass);
  gst_element_class_set_static_metadata (element_class, "SFU WebRTC transport",
      "Source/Sink/Network/WebRTC",
      "ICE, DTLS, SRTP and RTCP of one client connection of an SFU",
      "gst-sfu developers");
}

static void
sfu_transport_init (SfuTransport *self)
{
  self->control = g_main_context_ref_thread_default ();
}

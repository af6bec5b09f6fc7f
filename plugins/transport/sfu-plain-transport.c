/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-sfuplaintransport
 * @title: sfuplaintransport
 * @short_description: RTP and RTCP over plain UDP, for ffmpeg, gst-launch and
 *   others that speak no WebRTC
 *
 * What mediasoup calls a PlainTransport: no ICE and no DTLS; SRTP if its keys
 * are given. It stands where a sfutransport stands and has the same pads, so
 * that a room's router does not know the difference.
 *
 * ## Where the other end is
 * With #SfuPlainTransport:comedia from whoever sends the first valid packet
 * (with SRTP: authentic one); that address is then fixed. On a network with
 * strangers in it, use SRTP or give the address. Without it, packets from
 * anywhere but the given address are dropped and counted as `unknown-address`.
 * With #SfuPlainTransport:rtcp-mux RTCP comes and goes on the port of RTP;
 * without, RTP has an even port and RTCP the one behind it.
 *
 * ## Pads
 * - `src_%u` (request): one producer, see sfutransport. A sender that says
 *   neither MID nor RID is told by the SSRC of the caps; without that by its
 *   payload type, if only one pad has it. A pad requested without caps, as
 *   gst-launch does, takes those of the element linked to it.
 * - `sink_%u` (request): one consumer, see sfutransport.
 *
 * ## Example: publish into a router and receive from it
 * |[
 * gst-launch-1.0 sfurouter name=room \
 *     sfuplaintransport name=in port=5000 comedia=true \
 *     in.src_0 \
 *       ! application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96 \
 *       ! room.sink_0 \
 *     sfuplaintransport name=out rtcp-mux=false remote-ip=127.0.0.1 \
 *       remote-port=5002 remote-rtcp-port=5003 \
 *     room.src_0 ! out.sink_0
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 \
 *     keyframe-max-dist=30 ! rtpvp8pay pt=96 ! udpsink host=127.0.0.1 port=5000
 * gst-launch-1.0 udpsrc port=5002 \
 *     caps=application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96 \
 *     ! rtpjitterbuffer ! rtpvp8depay ! vp8dec ! autovideosink
 * ]|
 * `examples/launch/04-plain.sh` runs these three.
 *
 * Threads: functions, properties, request pads and signals on the control
 * thread; packets on the media thread of its loop. */
#include "sfu-plain-transport-private.h"

GST_DEBUG_CATEGORY_EXTERN (sfutransport);
#define GST_CAT_DEFAULT sfutransport

static guint state_changed_signal;

G_DEFINE_TYPE (SfuPlainTransport, sfu_plain_transport, SFU_TYPE_BASE_TRANSPORT)
GST_ELEMENT_REGISTER_DEFINE (sfuplaintransport, "sfuplaintransport",
    GST_RANK_NONE, SFU_TYPE_PLAIN_TRANSPORT)

/* ---- states ---- */

static void
set_state (SfuPlainTransport *self, const gchar *state)
{
  GST_OBJECT_LOCK (self);
  self->state = state;
  GST_OBJECT_UNLOCK (self);
}

static void
emit_state (SfuPlainTransport *self, const gchar *state)
{
  set_state (self, state);
  GST_INFO_OBJECT (self, "state=%s", state);
  g_signal_emit (self, state_changed_signal, 0, state);
}

typedef struct {
  GWeakRef transport;
  gint life;
} News;

static void
free_news (gpointer data)
{
  News *news = data;

  g_weak_ref_clear (&news->transport);
  g_free (news);
}

static gboolean
on_news (gpointer data)
{
  News *news = data;
  g_autoptr (SfuPlainTransport) self = g_weak_ref_get (&news->transport);

  if (self && self->link && news->life == g_atomic_int_get (&self->life))
    emit_state (self, "connected");
  return G_SOURCE_REMOVE;
}

/* ---- what the link tells (media thread) ---- */

static void
on_link_rtp (gpointer owner, GstBuffer *buffer)
{
  sfu_transport_media_receive_rtp (SFU_BASE_TRANSPORT (owner)->media, buffer);
}

static void
on_link_rtcp (gpointer owner, GstBuffer *buffer)
{
  sfu_transport_media_receive_rtcp (SFU_BASE_TRANSPORT (owner)->media, buffer);
}

/* Media first: when the application hears of it, packets pass. */
static void
on_link_connected (gpointer owner)
{
  SfuPlainTransport *self = owner;
  News *news = g_new0 (News, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  sfu_transport_media_set_connected (self->base.media, TRUE);
  g_weak_ref_init (&news->transport, self);
  news->life = g_atomic_int_get (&self->life);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_news, news, free_news);
  g_source_attach (source, self->control);
}

/* ---- what it carries ---- */

static void
start_link (gpointer link)
{
}

static void
push_rtp (gpointer link, SfuPacket *packets, guint n)
{
  sfu_plain_link_push_rtp (link, packets, n);
}

static void
push_rtcp (gpointer link, GstBuffer *buffer)
{
  sfu_plain_link_push_rtcp (link, buffer);
}

static const gchar *
srtp_profile (gpointer link)
{
  return sfu_srtp_suite_name (sfu_plain_link_get_suite (link));
}

static void
attach_link (gpointer data, gpointer unused)
{
  static const SfuCarrierInterface interface = { start_link, push_rtp,
    push_rtcp, srtp_profile };
  SfuPlainTransport *self = data;

  sfu_transport_media_set_carrier (self->base.media, &interface, self->link);
  sfu_rtcp_session_set_max_incoming_bitrate (self->base.media->rtcp,
      self->max_incoming_bitrate, g_get_monotonic_time ());
}

static void
detach_link (gpointer data, gpointer unused)
{
  SfuPlainTransport *self = data;

  sfu_transport_media_set_connected (self->base.media, FALSE);
  sfu_transport_media_set_carrier (self->base.media, NULL, NULL);
}

/* ---- open, connect, close ---- */

static void
ensure_media (SfuPlainTransport *self)
{
  g_autoptr (SfuMediaLoop) loop = NULL;
  SfuTransportMedia *media;

  if (self->base.media)
    return;
  loop = self->given_loop ? g_object_ref (self->given_loop)
                          : sfu_media_loop_get_default ();
  media = sfu_transport_media_new (loop, self->rtcp_cname);
  GST_OBJECT_LOCK (self);
  self->base.media = media;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
sfu_plain_transport_prepare (SfuBaseTransport *base, GError **error)
{
  ensure_media (SFU_PLAIN_TRANSPORT (base));
  return TRUE;
}

static SfuPlainLink *
make_link (SfuPlainTransport *self, GError **error)
{
  static const SfuPlainLinkCallbacks callbacks = { on_link_rtp, on_link_rtcp,
    on_link_connected };
  SfuPlainLinkOptions options = { self->listen_ip, self->announced_address,
    (guint16)self->port, (guint16)MAX (self->port, self->port_max),
    self->rtcp_mux, self->comedia, SFU_SRTP_NONE, self->srtp_key };

  if (self->srtp_crypto_suite && self->srtp_crypto_suite[0] &&
      !sfu_srtp_suite_from_name (self->srtp_crypto_suite, &options.suite)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "srtp-crypto-suite is not known");
    return NULL;
  }
  return sfu_plain_link_new (
      self->base.media->loop, &options, &callbacks, self, error);
}

/* A launch line says with properties whom to connect. */
static gboolean
connect_by_properties (SfuPlainTransport *self, GError **error)
{
  SfuPlainPeer peer = { self->remote_ip, self->remote_port,
    self->remote_rtcp_port, self->srtp_crypto_suite, self->remote_srtp_key };

  if (!self->remote_ip && !self->remote_srtp_key)
    return TRUE;
  return sfu_plain_link_connect (self->link, &peer, error);
}

gboolean
sfu_plain_transport_open (SfuPlainTransport *self, GError **error)
{
  SfuPlainLink *link;

  g_return_val_if_fail (SFU_IS_PLAIN_TRANSPORT (self), FALSE);

  if (self->link)
    return TRUE;
  ensure_media (self);
  link = make_link (self, error);
  if (!link)
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->link = link;
  GST_OBJECT_UNLOCK (self);
  g_atomic_int_inc (&self->life);
  set_state (self, "new");
  sfu_media_loop_call (self->base.media->loop, attach_link, self);
  sfu_plain_link_start (link);
  if (connect_by_properties (self, error))
    return TRUE;
  sfu_plain_transport_close (self);
  return FALSE;
}

gboolean
sfu_plain_transport_connect (
    SfuPlainTransport *self, const SfuPlainPeer *peer, GError **error)
{
  g_return_val_if_fail (SFU_IS_PLAIN_TRANSPORT (self), FALSE);

  return sfu_plain_transport_open (self, error) &&
      sfu_plain_link_connect (self->link, peer, error);
}

static void
shut (SfuPlainTransport *self, gboolean emit)
{
  SfuPlainLink *link;

  if (!self->link)
    return;
  sfu_media_loop_call (self->base.media->loop, detach_link, self);
  GST_OBJECT_LOCK (self);
  link = g_steal_pointer (&self->link);
  GST_OBJECT_UNLOCK (self);
  sfu_plain_link_free (link);
  if (emit)
    emit_state (self, "closed");
  else
    set_state (self, "closed");
}

void
sfu_plain_transport_close (SfuPlainTransport *self)
{
  g_return_if_fail (SFU_IS_PLAIN_TRANSPORT (self));

  shut (self, TRUE);
}

SfuPlainLink *
sfu_plain_transport_get_link (SfuPlainTransport *self)
{
  return self->link;
}

static gboolean
sfu_plain_transport_connect_peer (SfuPlainTransport *self, const gchar *ip,
    guint port, guint rtcp_port, const gchar *suite, const gchar *key)
{
  SfuPlainPeer peer = { ip, port, rtcp_port, suite, key };
  g_autoptr (GError) error = NULL;

  if (sfu_plain_transport_connect (self, &peer, &error))
    return TRUE;
  GST_WARNING_OBJECT (self, "cannot connect: %s", error->message);
  return FALSE;
}

/* ---- element ---- */

static void
sfu_plain_transport_set_context (GstElement *element, GstContext *context)
{
  SfuPlainTransport *self = SFU_PLAIN_TRANSPORT (element);
  SfuMediaLoop *loop = sfu_media_loop_from_context (context);

  if (loop && !self->base.media)
    g_set_object (&self->given_loop, loop);
  g_clear_object (&loop);
  GST_ELEMENT_CLASS (sfu_plain_transport_parent_class)
      ->set_context (element, context);
}

static GstStateChangeReturn
sfu_plain_transport_change_state (
    GstElement *element, GstStateChange transition)
{
  SfuPlainTransport *self = SFU_PLAIN_TRANSPORT (element);
  g_autoptr (GError) error = NULL;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    if (!self->given_loop)
      gst_element_post_message (element,
          gst_message_new_need_context (
              GST_OBJECT (self), SFU_MEDIA_LOOP_CONTEXT));
    if (!sfu_plain_transport_open (self, &error)) {
      GST_ELEMENT_ERROR (
          self, RESOURCE, OPEN_READ_WRITE, ("%s", error->message), (NULL));
      return GST_STATE_CHANGE_FAILURE;
    }
  } else if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    shut (self, TRUE);
  }
  return GST_ELEMENT_CLASS (sfu_plain_transport_parent_class)
      ->change_state (element, transition);
}

/* ---- life ---- */

static void
sfu_plain_transport_constructed (GObject *object)
{
  SfuPlainTransport *self = SFU_PLAIN_TRANSPORT (object);

  G_OBJECT_CLASS (sfu_plain_transport_parent_class)->constructed (object);
  if (!self->rtcp_cname)
    self->rtcp_cname = g_strdup_printf (
        "%08x%08x%08x", g_random_int (), g_random_int (), g_random_int ());
}

static void
sfu_plain_transport_dispose (GObject *object)
{
  shut (SFU_PLAIN_TRANSPORT (object), FALSE);
  G_OBJECT_CLASS (sfu_plain_transport_parent_class)->dispose (object);
}

static void
sfu_plain_transport_finalize (GObject *object)
{
  SfuPlainTransport *self = SFU_PLAIN_TRANSPORT (object);

  g_clear_object (&self->given_loop);
  g_main_context_unref (self->control);
  g_free (self->listen_ip);
  g_free (self->announced_address);
  g_free (self->rtcp_cname);
  g_free (self->srtp_crypto_suite);
  g_free (self->srtp_key);
  g_free (self->remote_ip);
  g_free (self->remote_srtp_key);
  G_OBJECT_CLASS (sfu_plain_transport_parent_class)->finalize (object);
}

static void
install_signals (SfuPlainTransportClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);
  GSignalFlags action = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * SfuPlainTransport::state-changed:
   * @state: connected (address and keys are known) or closed
   *
   * On the control context.
   */
  state_changed_signal = g_signal_new ("state-changed", type, G_SIGNAL_RUN_LAST,
      0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * SfuPlainTransport::connect-peer:
   * @ip: IPv4 or IPv6 literal (not used with comedia)
   * @port: of RTP
   * @rtcp_port: of RTCP without rtcp-mux, else 0
   * @srtp_crypto_suite: of the peer; NULL without SRTP
   * @srtp_key: the peer's, base64
   *
   * Returns: FALSE when that cannot be (the log says why).
   */
  g_signal_new_class_handler ("connect-peer", type, action,
      G_CALLBACK (sfu_plain_transport_connect_peer), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 5, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_STRING,
      G_TYPE_STRING);
  /**
   * SfuPlainTransport::close:
   *
   * Closes the ports.
   */
  g_signal_new_class_handler ("close", type, action,
      G_CALLBACK (sfu_plain_transport_close), NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sfu_plain_transport_class_init (SfuPlainTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->constructed = sfu_plain_transport_constructed;
  object_class->dispose = sfu_plain_transport_dispose;
  object_class->finalize = sfu_plain_transport_finalize;
  element_class->change_state = sfu_plain_transport_change_state;
  element_class->set_context = sfu_plain_transport_set_context;
  SFU_BASE_TRANSPORT_CLASS (klass)->prepare = sfu_plain_transport_prepare;
  SFU_BASE_TRANSPORT_CLASS (klass)->carrier_stats =
      sfu_plain_transport_carrier_stats;
  sfu_plain_transport_install_properties (object_class);
  install_signals (klass);
  gst_element_class_set_static_metadata (element_class,
      "SFU plain RTP transport", "Source/Sink/Network/RTP",
      "RTP and RTCP over plain UDP, with SRTP or without, for an SFU",
      "gst-sfu developers");
}

static void
sfu_plain_transport_init (SfuPlainTransport *self)
{
  self->control = g_main_context_ref_thread_default ();
  self->state = "new";
}

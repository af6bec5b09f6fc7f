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
 *   rtcp-fb-* (see plugins/README.md). Several structures are several encodings
 *   (simulcast). Upstream events become RTCP: GstForceKeyUnit is PLI or FIR,
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

#include <string.h>

GST_DEBUG_CATEGORY (sfutransport);
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

G_DEFINE_TYPE_WITH_CODE (SfuTransport, sfu_transport, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (
        sfutransport, "sfutransport", 0, "WebRTC transport"))
GST_ELEMENT_REGISTER_DEFINE (
    sfutransport, "sfutransport", GST_RANK_NONE, SFU_TYPE_TRANSPORT)

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src_%u",
    GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink_%u",
    GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));

/* ---- pad functions ---- */

static GstFlowReturn
on_sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  sfu_transport_media_chain (
      SFU_TRANSPORT (parent)->media, SFU_TRANSPORT_SINK_PAD (pad), buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
on_sink_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  sfu_transport_media_chain_list (
      SFU_TRANSPORT (parent)->media, SFU_TRANSPORT_SINK_PAD (pad), list);
  return GST_FLOW_OK;
}

static gboolean
on_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS ||
      GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM_STICKY)
    sfu_transport_media_sink_event (
        SFU_TRANSPORT (parent)->media, SFU_TRANSPORT_SINK_PAD (pad), event);
  else
    gst_event_unref (event);
  return TRUE;
}

static void
on_sink_linked (GstPad *pad, GstPad *peer, SfuTransport *self)
{
  sfu_transport_media_tell_state (self->media, SFU_TRANSPORT_SINK_PAD (pad));
}

static gboolean
on_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_UPSTREAM)
    return sfu_transport_media_src_event (
        SFU_TRANSPORT (parent)->media, SFU_TRANSPORT_SRC_PAD (pad), event);
  /* Latency, QoS, reconfigure: a live source of foreign packets. */
  gst_event_unref (event);
  return TRUE;
}

static gboolean
on_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  /* A bin's pads have no inside to forward a query to. */
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static GstIterator *
on_iterate_internal_links (GstPad *pad, GstObject *parent)
{
  return NULL;
}

/* ---- request pads ---- */

typedef struct {
  SfuTransportMedia *media;
  GstPad *pad;
  gboolean ok;
  guint32 conflict;
} PadCall;

static void
register_src (gpointer data, gpointer unused)
{
  PadCall *call = data;

  call->ok = sfu_rtp_demux_add_pad (
      call->media->demux, SFU_TRANSPORT_SRC_PAD (call->pad), &call->conflict);
}

static void
register_sink (gpointer data, gpointer unused)
{
  PadCall *call = data;

  sfu_rtp_mux_add_pad (call->media->mux, SFU_TRANSPORT_SINK_PAD (call->pad));
  call->ok = TRUE;
}

static void
unregister (gpointer data, gpointer unused)
{
  PadCall *call = data;

  if (SFU_IS_TRANSPORT_SRC_PAD (call->pad))
    sfu_rtp_demux_remove_pad (
        call->media->demux, SFU_TRANSPORT_SRC_PAD (call->pad));
  else
    sfu_rtp_mux_remove_pad (
        call->media->mux, SFU_TRANSPORT_SINK_PAD (call->pad));
}

static GstPad *
make_src_pad (SfuTransport *self, GstPadTemplate *templ, const gchar *name,
    const GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  SfuPadCaps pad_caps;
  PadCall call = { self->media, NULL, FALSE, 0 };

  if (!sfu_pad_caps_parse (caps, &pad_caps, &error)) {
    GST_ERROR_OBJECT (self, "%s refused: %s", name, error->message);
    return NULL;
  }
  call.pad = sfu_transport_src_pad_new (
      templ, name, caps, &pad_caps, self->media->loop);
  gst_object_ref_sink (call.pad);
  sfu_media_loop_call (self->media->loop, register_src, &call);
  if (!call.ok) {
    GST_ERROR_OBJECT (
        self, "%s refused: ssrc %u is taken", name, call.conflict);
    gst_object_unref (call.pad);
    return NULL;
  }
  gst_pad_set_event_function (call.pad, on_src_event);
  return call.pad;
}

static GstPad *
make_sink_pad (SfuTransport *self, GstPadTemplate *templ, const gchar *name)
{
  PadCall call = { self->media, NULL, FALSE, 0 };

  call.pad = sfu_transport_sink_pad_new (templ, name, self->media->loop);
  gst_object_ref_sink (call.pad);
  gst_pad_set_chain_function (call.pad, on_sink_chain);
  gst_pad_set_chain_list_function (call.pad, on_sink_chain_list);
  gst_pad_set_event_function (call.pad, on_sink_event);
  g_signal_connect_object (
      call.pad, "linked", G_CALLBACK (on_sink_linked), self, 0);
  sfu_media_loop_call (self->media->loop, register_sink, &call);
  return call.pad;
}

/* The given name, or the next free one; those that were given are left out. */
static gchar *
choose_name (const gchar *prefix, const gchar *name, guint *next)
{
  guint64 number;

  if (!name)
    return g_strdup_printf ("%s%u", prefix, (*next)++);
  if (g_str_has_prefix (name, prefix) &&
      g_ascii_string_to_unsigned (
          name + strlen (prefix), 10, 0, G_MAXUINT - 1, &number, NULL) &&
      number >= *next)
    *next = number + 1;
  return g_strdup (name);
}

static GstPad *
sfu_transport_request_new_pad (GstElement *element, GstPadTemplate *templ,
    const gchar *name, const GstCaps *caps)
{
  SfuTransport *self = SFU_TRANSPORT (element);
  gboolean is_src = GST_PAD_TEMPLATE_DIRECTION (templ) == GST_PAD_SRC;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *own_name = NULL;
  GstPad *pad;

  if (!self->closed && !sfu_transport_ensure_agent (self, &error)) {
    GST_ERROR_OBJECT (self, "no pad: %s", error->message);
    return NULL;
  }
  if (!self->media)
    return NULL;
  own_name = choose_name (is_src ? "src_" : "sink_", name,
      is_src ? &self->next_src : &self->next_sink);
  pad = is_src ? make_src_pad (self, templ, own_name, caps)
               : make_sink_pad (self, templ, own_name);
  if (!pad)
    return NULL;
  gst_pad_set_query_function (pad, on_query);
  gst_pad_set_iterate_internal_links_function (pad, on_iterate_internal_links);
  gst_pad_set_active (pad, TRUE);
  /* Taken by the element; the reference of ref_sink is the element's. */
  gst_element_add_pad (element, pad);
  gst_object_unref (pad);
  return pad;
}

static void
sfu_transport_release_pad (GstElement *element, GstPad *pad)
{
  SfuTransport *self = SFU_TRANSPORT (element);
  PadCall call = { self->media, pad, FALSE, 0 };

  sfu_media_loop_call (self->media->loop, unregister, &call);
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

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

  if (loop && !self->media)
    g_set_object (&self->given_loop, loop);
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
  gst_message_unref (message);
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

  if (self->media) {
    sfu_transport_media_close (self->media);
    sfu_transport_media_unref (self->media);
  }
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
  element_class->request_new_pad = sfu_transport_request_new_pad;
  element_class->release_pad = sfu_transport_release_pad;
  element_class->change_state = sfu_transport_change_state;
  element_class->set_context = sfu_transport_set_context;
  GST_BIN_CLASS (klass)->handle_message = sfu_transport_handle_message;
  sfu_transport_install_properties (object_class);
  install_signals (klass);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &src_template, SFU_TYPE_TRANSPORT_SRC_PAD);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &sink_template, SFU_TYPE_TRANSPORT_SINK_PAD);
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

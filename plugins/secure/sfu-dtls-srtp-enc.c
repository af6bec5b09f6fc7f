/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-sfudtlssrtpenc
 *
 * What goes out of a DTLS-SRTP connection: RTP and RTCP are encrypted, DTLS is
 * written when it must be. It can stand wherever dtlssrtpenc does, with a
 * #sfudtlssrtpdec of the same `connection-id`; see there for a launch line and
 * for what differs from the stock pair. A list goes in and out as a list, and is
 * encrypted in place where its buffers are writable and have room behind
 * (SFU_PACKET_TAIL), else in a copy.
 *
 * The handshake begins in PAUSED. EOS on `data_sink` says close_notify.
 *
 * Threads: packets pass on the thread that pushes them; DTLS goes out on the
 * media loop of the context "sfu.media-loop" (else the process's), and on the
 * thread that brings data or closes. Nothing blocks.
 */
#include "sfu-dtls-srtp-enc.h"

#include "sfu-shortcut.h"
#include "sfu-srtp-context.h"

enum { PROP_IS_CLIENT = 1, PROP_RTP_SYNC, N_PROPS };

enum { SIGNAL_ON_KEY_SET, N_SIGNALS };

struct _SfuDtlsSrtpEnc {
  SfuDtlsElement parent;
  GstPad *src;        /* owned by the element */
  SfuDtlsLink *link;  /* borrowed of parent; NULL before it has a name */
  SfuMediaLoop *loop; /* owned; under the object lock */
  gboolean is_client, rtp_sync;
  gint started;         /* atomic: stream-start and so on have been pushed */
  SfuShortcut shortcut; /* of src */
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

#define RTP_CAPS "application/x-rtp;application/x-rtcp"

static GstStaticPadTemplate rtp_template = GST_STATIC_PAD_TEMPLATE (
    "rtp_sink_%d", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS (RTP_CAPS));
static GstStaticPadTemplate rtcp_template = GST_STATIC_PAD_TEMPLATE (
    "rtcp_sink_%d", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS (RTP_CAPS));
static GstStaticPadTemplate data_template = GST_STATIC_PAD_TEMPLATE (
    "data_sink", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE (SfuDtlsSrtpEnc, sfu_dtls_srtp_enc, SFU_TYPE_DTLS_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (
    sfudtlssrtpenc, "sfudtlssrtpenc", GST_RANK_NONE, SFU_TYPE_DTLS_SRTP_ENC)

/* ---- what the link tells ---- */

static void
start_src (SfuDtlsSrtpEnc *self)
{
  if (g_atomic_int_compare_and_exchange (&self->started, FALSE, TRUE))
    sfu_dtls_pad_start (self->src, NULL, GST_FORMAT_TIME);
}

static void
on_datagram (gpointer owner, GBytes *datagram)
{
  SfuDtlsSrtpEnc *self = owner;

  start_src (self);
  gst_pad_push (self->src, sfu_dtls_buffer_new (datagram));
}

static void
on_key_set (gpointer self)
{
  g_signal_emit (self, signals[SIGNAL_ON_KEY_SET], 0);
}

static void
on_state (gpointer self)
{
  g_object_notify (self, "connection-state");
}

static const SfuDtlsEncCallbacks callbacks = { on_datagram, on_key_set,
  on_state };

/* ---- packets ---- */

/* The link counts what it refuses. */
static GstFlowReturn
protect (SfuDtlsSrtpEnc *self, SfuPacket *packets, guint n, gboolean rtcp)
{
  guint passed = 0;

  G_STATIC_ASSERT (SFU_SRTP_CONTEXT_TRAILER <= SFU_PACKET_TAIL);
  if (!self->link) {
    sfu_packets_clear (packets, n);
    return GST_FLOW_OK;
  }
  sfu_dtls_link_lock (self->link);
  for (guint i = 0; i < n; i++) {
    if (sfu_dtls_link_protect_locked (self->link, rtcp, packets[i].data,
            &packets[i].size) == SFU_VERDICT_FORWARD)
      packets[passed++] = packets[i];
    else
      sfu_packet_clear (&packets[i]);
  }
  sfu_dtls_link_unlock (self->link);
  if (passed == 0)
    return GST_FLOW_OK;
  start_src (self);
  return sfu_shortcut_push (&self->shortcut, self->src, packets, passed);
}

static GstFlowReturn
on_rtp (GstPad *pad, GstObject *parent, SfuPacket *packets, guint n)
{
  return protect (SFU_DTLS_SRTP_ENC (parent), packets, n, FALSE);
}

static GstFlowReturn
on_rtcp (GstPad *pad, GstObject *parent, SfuPacket *packets, guint n)
{
  return protect (SFU_DTLS_SRTP_ENC (parent), packets, n, TRUE);
}

static GstFlowReturn
on_data_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  SfuDtlsSrtpEnc *self = SFU_DTLS_SRTP_ENC (parent);
  GstMapInfo map;

  if (self->link && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    sfu_dtls_link_send (self->link, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* Several streams become one: their events end here. */
static gboolean
on_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static gboolean
on_data_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  SfuDtlsSrtpEnc *self = SFU_DTLS_SRTP_ENC (parent);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS && self->link)
    sfu_dtls_link_close (self->link);
  gst_event_unref (event);
  return TRUE;
}

/* ---- element ---- */

static GstPad *
sfu_dtls_srtp_enc_request_new_pad (GstElement *element,
    GstPadTemplate *template, const gchar *name, const GstCaps *caps)
{
  const gchar *kind = GST_PAD_TEMPLATE_NAME_TEMPLATE (template);
  g_autofree gchar *free_name = NULL;
  GstPad *pad;

  /* "%d" is not a name: the first that is free. */
  if (g_str_has_prefix (kind, "rt") && !name) {
    guint i = 0;

    do {
      g_free (free_name);
      free_name = g_strdup_printf (
          kind[2] == 'p' ? "rtp_sink_%u" : "rtcp_sink_%u", i++);
      pad = gst_element_get_static_pad (element, free_name);
      if (pad)
        gst_object_unref (pad);
    } while (pad);
    name = free_name;
  }
  pad = gst_pad_new_from_template (template, name ? name : kind);
  gst_pad_set_event_function (pad, on_sink_event);
  if (g_str_has_prefix (kind, "rtp")) {
    sfu_pad_set_packets_function (pad, on_rtp);
  } else if (g_str_has_prefix (kind, "rtcp")) {
    sfu_pad_set_packets_function (pad, on_rtcp);
  } else {
    gst_pad_set_chain_function (pad, on_data_chain);
    gst_pad_set_event_function (pad, on_data_event);
  }
  gst_pad_set_active (pad, TRUE);
  if (gst_element_add_pad (element, pad))
    return pad;
  return NULL; /* taken; add_pad has freed it */
}

static void
sfu_dtls_srtp_enc_release_pad (GstElement *element, GstPad *pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

static void
sfu_dtls_srtp_enc_set_context (GstElement *element, GstContext *context)
{
  SfuDtlsSrtpEnc *self = SFU_DTLS_SRTP_ENC (element);
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_from_context (context);

  if (loop) {
    GST_OBJECT_LOCK (self);
    g_set_object (&self->loop, loop);
    GST_OBJECT_UNLOCK (self);
  }
  GST_ELEMENT_CLASS (sfu_dtls_srtp_enc_parent_class)
      ->set_context (element, context);
}

static SfuMediaLoop *
get_loop (SfuDtlsSrtpEnc *self)
{
  SfuMediaLoop *loop;

  GST_OBJECT_LOCK (self);
  loop = self->loop ? g_object_ref (self->loop) : NULL;
  GST_OBJECT_UNLOCK (self);
  return loop ? loop : sfu_media_loop_get_default ();
}

static GstStateChangeReturn
sfu_dtls_srtp_enc_change_state (GstElement *element, GstStateChange transition)
{
  SfuDtlsSrtpEnc *self = SFU_DTLS_SRTP_ENC (element);
  GstStateChangeReturn result;

  /* While the pads still let close_notify pass. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY && self->link)
    sfu_dtls_link_stop (self->link);
  result = GST_ELEMENT_CLASS (sfu_dtls_srtp_enc_parent_class)
               ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    g_atomic_int_set (&self->started, FALSE);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && self->link &&
      result != GST_STATE_CHANGE_FAILURE) {
    g_autoptr (SfuMediaLoop) loop = get_loop (self);

    sfu_dtls_link_start (self->link, loop, self->is_client);
  }
  return result;
}

static void
sfu_dtls_srtp_enc_listen (
    SfuDtlsElement *element, SfuDtlsLink *link, gboolean on)
{
  if (on)
    SFU_DTLS_SRTP_ENC (element)->link = link;
  sfu_dtls_link_set_enc (link, on ? &callbacks : NULL, on ? element : NULL);
}

static void
sfu_dtls_srtp_enc_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SfuDtlsSrtpEnc *self = SFU_DTLS_SRTP_ENC (object);

  if (id == PROP_IS_CLIENT)
    self->is_client = g_value_get_boolean (value);
  else if (id == PROP_RTP_SYNC)
    self->rtp_sync = g_value_get_boolean (value);
}

static void
sfu_dtls_srtp_enc_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuDtlsSrtpEnc *self = SFU_DTLS_SRTP_ENC (object);

  if (id == PROP_IS_CLIENT)
    g_value_set_boolean (value, self->is_client);
  else if (id == PROP_RTP_SYNC)
    g_value_set_boolean (value, self->rtp_sync);
}

static void
sfu_dtls_srtp_enc_dispose (GObject *object)
{
  g_clear_object (&SFU_DTLS_SRTP_ENC (object)->loop);
  G_OBJECT_CLASS (sfu_dtls_srtp_enc_parent_class)->dispose (object);
}

static void
sfu_dtls_srtp_enc_finalize (GObject *object)
{
  sfu_shortcut_clear (&SFU_DTLS_SRTP_ENC (object)->shortcut);
  G_OBJECT_CLASS (sfu_dtls_srtp_enc_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags both = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  props[PROP_IS_CLIENT] = g_param_spec_boolean ("is-client", "Is client",
      "Begin the handshake instead of waiting for the peer to; before PAUSED",
      FALSE, both);
  props[PROP_RTP_SYNC] = g_param_spec_boolean ("rtp-sync", "RTP sync",
      "Without effect: packets are never held back to a clock's time (the "
      "stock "
      "element does that)",
      FALSE, both);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
sfu_dtls_srtp_enc_class_init (SfuDtlsSrtpEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = sfu_dtls_srtp_enc_set_property;
  object_class->get_property = sfu_dtls_srtp_enc_get_property;
  object_class->dispose = sfu_dtls_srtp_enc_dispose;
  object_class->finalize = sfu_dtls_srtp_enc_finalize;
  install_properties (object_class);
  SFU_DTLS_ELEMENT_CLASS (klass)->listen = sfu_dtls_srtp_enc_listen;
  /* Keys are there: packets pass from now on. Emitted without a lock. */
  signals[SIGNAL_ON_KEY_SET] =
      g_signal_new ("on-key-set", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  element_class->change_state = sfu_dtls_srtp_enc_change_state;
  element_class->request_new_pad = sfu_dtls_srtp_enc_request_new_pad;
  element_class->release_pad = sfu_dtls_srtp_enc_release_pad;
  element_class->set_context = sfu_dtls_srtp_enc_set_context;
  gst_element_class_add_static_pad_template (element_class, &rtp_template);
  gst_element_class_add_static_pad_template (element_class, &rtcp_template);
  gst_element_class_add_static_pad_template (element_class, &data_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "DTLS-SRTP encoder",
      "Encoder/Network/DTLS/SRTP",
      "DTLS, SRTP and SRTCP of one connection on OpenSSL, without a thread",
      "gst-sfu developers");
}

static void
sfu_dtls_srtp_enc_init (SfuDtlsSrtpEnc *self)
{
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_element_add_pad (GST_ELEMENT (self), self->src);
}

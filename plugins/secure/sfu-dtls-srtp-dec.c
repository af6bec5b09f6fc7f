/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-sfudtlssrtpdec
 *
 * What comes in of a DTLS-SRTP connection (RFC 5764): DTLS, SRTP and SRTCP on
 * one pad, told apart as RFC 7983 says. It can stand wherever dtlssrtpdec does,
 * with a #sfudtlssrtpenc of the same `connection-id`, and differs from it: no
 * bin, no thread, AES-GCM, a peer with another certificate than
 * `peer-fingerprints` say is refused inside the handshake, and every packet that
 * is not passed on is counted by reason (`drops`).
 *
 * |[
 * gst-launch-1.0 udpsrc port=5000 ! sfudtlssrtpdec name=d connection-id=a \
 *     d.rtp_src ! fakesink async=false  d.rtcp_src ! fakesink async=false \
 *     sfudtlssrtpenc connection-id=a is-client=true ! udpsink port=5001
 * ]|
 *
 * Threads: packets pass on the thread that pushes them; nothing blocks. State
 * and timers are of SfuDtlsLink.
 */
#include "sfu-dtls-srtp-dec.h"

#include "sfu-datagram.h"
#include "sfu-rtp.h"
#include "sfu-shortcut.h"
#include "sfu-stats-structure.h"

enum {
  PROP_PEM = 1,
  PROP_PEER_PEM,
  PROP_PEER_FINGERPRINTS,
  PROP_SRTP_PROFILE,
  PROP_DROPS,
  N_PROPS
};

struct _SfuDtlsSrtpDec {
  SfuDtlsElement parent;
  GstPad *sink, *rtp, *rtcp; /* owned by the element */
  GstPad *data;              /* the same; NULL until asked for */
  SfuDtlsLink *link;         /* borrowed of parent; NULL before it has a name */
  /* atomic: stream-start and so on have been pushed */
  gint rtp_started, rtcp_started, data_started;
  SfuShortcut rtp_shortcut, rtcp_shortcut; /* of these pads */
};

static GParamSpec *props[N_PROPS];

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate rtp_template = GST_STATIC_PAD_TEMPLATE ("rtp_src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate rtcp_template = GST_STATIC_PAD_TEMPLATE ("rtcp_src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtcp"));
static GstStaticPadTemplate data_template = GST_STATIC_PAD_TEMPLATE (
    "data_src", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE (SfuDtlsSrtpDec, sfu_dtls_srtp_dec, SFU_TYPE_DTLS_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (
    sfudtlssrtpdec, "sfudtlssrtpdec", GST_RANK_NONE, SFU_TYPE_DTLS_SRTP_DEC)

/* ---- what the link tells ---- */

static void
on_peer_pem (gpointer self)
{
  g_object_notify_by_pspec (self, props[PROP_PEER_PEM]);
}

static void
on_message (gpointer owner, GBytes *message)
{
  SfuDtlsSrtpDec *self = owner;
  g_autoptr (GstPad) pad = NULL;

  GST_OBJECT_LOCK (self);
  pad = self->data ? gst_object_ref (self->data) : NULL;
  GST_OBJECT_UNLOCK (self);
  if (!pad) {
    g_bytes_unref (message);
    return;
  }
  if (g_atomic_int_compare_and_exchange (&self->data_started, FALSE, TRUE))
    sfu_dtls_pad_start (pad, NULL, GST_FORMAT_BYTES);
  gst_pad_push (pad, sfu_dtls_buffer_new (message));
}

static const SfuDtlsDecCallbacks callbacks = { on_peer_pem, on_message };

/* ---- packets ---- */

static void
drop (SfuDtlsSrtpDec *self, GstBuffer *buffer, SfuVerdict reason)
{
  sfu_dtls_link_lock (self->link);
  sfu_dtls_link_drop_locked (self->link, reason);
  sfu_dtls_link_unlock (self->link);
  gst_buffer_unref (buffer);
}

/* Takes the buffer; NULL: dropped. */
static GstBuffer *
unprotect (SfuDtlsSrtpDec *self, GstBuffer *buffer, gboolean *rtcp)
{
  SfuVerdict verdict;
  GstMapInfo map;
  gsize size;

  buffer = gst_buffer_make_writable (buffer);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READWRITE)) {
    drop (self, buffer, SFU_DROP_MALFORMED);
    return NULL;
  }
  *rtcp = sfu_rtp_is_rtcp (map.data, map.size);
  size = map.size;
  sfu_dtls_link_lock (self->link);
  verdict = sfu_dtls_link_unprotect_locked (self->link, *rtcp, map.data, &size);
  sfu_dtls_link_unlock (self->link);
  gst_buffer_unmap (buffer, &map);
  if (verdict != SFU_VERDICT_FORWARD) {
    gst_buffer_unref (buffer);
    return NULL;
  }
  gst_buffer_set_size (buffer, (gssize)size);
  return buffer;
}

static void
handle_dtls (SfuDtlsSrtpDec *self, GstBuffer *buffer)
{
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    drop (self, buffer, SFU_DROP_MALFORMED);
    return;
  }
  sfu_dtls_link_receive (self->link, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

/* Takes the buffer. An RTP packet is returned, all else is dealt with. */
static GstBuffer *
handle (SfuDtlsSrtpDec *self, GstBuffer *buffer)
{
  guint8 first = 0;
  gboolean rtcp = FALSE;

  if (!self->link) {
    gst_buffer_unref (buffer);
    return NULL;
  }
  gst_buffer_extract (buffer, 0, &first, 1);
  if (sfu_datagram_is_dtls (first)) {
    handle_dtls (self, buffer);
    return NULL;
  }
  if (!sfu_datagram_is_rtp (first)) {
    drop (self, buffer, SFU_DROP_MALFORMED);
    return NULL;
  }
  buffer = unprotect (self, buffer, &rtcp);
  if (!buffer || !rtcp)
    return buffer;
  if (g_atomic_int_compare_and_exchange (&self->rtcp_started, FALSE, TRUE))
    sfu_dtls_pad_start (self->rtcp, "application/x-rtcp", GST_FORMAT_TIME);
  sfu_shortcut_push_buffer (&self->rtcp_shortcut, self->rtcp, buffer);
  return NULL;
}

static void
start_rtp (SfuDtlsSrtpDec *self)
{
  if (g_atomic_int_compare_and_exchange (&self->rtp_started, FALSE, TRUE))
    sfu_dtls_pad_start (self->rtp, "application/x-rtp", GST_FORMAT_TIME);
}

/* A pad that nobody wants is no reason to stop what the other one brings. */
static GstFlowReturn
soften (GstFlowReturn flow)
{
  return flow == GST_FLOW_NOT_LINKED ? GST_FLOW_OK : flow;
}

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  SfuDtlsSrtpDec *self = SFU_DTLS_SRTP_DEC (parent);

  buffer = handle (self, buffer);
  if (!buffer)
    return GST_FLOW_OK;
  start_rtp (self);
  return soften (
      sfu_shortcut_push_buffer (&self->rtp_shortcut, self->rtp, buffer));
}

/* A burst stays a burst: RTP goes on as one list. */
static GstFlowReturn
on_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  SfuDtlsSrtpDec *self = SFU_DTLS_SRTP_DEC (parent);
  guint n = gst_buffer_list_length (list);
  GstBufferList *out = gst_buffer_list_new_sized (n);

  for (guint i = 0; i < n; i++) {
    GstBuffer *buffer =
        handle (self, gst_buffer_ref (gst_buffer_list_get (list, i)));

    if (buffer)
      gst_buffer_list_add (out, buffer);
  }
  gst_buffer_list_unref (list);
  if (gst_buffer_list_length (out) == 0) {
    gst_buffer_list_unref (out);
    return GST_FLOW_OK;
  }
  start_rtp (self);
  return soften (gst_pad_push_list (self->rtp, out));
}

/* The streams behind have a beginning of their own. */
static gboolean
on_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
      gst_event_unref (event);
      return TRUE;
    default:
      return gst_pad_event_default (pad, parent, event);
  }
}

/* ---- element ---- */

static GstPad *
sfu_dtls_srtp_dec_request_new_pad (GstElement *element,
    GstPadTemplate *template, const gchar *name, const GstCaps *caps)
{
  SfuDtlsSrtpDec *self = SFU_DTLS_SRTP_DEC (element);
  GstPad *pad = gst_pad_new_from_static_template (&data_template, "data_src");
  gboolean taken;

  GST_OBJECT_LOCK (self);
  taken = self->data != NULL;
  if (!taken)
    self->data = pad;
  GST_OBJECT_UNLOCK (self);
  if (taken) {
    gst_object_unref (gst_object_ref_sink (pad));
    return NULL;
  }
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  return pad;
}

static void
sfu_dtls_srtp_dec_release_pad (GstElement *element, GstPad *pad)
{
  SfuDtlsSrtpDec *self = SFU_DTLS_SRTP_DEC (element);

  GST_OBJECT_LOCK (self);
  if (self->data == pad)
    self->data = NULL;
  GST_OBJECT_UNLOCK (self);
  g_atomic_int_set (&self->data_started, FALSE);
  gst_element_remove_pad (element, pad);
}

static GstStateChangeReturn
sfu_dtls_srtp_dec_change_state (GstElement *element, GstStateChange transition)
{
  SfuDtlsSrtpDec *self = SFU_DTLS_SRTP_DEC (element);
  GstStateChangeReturn result =
      GST_ELEMENT_CLASS (sfu_dtls_srtp_dec_parent_class)
          ->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    g_atomic_int_set (&self->rtp_started, FALSE);
    g_atomic_int_set (&self->rtcp_started, FALSE);
    g_atomic_int_set (&self->data_started, FALSE);
  }
  return result;
}

static void
sfu_dtls_srtp_dec_listen (
    SfuDtlsElement *element, SfuDtlsLink *link, gboolean on)
{
  if (on)
    SFU_DTLS_SRTP_DEC (element)->link = link;
  sfu_dtls_link_set_dec (link, on ? &callbacks : NULL, on ? element : NULL);
}

static void
sfu_dtls_srtp_dec_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SfuDtlsSrtpDec *self = SFU_DTLS_SRTP_DEC (object);

  if (!self->link)
    g_warning ("%s: set connection-id first", GST_OBJECT_NAME (self));
  else if (id == PROP_PEM)
    sfu_dtls_link_set_pem (self->link, g_value_get_string (value));
  else if (id == PROP_PEER_FINGERPRINTS)
    sfu_dtls_link_set_fingerprints (self->link, g_value_get_boxed (value));
}

static GstStructure *
drops_of (SfuDtlsSrtpDec *self)
{
  SfuVerdictCounters drops = { { 0 } };

  sfu_dtls_srtp_dec_add_drops (self, &drops);
  return sfu_stats_drops (&drops);
}

static void
sfu_dtls_srtp_dec_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuDtlsSrtpDec *self = SFU_DTLS_SRTP_DEC (object);

  switch (id) {
    case PROP_PEM:
      g_value_take_string (value,
          self->link ? sfu_dtls_link_dup_certificate (self->link) : NULL);
      break;
    case PROP_PEER_PEM:
      g_value_take_string (
          value, self->link ? sfu_dtls_link_dup_peer_pem (self->link) : NULL);
      break;
    case PROP_SRTP_PROFILE:
      g_value_set_static_string (value, sfu_dtls_srtp_dec_get_profile (self));
      break;
    case PROP_DROPS:
      g_value_take_boxed (value, drops_of (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
sfu_dtls_srtp_dec_finalize (GObject *object)
{
  SfuDtlsSrtpDec *self = SFU_DTLS_SRTP_DEC (object);

  sfu_shortcut_clear (&self->rtp_shortcut);
  sfu_shortcut_clear (&self->rtcp_shortcut);
  G_OBJECT_CLASS (sfu_dtls_srtp_dec_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags both = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  props[PROP_PEM] = g_param_spec_string ("pem", "PEM",
      "Own certificate and private key (NULL: made by the process); reads as "
      "the certificate alone",
      NULL, both);
  props[PROP_PEER_PEM] = g_param_spec_string ("peer-pem", "Peer PEM",
      "The peer's certificate (NULL: not seen yet)", NULL, read);
  props[PROP_PEER_FINGERPRINTS] =
      g_param_spec_boxed ("peer-fingerprints", "Peer fingerprints",
          "Hash and value in turns (RFC 8122); a peer whose certificate has "
          "none of "
          "them is refused (NULL: any certificate)",
          G_TYPE_STRV, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SRTP_PROFILE] = g_param_spec_string ("srtp-profile",
      "SRTP profile", "What was agreed on (empty: nothing yet)", "", read);
  props[PROP_DROPS] = g_param_spec_boxed ("drops", "Drops",
      "Packets that were not passed on, in either direction, by reason",
      GST_TYPE_STRUCTURE, read);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
sfu_dtls_srtp_dec_class_init (SfuDtlsSrtpDecClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = sfu_dtls_srtp_dec_set_property;
  object_class->get_property = sfu_dtls_srtp_dec_get_property;
  object_class->finalize = sfu_dtls_srtp_dec_finalize;
  install_properties (object_class);
  SFU_DTLS_ELEMENT_CLASS (klass)->listen = sfu_dtls_srtp_dec_listen;
  element_class->change_state = sfu_dtls_srtp_dec_change_state;
  element_class->request_new_pad = sfu_dtls_srtp_dec_request_new_pad;
  element_class->release_pad = sfu_dtls_srtp_dec_release_pad;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &rtp_template);
  gst_element_class_add_static_pad_template (element_class, &rtcp_template);
  gst_element_class_add_static_pad_template (element_class, &data_template);
  gst_element_class_set_static_metadata (element_class, "DTLS-SRTP decoder",
      "Decoder/Network/DTLS/SRTP",
      "DTLS, SRTP and SRTCP of one connection on OpenSSL, without a thread",
      "gst-sfu developers");
}

static void
sfu_dtls_srtp_dec_init (SfuDtlsSrtpDec *self)
{
  GstElement *element = GST_ELEMENT (self);

  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  sfu_pad_set_buffer_function (self->sink, on_chain);
  gst_pad_set_chain_list_function (self->sink, on_chain_list);
  gst_pad_set_event_function (self->sink, on_sink_event);
  gst_element_add_pad (element, self->sink);
  self->rtp = gst_pad_new_from_static_template (&rtp_template, "rtp_src");
  gst_element_add_pad (element, self->rtp);
  self->rtcp = gst_pad_new_from_static_template (&rtcp_template, "rtcp_src");
  gst_element_add_pad (element, self->rtcp);
}

/* ---- public ---- */

void
sfu_dtls_srtp_dec_add_drops (SfuDtlsSrtpDec *self, SfuVerdictCounters *drops)
{
  if (self->link)
    sfu_dtls_link_add_drops (self->link, drops);
}

const gchar *
sfu_dtls_srtp_dec_get_profile (SfuDtlsSrtpDec *self)
{
  return self->link ? sfu_dtls_link_get_srtp_profile (self->link) : "";
}

const gchar *
sfu_dtls_srtp_dec_get_failure (SfuDtlsSrtpDec *self)
{
  return self->link ? sfu_dtls_link_get_failure (self->link) : "";
}

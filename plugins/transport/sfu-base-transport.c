/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-base-transport.h.
 *
 * Threads: request pads on the control thread; packets and events on any. */
#include "sfu-base-transport.h"

#include <string.h>

GST_DEBUG_CATEGORY (sfutransport);
#define GST_CAT_DEFAULT sfutransport

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (SfuBaseTransport, sfu_base_transport,
    GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (sfutransport, "sfutransport", 0, "transports"))

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src_%u",
    GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink_%u",
    GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));

/* ---- pad functions ---- */

static GstFlowReturn
on_sink_packets (GstPad *pad, GstObject *parent, SfuPacket *packets, guint n)
{
  sfu_transport_media_push (SFU_BASE_TRANSPORT (parent)->media,
      SFU_TRANSPORT_SINK_PAD (pad), packets, n);
  return GST_FLOW_OK;
}

static gboolean
on_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS ||
      GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM_STICKY)
    sfu_transport_media_sink_event (SFU_BASE_TRANSPORT (parent)->media,
        SFU_TRANSPORT_SINK_PAD (pad), event);
  else
    gst_event_unref (event);
  return TRUE;
}

static void
on_sink_linked (GstPad *pad, GstPad *peer, SfuBaseTransport *self)
{
  sfu_transport_media_tell_state (self->media, SFU_TRANSPORT_SINK_PAD (pad));
}

static gboolean
on_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_UPSTREAM)
    return sfu_transport_media_src_event (
        SFU_BASE_TRANSPORT (parent)->media, SFU_TRANSPORT_SRC_PAD (pad), event);
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

/* ---- caps of the peer ---- */

typedef struct {
  SfuTransportMedia *media;
  SfuTransportSrcPad *pad;
  const GstCaps *caps;
  SfuPadCaps parsed; /* taken */
} CapsCall;

static void
take_peer_caps (gpointer data, gpointer unused)
{
  CapsCall *call = data;
  guint32 conflict;

  sfu_rtp_demux_remove_pad (call->media->demux, call->pad);
  sfu_transport_src_pad_set_caps (call->pad, call->caps, &call->parsed);
  if (!sfu_rtp_demux_add_pad (call->media->demux, call->pad, &conflict))
    GST_WARNING_OBJECT (call->pad, "ssrc %u is taken", conflict);
}

static gboolean
keep_if_fixed (GQuark field, GValue *value, gpointer unused)
{
  return gst_value_is_fixed (value);
}

/* Only what the peer leaves no choice about. */
static GstCaps *
fixed_caps_of (GstPad *peer)
{
  g_autoptr (GstCaps) caps = gst_pad_query_caps (peer, NULL);
  GstStructure *s;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return NULL;
  s = gst_structure_copy (gst_caps_get_structure (caps, 0));
  gst_structure_filter_and_map_in_place (s, keep_if_fixed, NULL);
  return gst_caps_new_full (s, NULL);
}

/* A launch line cannot give caps with the request; it says what it expects by a
 * filter behind the pad. */
static void
on_src_linked (GstPad *pad, GstPad *peer, SfuBaseTransport *self)
{
  SfuTransportSrcPad *src_pad = SFU_TRANSPORT_SRC_PAD (pad);
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GError) error = NULL;
  CapsCall call = { self->media, src_pad };

  if (!src_pad->open_caps || !(caps = fixed_caps_of (peer)))
    return;
  call.caps = caps;
  if (sfu_pad_caps_parse (caps, &call.parsed, &error))
    sfu_media_loop_call (self->media->loop, take_peer_caps, &call);
  else
    GST_WARNING_OBJECT (pad, "caps ignored: %s", error->message);
}

/* ---- making pads ---- */

static GstPad *
make_src_pad (SfuBaseTransport *self, GstPadTemplate *templ, const gchar *name,
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
  g_signal_connect_object (
      call.pad, "linked", G_CALLBACK (on_src_linked), self, 0);
  return call.pad;
}

static GstPad *
make_sink_pad (SfuBaseTransport *self, GstPadTemplate *templ, const gchar *name)
{
  PadCall call = { self->media, NULL, FALSE, 0 };

  call.pad = sfu_transport_sink_pad_new (templ, name, self->media->loop);
  gst_object_ref_sink (call.pad);
  sfu_pad_set_packets_function (call.pad, on_sink_packets);
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
sfu_base_transport_request_new_pad (GstElement *element, GstPadTemplate *templ,
    const gchar *name, const GstCaps *caps)
{
  SfuBaseTransport *self = SFU_BASE_TRANSPORT (element);
  gboolean is_src = GST_PAD_TEMPLATE_DIRECTION (templ) == GST_PAD_SRC;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *own_name = NULL;
  GstPad *pad;

  if (!SFU_BASE_TRANSPORT_GET_CLASS (self)->prepare (self, &error)) {
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
sfu_base_transport_release_pad (GstElement *element, GstPad *pad)
{
  SfuBaseTransport *self = SFU_BASE_TRANSPORT (element);
  PadCall call = { self->media, pad, FALSE, 0 };

  sfu_media_loop_call (self->media->loop, unregister, &call);
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

/* ---- life ---- */

static void
sfu_base_transport_finalize (GObject *object)
{
  SfuBaseTransport *self = SFU_BASE_TRANSPORT (object);

  if (self->media) {
    sfu_transport_media_close (self->media);
    sfu_transport_media_unref (self->media);
  }
  G_OBJECT_CLASS (sfu_base_transport_parent_class)->finalize (object);
}

static void
sfu_base_transport_class_init (SfuBaseTransportClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sfu_base_transport_finalize;
  element_class->request_new_pad = sfu_base_transport_request_new_pad;
  element_class->release_pad = sfu_base_transport_release_pad;
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &src_template, SFU_TYPE_TRANSPORT_SRC_PAD);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &sink_template, SFU_TYPE_TRANSPORT_SINK_PAD);
}

static void
sfu_base_transport_init (SfuBaseTransport *self)
{
}

void
sfu_base_transport_get_carrier_stats (
    SfuBaseTransport *self, SfuCarrierStats *stats)
{
  memset (stats, 0, sizeof *stats);
  SFU_BASE_TRANSPORT_GET_CLASS (self)->carrier_stats (self, stats);
}

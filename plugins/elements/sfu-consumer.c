/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-sfuconsumer
 * @title: sfuconsumer
 * @short_description: one subscription to a published track
 *
 * Stands behind a tee branch of an #sfuproducer and makes the track its
 * subscriber's own: own SSRC, sequence numbers, timestamps, payload type and
 * header extension ids; nothing until a key frame after start, pause, switch
 * of producer and connect; NACKs (upstream event `sfu-nack`) answered from the
 * producer's cache as RTX. Everything it does not forward is counted by reason.
 *
 * What it sends is said by the property #sfuconsumer:caps; fields that are
 * missing there are taken over from the producer, SSRCs are drawn at random.
 *
 * ## Example: one camera, two viewers, the second one paused
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay \
 *     ! sfuproducer ! tee name=t \
 *     t. ! sfuconsumer ! udpsink port=5000 \
 *     t. ! sfuconsumer paused=true ! udpsink port=5002
 * ]|
 *
 * Threads: one mutex, held while a list is rewritten, never while anything is
 * pushed. Data come on the producer's streaming thread, feedback on any. What is
 * done with packets stands in sfu-consumer-packets.c.
 */
#include "sfu-consumer-private.h"

#include "sfu-branches.h"
#include "sfu-event.h"
#include "sfu-output-caps.h"

GST_DEBUG_CATEGORY (sfuconsumer);
#define GST_CAT_DEFAULT sfuconsumer

enum { SIGNAL_LAYERS_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (SfuConsumer, sfu_consumer, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (
    sfuconsumer, "sfuconsumer", GST_RANK_NONE, SFU_TYPE_CONSUMER)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));

static guint32
random_ssrc (void)
{
  return 1 + (g_random_int () % (G_MAXUINT32 - 1)); /* never 0: unknown */
}

/* ---- caps ---- */

/* Returns the caps to push, NULL while there is nothing to say. */
GstCaps *
sfu_consumer_configure_locked (SfuConsumer *self)
{
  SfuStreamConfig config;
  const gchar *field;
  GstCaps *out;

  self->caps_dirty = FALSE;
  if (!self->in_caps)
    return NULL;
  out = sfu_output_caps_new (
      self->in_caps, self->caps, self->ssrc, self->rtx_ssrc);
  sfu_stream_config_init (&config);
  if (!sfu_stream_config_apply (&config, out, &field)) {
    GST_WARNING_OBJECT (
        self, "caps field %s is out of range in %" GST_PTR_FORMAT, field, out);
    gst_caps_unref (out);
    return NULL;
  }
  sfu_stream_sender_set_config (self->sender, &config);
  return out;
}

/* A transport learns the publisher's SSRCs one after the other; ours stay. */
gboolean
sfu_consumer_push_caps (SfuConsumer *self, GstCaps *caps)
{
  g_autoptr (GstCaps) current = gst_pad_get_current_caps (self->srcpad);

  if (current && gst_caps_is_equal (current, caps))
    return TRUE;
  return gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
}

/* ---- upstream wishes, and what became of them ---- */

void
sfu_consumer_ask_for_keyframe (SfuConsumer *self)
{
  guint32 ssrc;

  g_mutex_lock (&self->lock);
  ssrc = sfu_stream_sender_keyframe_ssrc (self->sender);
  g_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (self, "key frame of ssrc=%u wanted", ssrc);
  gst_pad_push_event (self->sinkpad, sfu_event_new_keyframe_request (ssrc));
}

/* A stream without layers has nothing to tell. */
gboolean
sfu_consumer_layers_changed_locked (SfuConsumer *self)
{
  gint spatial, temporal;

  if (!sfu_stream_sender_get_layers (self->sender, &spatial, &temporal) ||
      (spatial == self->spatial && temporal == self->temporal))
    return FALSE;
  self->spatial = spatial;
  self->temporal = temporal;
  return TRUE;
}

void
sfu_consumer_tell_layers (SfuConsumer *self)
{
  gint spatial, temporal;

  g_mutex_lock (&self->lock);
  spatial = self->spatial;
  temporal = self->temporal;
  g_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (self, "layers %d %d", spatial, temporal);
  g_object_notify (G_OBJECT (self), "current-spatial-layer");
  g_object_notify (G_OBJECT (self), "current-temporal-layer");
  g_signal_emit (self, signals[SIGNAL_LAYERS_CHANGED], 0, spatial, temporal);
}

/* After something that is no packet: a wish, or news of the producer. */
void
sfu_consumer_settle (SfuConsumer *self, gboolean keyframe)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = sfu_consumer_layers_changed_locked (self);
  g_mutex_unlock (&self->lock);
  if (keyframe)
    sfu_consumer_ask_for_keyframe (self);
  if (changed)
    sfu_consumer_tell_layers (self);
}

static void
take_activity (SfuConsumer *self)
{
  gboolean keyframe;

  g_mutex_lock (&self->lock);
  keyframe = sfu_stream_sender_update (self->sender, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
  sfu_consumer_settle (self, keyframe);
}

void
sfu_consumer_set_paused (SfuConsumer *self, gboolean paused)
{
  gboolean keyframe;

  g_mutex_lock (&self->lock);
  keyframe = sfu_stream_sender_set_paused (self->sender, paused);
  g_mutex_unlock (&self->lock);
  sfu_consumer_settle (self, keyframe);
}

static void
set_connected (SfuConsumer *self, gboolean connected)
{
  gboolean keyframe;

  g_mutex_lock (&self->lock);
  keyframe = sfu_stream_sender_set_connected (self->sender, connected);
  g_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (self, "transport connected=%d", connected);
  sfu_consumer_settle (self, keyframe);
}

static void
take_track (SfuConsumer *self, SfuTrack *track)
{
  g_mutex_lock (&self->lock);
  sfu_stream_sender_set_track (self->sender, track);
  g_mutex_unlock (&self->lock);
}

static gboolean
find_track (GstPad *pad, GstEvent **event, gpointer user_data)
{
  SfuTrack **track = user_data;

  *track = sfu_event_parse_track (*event);
  return *track == NULL;
}

/* A new branch of a tee: whoever joins late wants a picture now. The track,
 * which else came with the first packet, says of which encoding. */
static void
on_sink_linked (GstPad *pad, GstPad *peer, SfuConsumer *self)
{
  g_autoptr (SfuTrack) track = NULL;
  gboolean paused;

  gst_pad_sticky_events_foreach (peer, find_track, &track);
  if (track)
    take_track (self, track);
  g_mutex_lock (&self->lock);
  paused = sfu_stream_sender_get_paused (self->sender);
  g_mutex_unlock (&self->lock);
  if (!paused)
    sfu_consumer_ask_for_keyframe (self);
}

static void
set_rtt (SfuConsumer *self, gint64 rtt_us)
{
  g_mutex_lock (&self->lock);
  sfu_stream_sender_set_rtt (self->sender, rtt_us);
  g_mutex_unlock (&self->lock);
}

/* ---- events ---- */

static gboolean
take_caps (SfuConsumer *self, GstCaps *in_caps)
{
  GstCaps *out;
  gboolean ok;

  g_mutex_lock (&self->lock);
  gst_caps_replace (&self->in_caps, in_caps);
  out = sfu_consumer_configure_locked (self);
  g_mutex_unlock (&self->lock);
  if (!out)
    return FALSE;
  ok = sfu_consumer_push_caps (self, out);
  gst_caps_unref (out);
  return ok;
}

static gboolean
sfu_consumer_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  SfuConsumer *self = SFU_CONSUMER (parent);
  g_autoptr (SfuTrack) track = sfu_event_parse_track (event);
  GstCaps *caps;
  gboolean ok = TRUE;

  if (track) {
    take_track (self, track);
  } else if (sfu_event_is_activity (event)) {
    take_activity (self);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    ok = take_caps (self, caps);
  } else {
    return gst_pad_event_default (pad, parent, event);
  }
  gst_event_unref (event);
  return ok;
}

static gboolean
sfu_consumer_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  SfuConsumer *self = SFU_CONSUMER (parent);
  const guint16 *seqs;
  gboolean connected;
  guint32 ssrc;
  gint64 rtt_us;
  guint n;

  if (sfu_event_parse_nack (event, &ssrc, &seqs, &n))
    sfu_consumer_retransmit (self, sfu_stream_sender_retransmit, seqs, n);
  else if (sfu_event_parse_lost (event, &ssrc, &seqs, &n))
    sfu_consumer_retransmit (self, sfu_stream_sender_resend_lost, seqs, n);
  else if (sfu_event_parse_transport_state (event, &connected))
    set_connected (self, connected);
  else if (sfu_event_is_keyframe_request (event))
    sfu_consumer_ask_for_keyframe (self);
  else if (sfu_event_parse_rtt (event, &rtt_us))
    set_rtt (self, rtt_us);
  else
    return gst_pad_event_default (pad, parent, event);
  gst_event_unref (event);
  return TRUE;
}

/* ---- the element ---- */

/* The pads behind us may hold us: see sfu-shortcut.h. */
static GstStateChangeReturn
sfu_consumer_change_state (GstElement *element, GstStateChange transition)
{
  SfuConsumer *self = SFU_CONSUMER (element);
  GstStateChangeReturn ret = GST_ELEMENT_CLASS (sfu_consumer_parent_class)
                                 ->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    GST_PAD_STREAM_LOCK (self->srcpad);
    sfu_shortcut_clear (&self->shortcut);
    GST_PAD_STREAM_UNLOCK (self->srcpad);
  }
  return ret;
}

static void
sfu_consumer_finalize (GObject *object)
{
  SfuConsumer *self = SFU_CONSUMER (object);

  sfu_shortcut_clear (&self->shortcut);
  sfu_stream_sender_free (self->sender);
  gst_clear_caps (&self->caps);
  gst_clear_caps (&self->in_caps);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (sfu_consumer_parent_class)->finalize (object);
}

static void
install_signals (GType type)
{
  /**
   * SfuConsumer::layers-changed:
   * @consumer: the consumer
   * @spatial: encoding or spatial layer forwarded now; -1 = nothing
   * @temporal: temporal layer forwarded now; -1 = nothing
   *
   * Of tracks that have more than one. Emitted on the thread that brought the
   * change about, mostly the media thread.
   */
  signals[SIGNAL_LAYERS_CHANGED] =
      g_signal_new ("layers-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
          NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
}

static void
sfu_consumer_class_init (SfuConsumerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (sfuconsumer, "sfuconsumer", 0, "SFU consumer");
  object_class->finalize = sfu_consumer_finalize;
  element_class->change_state = sfu_consumer_change_state;
  sfu_consumer_install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "SFU consumer",
      "Filter/Network/RTP",
      "One subscription to a track: own SSRC, numbers and header extensions, "
      "waits for key frames, answers NACKs",
      "gst-sfu developers");
}

static void
sfu_consumer_init (SfuConsumer *self)
{
  g_mutex_init (&self->lock);
  self->ssrc = random_ssrc ();
  self->rtx_ssrc = random_ssrc ();
  self->spatial = self->temporal = -1;
  self->sender = sfu_stream_sender_new (
      g_random_int () & 0x7fff, g_random_int (), g_random_int () & 0xffff);
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, sfu_consumer_chain);
  gst_pad_set_chain_list_function (self->sinkpad, sfu_consumer_chain_list);
  sfu_pad_set_list_function (
      self->sinkpad, sfu_consumer_on_list, sfu_consumer_add_lines);
  gst_pad_set_event_function (self->sinkpad, sfu_consumer_sink_event);
  g_signal_connect (self->sinkpad, "linked", G_CALLBACK (on_sink_linked), self);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, sfu_consumer_src_event);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

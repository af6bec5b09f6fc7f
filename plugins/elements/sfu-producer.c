/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-sfuproducer
 * @title: sfuproducer
 * @short_description: one published track of a selective forwarding unit
 *
 * Stands between whoever publishes a track and the tee that copies it to its
 * consumers. It reads each RTP packet once and attaches what it found, undoes
 * RTX, keeps the packets for a while so that consumers can answer NACKs, asks
 * the publisher again for what is missing (custom upstream event `sfu-nack`)
 * and for key frames (`GstForceKeyUnit`, merged and throttled).
 *
 * The caps of the sink pad configure it: payload, ssrc, rtx-payload, rtx-ssrc,
 * extmap-N, rtcp-fb-nack.
 *
 * ## Example
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay \
 *     ! sfuproducer ! tee ! sfuconsumer ! rtpvp8depay ! vp8dec ! autovideosink
 * ]|
 *
 * Threads: one mutex, held while packets are read and numbers kept, never while
 * anything is pushed. With a media loop (GstContext `sfu.media-loop`) packets
 * that come on its thread are collected and passed on as one list when the
 * burst ends; on any other thread they are passed on at once.
 */
#include "sfu-producer-private.h"

#include "sfu-event.h"

GST_DEBUG_CATEGORY_STATIC (sfuproducer);
#define GST_CAT_DEFAULT sfuproducer

/* A number is given up after this; a decoder waits no longer. */
#define NACK_MAX_AGE_US (1 * G_USEC_PER_SEC)
/* A key frame that was asked for and has not come is asked for again. */
#define KEYFRAME_RETRY_US (600 * 1000)
#define MAX_NACKS_AT_ONCE 128

G_DEFINE_TYPE (SfuProducer, sfu_producer, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (
    sfuproducer, "sfuproducer", GST_RANK_NONE, SFU_TYPE_PRODUCER)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));

void
sfu_producer_set_callbacks (
    SfuProducer *self, const SfuProducerCallbacks *callbacks, gpointer owner)
{
  self->callbacks = callbacks;
  self->owner = owner;
}

/* ---- feedback to the publisher ---- */

typedef struct {
  guint32 ssrc;
  guint16 seqs[MAX_NACKS_AT_ONCE];
  guint n;
  gboolean keyframe;
} Feedback;

static void
collect_feedback_locked (SfuProducer *self, gint64 now_us, Feedback *feedback)
{
  gint64 rtt_us = self->nack_interval_ms * G_GINT64_CONSTANT (1000);

  feedback->ssrc = sfu_stream_receiver_ssrc (self->receiver);
  feedback->n = sfu_stream_receiver_poll (self->receiver, now_us, rtt_us,
      feedback->seqs, MAX_NACKS_AT_ONCE, &feedback->keyframe);
  if (self->deadline)
    sfu_deadline_set (self->deadline,
        sfu_stream_receiver_next_due_us (self->receiver, rtt_us));
}

static void
send_feedback (SfuProducer *self, const Feedback *feedback)
{
  if (feedback->n > 0) {
    GST_DEBUG_OBJECT (self, "ssrc=%u nack=%u", feedback->ssrc, feedback->n);
    gst_pad_push_event (self->sinkpad,
        sfu_event_new_nack (feedback->ssrc, feedback->seqs, feedback->n));
  }
  if (feedback->keyframe) {
    GST_DEBUG_OBJECT (self, "ssrc=%u key frame requested", feedback->ssrc);
    gst_pad_push_event (
        self->sinkpad, sfu_event_new_keyframe_request (feedback->ssrc));
  }
}

static void
on_deadline (gpointer data)
{
  SfuProducer *self = data;
  Feedback feedback = { 0 };

  g_mutex_lock (&self->lock);
  if (self->receiver && !self->paused)
    collect_feedback_locked (self, g_get_monotonic_time (), &feedback);
  g_mutex_unlock (&self->lock);
  send_feedback (self, &feedback);
}

static void
request_keyframe (SfuProducer *self)
{
  Feedback feedback = { 0 };
  gint64 now_us = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  if (self->receiver && !self->paused) {
    gboolean now =
        sfu_stream_receiver_request_keyframe (self->receiver, now_us);
    collect_feedback_locked (self, now_us, &feedback);
    feedback.keyframe |= now;
  }
  g_mutex_unlock (&self->lock);
  send_feedback (self, &feedback);
}

/* ---- packets ---- */

static GstFlowReturn
push_list (SfuProducer *self, GstBufferList *list)
{
  g_autoptr (SfuTrack) track = NULL;

  g_mutex_lock (&self->lock);
  if (self->announce && self->receiver)
    track = sfu_track_ref (sfu_stream_receiver_get_track (self->receiver));
  self->announce = FALSE;
  g_mutex_unlock (&self->lock);
  if (track)
    gst_pad_push_event (self->srcpad, sfu_event_new_track (track));
  return gst_pad_push_list (self->srcpad, list);
}

static void
on_flush (gpointer data)
{
  SfuProducer *self = data;
  GstBufferList *list = g_steal_pointer (&self->pending);

  if (list)
    push_list (self, list);
}

/* Packets of the burst so far go before a serialized event. */
static void
flush_pending (SfuProducer *self)
{
  if (self->loop && sfu_media_loop_is_self (self->loop)) {
    sfu_media_loop_cancel_flush (self->loop, &self->flush);
    on_flush (self);
  }
}

/* Recorders and mixers want to know when a packet came; sockets do not say. */
static void
stamp_arrival (SfuProducer *self, GstBuffer *buffer)
{
  g_autoptr (GstClock) clock = NULL;
  GstClockTime base, now;

  if (GST_BUFFER_PTS_IS_VALID (buffer) || GST_BUFFER_DTS_IS_VALID (buffer))
    return;
  clock = gst_element_get_clock (GST_ELEMENT (self));
  if (!clock || !gst_buffer_is_writable (buffer))
    return;
  base = gst_element_get_base_time (GST_ELEMENT (self));
  now = gst_clock_get_time (clock);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) =
      now > base ? now - base : 0;
}

static gint
audio_level_of (SfuProducer *self, GstBuffer *buffer)
{
  SfuRtpMeta *meta = sfu_buffer_get_rtp_meta (buffer);
  guint8 level;

  if (!self->callbacks || meta->ext.len[SFU_EXT_AUDIO_LEVEL] == 0)
    return -1;
  gst_buffer_extract (buffer, meta->ext.offset[SFU_EXT_AUDIO_LEVEL], &level, 1);
  return level & 0x7f; /* RFC 6464: the top bit is voice activity */
}

/* Takes buffer; NULL when it was dropped. */
static GstBuffer *
receive_one (SfuProducer *self, GstBuffer *buffer, gint64 now_us)
{
  Feedback feedback = { 0 };
  gint level = -1;

  stamp_arrival (self, buffer);
  g_mutex_lock (&self->lock);
  if (!self->receiver || self->paused) {
    if (self->receiver)
      sfu_stream_receiver_count (self->receiver, SFU_DROP_PRODUCER_PAUSED);
    gst_clear_buffer (&buffer);
  } else {
    SfuVerdict verdict =
        sfu_stream_receiver_packet (self->receiver, &buffer, now_us);
    if (verdict != SFU_VERDICT_FORWARD)
      GST_LOG_OBJECT (self, "reason=%s", sfu_verdict_name (verdict));
    collect_feedback_locked (self, now_us, &feedback);
  }
  g_mutex_unlock (&self->lock);
  send_feedback (self, &feedback);
  if (buffer)
    level = audio_level_of (self, buffer);
  if (level >= 0)
    self->callbacks->audio_level (self->owner, self, level);
  return buffer;
}

static GstFlowReturn
pass_on (SfuProducer *self, GstBufferList *list)
{
  if (gst_buffer_list_length (list) == 0) {
    gst_buffer_list_unref (list);
    return GST_FLOW_OK;
  }
  return push_list (self, list);
}

static GstFlowReturn
sfu_producer_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  SfuProducer *self = SFU_PRODUCER (parent);
  GstBufferList *list;

  buffer = receive_one (self, buffer, g_get_monotonic_time ());
  if (!buffer)
    return GST_FLOW_OK;
  if (self->loop && sfu_media_loop_is_self (self->loop)) {
    if (!self->pending)
      self->pending = gst_buffer_list_new ();
    gst_buffer_list_add (self->pending, buffer);
    sfu_media_loop_queue_flush (self->loop, &self->flush);
    return GST_FLOW_OK;
  }
  list = gst_buffer_list_new_sized (1);
  gst_buffer_list_add (list, buffer);
  return push_list (self, list);
}

static GstFlowReturn
sfu_producer_chain_list (GstPad *pad, GstObject *parent, GstBufferList *in)
{
  SfuProducer *self = SFU_PRODUCER (parent);
  gint64 now_us = g_get_monotonic_time ();
  guint n = gst_buffer_list_length (in);
  GstBufferList *out = gst_buffer_list_new_sized (n);
  guint i;

  for (i = 0; i < n; i++) {
    GstBuffer *buffer = gst_buffer_ref (gst_buffer_list_get (in, i));
    buffer = receive_one (self, buffer, now_us);
    if (buffer)
      gst_buffer_list_add (out, buffer);
  }
  gst_buffer_list_unref (in);
  return pass_on (self, out);
}

/* ---- configuration ---- */

static gboolean
configure (SfuProducer *self, GstCaps *caps)
{
  g_autoptr (SfuTrack) track = NULL;
  SfuStreamConfig config;
  const gchar *field;

  sfu_stream_config_init (&config);
  if (!sfu_stream_config_apply (&config, caps, &field)) {
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, (NULL),
        ("caps field %s is out of range in %" GST_PTR_FORMAT, field, caps));
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  track = sfu_track_new (config.codec, config.clock_rate, self->cache_packets,
      self->cache_time_ms * G_GINT64_CONSTANT (1000), self->cache_bytes);
  sfu_stream_receiver_free (self->receiver);
  self->receiver = sfu_stream_receiver_new (&config, track, self->nack_retries,
      NACK_MAX_AGE_US, self->keyframe_interval_ms * G_GINT64_CONSTANT (1000),
      KEYFRAME_RETRY_US);
  self->config = config;
  self->announce = TRUE;
  g_mutex_unlock (&self->lock);
  GST_INFO_OBJECT (self, "codec=%s payload=%d ssrc=%u rtx-payload=%d nack=%d",
      sfu_codec_name (config.codec), config.payload, config.ssrc,
      config.rtx_payload, config.nack);
  return TRUE;
}

static gboolean
sfu_producer_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  SfuProducer *self = SFU_PRODUCER (parent);
  GstCaps *caps;

  if (GST_EVENT_IS_SERIALIZED (event))
    flush_pending (self);
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    if (!configure (self, caps)) {
      gst_event_unref (event);
      return FALSE;
    }
    /* the default handler keeps caps to itself */
    return gst_pad_push_event (self->srcpad, event);
  }
  return gst_pad_event_default (pad, parent, event);
}

static gboolean
sfu_producer_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  SfuProducer *self = SFU_PRODUCER (parent);

  if (sfu_event_is_keyframe_request (event)) {
    gst_event_unref (event);
    request_keyframe (self);
    return TRUE;
  }
  return gst_pad_event_default (pad, parent, event);
}

void
sfu_producer_set_paused (SfuProducer *self, gboolean paused)
{
  gboolean resumed;

  g_mutex_lock (&self->lock);
  resumed = self->paused && !paused;
  self->paused = paused;
  if (resumed && self->receiver)
    sfu_stream_receiver_restart (self->receiver);
  g_mutex_unlock (&self->lock);
  if (resumed)
    request_keyframe (self);
}

static void
sfu_producer_set_context (GstElement *element, GstContext *context)
{
  SfuProducer *self = SFU_PRODUCER (element);
  SfuMediaLoop *loop = sfu_media_loop_from_context (context);

  if (loop && !self->loop) {
    self->loop = loop;
    g_mutex_lock (&self->lock);
    self->deadline = sfu_deadline_new (loop, on_deadline, self);
    g_mutex_unlock (&self->lock);
  } else {
    g_clear_object (&loop);
  }
  GST_ELEMENT_CLASS (sfu_producer_parent_class)->set_context (element, context);
}

static void
drop_pending (gpointer data, gpointer unused)
{
  SfuProducer *self = data;

  sfu_media_loop_cancel_flush (self->loop, &self->flush);
  gst_clear_buffer_list (&self->pending);
}

static GstStateChangeReturn
sfu_producer_change_state (GstElement *element, GstStateChange transition)
{
  SfuProducer *self = SFU_PRODUCER (element);
  GstStateChangeReturn ret;

  ret = GST_ELEMENT_CLASS (sfu_producer_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    if (self->loop)
      sfu_media_loop_call (self->loop, drop_pending, self);
    g_mutex_lock (&self->lock);
    g_clear_pointer (&self->receiver, sfu_stream_receiver_free);
    g_mutex_unlock (&self->lock);
  }
  return ret;
}

/* ---- the element ---- */

static void
sfu_producer_finalize (GObject *object)
{
  SfuProducer *self = SFU_PRODUCER (object);

  sfu_deadline_free (self->deadline);
  sfu_stream_receiver_free (self->receiver);
  gst_clear_buffer_list (&self->pending);
  g_clear_object (&self->loop);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (sfu_producer_parent_class)->finalize (object);
}

static void
sfu_producer_class_init (SfuProducerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (sfuproducer, "sfuproducer", 0, "SFU producer");
  object_class->finalize = sfu_producer_finalize;
  element_class->set_context = sfu_producer_set_context;
  element_class->change_state = sfu_producer_change_state;
  sfu_producer_install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "SFU producer",
      "Filter/Network/RTP",
      "One published track: asks for what is missing, keeps packets for "
      "retransmission, reads each packet once for all consumers",
      "gst-sfu developers");
}

static void
sfu_producer_init (SfuProducer *self)
{
  g_mutex_init (&self->lock);
  sfu_producer_init_properties (self);
  self->flush = (SfuFlushHook){ on_flush, self, SFU_FLUSH_PRODUCERS, FALSE };
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, sfu_producer_chain);
  gst_pad_set_chain_list_function (self->sinkpad, sfu_producer_chain_list);
  gst_pad_set_event_function (self->sinkpad, sfu_producer_sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, sfu_producer_src_event);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

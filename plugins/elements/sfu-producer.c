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
 * extmap-N, rtcp-fb-nack. Several encodings of the track (simulcast) come on the
 * one pad and are told apart by the SSRCs in the list `encodings`; consumers
 * choose one. `sfu-nack` and `GstForceKeyUnit` name the SSRC they are about.
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

#include "sfu-bytes.h"
#include "sfu-event.h"
#include "sfu-shortcut.h"

GST_DEBUG_CATEGORY (sfuproducer);
#define GST_CAT_DEFAULT sfuproducer

/* RFC 3550 5.1 */
#define RTP_SSRC_OFFSET 8

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

/* ---- packets ---- */

static GstFlowReturn
push_list (SfuProducer *self, GstBufferList *list)
{
  g_autoptr (SfuTrack) track = NULL;

  g_mutex_lock (&self->lock);
  if (self->announce && self->track)
    track = sfu_track_ref (self->track);
  self->announce = FALSE;
  g_mutex_unlock (&self->lock);
  if (track)
    gst_pad_push_event (self->srcpad, sfu_event_new_track (track));
  return sfu_branches_push (&self->branches, self->srcpad, list);
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

/* Takes buffer; NULL when it is kept back. */
static GstBuffer *
pass_level (SfuProducer *self, GstBuffer *buffer)
{
  guint encoding = sfu_buffer_get_rtp_meta (buffer)->encoding;
  gint level = audio_level_of (self, buffer);

  if (level < 0 || self->callbacks->audio_level (self->owner, self, level))
    return buffer;
  gst_buffer_unref (buffer);
  g_mutex_lock (&self->lock);
  if (encoding < self->n_receivers) {
    sfu_stream_receiver_count (self->receivers[encoding], SFU_DROP_NOT_LOUDEST);
    sfu_stream_receiver_keep_back (self->receivers[encoding]);
  }
  g_mutex_unlock (&self->lock);
  GST_LOG_OBJECT (self, "reason=%s", sfu_verdict_name (SFU_DROP_NOT_LOUDEST));
  return NULL;
}

static SfuVerdict
receive_locked (SfuProducer *self, GstBuffer **buffer, gint64 now_us,
    SfuProducerFeedback *feedback)
{
  guint8 ssrc[4] = { 0 };
  SfuVerdict verdict;
  gint encoding = 0;

  if (self->paused || self->n_receivers == 0)
    verdict = SFU_DROP_PRODUCER_PAUSED;
  else
    verdict = SFU_VERDICT_FORWARD;
  if (verdict == SFU_VERDICT_FORWARD && self->n_receivers > 1) {
    gst_buffer_extract (*buffer, RTP_SSRC_OFFSET, ssrc, sizeof ssrc);
    encoding = sfu_producer_encoding_of_locked (self, sfu_get_u32 (ssrc));
    if (encoding < 0)
      verdict = SFU_DROP_UNKNOWN_SSRC;
  }
  if (verdict != SFU_VERDICT_FORWARD) {
    if (self->n_receivers > 0)
      sfu_stream_receiver_count (self->receivers[0], verdict);
    gst_clear_buffer (buffer);
    return verdict;
  }
  verdict =
      sfu_stream_receiver_packet (self->receivers[encoding], buffer, now_us);
  if (verdict == SFU_VERDICT_FORWARD)
    sfu_producer_note_activity_locked (self, encoding, now_us);
  sfu_producer_collect_locked (self, encoding, now_us, feedback);
  return verdict;
}

/* Takes buffer; NULL when it was dropped. */
static GstBuffer *
receive_one (SfuProducer *self, GstBuffer *buffer, gint64 now_us)
{
  SfuProducerFeedback feedback = { 0 };
  SfuVerdict verdict;

  stamp_arrival (self, buffer);
  g_mutex_lock (&self->lock);
  verdict = receive_locked (self, &buffer, now_us, &feedback);
  g_mutex_unlock (&self->lock);
  if (verdict != SFU_VERDICT_FORWARD)
    GST_LOG_OBJECT (self, "reason=%s", sfu_verdict_name (verdict));
  sfu_producer_send_feedback (self, &feedback);
  return buffer ? pass_level (self, buffer) : NULL;
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
sfu_producer_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  SfuProducer *self = SFU_PRODUCER (parent);
  SfuSenderReport report;
  GstCaps *caps;
  guint32 ssrc;
  gint64 rtt_us;

  if (sfu_event_parse_sender_report (event, &report)) {
    /* Consumers find it in the track: an event would look at each, be it silent. */
    sfu_producer_take_report (self, &report);
    gst_event_unref (event);
    return TRUE;
  }
  if (GST_EVENT_IS_SERIALIZED (event))
    flush_pending (self);
  if (sfu_event_parse_rtt (event, &rtt_us)) {
    /* of this way only: consumers have their own */
    g_mutex_lock (&self->lock);
    self->rtt_us = rtt_us;
    g_mutex_unlock (&self->lock);
    gst_event_unref (event);
    return TRUE;
  }
  if (sfu_event_parse_bye (event, &ssrc)) {
    sfu_producer_take_bye (self, ssrc);
    gst_event_unref (event);
    return TRUE;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    if (!sfu_producer_configure (self, caps)) {
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

  guint32 ssrc;

  if (sfu_event_parse_keyframe_request (event, &ssrc)) {
    gst_event_unref (event);
    sfu_producer_request_keyframe (self, ssrc);
    return TRUE;
  }
  return gst_pad_event_default (pad, parent, event);
}

void
sfu_producer_set_paused (SfuProducer *self, gboolean paused)
{
  gboolean resumed;
  guint i;

  g_mutex_lock (&self->lock);
  resumed = self->paused && !paused;
  self->paused = paused;
  for (i = 0; resumed && i < self->n_receivers; i++)
    sfu_stream_receiver_resume (self->receivers[i]);
  g_mutex_unlock (&self->lock);
  if (resumed)
    sfu_producer_request_keyframe (self, 0);
}

static void
sfu_producer_set_context (GstElement *element, GstContext *context)
{
  SfuProducer *self = SFU_PRODUCER (element);
  SfuMediaLoop *loop = sfu_media_loop_from_context (context);

  if (loop && !self->loop) {
    self->loop = loop;
    g_mutex_lock (&self->lock);
    self->deadline = sfu_deadline_new (loop, sfu_producer_on_deadline, self);
    g_mutex_unlock (&self->lock);
  } else {
    g_clear_object (&loop);
  }
  GST_ELEMENT_CLASS (sfu_producer_parent_class)->set_context (element, context);
}

static void
stop_pushing (gpointer data, gpointer unused)
{
  SfuProducer *self = data;

  sfu_media_loop_cancel_flush (self->loop, &self->flush);
  gst_clear_buffer_list (&self->pending);
  sfu_branches_clear (&self->branches);
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
      sfu_media_loop_call (self->loop, stop_pushing, self);
    else
      sfu_branches_clear (&self->branches);
    g_mutex_lock (&self->lock);
    sfu_producer_clear_receivers_locked (self);
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
  sfu_branches_clear (&self->branches);
  sfu_producer_clear_receivers_locked (self);
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
  sfu_pad_set_buffer_function (self->sinkpad, sfu_producer_chain);
  gst_pad_set_chain_list_function (self->sinkpad, sfu_producer_chain_list);
  gst_pad_set_event_function (self->sinkpad, sfu_producer_sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, sfu_producer_src_event);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

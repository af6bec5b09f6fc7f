/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The encodings of sfuproducer: what the caps say of them, which are being sent,
 * and what each has to ask of the publisher.
 *
 * Threads: as sfu-producer.c. */
#include "sfu-producer-private.h"

#include <string.h>

#include "sfu-event.h"

GST_DEBUG_CATEGORY_EXTERN (sfuproducer);
#define GST_CAT_DEFAULT sfuproducer

/* A number is given up after this; a decoder waits no longer. */
#define NACK_MAX_AGE_US (1 * G_USEC_PER_SEC)
/* A key frame that was asked for and has not come is asked for again. */
#define KEYFRAME_RETRY_US (600 * 1000)
/* What a browser's pacer and jitter add to a round trip at least. */
#define RTX_PACING_US (20 * 1000)
#define MS G_GINT64_CONSTANT (1000)

/* ---- configuration ---- */

void
sfu_producer_clear_receivers_locked (SfuProducer *self)
{
  guint i;

  for (i = 0; i < self->n_receivers; i++)
    g_clear_pointer (&self->receivers[i], sfu_stream_receiver_free);
  self->n_receivers = 0;
  g_clear_pointer (&self->track, sfu_track_unref);
}

static void
make_receivers_locked (SfuProducer *self, const SfuStreamConfig *config)
{
  guint i;

  sfu_producer_clear_receivers_locked (self);
  self->track = sfu_track_new (
      config, self->cache_packets, self->cache_time_ms * MS, self->cache_bytes);
  for (i = 0; i < config->n_encodings; i++) {
    self->receivers[i] = sfu_stream_receiver_new (config, i, self->track,
        self->nack_retries, NACK_MAX_AGE_US, self->keyframe_interval_ms * MS,
        KEYFRAME_RETRY_US);
    self->due_us[i] = -1;
  }
  self->n_receivers = config->n_encodings;
  sfu_encoding_activity_init (&self->activity);
  self->announce = TRUE;
}

/* But for SSRCs: those a transport learns one after the other, while packets
 * flow. */
static gboolean
is_same_track (const SfuStreamConfig *a, const SfuStreamConfig *b)
{
  guint i;

  if (a->codec != b->codec || a->clock_rate != b->clock_rate ||
      a->payload != b->payload || a->rtx_payload != b->rtx_payload ||
      a->n_encodings != b->n_encodings || strcmp (a->mid, b->mid) != 0)
    return FALSE;
  for (i = 0; i < a->n_encodings; i++) {
    if (strcmp (a->encodings[i].rid, b->encodings[i].rid) != 0)
      return FALSE;
  }
  return TRUE;
}

gboolean
sfu_producer_configure (SfuProducer *self, GstCaps *caps)
{
  SfuStreamConfig config;
  const gchar *field;
  guint i;

  sfu_stream_config_init (&config);
  if (!sfu_stream_config_apply (&config, caps, &field)) {
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, (NULL),
        ("caps field %s is out of range in %" GST_PTR_FORMAT, field, caps));
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  if (self->n_receivers == 0 || !is_same_track (&self->config, &config))
    make_receivers_locked (self, &config);
  else
    for (i = 0; i < self->n_receivers; i++)
      sfu_stream_receiver_set_config (self->receivers[i], &config);
  self->config = config;
  g_mutex_unlock (&self->lock);
  GST_INFO_OBJECT (self,
      "codec=%s payload=%d encodings=%u ssrc=%u rtx-payload=%d nack=%d",
      sfu_codec_name (config.codec), config.payload, config.n_encodings,
      config.encodings[0].ssrc, config.rtx_payload, config.nack);
  return TRUE;
}

gint
sfu_producer_encoding_of_locked (SfuProducer *self, guint32 ssrc)
{
  guint i;

  if (self->n_receivers == 1)
    return 0; /* it knows its own, or learns it */
  for (i = 0; i < self->n_receivers; i++) {
    const SfuEncodingConfig *encoding = &self->config.encodings[i];

    if (ssrc != 0 && (encoding->ssrc == ssrc || encoding->rtx_ssrc == ssrc))
      return (gint)i;
  }
  return -1;
}

/* ---- who sends ---- */

void
sfu_producer_note_activity_locked (
    SfuProducer *self, guint encoding, gint64 now_us)
{
  if (sfu_encoding_activity_packet (&self->activity, encoding, now_us))
    sfu_track_set_active (self->track, self->activity.active);
  /* The deadline does it too, where there is a media loop. */
  if (sfu_encoding_activity_poll (&self->activity, now_us))
    sfu_track_set_active (self->track, self->activity.active);
}

void
sfu_producer_take_report (SfuProducer *self, const SfuSenderReport *report)
{
  gint encoding;

  g_mutex_lock (&self->lock);
  encoding = sfu_producer_encoding_of_locked (self, report->ssrc);
  if (encoding >= 0 && self->track)
    sfu_track_set_report (self->track, (guint)encoding, report);
  g_mutex_unlock (&self->lock);
}

/* Consumers come down at once, without waiting for a silence. */
void
sfu_producer_take_bye (SfuProducer *self, guint32 ssrc)
{
  gboolean changed = FALSE;
  gint encoding;

  g_mutex_lock (&self->lock);
  encoding = sfu_producer_encoding_of_locked (self, ssrc);
  if (encoding >= 0 &&
      sfu_stream_receiver_ssrc (self->receivers[encoding]) == ssrc &&
      sfu_encoding_activity_bye (&self->activity, (guint)encoding)) {
    sfu_track_set_active (self->track, self->activity.active);
    changed = self->n_receivers > 1;
  }
  g_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (self, "ssrc=%u bye encoding=%d", ssrc, encoding);
  if (changed)
    gst_pad_push_event (self->srcpad, sfu_event_new_activity ());
}

/* ---- feedback to the publisher ---- */

static void
earliest (gint64 *due_us, gint64 candidate_us)
{
  if (candidate_us >= 0 && (*due_us < 0 || candidate_us < *due_us))
    *due_us = candidate_us;
}

static void
set_deadline_locked (SfuProducer *self)
{
  gint64 due_us = -1;
  guint i;

  if (!self->deadline)
    return;
  for (i = 0; i < self->n_receivers; i++)
    earliest (&due_us, self->due_us[i]);
  if (self->n_receivers > 1 && self->activity.poll_us != 0)
    earliest (&due_us, self->activity.poll_us);
  sfu_deadline_set (self->deadline, due_us);
}

/* A retransmission comes a round trip later, if the publisher's pacer and the
 * jitter of the network allow. */
static gint64
nack_interval_us_locked (const SfuProducer *self)
{
  if (self->rtt_us < 0)
    return self->nack_interval_ms * MS;
  return self->rtt_us + MAX (self->rtt_us / 4, RTX_PACING_US);
}

void
sfu_producer_collect_locked (SfuProducer *self, guint encoding, gint64 now_us,
    SfuProducerFeedback *feedback)
{
  gint64 rtt_us = nack_interval_us_locked (self);
  SfuStreamReceiver *receiver = self->receivers[encoding];

  feedback->ssrc = sfu_stream_receiver_ssrc (receiver);
  feedback->n = sfu_stream_receiver_poll (receiver, now_us, rtt_us,
      feedback->seqs, SFU_PRODUCER_MAX_NACKS, &feedback->keyframe);
  self->due_us[encoding] = sfu_stream_receiver_next_due_us (receiver, rtt_us);
  set_deadline_locked (self);
}

void
sfu_producer_send_feedback (
    SfuProducer *self, const SfuProducerFeedback *feedback)
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

void
sfu_producer_on_deadline (gpointer data)
{
  SfuProducer *self = data;
  gint64 now_us = g_get_monotonic_time ();
  gboolean changed = FALSE;
  guint i;

  g_mutex_lock (&self->lock);
  if (self->track && sfu_encoding_activity_poll (&self->activity, now_us)) {
    sfu_track_set_active (self->track, self->activity.active);
    changed = self->n_receivers > 1;
  }
  set_deadline_locked (self);
  g_mutex_unlock (&self->lock);
  for (i = 0; i < SFU_MAX_ENCODINGS; i++) {
    SfuProducerFeedback feedback = { 0 };

    g_mutex_lock (&self->lock);
    if (i < self->n_receivers && !self->paused)
      sfu_producer_collect_locked (self, i, now_us, &feedback);
    g_mutex_unlock (&self->lock);
    sfu_producer_send_feedback (self, &feedback);
  }
  /* Not only packets tell the consumers: perhaps none will come. */
  if (changed)
    gst_pad_push_event (self->srcpad, sfu_event_new_activity ());
}

static void
request_one (SfuProducer *self, guint encoding, guint32 ssrc)
{
  SfuProducerFeedback feedback = { 0 };
  gint64 now_us = g_get_monotonic_time ();
  gboolean wanted = FALSE;

  g_mutex_lock (&self->lock);
  if (encoding < self->n_receivers && !self->paused)
    wanted = self->n_receivers == 1 ||
        (ssrc ? sfu_producer_encoding_of_locked (self, ssrc) == (gint)encoding
              : (self->activity.active >> encoding & 1) != 0);
  if (wanted) {
    gboolean now = sfu_stream_receiver_request_keyframe (
        self->receivers[encoding], now_us);
    sfu_producer_collect_locked (self, encoding, now_us, &feedback);
    feedback.keyframe |= now;
  }
  g_mutex_unlock (&self->lock);
  sfu_producer_send_feedback (self, &feedback);
}

void
sfu_producer_request_keyframe (SfuProducer *self, guint32 ssrc)
{
  guint i;

  for (i = 0; i < SFU_MAX_ENCODINGS; i++)
    request_one (self, i, ssrc);
}

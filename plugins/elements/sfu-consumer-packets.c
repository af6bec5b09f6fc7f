/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The data path of sfuconsumer: lists of packets are rewritten in one pass under
 * the lock and pushed after it, with what has to go before them; missing ones
 * are sent again.
 *
 * Threads: packets come on the producer's streaming thread, NACKs on any. */
#include "sfu-consumer-private.h"

#include "sfu-event.h"

GST_DEBUG_CATEGORY_EXTERN (sfuconsumer);
#define GST_CAT_DEFAULT sfuconsumer

/* One NACK may ask for this many packets at most; the rest is asked for again
 * when it is still missing. */
#define MAX_RTX_BURST SFU_PACKETS_MAX

/* Of what a transport's pad keeps for each packet (SfuTransportSinkPad). */
#define TRANSPORT_PAD_SIZE (5 * SFU_CACHE_LINE)

typedef struct {
  SfuConsumer *self;
  gint64 now_us;
  gboolean keyframe;
  gboolean layers;
  guint n;
  SfuPacket out[SFU_PACKETS_MAX];
} Pass;

static void
begin (Pass *pass, SfuConsumer *self)
{
  pass->self = self;
  pass->now_us = g_get_monotonic_time ();
  pass->keyframe = pass->layers = FALSE;
  pass->n = 0;
}

static void
forward_locked (Pass *pass, GstBuffer *in)
{
  SfuVerdict verdict = sfu_stream_sender_packet (pass->self->sender, in,
      pass->now_us, &pass->out[pass->n], &pass->keyframe);

  if (verdict == SFU_VERDICT_FORWARD)
    pass->n++;
  else
    GST_LOG_OBJECT (pass->self, "reason=%s", sfu_verdict_name (verdict));
}

/* Pushes what a pass has left to say: caps, report, packets. A branch that
 * fails must not stop its siblings: NOT_LINKED is what the tee tolerates. */
static GstFlowReturn
finish (Pass *pass, GstCaps *caps, GstEvent *report)
{
  SfuConsumer *self = pass->self;
  GstFlowReturn ret = GST_FLOW_OK;

  if (pass->keyframe)
    sfu_consumer_ask_for_keyframe (self);
  if (pass->layers)
    sfu_consumer_tell_layers (self);
  if (caps)
    sfu_consumer_push_caps (self, caps);
  gst_clear_caps (&caps);
  if (report)
    gst_pad_push_event (self->srcpad, report);
  if (pass->n > 0)
    ret = sfu_shortcut_push (&self->shortcut, self->srcpad, pass->out, pass->n);
  return ret == GST_FLOW_OK ? ret : GST_FLOW_NOT_LINKED;
}

/* The publisher's last one, with the first packets behind it. NULL: there is no new
 * one, or no numbers for it yet. */
static GstEvent *
take_report_locked (SfuConsumer *self)
{
  guint span = sfu_stream_sender_span (self->sender);
  guint serial = sfu_stream_sender_report_serial (self->sender);
  SfuSenderReport report;

  if (serial == 0 ||
      (serial == self->report_serial && span == self->report_span) ||
      !sfu_stream_sender_map_report (self->sender, &report))
    return NULL;
  self->report_serial = serial;
  self->report_span = span;
  return sfu_event_new_sender_report (&report);
}

/* Packets first … end - 1 of the list, or the only one when there is no list. */
static GstFlowReturn
forward (SfuConsumer *self, GstBufferList *list, GstBuffer *only, guint first,
    guint end)
{
  GstCaps *caps = NULL;
  GstEvent *report;
  Pass pass;

  begin (&pass, self);
  g_mutex_lock (&self->lock);
  if (self->caps_dirty)
    caps = sfu_consumer_configure_locked (self);
  for (guint i = first; i < end; i++)
    forward_locked (&pass, list ? gst_buffer_list_get (list, i) : only);
  report = pass.n > 0 ? take_report_locked (self) : NULL;
  pass.layers = sfu_consumer_layers_changed_locked (self);
  g_mutex_unlock (&self->lock);
  return finish (&pass, caps, report);
}

GstFlowReturn
sfu_consumer_on_list (GstPad *pad, GstObject *parent, GstBufferList *in)
{
  guint n = gst_buffer_list_length (in);
  GstFlowReturn ret = GST_FLOW_OK;

  for (guint first = 0; first < n; first += SFU_PACKETS_MAX)
    ret = forward (SFU_CONSUMER (parent), in, NULL, first,
        MIN (first + SFU_PACKETS_MAX, n));
  return ret;
}

void
sfu_consumer_add_lines (GstObject *parent, SfuHotLines *lines)
{
  SfuConsumer *self = SFU_CONSUMER (parent);

  sfu_hot_lines_add (lines, &self->sinkpad,
      sizeof *self - G_STRUCT_OFFSET (SfuConsumer, sinkpad));
  sfu_stream_sender_add_lines (self->sender, lines);
  sfu_shortcut_add_lines (&self->shortcut, TRANSPORT_PAD_SIZE, lines);
}

GstFlowReturn
sfu_consumer_chain_list (GstPad *pad, GstObject *parent, GstBufferList *in)
{
  GstFlowReturn ret = sfu_consumer_on_list (pad, parent, in);

  gst_buffer_list_unref (in);
  return ret;
}

GstFlowReturn
sfu_consumer_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstFlowReturn ret = forward (SFU_CONSUMER (parent), NULL, buffer, 0, 1);

  gst_buffer_unref (buffer);
  return ret;
}

/* Of NACKs, and of losses that the transport knows. */
void
sfu_consumer_retransmit (SfuConsumer *self, SfuConsumerSendAgain send_again,
    const guint16 *seqs, guint n)
{
  Pass pass;
  guint i;

  /* The chain functions hold the sink pad's: nobody pushes while the way on is
   * forgotten. */
  GST_PAD_STREAM_LOCK (self->srcpad);
  begin (&pass, self);
  g_mutex_lock (&self->lock);
  for (i = 0; i < MIN (n, MAX_RTX_BURST); i++) {
    if (send_again (self->sender, seqs[i], pass.now_us, &pass.out[pass.n]))
      pass.n++;
  }
  g_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (self, "missing=%u sent=%u", n, pass.n);
  finish (&pass, NULL, NULL);
  GST_PAD_STREAM_UNLOCK (self->srcpad);
}

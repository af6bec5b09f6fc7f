/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of sfuproducer, for its files: the data path, the encodings and
 * the properties.
 *
 * Threads: as said at the fields. */
#pragma once

#include "sfu-branches.h"
#include "sfu-deadline.h"
#include "sfu-encoding-activity.h"
#include "sfu-producer.h"
#include "sfu-stream-receiver.h"

G_BEGIN_DECLS

struct _SfuProducer {
  GstElement parent;
  GstPad *sinkpad, *srcpad; /* owned by the element */
  SfuBranches branches;     /* behind srcpad */
  const SfuProducerCallbacks *callbacks;
  gpointer owner; /* borrowed */

  GMutex lock;
  /* under lock */
  SfuStreamConfig config;
  SfuTrack *track;                                 /* owned; NULL before caps */
  SfuStreamReceiver *receivers[SFU_MAX_ENCODINGS]; /* owned */
  guint n_receivers;                               /* 0 before caps */
  gint64 due_us[SFU_MAX_ENCODINGS]; /* of each receiver; -1 = nothing */
  SfuEncodingActivity activity;
  gboolean paused;
  gboolean announce; /* push the sfu-track event before the next packet */
  guint cache_packets, cache_time_ms, cache_bytes;
  guint nack_retries, nack_interval_ms, keyframe_interval_ms;
  gint64 rtt_us;         /* measured by the transport; -1 = not known */
  SfuDeadline *deadline; /* owned; NULL without a media loop */

  SfuMediaLoop *loop; /* owned; set by set_context before data flows */
  /* media thread */
  SfuFlushHook flush;
  GstBufferList *pending; /* owned; packets of this burst */
};

/* sfu-producer-properties.c */
void sfu_producer_init_properties (SfuProducer *self);
void sfu_producer_install_properties (GObjectClass *klass);

/* sfu-producer-encodings.c; _locked: caller holds the lock */
gboolean sfu_producer_configure (SfuProducer *self, GstCaps *caps);
void sfu_producer_clear_receivers_locked (SfuProducer *self);
/* Whose a packet or a wish with this SSRC is; -1: nobody's. */
gint sfu_producer_encoding_of_locked (SfuProducer *self, guint32 ssrc);

/* What is to be said to the publisher about one encoding. */
#define SFU_PRODUCER_MAX_NACKS 128
typedef struct {
  guint32 ssrc;
  guint16 seqs[SFU_PRODUCER_MAX_NACKS];
  guint n;
  gboolean keyframe;
} SfuProducerFeedback;

void sfu_producer_collect_locked (SfuProducer *self, guint encoding,
    gint64 now_us, SfuProducerFeedback *feedback);
void sfu_producer_send_feedback (
    SfuProducer *self, const SfuProducerFeedback *feedback);
/* ssrc 0: of every encoding that is being sent. */
void sfu_producer_request_keyframe (SfuProducer *self, guint32 ssrc);
void sfu_producer_on_deadline (gpointer self);
/* A packet of encoding came: is it new that it is being sent? */
void sfu_producer_note_activity_locked (
    SfuProducer *self, guint encoding, gint64 now_us);
/* The publisher says that it no longer sends this SSRC. */
void sfu_producer_take_bye (SfuProducer *self, guint32 ssrc);
/* The publisher's report, kept for the consumers of its encoding. */
void sfu_producer_take_report (
    SfuProducer *self, const SfuSenderReport *report);

/* sfu-producer.c */
void sfu_producer_set_paused (SfuProducer *self, gboolean paused);

G_END_DECLS

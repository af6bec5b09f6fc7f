/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a consumer's stream is by a model without any memory bounds or tricks: it
 * keeps of each span what became of every packet and picture, and counts. Whatever
 * was left out in order takes no number, everything else takes one, lost or not.
 *
 * Threads: one. */
#pragma once

#include "sender-buffers.h"
#include "sfu-stream-receiver.h"

G_BEGIN_DECLS

#define N 3
#define HEADER 12
#define TAG 8
#define SLOT 16 /* of the network's time, in one picture */
#define PICTURE_US 33333
#define CLOCK 90000
#define HISTORY 4096

typedef struct {
  SfuCodec codec;
  gboolean is_long;
} Variant;

/* What a publisher counts of one encoding, unwrapped. */
typedef struct {
  guint incarnation;
  guint64 seq, picture, tl0;
  guint32 clock;
  guint key;
} Source;

typedef struct {
  guint encoding, incarnation;
  guint64 seq, picture, tl0;
  guint32 timestamp;
  gint64 due;
  GstBuffer *buffer;
} Packet;

typedef enum { MISSING, FORWARDED, LEFT_OUT } Fate;

/* Of numbers from first on; each took one but those left out. */
typedef struct {
  guint64 first, first_out, max_out;
  GByteArray *fates;
} Line;

typedef struct {
  guint encoding, incarnation;
  Line packets, pictures;
  guint32 ts_offset, max_ts;
  guint8 tl0_offset, max_tl0;
  guint64 newest_picture;
} Model;

typedef struct {
  guint64 out;
  GstBuffer *buffer; /* NULL = nothing was sent with it */
} Sent;

typedef struct {
  Variant variant;
  GRand *rand;
  SfuStreamConfig config;
  SfuTrack *track;
  SfuStreamReceiver *receivers[N];
  SfuStreamSender *sender;
  Source sources[N];
  GArray *network; /* of Packet */
  gint64 tick, now_us;
  gboolean started, want;
  Model model;
  Sent sent[HISTORY];
  guint forwarded, answered, answered_before, spans;
} Walk;

typedef struct {
  guint16 seq, picture;
  guint32 timestamp;
  guint8 tl0;
} Out;

/* The numbers of a packet that came out. */
Out parse (const Walk *w, GstBuffer *buffer);
/* A span begins with packet, which came out with these numbers. */
void begin_model (Walk *w, const Packet *packet, const Out *out);
/* packet came out as buffer. */
void check_forwarded (Walk *w, const Packet *packet, GstBuffer *buffer);
/* The model's packets or pictures: in was left out. */
void line_leave_out (Line *line, guint64 in);

G_END_DECLS

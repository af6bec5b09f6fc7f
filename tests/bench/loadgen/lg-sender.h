/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An RTP stream that an endpoint sends: VP8 or Opus by its headers, noise by
 * its payload, which ends in a trailer that tells the receiver what it is.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-endpoint.h"

typedef enum { LG_OTHER, LG_AUDIO, LG_VIDEO, LG_KINDS } LgKind;

extern const char *const lg_kind_names[LG_KINDS];
/* LG_OTHER for what is neither "audio" nor "video". */
LgKind lg_kind_from_name (const char *name);

/* Ends every payload, so that one who decrypts can follow a packet from end to
 * end: magic, SSRC, number, key frame (4 bytes each), send time (8 bytes,
 * CLOCK_MONOTONIC ns, taken before encryption). */
#define LG_TRAILER_LENGTH 24
#define LG_TRAILER_MAGIC 0x4c474e31u

#define LG_PAYLOAD_MAX 1400
#define LG_EXTENSIONS_MAX 64

typedef struct {
  LgKind kind;
  uint32_t ssrc; /* 0: chosen */
  uint8_t payload_type;
  double fps;            /* frames a second */
  int packets;           /* per frame */
  int key_packets;       /* per key frame */
  int size;              /* payload bytes of a packet */
  uint64_t key_every_ns; /* 0: only at the start and on request */
  uint64_t key_pause_ns; /* requests are heeded this long after a key frame */
  bool spread;           /* over the frame time instead of back to back */
} LgSenderOptions;

struct _LgSender {
  LgSender *next;
  LgEndpoint *endpoint; /* borrowed: owns us */
  LgSenderOptions options;
  uint64_t period_ns;
  uint8_t extensions[LG_EXTENSIONS_MAX]; /* ready-made block */
  int extensions_length;
  bool running;

  uint16_t seq;
  uint32_t roc;
  uint32_t timestamp;
  uint16_t picture_id;
  uint32_t number;
  uint64_t packets;
  uint64_t bytes;

  /* the frame being sent */
  bool key;
  int sent;
  int left;
  uint64_t due_ns;

  bool key_wanted;
  uint64_t last_key_ns;
  uint64_t next_key_ns;
  LgTimer timer;
};

/* extensions: "id:hex;id:hex", one-byte header extensions. Belongs to the
 * endpoint. */
LgSender *lg_sender_new (LgEndpoint *endpoint, const LgSenderOptions *options,
    const char *extensions);
/* Starts when the endpoint is open, or as soon as it is. */
void lg_sender_run (LgSender *self, bool run);
/* Rates and sizes of a running stream. */
void lg_sender_change (LgSender *self, const LgSenderOptions *options);
/* Somebody asked for a key frame. */
void lg_sender_want_key (LgSender *self);

/* All of a list: those that run begin. */
void lg_senders_start (LgSender *list);
void lg_senders_free (LgSender *list);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the program has one. */
#include "lg-sender.h"

#include "lg-stats.h"

#include <stdio.h>
#include <string.h>

#define VIDEO_CLOCK 90000
#define AUDIO_CLOCK 48000
#define PICTURE_ID_MASK 0x7fff
/* After a stall of this length the stream goes on from now. */
#define CATCH_UP_MAX_NS (200 * LG_MS)
/* RFC 8285: one-byte extensions. */
#define EXTENSION_PROFILE 0xbede
#define EXTENSION_VALUE_MAX 16
/* RFC 6716 3.1: 20 ms of CELT fullband, one frame. */
#define OPUS_TOC 0x78

const char *const lg_kind_names[LG_KINDS] = { "other", "audio", "video" };

LgKind
lg_kind_from_name (const char *name)
{
  for (int i = LG_AUDIO; i < LG_KINDS; i++)
    if (strcmp (name, lg_kind_names[i]) == 0)
      return (LgKind)i;
  return LG_OTHER;
}

/* RFC 7741: descriptor with a 15-bit picture id, then in the first packet the
 * payload header and, of a key frame, start code and 640x480. */
static int
put_vp8_head (LgSender *self, uint8_t *p, bool first)
{
  static const uint8_t key_start[] = { 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0,
    0x01 };
  int n = 0;

  p[n++] = (uint8_t)(0x80 | (first ? 0x10 : 0));
  p[n++] = 0x80;
  p[n++] = (uint8_t)(0x80 | self->picture_id >> 8);
  p[n++] = (uint8_t)self->picture_id;
  if (!first)
    return n;
  p[n++] = self->key ? 0x10 : 0x11;
  p[n++] = 0;
  p[n++] = 0;
  if (self->key) {
    memcpy (p + n, key_start, sizeof key_start);
    n += (int)sizeof key_start;
  }
  return n;
}

static int
put_header (LgSender *self, uint8_t *p, bool marker)
{
  p[0] = (uint8_t)(0x80 | (self->extensions_length ? 0x10 : 0));
  p[1] = (uint8_t)(self->options.payload_type | (marker ? 0x80 : 0));
  lg_put16 (p + 2, self->seq);
  lg_put32 (p + 4, self->timestamp);
  lg_put32 (p + 8, self->options.ssrc);
  memcpy (p + 12, self->extensions, (size_t)self->extensions_length);
  return 12 + self->extensions_length;
}

static void
send_packet (LgSender *self, bool first, bool last)
{
  uint8_t packet[LG_DATAGRAM_MAX];
  bool video = self->options.kind == LG_VIDEO;
  int payload = put_header (self, packet, video ? last : self->packets == 0);
  int at = payload, end;
  uint8_t *trailer;

  if (video)
    at += put_vp8_head (self, packet + at, first);
  else
    packet[at++] = OPUS_TOC;
  end = MAX (payload + self->options.size, at + LG_TRAILER_LENGTH);
  trailer = packet + end - LG_TRAILER_LENGTH;
  memset (packet + at, 0x5a, (size_t)(trailer - packet - at));
  lg_put32 (trailer, LG_TRAILER_MAGIC);
  lg_put32 (trailer + 4, self->options.ssrc);
  lg_put32 (trailer + 8, self->number++);
  lg_put32 (trailer + 12, self->key && first);
  lg_put64 (trailer + 16, lg_now_ns ());

  self->packets++;
  self->bytes += (uint64_t)(end - payload);
  end = lg_srtp_protect (&self->endpoint->srtp_out, packet, end, self->roc);
  if (++self->seq == 0)
    self->roc++;
  lg_stats.sent[self->options.kind]++;
  lg_stats.sent_bytes += (uint64_t)end;
  lg_endpoint_send (self->endpoint, packet, end);
}

static void
begin_frame (LgSender *self, uint64_t now)
{
  bool video = self->options.kind == LG_VIDEO;
  int clock_rate = video ? VIDEO_CLOCK : AUDIO_CLOCK;
  bool regular = self->options.key_every_ns > 0 && now >= self->next_key_ns;

  self->key = video && (self->key_wanted || regular || self->packets == 0);
  if (self->key) {
    self->key_wanted = false;
    self->last_key_ns = now;
    self->next_key_ns = now + self->options.key_every_ns;
  }
  self->left = self->key ? self->options.key_packets : self->options.packets;
  self->sent = 0;
  self->timestamp += (uint32_t)(clock_rate / self->options.fps);
  self->picture_id = (self->picture_id + 1) & PICTURE_ID_MASK;
  self->due_ns += self->period_ns;
  if (self->due_ns + CATCH_UP_MAX_NS < now)
    self->due_ns = now;
}

static void
on_timer (void *owner)
{
  LgSender *self = owner;
  uint64_t now = lg_now_ns ();

  if (!self->running || !self->endpoint->open)
    return;
  if (self->left == 0)
    begin_frame (self, now);
  do {
    self->left--;
    send_packet (self, self->sent++ == 0, self->left == 0);
  } while (self->left > 0 && !self->options.spread);
  if (self->left > 0 && self->due_ns > now)
    now += (self->due_ns - now) / (uint64_t)(self->left + 1);
  lg_timer_arm (&self->timer, self->left > 0 ? now : self->due_ns);
}

/* "id:hex;id:hex" as a header extension block. */
static void
set_extensions (LgSender *self, const char *text)
{
  int n = 4, used;
  unsigned id, byte;

  while (sscanf (text, "%u:%n", &id, &used) == 1) {
    int head = n++, length = 0;

    text += used;
    while (length < EXTENSION_VALUE_MAX && n < LG_EXTENSIONS_MAX - 4 &&
        *text != ';' && sscanf (text, "%2x", &byte) == 1) {
      self->extensions[n++] = (uint8_t)byte;
      text += 2;
      length++;
    }
    self->extensions[head] = (uint8_t)(id << 4 | (unsigned)(length - 1));
    if (*text == ';')
      text++;
  }
  if (n == 4)
    return;
  while (n % 4 != 0)
    self->extensions[n++] = 0;
  lg_put16 (self->extensions, EXTENSION_PROFILE);
  lg_put16 (self->extensions + 2, (uint16_t)(n / 4 - 1));
  self->extensions_length = n;
}

LgSender *
lg_sender_new (LgEndpoint *endpoint, const LgSenderOptions *options,
    const char *extensions)
{
  LgSender *self = g_new0 (LgSender, 1);

  self->endpoint = endpoint;
  self->next = endpoint->senders;
  endpoint->senders = self;
  lg_sender_change (self, options);
  if (self->options.ssrc == 0)
    self->options.ssrc = lg_random32 () | 1;
  /* Below 2^15, so that a run of some minutes passes 65535 once at most. */
  self->seq = lg_random32 () & 0x7fff;
  self->timestamp = lg_random32 ();
  self->picture_id = lg_random32 () & PICTURE_ID_MASK;
  set_extensions (self, extensions);
  lg_timer_init (&self->timer, on_timer, self);
  return self;
}

void
lg_sender_change (LgSender *self, const LgSenderOptions *options)
{
  self->options = *options;
  self->options.size = MIN (options->size, LG_PAYLOAD_MAX);
  self->period_ns = (uint64_t)((double)LG_SEC / options->fps);
}

static void
start (LgSender *self)
{
  if (!self->endpoint->open || lg_timer_armed (&self->timer))
    return;
  /* Streams must not beat in step. */
  self->due_ns = lg_now_ns () + lg_random32 () % self->period_ns;
  self->left = 0;
  lg_timer_arm (&self->timer, self->due_ns);
}

void
lg_sender_run (LgSender *self, bool run)
{
  self->running = run;
  if (run)
    start (self);
  else
    lg_timer_cancel (&self->timer);
}

void
lg_sender_want_key (LgSender *self)
{
  if (lg_now_ns () - self->last_key_ns >= self->options.key_pause_ns)
    self->key_wanted = true;
}

void
lg_senders_start (LgSender *list)
{
  for (LgSender *s = list; s != NULL; s = s->next)
    if (s->running)
      start (s);
}

void
lg_senders_free (LgSender *list)
{
  while (list != NULL) {
    LgSender *next = list->next;

    lg_timer_cancel (&list->timer);
    g_free (list);
    list = next;
  }
}

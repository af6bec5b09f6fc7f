/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the program has one. */
#include "lg-receiver.h"

#include "lg-stats.h"

#include <string.h>

#define RTP_FIXED_LENGTH 12

LgReceiver *
lg_receiver_find (LgEndpoint *endpoint, uint32_t ssrc, bool add)
{
  LgReceiver *list = (LgReceiver *)(void *)endpoint->receivers->data;
  guint count = endpoint->receivers->len;
  LgReceiver fresh = { .ssrc = ssrc };

  /* Packets come in bursts of one stream. */
  if (endpoint->last_receiver < count &&
      list[endpoint->last_receiver].ssrc == ssrc)
    return &list[endpoint->last_receiver];
  for (guint i = 0; i < count; i++) {
    if (list[i].ssrc == ssrc) {
      endpoint->last_receiver = i;
      return &list[i];
    }
  }
  if (!add)
    return NULL;
  endpoint->last_receiver = count;
  g_array_append_val (endpoint->receivers, fresh);
  return &g_array_index (endpoint->receivers, LgReceiver, count);
}

uint64_t
lg_receiver_max (const LgReceiver *self)
{
  return (uint64_t)self->roc << 16 | self->max_seq;
}

void
lg_receiver_reset (LgReceiver *self)
{
  self->window_first = lg_receiver_max (self) + 1;
  self->window_packets = self->window_bytes = 0;
  self->duplicates = self->reordered = 0;
  self->numbers_started = false;
  self->numbers = 0;
}

static uint64_t *
seen_word (LgReceiver *self, uint64_t number)
{
  return &self->seen[number / 64 % G_N_ELEMENTS (self->seen)];
}

static uint64_t
seen_bit (uint64_t number)
{
  return G_GUINT64_CONSTANT (1) << number % 64;
}

static void
start (LgReceiver *self, uint16_t seq)
{
  self->started = true;
  self->max_seq = seq;
  self->first = self->window_first = seq;
}

/* RFC 3711 3.3.1: the roll-over counter that is nearest. */
static uint64_t
extend (const LgReceiver *self, uint16_t seq)
{
  int ahead = (int16_t)(seq - self->max_seq);
  uint32_t roc = self->roc;

  if (ahead > 0 && seq < self->max_seq)
    roc++;
  else if (ahead < 0 && seq > self->max_seq && roc > 0)
    roc--;
  return (uint64_t)roc << 16 | seq;
}

/* Moves the window up to a new highest number. */
static void
advance (LgReceiver *self, uint64_t number)
{
  uint64_t max = lg_receiver_max (self);

  if (number - max >= LG_SEEN_WINDOW)
    memset (self->seen, 0, sizeof self->seen);
  else
    for (uint64_t x = max + 1; x <= number; x++)
      *seen_word (self, x) &= ~seen_bit (x);
  self->max_seq = (uint16_t)number;
  self->roc = (uint32_t)(number >> 16);
}

/* False: came before. */
static bool
count_packet (LgReceiver *self, uint64_t number, bool first, int length)
{
  uint64_t max = lg_receiver_max (self);

  if (number > max) {
    advance (self, number);
  } else if (!first) {
    if (max - number < LG_SEEN_WINDOW &&
        (*seen_word (self, number) & seen_bit (number)) != 0) {
      self->duplicates++;
      return false;
    }
    self->reordered++;
  }
  *seen_word (self, number) |= seen_bit (number);
  self->packets++;
  self->window_packets++;
  self->window_bytes += (uint64_t)length;
  return true;
}

/* What the sender wrote at the end; whether it begins a key frame. */
static bool
read_trailer (
    LgReceiver *self, const uint8_t *packet, int length, uint64_t arrival_ns)
{
  const uint8_t *trailer = packet + length - LG_TRAILER_LENGTH;
  uint64_t sent, now = lg_now_ns ();
  uint32_t number;

  if (length < RTP_FIXED_LENGTH + LG_TRAILER_LENGTH ||
      lg_get32 (trailer) != LG_TRAILER_MAGIC) {
    lg_stats.bad++;
    return false;
  }
  sent = lg_get64 (trailer + 16);
  number = lg_get32 (trailer + 8);
  if (now > sent)
    lg_histogram_add (&lg_stats.user_latency, now - sent);
  if (arrival_ns > sent)
    lg_histogram_add (&lg_stats.kernel_latency, arrival_ns - sent);
  if (!self->numbers_started) {
    self->numbers_started = true;
    self->number_first = self->number_last = number;
  }
  self->number_last = MAX (self->number_last, number);
  if (number >= self->number_first)
    self->numbers++;
  return lg_get32 (trailer + 12) != 0;
}

static void
say_first (LgEndpoint *endpoint, const LgReceiver *self, int payload_type,
    bool genuine, bool key)
{
  lg_say ("{\"ev\":\"first\",\"id\":\"%s\",\"ssrc\":%u,\"pt\":%d,"
          "\"kind\":\"%s\",\"expected\":%s,\"ok\":%s,\"kf\":%s}",
      endpoint->id, self->ssrc, payload_type, lg_kind_names[self->kind],
      self->expected ? "true" : "false", genuine ? "true" : "false",
      key ? "true" : "false");
}

void
lg_receiver_packet (
    LgEndpoint *endpoint, uint8_t *packet, int length, uint64_t arrival_ns)
{
  LgReceiver *self;
  bool first, key = false;
  uint64_t number;

  if (length < RTP_FIXED_LENGTH || !endpoint->open) {
    lg_stats.bad++;
    return;
  }
  self = lg_receiver_find (endpoint, lg_get32 (packet + 8), true);
  lg_stats.received++;
  lg_stats.received_bytes += (uint64_t)length;
  if (endpoint->announced && !self->expected)
    lg_stats.unexpected++;
  first = !self->started;
  if (first)
    start (self, lg_get16 (packet + 2));
  number = extend (self, lg_get16 (packet + 2));
  if (!count_packet (self, number, first, length))
    return;
  /* The first packet of a stream is proved genuine always. */
  if (endpoint->decrypt || first) {
    length = lg_srtp_unprotect (
        &endpoint->srtp_in, packet, length, (uint32_t)(number >> 16));
    if (length < 0)
      lg_stats.auth_failed++;
    else
      key = read_trailer (self, packet, length, arrival_ns);
    lg_stats.decrypted += length >= 0;
  }
  if (first)
    say_first (endpoint, self, packet[1] & 0x7f, length >= 0, key);
}

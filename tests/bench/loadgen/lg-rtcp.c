/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the program has one. */
#include "lg-rtcp.h"

#include "lg-receiver.h"
#include "lg-sender.h"
#include "lg-stats.h"

#include <string.h>

enum { SR = 200, RR = 201, SDES = 202, RTPFB = 205, PSFB = 206 };
enum { RTPFB_NACK = 1, RTPFB_TRANSPORT_CC = 15 };
enum { PSFB_PLI = 1, PSFB_FIR = 4, PSFB_AFB = 15 };

#define SDES_CNAME 1
#define BLOCK_LENGTH 24
/* 31 fit the count field; 20 keep a packet well below the MTU. */
#define BLOCKS_MAX 20
#define INTERVAL_NS (900 * LG_MS)
#define JITTER_NS (200 * LG_MS)
/* Seconds from 1900 to 1970. */
#define NTP_OFFSET G_GUINT64_CONSTANT (2208988800)
#define LOST_MAX 0x7fffff
/* Nobody looks at it, but zero would look broken. */
#define INTERARRIVAL_JITTER 10
#define COMPOUND_MAX 1200

static void
put_head (uint8_t *p, int count, int type, int length)
{
  p[0] = (uint8_t)(0x80 | count);
  p[1] = (uint8_t)type;
  lg_put16 (p + 2, (uint16_t)(length / 4 - 1));
}

static int
put_sdes (uint8_t *p, uint32_t ssrc, const char *cname)
{
  int text = (int)strlen (cname);
  int length = (8 + 2 + text + 1 + 3) & ~3;

  memset (p, 0, (size_t)length);
  put_head (p, 1, SDES, length);
  lg_put32 (p + 4, ssrc);
  p[8] = SDES_CNAME;
  p[9] = (uint8_t)text;
  memcpy (p + 10, cname, (size_t)text);
  return length;
}

/* RFC 3550 6.4.1 and A.3. */
static void
put_block (LgReceiver *r, uint8_t *p, uint64_t now)
{
  uint64_t max = lg_receiver_max (r), expected = max - r->first + 1;
  uint64_t asked = expected - r->reported_expected;
  uint64_t got = r->packets - r->reported_packets;
  uint64_t lost = expected > r->packets ? expected - r->packets : 0;
  uint32_t fraction =
      asked > got ? (uint32_t)(((asked - got) << 8) / asked) : 0;

  r->reported_expected = expected;
  r->reported_packets = r->packets;
  lg_put32 (p, r->ssrc);
  lg_put32 (p + 4, MIN (fraction, 255) << 24 | (uint32_t)MIN (lost, LOST_MAX));
  lg_put32 (p + 8, (uint32_t)max);
  lg_put32 (p + 12, INTERARRIVAL_JITTER);
  lg_put32 (p + 16, r->last_sr);
  lg_put32 (p + 20,
      r->last_sr == 0 ? 0 : (uint32_t)((now - r->last_sr_ns) * 65536 / LG_SEC));
}

static void
send_compound (LgEndpoint *self, uint8_t *packet, int length)
{
  self->srtcp_index = (self->srtcp_index + 1) & 0x7fffffff;
  lg_endpoint_send (self, packet,
      lg_srtcp_protect (&self->srtp_out, packet, length, self->srtcp_index));
}

static void
send_sender_report (LgEndpoint *self, const LgSender *sender)
{
  uint8_t p[COMPOUND_MAX];
  uint64_t wall = lg_wall_ns ();
  int length = 28;

  put_head (p, 0, SR, length);
  lg_put32 (p + 4, sender->options.ssrc);
  lg_put32 (p + 8, (uint32_t)(wall / LG_SEC + NTP_OFFSET));
  lg_put32 (p + 12, (uint32_t)((wall % LG_SEC << 32) / LG_SEC));
  lg_put32 (p + 16, sender->timestamp);
  lg_put32 (p + 20, (uint32_t)sender->packets);
  lg_put32 (p + 24, (uint32_t)sender->bytes);
  length += put_sdes (p + length, sender->options.ssrc, self->id);
  send_compound (self, p, length);
}

static void
send_receiver_report (LgEndpoint *self, LgReceiver **receivers, int count)
{
  uint8_t p[COMPOUND_MAX];
  int length = 8 + count * BLOCK_LENGTH;
  uint64_t now = lg_now_ns ();

  put_head (p, count, RR, length);
  lg_put32 (p + 4, self->rtcp_ssrc);
  for (int i = 0; i < count; i++)
    put_block (receivers[i], p + 8 + i * BLOCK_LENGTH, now);
  length += put_sdes (p + length, self->rtcp_ssrc, self->id);
  send_compound (self, p, length);
  lg_stats.rr_sent++;
}

static void
on_timer (void *owner)
{
  LgEndpoint *self = owner;
  LgReceiver *batch[BLOCKS_MAX];
  int count = 0;

  if (!self->open)
    return;
  for (LgSender *s = self->senders; s != NULL; s = s->next)
    if (s->packets > 0)
      send_sender_report (self, s);
  for (guint i = 0; i < self->receivers->len; i++) {
    LgReceiver *r = &g_array_index (self->receivers, LgReceiver, i);

    if (r->started)
      batch[count++] = r;
    if (count == BLOCKS_MAX) {
      send_receiver_report (self, batch, count);
      count = 0;
    }
  }
  if (count > 0)
    send_receiver_report (self, batch, count);
  lg_timer_arm (&self->rtcp_timer,
      lg_now_ns () + INTERVAL_NS + lg_random32 () % JITTER_NS);
}

void
lg_rtcp_init (LgEndpoint *self)
{
  lg_timer_init (&self->rtcp_timer, on_timer, self);
}

void
lg_rtcp_start (LgEndpoint *self)
{
  lg_timer_arm (&self->rtcp_timer, lg_now_ns () + lg_random32 () % LG_SEC);
}

static void
want_key (LgEndpoint *self, uint32_t ssrc)
{
  for (LgSender *s = self->senders; s != NULL; s = s->next)
    if (s->options.ssrc == ssrc)
      lg_sender_want_key (s);
}

static void
on_sender_report (LgEndpoint *self, const uint8_t *p)
{
  LgReceiver *r = lg_receiver_find (self, lg_get32 (p + 4), false);

  lg_stats.sr_received++;
  if (r == NULL)
    return;
  r->last_sr = lg_get32 (p + 10); /* the middle of the NTP time */
  r->last_sr_ns = lg_now_ns ();
}

static void
on_payload_feedback (LgEndpoint *self, const uint8_t *p, int format, int length)
{
  if (format == PSFB_PLI && length >= 12) {
    lg_stats.pli++;
    want_key (self, lg_get32 (p + 8));
  } else if (format == PSFB_FIR && length >= 20) {
    lg_stats.fir++;
    want_key (self, lg_get32 (p + 12));
  } else if (format == PSFB_AFB) {
    lg_stats.remb++;
  }
}

static void
on_one (LgEndpoint *self, const uint8_t *p, int length)
{
  int format = p[0] & 31;

  if (p[1] == SR && length >= 28)
    on_sender_report (self, p);
  else if (p[1] == PSFB)
    on_payload_feedback (self, p, format, length);
  else if (p[1] == RTPFB && format == RTPFB_NACK)
    lg_stats.nack++;
  else if (p[1] == RTPFB && format == RTPFB_TRANSPORT_CC)
    lg_stats.transport_cc++;
}

void
lg_rtcp_receive (LgEndpoint *self, uint8_t *packet, int length)
{
  if (!self->open)
    return;
  lg_stats.rtcp_received++;
  length = lg_srtcp_unprotect (&self->srtp_in, packet, length);
  if (length < 0) {
    lg_stats.rtcp_failed++;
    return;
  }
  for (int at = 0; at + 8 <= length;) {
    int size = 4 * (lg_get16 (packet + at + 2) + 1);

    if (at + size > length)
      break;
    on_one (self, packet + at, size);
    at += size;
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a socket does when the media thread does not keep up: datagrams that
 * have waited in the kernel for too long, for too long a time, are thrown away
 * until it has caught up. Forwarding them would only make all that follow late,
 * by seconds in the end.
 *
 * What goes first is what costs most and is missed least: large datagrams
 * (video) before small ones (audio, RTCP), and, where one sender is a large part
 * of all, his before the others'. Connectivity checks and DTLS are always kept
 * (RFC 7983: the first byte).
 *
 * Threads: pure, of one owner; time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Older ones are late. A group call is uncomfortable from 200 ms on, and a burst
 * of joins takes some 10 ms. */
#define SFU_UDP_LATE_US (100 * G_TIME_SPAN_MILLISECOND)
/* Late for so long without a break: it is no hiccup, nor another program that had
 * the core for a moment. */
#define SFU_UDP_LATE_PATIENCE_US (250 * G_TIME_SPAN_MILLISECOND)
/* Not older than this: it has caught up. */
#define SFU_UDP_PROMPT_US (10 * G_TIME_SPAN_MILLISECOND)
/* Not caught up after this: more has to go. */
#define SFU_UDP_SHED_STEP_US (100 * G_TIME_SPAN_MILLISECOND)
/* Opus at 64 kbit/s, 20 ms, SRTP and header extensions take some 220 bytes; a
 * picture of any size fills its packets. */
#define SFU_UDP_SMALL_MAX 300
/* Senders are told apart by as many values of their address' hash. */
#define SFU_UDP_SOURCES 256

/* What is thrown away; each with all before it. */
typedef enum {
  SFU_UDP_SHED_NOTHING,
  SFU_UDP_SHED_HEAVY_LARGE, /* large ones of heavy senders */
  SFU_UDP_SHED_HEAVY,       /* all of heavy senders */
  SFU_UDP_SHED_LARGE,
  SFU_UDP_SHED_ALL
} SfuUdpShed;

typedef struct {
  SfuUdpShed shed;
  gint64 since_us; /* of lateness, or of this step; 0 = all is well */
  /* What came since it was late. */
  guint32 sources[SFU_UDP_SOURCES];
  guint32 total, active; /* datagrams; sources that are not 0 */
} SfuUdpBacklog;

/* Before datagrams are handed on: how long the oldest has waited. TRUE: from
 * now on, some are thrown away. */
gboolean sfu_udp_backlog_look (
    SfuUdpBacklog *self, gint64 age_us, gint64 now_us);

static inline gboolean
sfu_udp_backlog_is_late (const SfuUdpBacklog *self)
{
  return G_UNLIKELY (self->since_us != 0);
}

/* While it is late: n more of a sender. hash: sfu_address_hash. */
void sfu_udp_backlog_count (SfuUdpBacklog *self, guint hash, guint n);
/* Is this one to be thrown away? */
gboolean sfu_udp_backlog_sheds (
    const SfuUdpBacklog *self, guint hash, const guint8 *data, gsize size);

G_END_DECLS

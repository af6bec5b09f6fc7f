/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-totals.h.
 *
 * Threads: plain data of one owner. */
#include "sfu-totals.h"

#include "sfu-media-metrics.h"

#define N_NUMBERS (sizeof (SfuTotals) / sizeof (guint64))
G_STATIC_ASSERT (sizeof (SfuTotals) % sizeof (guint64) == 0);
G_STATIC_ASSERT (SFU_MEDIA_VIDEO + 1 == SFU_N_KINDS);

void
sfu_totals_add (SfuTotals *sum, const SfuTotals *more)
{
  guint64 *to = (guint64 *)sum;
  const guint64 *from = (const guint64 *)more;
  for (gsize i = 0; i < N_NUMBERS; i++)
    to[i] += from[i];
}

void
sfu_totals_lift (SfuTotals *sum, SfuTotals *before, SfuTotals *closed)
{
  guint64 *now = (guint64 *)sum, *gone = (guint64 *)closed;
  const guint64 *then = (const guint64 *)before;
  for (gsize i = 0; i < N_NUMBERS; i++) {
    if (now[i] < then[i]) {
      gone[i] += then[i] - now[i];
      now[i] = then[i];
    }
  }
  *before = *sum;
}

const gchar *
sfu_direction_name (SfuDirection direction)
{
  return direction == SFU_IN ? "in" : "out";
}

/* ---- for the seam ---- */

/* One label, or two; NULL = none. */
static void
add (GVariantBuilder *builder, SfuMediaMetric metric, const gchar *a,
    const gchar *b, gdouble value)
{
  const gchar *labels[] = { a, b };
  guint n = !a ? 0 : b ? 2 : 1;
  g_variant_builder_add (builder, "(y@asd)", (guint8)metric,
      g_variant_new_strv (labels, n), value);
}

static void
add_streams (GVariantBuilder *builder, const SfuTotals *totals,
    SfuDirection direction, SfuMediaKind kind)
{
  const SfuStreamTotals *s = &totals->streams[direction][kind];
  const struct {
    SfuMediaMetric metric;
    guint64 count;
  } numbers[] = {
    { SFU_MEDIA_RTP_PACKETS, s->packets },
    { SFU_MEDIA_RTP_BYTES, s->bytes },
    { SFU_MEDIA_RTX_PACKETS, s->rtx_packets },
    { SFU_MEDIA_NACKS, s->nacks },
    { SFU_MEDIA_NACKED_PACKETS, s->nacked_packets },
    { SFU_MEDIA_PLIS, s->plis },
    { SFU_MEDIA_FIRS, s->firs },
  };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    add (builder, numbers[i].metric, sfu_direction_name (direction),
        sfu_media_kind_name (kind), numbers[i].count);
}

static void
add_direction (
    GVariantBuilder *builder, const SfuTotals *totals, SfuDirection direction)
{
  const struct {
    SfuMediaMetric metric;
    const guint64 *counts;
  } numbers[] = {
    { SFU_MEDIA_RTCP_PACKETS, totals->rtcp_packets },
    { SFU_MEDIA_TRANSPORT_PACKETS, totals->rtp_packets },
    { SFU_MEDIA_TRANSPORT_BYTES, totals->rtp_bytes },
    { SFU_MEDIA_SOCKET_PACKETS, totals->socket_packets },
    { SFU_MEDIA_SOCKET_BYTES, totals->socket_bytes },
  };
  for (guint i = 0; i < SFU_N_KINDS; i++)
    add_streams (builder, totals, direction, i);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    add (builder, numbers[i].metric, sfu_direction_name (direction), NULL,
        numbers[i].counts[direction]);
}

/* Of producers and consumers all reasons, so that a rate has a value of before;
 * a socket and a transport know few of them. */
static void
add_drops (GVariantBuilder *builder, const SfuTotals *totals)
{
  static const gchar *const names[] = { "socket", "transport", "producer",
    "consumer" };
  for (guint stage = 0; stage < SFU_N_STAGES; stage++) {
    for (guint i = 0; i < SFU_VERDICT_COUNT; i++) {
      guint64 n = totals->drops[stage].n[i];
      if (i != SFU_VERDICT_FORWARD && (n || stage >= SFU_STAGE_PRODUCER))
        add (builder, SFU_MEDIA_DROPPED_PACKETS, names[stage],
            sfu_verdict_name (i), n);
    }
  }
}

GVariant *
sfu_totals_to_variant (const SfuTotals *totals, gdouble turn_max_s)
{
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE (SFU_MEDIA_METRICS_VALUES));
  for (guint i = 0; i < SFU_N_DIRECTIONS; i++)
    add_direction (&builder, totals, i);
  for (guint i = 0; i < SFU_N_KINDS; i++) {
    const gchar *kind = sfu_media_kind_name (i);
    add (&builder, SFU_MEDIA_MISSED_PACKETS, kind, NULL, totals->missed[i]);
    add (&builder, SFU_MEDIA_RECOVERED_PACKETS, kind, NULL,
        totals->recovered[i]);
    add (&builder, SFU_MEDIA_KEYFRAMES, kind, NULL, totals->keyframes[i]);
  }
  add_drops (&builder, totals);
  add (&builder, SFU_MEDIA_TCP_REFUSED, "limit", NULL, totals->tcp_refused);
  add (&builder, SFU_MEDIA_TCP_REFUSED, "unproven", NULL, totals->tcp_unproven);
  add (&builder, SFU_MEDIA_TURN_MAX, NULL, NULL, turn_max_s);
  return g_variant_builder_end (&builder);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the program has one. */
#include "lg-stats.h"

#include "lg-endpoint.h"
#include "lg-receiver.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/resource.h>

LgStats lg_stats;

/* Sums over the received streams. */
typedef struct {
  uint64_t connected, streams, silent;
  uint64_t expected, got, duplicates, reordered;
  uint64_t numbers_expected, numbers;
  uint64_t kinds[LG_KINDS];
  uint64_t min, max; /* packets of the poorest and the richest stream */
} Totals;

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void
lg_stats_reset (void)
{
  GHashTableIter iter;
  gpointer value;

  memset (&lg_stats, 0, sizeof lg_stats);
  lg_stats.started_ns = lg_now_ns ();
  lg_stats.cpu_seconds = cpu_seconds ();
  g_hash_table_iter_init (&iter, lg_endpoints);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LgEndpoint *endpoint = value;

    for (guint i = 0; i < endpoint->receivers->len; i++)
      lg_receiver_reset (&g_array_index (endpoint->receivers, LgReceiver, i));
  }
}

static void
say_stream (const LgEndpoint *endpoint, const LgReceiver *r, uint64_t expected)
{
  lg_say ("{\"stream\":%u,\"id\":\"%s\",\"kind\":\"%s\","
          "\"expected\":%" G_GUINT64_FORMAT ",\"got\":%" G_GUINT64_FORMAT
          ",\"dup\":%" G_GUINT64_FORMAT ",\"reorder\":%" G_GUINT64_FORMAT
          ",\"bytes\":%" G_GUINT64_FORMAT "}",
      r->ssrc, endpoint->id, lg_kind_names[r->kind], expected,
      r->window_packets, r->duplicates, r->reordered, r->window_bytes);
}

static void
add_stream (Totals *totals, const LgEndpoint *endpoint, const LgReceiver *r,
    bool detail)
{
  uint64_t end = lg_receiver_max (r) + 1;
  uint64_t expected = end > r->window_first ? end - r->window_first : 0;

  if (!r->started) {
    totals->silent++;
    return;
  }
  totals->streams++;
  totals->expected += expected;
  totals->got += r->window_packets;
  totals->duplicates += r->duplicates;
  totals->reordered += r->reordered;
  totals->kinds[r->kind] += r->window_packets;
  totals->min = MIN (totals->min, r->window_packets);
  totals->max = MAX (totals->max, r->window_packets);
  if (r->numbers_started) {
    totals->numbers_expected += r->number_last - r->number_first + 1;
    totals->numbers += r->numbers;
  }
  if (detail)
    say_stream (endpoint, r, expected);
}

static Totals
sum (bool detail)
{
  Totals totals = { .min = G_MAXUINT64 };
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, lg_endpoints);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LgEndpoint *endpoint = value;

    totals.connected += endpoint->open;
    for (guint i = 0; i < endpoint->receivers->len; i++)
      add_stream (&totals, endpoint,
          &g_array_index (endpoint->receivers, LgReceiver, i), detail);
  }
  if (totals.streams == 0)
    totals.min = 0;
  return totals;
}

static void
put (JsonBuilder *b, const char *name, uint64_t value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_int_value (b, (gint64)value);
}

static void
put_real (JsonBuilder *b, const char *name, double value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_double_value (b, value);
}

static void
put_text (JsonBuilder *b, const char *name, const char *value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_string_value (b, value);
}

static void
put_totals (JsonBuilder *b, const Totals *t)
{
  gint64 lost = (gint64)(t->expected - t->got);

  put (b, "connected", t->connected);
  put (b, "streams", t->streams);
  put (b, "silent", t->silent);
  put (b, "recvVideo", t->kinds[LG_VIDEO]);
  put (b, "recvAudio", t->kinds[LG_AUDIO]);
  put (b, "expected", t->expected);
  put (b, "lost", (uint64_t)lost);
  put_real (
      b, "loss", t->expected == 0 ? 0 : (double)lost / (double)t->expected);
  put (b, "dup", t->duplicates);
  put (b, "reorder", t->reordered);
  put (b, "payloadExpected", t->numbers_expected);
  put (b, "payloadGot", t->numbers);
  put (b, "minStream", t->min);
  put (b, "maxStream", t->max);
}

static void
put_counters (JsonBuilder *b)
{
  put (b, "sentVideo", lg_stats.sent[LG_VIDEO]);
  put (b, "sentAudio", lg_stats.sent[LG_AUDIO]);
  put (b, "sentBytes", lg_stats.sent_bytes);
  put (b, "sendErr", lg_stats.send_errors);
  put (b, "eagain", lg_stats.would_block);
  put (b, "recv", lg_stats.received);
  put (b, "recvBytes", lg_stats.received_bytes);
  put (b, "decrypted", lg_stats.decrypted);
  put (b, "authFail", lg_stats.auth_failed);
  put (b, "unexpected", lg_stats.unexpected);
  put (b, "bad", lg_stats.bad);
  put (b, "stunBad", lg_stats.bad_stun);
  put (b, "pli", lg_stats.pli);
  put (b, "fir", lg_stats.fir);
  put (b, "nack", lg_stats.nack);
  put (b, "twcc", lg_stats.transport_cc);
  put (b, "remb", lg_stats.remb);
  put (b, "srRecv", lg_stats.sr_received);
  put (b, "rrSent", lg_stats.rr_sent);
  put (b, "rtcpRecv", lg_stats.rtcp_received);
  put (b, "rtcpFail", lg_stats.rtcp_failed);
}

static void
put_latency (JsonBuilder *b)
{
  const LgHistogram *h = lg_options.kernel_times ? &lg_stats.kernel_latency
                                                 : &lg_stats.user_latency;

  put_text (b, "latKind", lg_options.kernel_times ? "kernel-rx" : "user");
  put (b, "latN", h->count);
  put_real (b, "p50us", lg_histogram_quantile (h, 0.5) / 1e3);
  put_real (b, "p90us", lg_histogram_quantile (h, 0.9) / 1e3);
  put_real (b, "p99us", lg_histogram_quantile (h, 0.99) / 1e3);
  put_real (b, "p999us", lg_histogram_quantile (h, 0.999) / 1e3);
  put_real (b, "maxUs", (double)h->max / 1e3);
}

void
lg_stats_say (const char *seq, bool detail)
{
  Totals totals = sum (detail);
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (b);
  put_text (b, "re", "stats");
  put_text (b, "seq", seq);
  json_builder_set_member_name (b, "ok");
  json_builder_add_boolean_value (b, TRUE);
  put_real (
      b, "t", (double)(lg_now_ns () - lg_stats.started_ns) / (double)LG_SEC);
  put (b, "endpoints", g_hash_table_size (lg_endpoints));
  put_real (b, "cpu", cpu_seconds () - lg_stats.cpu_seconds);
  put_totals (b, &totals);
  put_counters (b);
  put_latency (b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  text = json_to_string (root, FALSE);
  lg_say ("%s", text);
}

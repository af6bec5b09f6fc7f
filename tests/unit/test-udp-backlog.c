/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuUdpBacklog: what is lateness and what is not, what goes first, when it
 * ends; and a queue of a server that is too slow, on paper.
 *
 * Threads: one. */
#include "sfu-udp-backlog.h"

#define MS G_TIME_SPAN_MILLISECOND
#define START (1000 * G_USEC_PER_SEC)
#define LARGE 1200
#define SMALL 120

static const guint8 rtp[LARGE] = { 0x80, 96 };

static gboolean
sheds (SfuUdpBacklog *backlog, guint source, gsize size)
{
  return sfu_udp_backlog_sheds (backlog, source, rtp, size);
}

/* All as it is at a step: of a heavy sender (0) and one that is not (1). */
static void
assert_shed (SfuUdpBacklog *backlog, gboolean heavy_large, gboolean heavy_small,
    gboolean large, gboolean small)
{
  g_assert_cmpint (sheds (backlog, 0, LARGE), ==, heavy_large);
  g_assert_cmpint (sheds (backlog, 0, SMALL), ==, heavy_small);
  g_assert_cmpint (sheds (backlog, 1, LARGE), ==, large);
  g_assert_cmpint (sheds (backlog, 1, SMALL), ==, small);
}

/* Until it is late; returns the time. */
static gint64
become_late (SfuUdpBacklog *backlog)
{
  g_assert_false (sfu_udp_backlog_look (backlog, SFU_UDP_LATE_US + 1, START));
  g_assert_true (sfu_udp_backlog_is_late (backlog));
  return START;
}

static void
test_hiccups (void)
{
  SfuUdpBacklog backlog = { 0 };
  gint64 now = START;

  /* A second late, but caught up before patience ends, again and again. */
  for (guint i = 0; i < 100; i++) {
    g_assert_false (sfu_udp_backlog_look (&backlog, G_USEC_PER_SEC, now));
    now += SFU_UDP_LATE_PATIENCE_US - 1;
    g_assert_false (sfu_udp_backlog_look (&backlog, G_USEC_PER_SEC, now));
    now += 1;
    g_assert_false (sfu_udp_backlog_look (&backlog, SFU_UDP_LATE_US, now));
    g_assert_false (sfu_udp_backlog_is_late (&backlog));
  }
  /* For hours, but not late. */
  for (guint i = 0; i < 1000; i++, now += 10 * G_USEC_PER_SEC)
    g_assert_false (sfu_udp_backlog_look (&backlog, SFU_UDP_LATE_US, now));
  assert_shed (&backlog, FALSE, FALSE, FALSE, FALSE);
}

static void
test_steps_of_equals (void)
{
  SfuUdpBacklog backlog = { 0 };
  gint64 now = become_late (&backlog);

  for (guint source = 0; source < 10; source++)
    sfu_udp_backlog_count (&backlog, source, 100);
  assert_shed (&backlog, FALSE, FALSE, FALSE, FALSE);
  now += SFU_UDP_LATE_PATIENCE_US;
  g_assert_true (sfu_udp_backlog_look (&backlog, SFU_UDP_LATE_US + 1, now));
  assert_shed (&backlog, TRUE, FALSE, TRUE, FALSE);
  now += SFU_UDP_SHED_STEP_US - 1;
  g_assert_false (sfu_udp_backlog_look (&backlog, SFU_UDP_PROMPT_US + 1, now));
  assert_shed (&backlog, TRUE, FALSE, TRUE, FALSE);
  g_assert_false (
      sfu_udp_backlog_look (&backlog, SFU_UDP_PROMPT_US + 1, ++now));
  assert_shed (&backlog, TRUE, TRUE, TRUE, TRUE);
  now += 100 * SFU_UDP_SHED_STEP_US;
  g_assert_false (sfu_udp_backlog_look (&backlog, SFU_UDP_PROMPT_US + 1, now));
  assert_shed (&backlog, TRUE, TRUE, TRUE, TRUE);
  g_assert_false (sfu_udp_backlog_look (&backlog, SFU_UDP_PROMPT_US, now));
  assert_shed (&backlog, FALSE, FALSE, FALSE, FALSE);
  g_assert_false (sfu_udp_backlog_is_late (&backlog));
}

static void
test_steps_with_heavy (void)
{
  SfuUdpBacklog backlog = { 0 };
  gint64 now = become_late (&backlog);

  sfu_udp_backlog_count (&backlog, 0, 600);
  for (guint source = 1; source < 10; source++)
    sfu_udp_backlog_count (&backlog, source, 100);
  now += SFU_UDP_LATE_PATIENCE_US;
  g_assert_true (sfu_udp_backlog_look (&backlog, SFU_UDP_LATE_US + 1, now));
  assert_shed (&backlog, TRUE, FALSE, FALSE, FALSE);
  sfu_udp_backlog_look (&backlog, 50 * MS, now += SFU_UDP_SHED_STEP_US);
  assert_shed (&backlog, TRUE, TRUE, FALSE, FALSE);
  sfu_udp_backlog_look (&backlog, 50 * MS, now += SFU_UDP_SHED_STEP_US);
  assert_shed (&backlog, TRUE, TRUE, TRUE, FALSE);
  sfu_udp_backlog_look (&backlog, 50 * MS, now += SFU_UDP_SHED_STEP_US);
  assert_shed (&backlog, TRUE, TRUE, TRUE, TRUE);
}

static void
test_who_is_heavy (void)
{
  static const struct {
    guint first, others, n_others;
    gboolean heavy;
  } cases[] = {
    { 100, 0, 0, FALSE },  /* the only one */
    { 1000, 1, 1, FALSE }, /* two cannot be told apart: their mean is half */
    { 1000, 1, 2, TRUE },
    { 200, 100, 23, FALSE }, /* a screen beside a camera: no quarter of all */
    { 900, 100, 23, TRUE },
    { 170, 1, 50, TRUE }, /* a publisher and those who watch */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuUdpBacklog backlog = { 0 };

    become_late (&backlog);
    sfu_udp_backlog_count (&backlog, 0, cases[i].first);
    for (guint source = 1; source <= cases[i].n_others; source++)
      sfu_udp_backlog_count (&backlog, source, cases[i].others);
    sfu_udp_backlog_look (
        &backlog, SFU_UDP_LATE_US + 1, START + SFU_UDP_LATE_PATIENCE_US);
    g_assert_cmpint (backlog.shed, ==,
        cases[i].heavy ? SFU_UDP_SHED_HEAVY_LARGE : SFU_UDP_SHED_LARGE);
  }
}

static void
test_kept (void)
{
  SfuUdpBacklog backlog = { .shed = SFU_UDP_SHED_ALL, .since_us = START };
  guint8 data[LARGE] = { 0 };

  for (guint first = 0; first < 256; first++) {
    data[0] = (guint8)first;
    g_assert_cmpint (sfu_udp_backlog_sheds (&backlog, 0, data, sizeof data), ==,
        first >= 128 && first <= 191);
  }
  g_assert_false (sfu_udp_backlog_sheds (&backlog, 0, data, 0));
}

static void
test_clock_set_back (void)
{
  SfuUdpBacklog backlog = { 0 };

  become_late (&backlog);
  g_assert_false (sfu_udp_backlog_look (&backlog, SFU_UDP_LATE_US + 1, MS));
  g_assert_true (sfu_udp_backlog_look (
      &backlog, SFU_UDP_LATE_US + 1, MS + SFU_UDP_LATE_PATIENCE_US));
}

/* One datagram a ms, three in four of them large, and each takes cost_us:
 * nobody waits for longer than the bound, however slow the server is. */
static void
walk (gint64 cost_us, guint *n_large, guint *n_small, gint64 *longest_us)
{
  SfuUdpBacklog backlog = { 0 };
  gint64 now = START;

  *n_large = *n_small = 0;
  *longest_us = 0;
  for (guint i = 0; i < 100000; i++) {
    gint64 sent = START + i * MS;
    gsize size = i % 4 ? LARGE : SMALL;

    now = MAX (now, sent);
    *longest_us = MAX (*longest_us, now - sent);
    sfu_udp_backlog_look (&backlog, now - sent, now);
    if (sfu_udp_backlog_is_late (&backlog))
      sfu_udp_backlog_count (&backlog, i % 8, 1);
    if (sheds (&backlog, i % 8, size))
      (*(size == LARGE ? n_large : n_small))++;
    else
      now += cost_us;
  }
}

static void
test_slow_server (void)
{
  guint large, small;
  gint64 longest_us;

  walk (999, &large, &small, &longest_us);
  g_assert_cmpuint (large + small, ==, 0);
  walk (1100, &large, &small, &longest_us);
  g_assert_cmpint (longest_us, <=, SFU_UDP_LATE_US + SFU_UDP_LATE_PATIENCE_US);
  g_assert_cmpuint (small, ==, 0);
  /* 100 s of which 10 are too much; with hindsight no less had to go. */
  g_assert_cmpuint (large, >, 8500);
  g_assert_cmpuint (large, <, 10500);
  walk (2000, &large, &small, &longest_us);
  g_assert_cmpint (longest_us, <=, SFU_UDP_LATE_US + SFU_UDP_LATE_PATIENCE_US);
  g_assert_cmpuint (small, <, 10000);
  walk (20000, &large, &small, &longest_us);
  g_assert_cmpint (longest_us, <=,
      SFU_UDP_LATE_US + SFU_UDP_LATE_PATIENCE_US + 2 * SFU_UDP_SHED_STEP_US);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/udp-backlog/hiccups", test_hiccups);
  g_test_add_func ("/udp-backlog/steps-of-equals", test_steps_of_equals);
  g_test_add_func ("/udp-backlog/steps-with-heavy", test_steps_with_heavy);
  g_test_add_func ("/udp-backlog/who-is-heavy", test_who_is_heavy);
  g_test_add_func ("/udp-backlog/kept", test_kept);
  g_test_add_func ("/udp-backlog/clock-set-back", test_clock_set_back);
  g_test_add_func ("/udp-backlog/slow-server", test_slow_server);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key-frame gate and requester.
 *
 * Threads: one. */
#include "sfu-keyframe-gate.h"
#include "test-util.h"

#define MS(n) ((gint64)(n)*1000)

static void
test_gate (void)
{
  const SfuPayloadInfo key = { TRUE, TRUE }, delta = { TRUE, FALSE },
                       middle = { FALSE, FALSE };
  SfuKeyframeGate gate;

  for (SfuCodec codec = 0; codec < SFU_CODEC_COUNT; codec++) {
    sfu_keyframe_gate_init (&gate, codec);
    if (!sfu_codec_has_keyframes (codec)) {
      g_assert_true (sfu_keyframe_gate_pass (&gate, &middle));
      g_assert_true (sfu_keyframe_gate_close (&gate));
      g_assert_true (sfu_keyframe_gate_pass (&gate, &middle));
      continue;
    }
    g_assert_false (sfu_keyframe_gate_pass (&gate, &middle));
    g_assert_false (sfu_keyframe_gate_pass (&gate, &delta));
    g_assert_false (sfu_keyframe_gate_close (&gate));
    g_assert_true (sfu_keyframe_gate_pass (&gate, &key));
    g_assert_true (sfu_keyframe_gate_pass (&gate, &middle));
    g_assert_true (sfu_keyframe_gate_pass (&gate, &delta));
    g_assert_true (sfu_keyframe_gate_close (&gate));
    g_assert_false (sfu_keyframe_gate_pass (&gate, &middle));
    g_assert_true (sfu_keyframe_gate_pass (&gate, &key));
  }
}

typedef enum { REQUEST, RECEIVED, POLL, DUE } Verb;

typedef struct {
  Verb verb;
  gint64 at; /* DUE: what next_due says */
  gboolean send;
} Step;

#define MIN_INTERVAL MS (500)
#define RETRY MS (1000)
#define RETRIES 2
#define MAX_STEPS 16

static const struct {
  const gchar *name;
  Step steps[MAX_STEPS];
  guint n;
} scripts[] = {
  { "asked once, answered",
      { { DUE, -1 }, { POLL, MS (1) }, { REQUEST, MS (10), TRUE },
          { DUE, MS (1010) }, { RECEIVED, MS (200) }, { DUE, -1 },
          { POLL, MS (5000), FALSE } },
      7 },
  { "requests merge while one is pending",
      { { REQUEST, MS (10), TRUE }, { REQUEST, MS (11), FALSE },
          { REQUEST, MS (300), FALSE }, { DUE, MS (1010) },
          { RECEIVED, MS (400) }, { POLL, MS (600), FALSE }, { DUE, -1 } },
      7 },
  { "answered, then wanted too soon: waits for the interval",
      { { REQUEST, MS (10), TRUE }, { RECEIVED, MS (100) },
          { REQUEST, MS (200), FALSE }, { DUE, MS (510) },
          { POLL, MS (509), FALSE }, { POLL, MS (510), TRUE },
          { POLL, MS (511), FALSE }, { DUE, MS (1510) } },
      8 },
  { "wanted too soon, and a key frame comes of itself",
      { { REQUEST, MS (10), TRUE }, { RECEIVED, MS (100) },
          { REQUEST, MS (200), FALSE }, { RECEIVED, MS (300) }, { DUE, -1 },
          { POLL, MS (510), FALSE } },
      6 },
  { "not answered: retried, then given up",
      { { REQUEST, MS (10), TRUE }, { POLL, MS (1009), FALSE },
          { POLL, MS (1010), TRUE }, { POLL, MS (1011), FALSE },
          { DUE, MS (2010) }, { POLL, MS (2010), TRUE },
          { POLL, MS (3010), FALSE }, { DUE, -1 }, { POLL, MS (9000), FALSE },
          { REQUEST, MS (9001), TRUE } },
      10 },
  { "asked again after the interval while pending: the count starts anew",
      { { REQUEST, MS (10), TRUE }, { POLL, MS (1010), TRUE },
          { REQUEST, MS (1600), TRUE }, { POLL, MS (2600), TRUE },
          { POLL, MS (3600), TRUE }, { POLL, MS (4600), FALSE } },
      6 },
  { "after the interval at once",
      { { REQUEST, MS (10), TRUE }, { RECEIVED, MS (20) },
          { REQUEST, MS (510), TRUE } },
      3 },
};

static void
test_requester (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (scripts); s++) {
    SfuKeyframeRequester r;

    sfu_keyframe_requester_init (&r, MIN_INTERVAL, RETRY, RETRIES);
    for (guint i = 0; i < scripts[s].n; i++) {
      const Step *step = &scripts[s].steps[i];

      g_test_message ("%s: step %u", scripts[s].name, i);
      switch (step->verb) {
        case REQUEST:
          g_assert_cmpint (
              sfu_keyframe_requester_request (&r, step->at), ==, step->send);
          break;
        case RECEIVED:
          sfu_keyframe_requester_received (&r, step->at);
          break;
        case POLL:
          g_assert_cmpint (
              sfu_keyframe_requester_poll (&r, step->at), ==, step->send);
          break;
        case DUE:
          g_assert_cmpint (
              sfu_keyframe_requester_next_due_us (&r), ==, step->at);
          break;
      }
    }
  }
}

/* Whoever calls poll at next_due, at any pattern of requests: no two requests
 * within the interval, and nothing is due in the past for ever. */
static void
test_requester_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);
  SfuKeyframeRequester r;
  gint64 now = MS (1), last = -MIN_INTERVAL;
  guint sent = 0;

  sfu_keyframe_requester_init (&r, MIN_INTERVAL, MS (100), RETRIES);
  for (guint i = 0; i < 50000; i++) {
    gint64 due = sfu_keyframe_requester_next_due_us (&r);
    gboolean send = FALSE;

    now += g_rand_int_range (rand, 0, MS (200));
    if (due != -1 && due <= now) {
      now = MAX (due, last);
      send = sfu_keyframe_requester_poll (&r, now);
      g_assert_true (send || sfu_keyframe_requester_next_due_us (&r) == -1);
    } else if (g_rand_int_range (rand, 0, 4) == 0) {
      sfu_keyframe_requester_received (&r, now);
      g_assert_cmpint (sfu_keyframe_requester_next_due_us (&r), ==, -1);
    } else {
      send = sfu_keyframe_requester_request (&r, now);
    }
    if (send) {
      g_assert_cmpint (now - last, >=, MIN_INTERVAL);
      last = now;
      sent++;
    }
  }
  g_assert_cmpuint (sent, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyframe/gate", test_gate);
  g_test_add_func ("/keyframe/requester", test_requester);
  g_test_add_func ("/keyframe/requester/random", test_requester_random);
  return g_test_run ();
}

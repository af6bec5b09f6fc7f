/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuSrtpContext: round trips against libsrtp in every suite and both
 * directions, over roll-overs, out of order, replayed, forged; and its bounds.
 *
 * Threads: main only. */
#include "sfu-srtp-context.h"

#include "sfu-bytes.h"
#include "sfu-replay-window.h"
#include "test-util.h"

#define MAX_PAYLOAD 1200
#define ROOM (MAX_PAYLOAD + 100 + SFU_SRTP_TRAILER)
#define EXTENSION_BIT 0x10

/* One direction: we protect and libsrtp does the opposite, or the reverse. */
typedef struct {
  SfuSrtpContext *own;
  SfuSrtp *other;
  gboolean own_sends;
} Pair;

static void
pair_init (Pair *pair, SfuSrtpSuite suite, gboolean own_sends)
{
  g_autoptr (GError) error = NULL;
  SfuSrtpKey key;

  sfu_srtp_key_generate (&key, suite);
  pair->own_sends = own_sends;
  pair->own = sfu_srtp_context_new (suite, &key, own_sends);
  g_assert_nonnull (pair->own);
  pair->other = sfu_srtp_new (suite, &key, !own_sends, &error);
  g_assert_no_error (error);
}

static void
pair_clear (Pair *pair)
{
  sfu_srtp_context_free (pair->own);
  sfu_srtp_free (pair->other);
}

static SfuVerdict
pair_protect (Pair *pair, gboolean rtcp, guint8 *data, gsize *size)
{
  return pair->own_sends
      ? sfu_srtp_context_protect (pair->own, rtcp, data, size)
      : sfu_srtp_protect (pair->other, rtcp, data, size, 0);
}

static SfuVerdict
pair_unprotect (Pair *pair, gboolean rtcp, guint8 *data, gsize *size)
{
  return pair->own_sends
      ? sfu_srtp_unprotect (pair->other, rtcp, data, size, 0)
      : sfu_srtp_context_unprotect (pair->own, rtcp, data, size);
}

static gsize
make_rtp (guint8 *data, guint32 ssrc, guint16 seq, gsize payload, guint kind)
{
  gsize header = 12;

  memset (data, 0, 12);
  data[0] = 0x80;
  data[1] = 96;
  sfu_put_u16 (data + 2, seq);
  sfu_put_u32 (data + 8, ssrc);
  if (kind & 1) { /* two CSRCs */
    data[0] |= 2;
    memset (data + header, 0x11, 8);
    header += 8;
  }
  if (kind & 2) { /* one word of extension */
    data[0] |= EXTENSION_BIT;
    memcpy (data + header, "\xbe\xde\x00\x01\x10\x42\x00\x00", 8);
    header += 8;
  }
  for (gsize i = 0; i < payload; i++)
    data[header + i] = (guint8)(seq + i);
  return header + payload;
}

static gsize
make_rtcp (guint8 *data, guint32 ssrc, gsize words)
{
  memset (data, 0x44, 8 + 4 * words);
  data[0] = 0x80;
  data[1] = 200;
  sfu_put_u16 (data + 2, (guint16)(1 + words));
  sfu_put_u32 (data + 4, ssrc);
  return 8 + 4 * words;
}

static void
pass (Pair *pair, gboolean rtcp, guint8 *data, gsize size)
{
  guint8 plain[ROOM];
  gsize before = size;

  memcpy (plain, data, size);
  g_assert_cmpint (
      pair_protect (pair, rtcp, data, &size), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpuint (size, >, before);
  g_assert_cmpint (
      pair_unprotect (pair, rtcp, data, &size), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpmem (data, size, plain, before);
}

/* ---- against libsrtp ---- */

static void
test_round_trip (gconstpointer suite)
{
  guint8 data[ROOM];

  for (gint own_sends = 0; own_sends < 2; own_sends++) {
    Pair pair;

    pair_init (&pair, GPOINTER_TO_UINT (suite), own_sends);
    for (guint i = 0; i < 400; i++) {
      gsize payload = i * 3;

      pass (&pair, FALSE, data,
          make_rtp (data, 1 + i % 3, (guint16)(65400 + i), payload, i % 4));
      pass (&pair, TRUE, data, make_rtcp (data, 7 + i % 2, i % 40));
    }
    pair_clear (&pair);
  }
}

/* Two turns of the sequence number, with packets that overtake each other and
 * packets that are lost. */
static void
test_turns (gconstpointer suite)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  enum { BATCH = 50 };
  static guint8 packets[BATCH][ROOM];
  gsize sizes[BATCH];

  for (gint own_sends = 0; own_sends < 2; own_sends++) {
    guint16 seq = 65000;
    Pair pair;

    pair_init (&pair, GPOINTER_TO_UINT (suite), own_sends);
    for (guint n = 0; n < 2 * 65536 / BATCH; n++) {
      for (guint i = 0; i < BATCH; i++) {
        sizes[i] = make_rtp (packets[i], 5, seq++, 20, 0);
        g_assert_cmpint (pair_protect (&pair, FALSE, packets[i], &sizes[i]), ==,
            SFU_VERDICT_FORWARD);
      }
      for (guint i = 0; i < BATCH; i++) {
        guint j = g_rand_int_range (rand, 0, BATCH);
        gsize size = sizes[j];

        if (size == 0) /* came already */
          continue;
        sizes[j] = 0;
        g_assert_cmpint (pair_unprotect (&pair, FALSE, packets[j], &size), ==,
            SFU_VERDICT_FORWARD);
      }
    }
    pair_clear (&pair);
  }
}

/* ---- refusals ---- */

static void
test_replay (gconstpointer suite)
{
  guint8 data[ROOM], copy[ROOM];
  Pair pair;
  gsize size, again;

  pair_init (&pair, GPOINTER_TO_UINT (suite), FALSE);
  size = make_rtp (data, 1, 65535, 50, 0);
  pair_protect (&pair, FALSE, data, &size);
  memcpy (copy, data, size);
  again = size;
  g_assert_cmpint (
      pair_unprotect (&pair, FALSE, data, &size), ==, SFU_VERDICT_FORWARD);
  size = again;
  memcpy (data, copy, size);
  g_assert_cmpint (
      pair_unprotect (&pair, FALSE, data, &size), ==, SFU_DROP_SRTP_REPLAYED);
  for (guint i = 0; i < SFU_REPLAY_WINDOW_SIZE; i++) {
    size = make_rtp (data, 1, (guint16)i, 50, 0);
    pair_protect (&pair, FALSE, data, &size);
    g_assert_cmpint (
        pair_unprotect (&pair, FALSE, data, &size), ==, SFU_VERDICT_FORWARD);
  }
  size = again;
  memcpy (data, copy, size);
  g_assert_cmpint (
      pair_unprotect (&pair, FALSE, data, &size), ==, SFU_DROP_SRTP_TOO_OLD);
  size = make_rtcp (data, 1, 3);
  pair_protect (&pair, TRUE, data, &size);
  memcpy (copy, data, size);
  again = size;
  g_assert_cmpint (
      pair_unprotect (&pair, TRUE, data, &size), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpint (
      pair_unprotect (&pair, TRUE, copy, &again), ==, SFU_DROP_SRTP_REPLAYED);
  pair_clear (&pair);
}

/* Every byte of a packet counts, and a forgery changes nothing. */
static void
test_forgery (gconstpointer suite)
{
  guint8 data[ROOM], forged[ROOM];
  Pair pair;

  pair_init (&pair, GPOINTER_TO_UINT (suite), FALSE);
  for (gint rtcp = 0; rtcp < 2; rtcp++) {
    gsize size = rtcp ? make_rtcp (data, 1, 4) : make_rtp (data, 1, 9, 30, 3);
    gsize got = size;

    pair_protect (&pair, rtcp, data, &size);
    for (gsize i = 0; i < size; i++) {
      got = size;
      memcpy (forged, data, size);
      forged[i] ^= 0x04;
      g_assert_cmpint (
          pair_unprotect (&pair, rtcp, forged, &got), !=, SFU_VERDICT_FORWARD);
    }
    for (gsize cut = 0; cut < size; cut++) {
      got = cut;
      memcpy (forged, data, size);
      g_assert_cmpint (
          pair_unprotect (&pair, rtcp, forged, &got), !=, SFU_VERDICT_FORWARD);
    }
    got = size;
    g_assert_cmpint (
        pair_unprotect (&pair, rtcp, data, &got), ==, SFU_VERDICT_FORWARD);
  }
  pair_clear (&pair);
}

static void
test_malformed (void)
{
  static const struct {
    gboolean rtcp;
    const gchar *bytes;
    gsize size;
  } cases[] = {
    { FALSE, "", 0 },
    { FALSE, "\x80\x60\x00\x01", 4 },
    { FALSE, "\x40\x60\x00\x01\0\0\0\0\0\0\0\1", 12 }, /* version 1 */
    { FALSE, "\x8f\x60\x00\x01\0\0\0\0\0\0\0\1", 12 }, /* 15 CSRCs */
    { FALSE, "\x90\x60\x00\x01\0\0\0\0\0\0\0\1", 12 }, /* no extension */
    { FALSE, "\x90\x60\x00\x01\0\0\0\0\0\0\0\1\xbe\xde\xff\xff", 16 },
    { TRUE, "\x80\xc8\x00\x01\0\0\0", 7 },
    { TRUE, "\x00\xc8\x00\x01\0\0\0\1", 8 },
  };
  SfuSrtpKey key;
  g_autoptr (SfuSrtpContext) out = NULL;
  g_autoptr (SfuSrtpContext) in = NULL;
  guint8 data[64] = { 0 };

  sfu_srtp_key_generate (&key, SFU_SRTP_AEAD_AES_128_GCM);
  out = sfu_srtp_context_new (SFU_SRTP_AEAD_AES_128_GCM, &key, TRUE);
  in = sfu_srtp_context_new (SFU_SRTP_AEAD_AES_128_GCM, &key, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gsize size = cases[i].size;

    memcpy (data, cases[i].bytes, size);
    g_assert_cmpint (sfu_srtp_context_protect (out, cases[i].rtcp, data, &size),
        ==, SFU_DROP_MALFORMED);
    size = cases[i].size;
    g_assert_cmpint (
        sfu_srtp_context_unprotect (in, cases[i].rtcp, data, &size), ==,
        SFU_DROP_MALFORMED);
  }
}

/* The same number twice: harmless in counter mode, never in GCM. */
static void
test_sent_twice (void)
{
  guint8 data[ROOM];

  for (guint suite = SFU_SRTP_NONE + 1; suite < SFU_SRTP_N_SUITES; suite++) {
    gboolean aead = suite == SFU_SRTP_AEAD_AES_128_GCM ||
        suite == SFU_SRTP_AEAD_AES_256_GCM;
    gsize size;
    Pair pair;

    pair_init (&pair, suite, TRUE);
    for (guint i = 0; i < 2; i++) {
      size = make_rtp (data, 1, 65535, 10, 0);
      g_assert_cmpint (pair_protect (&pair, FALSE, data, &size), ==,
          i && aead ? SFU_DROP_SRTP_REPLAYED : SFU_VERDICT_FORWARD);
    }
    size = make_rtp (data, 1, 5000, 10, 0); /* of the next turn */
    g_assert_cmpint (
        pair_protect (&pair, FALSE, data, &size), ==, SFU_VERDICT_FORWARD);
    size = make_rtp (data, 1, 65534, 10, 0);
    g_assert_cmpint (pair_protect (&pair, FALSE, data, &size), ==,
        aead ? SFU_DROP_SRTP_TOO_OLD : SFU_VERDICT_FORWARD);
    pair_clear (&pair);
  }
}

/* More streams than are remembered: the first is forgotten, the others not. */
static void
test_many_streams (void)
{
  static guint8 kept[2][ROOM];
  guint8 data[ROOM];
  gsize size, sizes[2];
  Pair pair;

  pair_init (&pair, SFU_SRTP_AEAD_AES_128_GCM, FALSE);
  for (guint i = 0; i <= SFU_SRTP_CONTEXT_MAX_IN; i++) {
    size = make_rtp (data, 100 + i, 1, 10, 0);
    pair_protect (&pair, FALSE, data, &size);
    if (i < 2) {
      memcpy (kept[i], data, size);
      sizes[i] = size;
    }
    g_assert_cmpint (
        pair_unprotect (&pair, FALSE, data, &size), ==, SFU_VERDICT_FORWARD);
  }
  g_assert_cmpint (pair_unprotect (&pair, FALSE, kept[1], &sizes[1]), ==,
      SFU_DROP_SRTP_REPLAYED);
  g_assert_cmpint (pair_unprotect (&pair, FALSE, kept[0], &sizes[0]), ==,
      SFU_VERDICT_FORWARD);
  pair_clear (&pair);
}

/* SRTCP that says of itself that it is not encrypted. */
static void
test_clear_rtcp (void)
{
  guint8 data[ROOM];
  gsize size;
  Pair pair;

  pair_init (&pair, SFU_SRTP_AES_CM_128_HMAC_SHA1_80, FALSE);
  size = make_rtcp (data, 1, 3);
  pair_protect (&pair, TRUE, data, &size);
  data[size - 14] &= 0x7f; /* the E flag */
  g_assert_cmpint (
      pair_unprotect (&pair, TRUE, data, &size), ==, SFU_DROP_MALFORMED);
  pair_clear (&pair);
}

static void
add_per_suite (const gchar *name, GTestDataFunc func)
{
  for (guint i = SFU_SRTP_NONE + 1; i < SFU_SRTP_N_SUITES; i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/srtp-context/%s/%s", name, sfu_srtp_suite_name (i));

    g_test_add_data_func (path, GUINT_TO_POINTER (i), func);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_per_suite ("round-trip", test_round_trip);
  add_per_suite ("turns", test_turns);
  add_per_suite ("replay", test_replay);
  add_per_suite ("forgery", test_forgery);
  g_test_add_func ("/srtp-context/malformed", test_malformed);
  g_test_add_func ("/srtp-context/sent-twice", test_sent_twice);
  g_test_add_func ("/srtp-context/many-streams", test_many_streams);
  g_test_add_func ("/srtp-context/clear-rtcp", test_clear_rtcp);
  return g_test_run ();
}

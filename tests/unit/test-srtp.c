/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuSrtp: keys, round trips of every suite, forgeries, replays, and how many
 * streams it keeps.
 *
 * Threads: main only. */
#include "sfu-srtp.h"

#include "sfu-bytes.h"
#include "test-util.h"

#define RTP_SIZE 100
#define RTCP_SIZE 28
#define ROOM (RTP_SIZE + SFU_SRTP_TRAILER)

typedef struct {
  SfuSrtp *out, *in;
} Pair;

static Pair
pair_new (SfuSrtpSuite suite)
{
  g_autoptr (GError) error = NULL;
  SfuSrtpKey key;
  Pair pair;

  sfu_srtp_key_generate (&key, suite);
  pair.out = sfu_srtp_new (suite, &key, TRUE, &error);
  g_assert_no_error (error);
  pair.in = sfu_srtp_new (suite, &key, FALSE, &error);
  g_assert_no_error (error);
  return pair;
}

static void
pair_free (Pair *pair)
{
  sfu_srtp_free (pair->out);
  sfu_srtp_free (pair->in);
}

static gsize
make_rtp (guint8 *data, guint32 ssrc, guint16 seq)
{
  memset (data, 0x33, RTP_SIZE);
  data[0] = 0x80;
  data[1] = 96;
  sfu_put_u16 (data + 2, seq);
  sfu_put_u32 (data + 8, ssrc);
  return RTP_SIZE;
}

/* A sender report without blocks. */
static gsize
make_rtcp (guint8 *data, guint32 ssrc)
{
  memset (data, 0x44, RTCP_SIZE);
  data[0] = 0x80;
  data[1] = 200;
  sfu_put_u16 (data + 2, RTCP_SIZE / 4 - 1);
  sfu_put_u32 (data + 4, ssrc);
  return RTCP_SIZE;
}

static void
test_names (void)
{
  SfuSrtpSuite suite = SFU_SRTP_NONE;

  for (guint i = SFU_SRTP_NONE + 1; i < SFU_SRTP_N_SUITES; i++) {
    g_assert_true (sfu_srtp_suite_from_name (sfu_srtp_suite_name (i), &suite));
    g_assert_cmpint (suite, ==, i);
    g_assert_cmpuint (sfu_srtp_suite_key_size (i), <=, SFU_SRTP_MAX_KEY);
  }
  g_assert_false (sfu_srtp_suite_from_name ("", &suite));
  g_assert_false (sfu_srtp_suite_from_name (NULL, &suite));
  g_assert_false (sfu_srtp_suite_from_name ("NULL_CIPHER", &suite));
  g_assert_cmpuint (sfu_srtp_suite_key_size (SFU_SRTP_NONE), ==, 0);
}

static void
test_keys (void)
{
  const SfuSrtpSuite suite = SFU_SRTP_AES_CM_128_HMAC_SHA1_80;
  g_autofree gchar *text = NULL, *other = NULL, *too_long = NULL;
  SfuSrtpKey key, copy;

  sfu_srtp_key_generate (&key, suite);
  text = sfu_srtp_key_to_text (&key);
  g_assert_cmpuint (strlen (text), ==, 40);
  g_assert_true (sfu_srtp_key_from_text (&copy, suite, text));
  g_assert_cmpmem (key.bytes, key.size, copy.bytes, copy.size);
  sfu_srtp_key_generate (&key, suite);
  other = sfu_srtp_key_to_text (&key);
  g_assert_cmpstr (text, !=, other);
  g_assert_false (sfu_srtp_key_from_text (&copy, suite, NULL));
  g_assert_false (sfu_srtp_key_from_text (&copy, suite, ""));
  g_assert_false (sfu_srtp_key_from_text (&copy, suite, "AAAA"));
  g_assert_false (sfu_srtp_key_from_text (&copy, suite, "!\"§$%&/()="));
  g_assert_false (
      sfu_srtp_key_from_text (&copy, SFU_SRTP_AEAD_AES_256_GCM, text));
  too_long = g_strnfill (1 << 20, 'A');
  g_assert_false (sfu_srtp_key_from_text (&copy, suite, too_long));
  sfu_srtp_key_clear (&key);
  g_assert_cmpuint (key.size, ==, 0);
  g_assert_cmpuint (key.bytes[0], ==, 0);
}

static void
test_round_trip (void)
{
  guint32 aligned[ROOM / 4];
  guint8 *data = (guint8 *)aligned, plain[ROOM];

  for (guint i = SFU_SRTP_NONE + 1; i < SFU_SRTP_N_SUITES; i++) {
    Pair pair = pair_new (i);
    gsize len = make_rtp (data, 1, 65535), before = len;

    memcpy (plain, data, len);
    g_assert_cmpint (sfu_srtp_protect (pair.out, FALSE, data, &len, 0), ==,
        SFU_VERDICT_FORWARD);
    g_assert_cmpuint (len, >, before);
    g_assert_cmpint (memcmp (data + 12, plain + 12, before - 12), !=, 0);
    g_assert_cmpint (sfu_srtp_unprotect (pair.in, FALSE, data, &len, 0), ==,
        SFU_VERDICT_FORWARD);
    g_assert_cmpmem (data, len, plain, before);

    len = before = make_rtcp (data, 1);
    memcpy (plain, data, len);
    g_assert_cmpint (sfu_srtp_protect (pair.out, TRUE, data, &len, 0), ==,
        SFU_VERDICT_FORWARD);
    g_assert_cmpint (sfu_srtp_unprotect (pair.in, TRUE, data, &len, 0), ==,
        SFU_VERDICT_FORWARD);
    g_assert_cmpmem (data, len, plain, before);
    pair_free (&pair);
  }
}

/* Across 65535 the index goes on. */
static void
test_wrap (void)
{
  Pair pair = pair_new (SFU_SRTP_AES_CM_128_HMAC_SHA1_32);
  guint32 aligned[ROOM / 4];
  guint8 *data = (guint8 *)aligned;

  for (guint i = 0; i < 20; i++) {
    gsize len = make_rtp (data, 7, (guint16)(65530 + i));

    g_assert_cmpint (sfu_srtp_protect (pair.out, FALSE, data, &len, i), ==,
        SFU_VERDICT_FORWARD);
    g_assert_cmpint (sfu_srtp_unprotect (pair.in, FALSE, data, &len, i), ==,
        SFU_VERDICT_FORWARD);
  }
  pair_free (&pair);
}

static void
test_refused (void)
{
  Pair pair = pair_new (SFU_SRTP_AES_CM_128_HMAC_SHA1_80);
  Pair other = pair_new (SFU_SRTP_AES_CM_128_HMAC_SHA1_80);
  guint32 aligned[ROOM / 4], copy[ROOM / 4];
  guint8 *data = (guint8 *)aligned;
  gsize len = make_rtp (data, 1, 1), size;

  sfu_srtp_protect (pair.out, FALSE, data, &len, 0);
  memcpy (copy, data, len);
  size = len;
  g_assert_cmpint (
      sfu_srtp_unprotect (other.in, FALSE, (guint8 *)copy, &size, 0), ==,
      SFU_DROP_SRTP);
  memcpy (copy, data, len);
  ((guint8 *)copy)[50] ^= 1;
  size = len;
  g_assert_cmpint (
      sfu_srtp_unprotect (pair.in, FALSE, (guint8 *)copy, &size, 0), ==,
      SFU_DROP_SRTP);
  memcpy (copy, data, len);
  size = len;
  g_assert_cmpint (
      sfu_srtp_unprotect (pair.in, FALSE, (guint8 *)copy, &size, 0), ==,
      SFU_VERDICT_FORWARD);
  memcpy (copy, data, len);
  size = len;
  g_assert_cmpint (
      sfu_srtp_unprotect (pair.in, FALSE, (guint8 *)copy, &size, 0), ==,
      SFU_DROP_SRTP);
  pair_free (&pair);
  pair_free (&other);
}

/* Every beginning of a packet, on a heap block of that very size. */
static void
test_truncated (void)
{
  Pair pair = pair_new (SFU_SRTP_AEAD_AES_128_GCM);
  guint32 aligned[ROOM / 4];
  guint8 *data = (guint8 *)aligned;
  gsize whole = make_rtp (data, 1, 1);

  sfu_srtp_protect (pair.out, FALSE, data, &whole, 0);
  for (gsize len = 0; len < whole; len++) {
    guint8 *copy = exact_copy (data, len);
    gsize size = len;

    g_assert_cmpint (
        sfu_srtp_unprotect (pair.in, FALSE, copy, &size, 0), ==, SFU_DROP_SRTP);
    size = len;
    g_assert_cmpint (
        sfu_srtp_unprotect (pair.in, TRUE, copy, &size, 0), ==, SFU_DROP_SRTP);
    free (copy);
  }
  pair_free (&pair);
}

/* Of each SSRC one packet, then the first again: it is refused as long as its
 * stream is remembered. */
static gboolean
replay_is_refused (guint n_streams)
{
  Pair pair = pair_new (SFU_SRTP_AES_CM_128_HMAC_SHA1_80);
  guint32 first[ROOM / 4], aligned[ROOM / 4];
  guint8 *data = (guint8 *)aligned;
  gsize first_len = make_rtp ((guint8 *)first, 1, 1);
  gboolean refused;

  sfu_srtp_protect (pair.out, FALSE, (guint8 *)first, &first_len, 0);
  for (guint i = 1; i <= n_streams; i++) {
    gsize len = make_rtp (data, i, 1);

    if (i == 1) {
      memcpy (data, first, first_len);
      len = first_len;
    } else {
      g_assert_cmpint (sfu_srtp_protect (pair.out, FALSE, data, &len, i), ==,
          SFU_VERDICT_FORWARD);
    }
    g_assert_cmpint (sfu_srtp_unprotect (pair.in, FALSE, data, &len, i), ==,
        SFU_VERDICT_FORWARD);
  }
  refused = sfu_srtp_unprotect (pair.in, FALSE, (guint8 *)first, &first_len,
                n_streams + 1) == SFU_DROP_SRTP;
  pair_free (&pair);
  return refused;
}

static void
test_bound (void)
{
  g_assert_true (replay_is_refused (SFU_SRTP_MAX_STREAMS));
  g_assert_false (replay_is_refused (SFU_SRTP_MAX_STREAMS + 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp/names", test_names);
  g_test_add_func ("/srtp/keys", test_keys);
  g_test_add_func ("/srtp/round-trip", test_round_trip);
  g_test_add_func ("/srtp/wrap", test_wrap);
  g_test_add_func ("/srtp/refused", test_refused);
  g_test_add_func ("/srtp/truncated", test_truncated);
  g_test_add_func ("/srtp/bound", test_bound);
  return g_test_run ();
}

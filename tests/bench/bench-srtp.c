/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What SRTP costs a packet: our own on OpenSSL beside libsrtp, protecting and
 * unprotecting, and HMAC-SHA1 by EVP_MAC beside the kept states.
 *
 *   bench-srtp [PACKETS [BYTES]]
 *
 * Threads: one; its own CPU time. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sfu-bytes.h"
#include "sfu-srtp-cipher.h"
#include "sfu-srtp-context.h"

#define DEFAULT_PACKETS 200000
#define DEFAULT_SIZE 1100
#define MAX_SIZE 1400
/* So many streams in turn, as one transport sends to. */
#define STREAMS 20
#define ROUNDS 3

typedef struct {
  guint packets;
  gsize size;
} Run;

static gdouble
now_us (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gdouble)t.tv_sec * 1e6 + (gdouble)t.tv_nsec / 1e3;
}

static void
fill (guint8 *data, guint i)
{
  data[0] = 0x80;
  data[1] = 96;
  sfu_put_u16 (data + 2, (guint16)(i / STREAMS));
  sfu_put_u32 (data + 8, 1 + i % STREAMS);
}

/* Protects all, unprotects all; prints µs a packet of each. */
static void
measure (const Run *run, SfuSrtpSuite suite, gboolean own)
{
  const gsize room = MAX_SIZE + SFU_SRTP_TRAILER;
  g_autofree guint8 *data = g_malloc0 (room * run->packets);
  g_autofree gsize *sizes = g_new (gsize, run->packets);
  SfuSrtpKey key;
  gdouble start, middle, end;

  sfu_srtp_key_generate (&key, suite);
  g_autoptr (SfuSrtpContext) out = sfu_srtp_context_new (suite, &key, TRUE);
  g_autoptr (SfuSrtpContext) in = sfu_srtp_context_new (suite, &key, FALSE);
  g_autoptr (SfuSrtp) lib_out = sfu_srtp_new (suite, &key, TRUE, NULL);
  g_autoptr (SfuSrtp) lib_in = sfu_srtp_new (suite, &key, FALSE, NULL);

  for (guint i = 0; i < run->packets; i++) {
    fill (data + i * room, i);
    sizes[i] = run->size;
  }
  start = now_us ();
  for (guint i = 0; i < run->packets; i++) {
    SfuVerdict verdict = own
        ? sfu_srtp_context_protect (out, FALSE, data + i * room, &sizes[i])
        : sfu_srtp_protect (lib_out, FALSE, data + i * room, &sizes[i], 0);

    g_assert (verdict == SFU_VERDICT_FORWARD);
  }
  middle = now_us ();
  for (guint i = 0; i < run->packets; i++) {
    SfuVerdict verdict = own
        ? sfu_srtp_context_unprotect (in, FALSE, data + i * room, &sizes[i])
        : sfu_srtp_unprotect (lib_in, FALSE, data + i * room, &sizes[i], 0);

    g_assert (verdict == SFU_VERDICT_FORWARD);
  }
  end = now_us ();
  g_print ("%-24s %-8s protect %.2f us  unprotect %.2f us\n",
      sfu_srtp_suite_name (suite), own ? "own" : "libsrtp",
      (middle - start) / run->packets, (end - middle) / run->packets);
}

/* ---- HMAC-SHA1 ---- */

static void
measure_kept_states (const Run *run, const guint8 *data)
{
  SHA_CTX inner, outer;
  guint8 pad[64] = { 0x36 }, digest[SHA_DIGEST_LENGTH];
  gdouble start = now_us ();

  SHA1_Init (&inner);
  SHA1_Update (&inner, pad, sizeof pad);
  outer = inner;
  for (guint i = 0; i < run->packets; i++) {
    SHA_CTX sha = inner;

    SHA1_Update (&sha, data, run->size);
    SHA1_Final (digest, &sha);
    sha = outer;
    SHA1_Update (&sha, digest, sizeof digest);
    SHA1_Final (digest, &sha);
  }
  g_print ("HMAC-SHA1 kept states     %.2f us\n",
      (now_us () - start) / run->packets);
}

static void
measure_evp_mac (const Run *run, const guint8 *data, gboolean duplicate)
{
  EVP_MAC *mac = EVP_MAC_fetch (NULL, "HMAC", NULL);
  EVP_MAC_CTX *keyed = EVP_MAC_CTX_new (mac);
  guint8 key[20] = { 0 }, digest[SHA_DIGEST_LENGTH];
  OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string (
                              "digest", (char *)"SHA1", 0),
    OSSL_PARAM_construct_end () };
  gdouble start;
  gsize n;

  EVP_MAC_init (keyed, key, sizeof key, params);
  start = now_us ();
  for (guint i = 0; i < run->packets; i++) {
    EVP_MAC_CTX *ctx = duplicate ? EVP_MAC_CTX_dup (keyed) : keyed;

    if (!duplicate)
      EVP_MAC_init (ctx, NULL, 0, NULL);
    EVP_MAC_update (ctx, data, run->size);
    EVP_MAC_final (ctx, digest, &n, sizeof digest);
    if (duplicate)
      EVP_MAC_CTX_free (ctx);
  }
  g_print ("HMAC-SHA1 EVP_MAC %-8s %.2f us\n", duplicate ? "dup" : "re-init",
      (now_us () - start) / run->packets);
  EVP_MAC_CTX_free (keyed);
  EVP_MAC_free (mac);
}

int
main (int argc, char **argv)
{
  Run run = { DEFAULT_PACKETS, DEFAULT_SIZE };
  guint8 data[MAX_SIZE] = { 0 };

  if (argc > 1)
    run.packets = (guint)CLAMP (atoi (argv[1]), 1000, 1000000);
  if (argc > 2)
    run.size = (gsize)CLAMP (atoi (argv[2]), 12, MAX_SIZE);
  g_print ("%u packets of %zu bytes\n", run.packets, run.size);
  for (guint round = 0; round < ROUNDS; round++) {
    for (guint suite = SFU_SRTP_NONE + 1; suite < SFU_SRTP_N_SUITES; suite++) {
      measure (&run, suite, TRUE);
      measure (&run, suite, FALSE);
    }
    measure_kept_states (&run, data);
    measure_evp_mac (&run, data, FALSE);
    measure_evp_mac (&run, data, TRUE);
  }
  return EXIT_SUCCESS;
}

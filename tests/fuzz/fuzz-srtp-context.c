/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: our own SRTP and SRTCP, from whoever has no key and from whoever
 * has it. Input: suite and whether it is RTCP (1), the packet.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-srtp-context.h"

#include <string.h>

#define MAX_PACKET 2048

enum { STRANGER, FRIEND_OUT, FRIEND_IN, N_ROLES };

/* Made once: what they remember (which packets came, of which streams) makes an
 * input that was seen a replay. */
static SfuSrtpContext *
get_context (SfuSrtpSuite suite, guint role)
{
  static SfuSrtpContext *all[SFU_SRTP_N_SUITES][N_ROLES];
  SfuSrtpKey key = { .size = sfu_srtp_suite_key_size (suite) };

  if (all[suite][role] == NULL) {
    memset (key.bytes, 0x5a, key.size);
    all[suite][role] = sfu_srtp_context_new (suite, &key, role == FRIEND_OUT);
    g_assert (all[suite][role] != NULL);
  }
  return all[suite][role];
}

/* Nobody guesses the tag: what is let in without a key is a bug. (The short one
 * of 4 bytes can be guessed, by a fuzzer that is patient.) */
static void
check_stranger (
    SfuSrtpSuite suite, gboolean rtcp, const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size); /* to the byte, for ASan */
  gsize len = size;
  SfuVerdict verdict = sfu_srtp_context_unprotect (
      get_context (suite, STRANGER), rtcp, copy, &len);

  g_assert (verdict == SFU_DROP_MALFORMED || verdict == SFU_DROP_SRTP);
  g_assert (len == size);
}

static void
check_friend (SfuSrtpSuite suite, gboolean rtcp, const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_malloc (size + SFU_SRTP_CONTEXT_TRAILER);
  gsize len = size;

  memcpy (copy, data, size);
  if (sfu_srtp_context_protect (get_context (suite, FRIEND_OUT), rtcp, copy,
          &len) != SFU_VERDICT_FORWARD)
    return;
  g_assert (len > size && len <= size + SFU_SRTP_CONTEXT_TRAILER);
  if (sfu_srtp_context_unprotect (get_context (suite, FRIEND_IN), rtcp, copy,
          &len) != SFU_VERDICT_FORWARD)
    return;
  g_assert (len == size && memcmp (copy, data, size) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SfuSrtpSuite suite;
  gboolean rtcp;

  if (size < 2 || size > MAX_PACKET)
    return 0;
  suite = (SfuSrtpSuite)(1 + data[0] % (SFU_SRTP_N_SUITES - 1));
  rtcp = (data[0] & 0x80) != 0;
  check_stranger (suite, rtcp, data + 1, size - 1);
  check_friend (suite, rtcp, data + 1, size - 1);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: SRTP and SRTCP from whoever has no key, and from whoever has it, by
 * both who read them: libsrtp's (plain transports) and our own (DTLS). What one of
 * them protects the other takes as well as its own.
 * Input: suite and whether it is RTCP (1), the packet.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-srtp-context.h"

#include <string.h>

#define MAX_PACKET 2048

enum { STRANGER, FRIEND_OUT, FRIEND_IN, FOREIGN_OUT, FOREIGN_IN, N_ROLES };

typedef struct {
  gpointer (*make) (
      SfuSrtpSuite suite, const SfuSrtpKey *key, gboolean outbound);
  SfuVerdict (*protect) (
      gpointer self, gboolean rtcp, guint8 *data, gsize *size);
  SfuVerdict (*unprotect) (
      gpointer self, gboolean rtcp, guint8 *data, gsize *size);
  gsize trailer;
} Engine;

/* ---- libsrtp's ---- */

static gpointer
make_libsrtp (SfuSrtpSuite suite, const SfuSrtpKey *key, gboolean outbound)
{
  return sfu_srtp_new (suite, key, outbound, NULL);
}

static SfuVerdict
protect_libsrtp (gpointer self, gboolean rtcp, guint8 *data, gsize *size)
{
  return sfu_srtp_protect (self, rtcp, data, size, 1);
}

static SfuVerdict
unprotect_libsrtp (gpointer self, gboolean rtcp, guint8 *data, gsize *size)
{
  return sfu_srtp_unprotect (self, rtcp, data, size, 1);
}

/* ---- our own ---- */

static gpointer
make_own (SfuSrtpSuite suite, const SfuSrtpKey *key, gboolean outbound)
{
  return sfu_srtp_context_new (suite, key, outbound);
}

static SfuVerdict
protect_own (gpointer self, gboolean rtcp, guint8 *data, gsize *size)
{
  return sfu_srtp_context_protect (self, rtcp, data, size);
}

static SfuVerdict
unprotect_own (gpointer self, gboolean rtcp, guint8 *data, gsize *size)
{
  return sfu_srtp_context_unprotect (self, rtcp, data, size);
}

static const Engine engines[] = {
  { make_libsrtp, protect_libsrtp, unprotect_libsrtp, SFU_SRTP_TRAILER },
  { make_own, protect_own, unprotect_own, SFU_SRTP_CONTEXT_TRAILER },
};

/* Made once: making one costs a thousand packets. What they remember (which
 * packets came, of which streams) makes an input that was seen a replay. */
static gpointer
get (guint engine, SfuSrtpSuite suite, guint role)
{
  static gpointer all[G_N_ELEMENTS (engines)][SFU_SRTP_N_SUITES][N_ROLES];
  gpointer *self = &all[engine][suite][role];
  SfuSrtpKey key = { .size = sfu_srtp_suite_key_size (suite) };

  if (*self == NULL) {
    memset (key.bytes, 0x5a, key.size);
    *self = engines[engine].make (
        suite, &key, role == FRIEND_OUT || role == FOREIGN_OUT);
    g_assert (*self != NULL);
  }
  return *self;
}

/* Nobody guesses the tag: what is let in without a key is a bug. (The short one
 * of 4 bytes can be guessed, by a fuzzer that is patient.) */
static void
check_stranger (guint engine, SfuSrtpSuite suite, gboolean rtcp,
    const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size); /* to the byte, for ASan */
  gsize len = size;
  SfuVerdict verdict = engines[engine].unprotect (
      get (engine, suite, STRANGER), rtcp, copy, &len);

  g_assert (verdict == SFU_DROP_MALFORMED || verdict == SFU_DROP_SRTP);
  g_assert (len == size);
}

/* From one engine to the other or to itself; the roles are of this way only. */
static void
check_friend (guint from, guint to, SfuSrtpSuite suite, gboolean rtcp,
    const guint8 *data, gsize size)
{
  gsize trailer = engines[from].trailer, len = size;
  g_autofree guint8 *copy = g_malloc (size + trailer);
  guint out = from == to ? FRIEND_OUT : FOREIGN_OUT;

  memcpy (copy, data, size);
  if (engines[from].protect (get (from, suite, out), rtcp, copy, &len) !=
      SFU_VERDICT_FORWARD)
    return;
  g_assert (len > size && len <= size + trailer);
  if (engines[to].unprotect (
          get (to, suite, from == to ? FRIEND_IN : FOREIGN_IN), rtcp, copy,
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
  for (guint i = 0; i < G_N_ELEMENTS (engines); i++) {
    check_stranger (i, suite, rtcp, data + 1, size - 1);
    for (guint j = 0; j < G_N_ELEMENTS (engines); j++)
      check_friend (i, j, suite, rtcp, data + 1, size - 1);
  }
  return 0;
}

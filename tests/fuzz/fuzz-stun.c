/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: connectivity checks. Input: a datagram; where it ends like one
 * with a FINGERPRINT, that is made to fit, so that what is behind it is
 * reached. Nobody can guess MESSAGE-INTEGRITY: no input is authenticated.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-stun.h"

#include <string.h>

#define FINGERPRINT_SIZE 8
#define FINGERPRINT_XOR 0x5354554eu
#define PASSWORD "0123456789abcdef0123456789abcdef"

static guint32
crc32_of (const guint8 *data, gsize size)
{
  guint32 crc = 0xffffffffu;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
  }
  return ~crc;
}

static void
seal (guint8 *data, gsize size)
{
  gsize at = size - FINGERPRINT_SIZE;
  guint32 crc;

  if (size < FINGERPRINT_SIZE || data[at] != 0x80 || data[at + 1] != 0x28)
    return;
  crc = g_htonl (crc32_of (data, at) ^ FINGERPRINT_XOR);
  memcpy (data + at + 4, &crc, sizeof crc);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static SfuStun *stun;
  g_autofree guint8 *copy = g_memdup2 (data, size);
  gchar ufrag[SFU_STUN_UFRAG_MAX + 1];
  guint8 answer[SFU_STUN_ANSWER_MAX];
  gsize answer_size;
  gboolean nominates;
  SfuAddress from;
  SfuStunStatus status;

  if (!stun)
    stun = sfu_stun_new ();
  seal (copy, size);
  if (!sfu_stun_peek_ufrag (copy, size, ufrag))
    return 0;
  g_assert (ufrag[0] != '\0' && strlen (ufrag) <= SFU_STUN_UFRAG_MAX);
  sfu_address_parse (&from, "192.0.2.1", 1);
  status = sfu_stun_answer (
      stun, copy, size, PASSWORD, &from, answer, &answer_size, &nominates);
  g_assert (answer_size <= sizeof answer && !nominates);
  g_assert (status == SFU_STUN_DISCARD || status == SFU_STUN_BAD_REQUEST ||
      status == SFU_STUN_UNAUTHORIZED);
  g_assert ((status == SFU_STUN_DISCARD) == (answer_size == 0));
  return 0;
}

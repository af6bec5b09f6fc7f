/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time, random numbers and output of the load generator.
 *
 * Threads: the program has one. */
#include "lg-base.h"

#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

LgOptions lg_options = {
  .profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80",
  .ip = "127.0.0.1",
  .receive_buffer = 8 << 20,
  .send_buffer = 4 << 20,
  .decrypt_every = 1,
};

static uint64_t
read_clock (clockid_t id)
{
  struct timespec t;

  clock_gettime (id, &t);
  return (uint64_t)t.tv_sec * LG_SEC + (uint64_t)t.tv_nsec;
}

uint64_t
lg_now_ns (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

uint64_t
lg_wall_ns (void)
{
  return read_clock (CLOCK_REALTIME);
}

uint32_t
lg_random32 (void)
{
  return g_random_int ();
}

void
lg_random_text (char *out, int length)
{
  /* 32 characters, so that five bits of a random byte choose one evenly. */
  static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
  uint8_t bytes[64];

  g_assert (length <= (int)sizeof bytes);
  RAND_bytes (bytes, length);
  for (int i = 0; i < length; i++)
    out[i] = alphabet[bytes[i] & 31];
  out[length] = '\0';
}

void
lg_say (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  putchar ('\n');
  fflush (stdout);
}

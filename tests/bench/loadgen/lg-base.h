/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small things that every part of the load generator uses: time, byte order,
 * random numbers, lines on stdout.
 *
 * Threads: the program has one. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define LG_MS G_GUINT64_CONSTANT (1000000)
#define LG_SEC G_GUINT64_CONSTANT (1000000000)

/* The largest datagram that is sent or read. */
#define LG_DATAGRAM_MAX 2048

/* Command line options, set once at the start. */
typedef struct {
  const char *profiles; /* use_srtp list in OpenSSL's names */
  const char *ip;       /* own address of all endpoints */
  int receive_buffer;   /* bytes, SO_RCVBUF */
  int send_buffer;      /* bytes, SO_SNDBUF */
  int decrypt_every;    /* decrypt what every n-th endpoint gets; 0 = none */
  bool kernel_times;    /* arrival times from the kernel (SO_TIMESTAMPNS) */
} LgOptions;

extern LgOptions lg_options;

/* CLOCK_MONOTONIC and CLOCK_REALTIME in nanoseconds. */
uint64_t lg_now_ns (void);
uint64_t lg_wall_ns (void);

/* Not for secrets. */
uint32_t lg_random32 (void);
/* length characters of the ice-char alphabet and a NUL; for secrets. */
void lg_random_text (char *out, int length);

/* One line on stdout, flushed. */
void lg_say (const char *format, ...) G_GNUC_PRINTF (1, 2);

static inline uint16_t
lg_get16 (const uint8_t *p)
{
  return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
lg_get32 (const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
      p[3];
}

static inline uint64_t
lg_get64 (const uint8_t *p)
{
  return (uint64_t)lg_get32 (p) << 32 | lg_get32 (p + 4);
}

static inline void
lg_put16 (uint8_t *p, uint16_t value)
{
  p[0] = (uint8_t)(value >> 8);
  p[1] = (uint8_t)value;
}

static inline void
lg_put32 (uint8_t *p, uint32_t value)
{
  lg_put16 (p, (uint16_t)(value >> 16));
  lg_put16 (p + 2, (uint16_t)value);
}

static inline void
lg_put64 (uint8_t *p, uint64_t value)
{
  lg_put32 (p, (uint32_t)(value >> 32));
  lg_put32 (p + 4, (uint32_t)value);
}

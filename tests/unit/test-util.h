/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the cores share.
 *
 * Threads: the test's one thread. */
#pragma once

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* A copy on the heap of exactly len bytes, so that an address sanitizer sees
 * the first byte read behind it. Free with free(). */
static inline guint8 *
exact_copy (const guint8 *data, gsize len)
{
  guint8 *copy = calloc (1, len);

  if (len > 0)
    memcpy (copy, data, len);
  return copy;
}

/* The same numbers in every run: a failure can be repeated. */
#define TEST_SEED 20240229

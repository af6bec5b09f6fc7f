/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inputs of targets that have a memory: a sequence of steps, each of them
 *
 *   verb (1), milliseconds since the step before (1), length (2), bytes
 *
 * so that one input is what a peer sends over some time. The last step may be
 * cut short.
 *
 * Threads: one. */
#pragma once

#include <glib.h>

#define FUZZ_STEP_HEADER 4

typedef struct {
  guint8 verb;
  guint8 ms;
  const guint8 *data;
  gsize size;
} FuzzStep;

typedef struct {
  const guint8 *data;
  gsize size;
} FuzzSteps;

static inline gboolean
fuzz_steps_next (FuzzSteps *steps, FuzzStep *step)
{
  if (steps->size < FUZZ_STEP_HEADER)
    return FALSE;
  step->verb = steps->data[0];
  step->ms = steps->data[1];
  step->size = steps->data[2] << 8 | steps->data[3];
  step->data = steps->data + FUZZ_STEP_HEADER;
  step->size = MIN (step->size, steps->size - FUZZ_STEP_HEADER);
  steps->data = step->data + step->size;
  steps->size -= FUZZ_STEP_HEADER + step->size;
  return TRUE;
}

/* Number at of the step's bytes; 0 behind their end. */
static inline guint16
fuzz_step_u16 (const FuzzStep *step, gsize at)
{
  return at + 2 <= step->size
      ? (guint16)(step->data[at] << 8 | step->data[at + 1])
      : 0;
}

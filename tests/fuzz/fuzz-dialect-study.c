/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: events of study rooms, ["EVENT", PAYLOAD], as far as the typed
 * request.
 *
 * Threads: one. */
#include "fuzz-events.h"

#include "sfu-study.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const SfuEvent *event;

  sfu_request_free (fuzz_event (sfu_study_get_dialect (), data, size, &event));
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: events of calls, ["EVENT", PAYLOAD], as far as the typed
 * request.
 *
 * Threads: one. */
#include "fuzz-events.h"

#include "sfu-calls.h"
#include "sfu-name.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const SfuEvent *event;
  g_autoptr (SfuRequest) request =
      fuzz_event (sfu_calls_get_dialect (), data, size, &event);

  if (request == NULL)
    return 0;
  /* Names of calls and of users become names of rooms and of peers. */
  if (strcmp (event->event, "createRoom") == 0 ||
      strcmp (event->event, "joinRoom") == 0 ||
      strcmp (event->event, "getProducers") == 0)
    g_assert_true (sfu_name_is_valid (request->id));
  if (strcmp (event->event, "joinRoom") == 0) {
    g_assert_true (sfu_name_is_valid (request->user_id));
    g_assert_cmpstr (request->display_name, ==, request->user_id);
  }
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is refused: data channels (not yet), and losing packets on purpose
 * (unless the server was started for tests).
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-error.h"

void
sfu_handle_data_not_supported (SfuCall *call)
{
  sfu_call_fail_literal (
      call, SFU_ERROR_NOT_SUPPORTED, "data channels are not supported yet");
}

static void
on_impaired (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  GError *error = NULL;

  if (sfu_worker_client_set_impairment_finish (
          SFU_WORKER_CLIENT (source), result, &error))
    sfu_call_reply_empty (call);
  else
    sfu_call_fail (call, error);
}

/* It is the whole worker's, not only this peer's: nothing for a server that
 * strangers use. */
static void
set_loss (SfuCall *call, gdouble percent)
{
  if (!sfu_rooms_get_limits (call->peer->room->rooms)->allow_impairment) {
    sfu_call_fail_literal (call, SFU_ERROR_FORBIDDEN,
        "network throttling is not enabled on this server");
    return;
  }
  g_message ("room=%s peer=%s loses %.1f %% of all packets",
      call->peer->room->label, call->peer->label, percent);
  sfu_worker_client_set_impairment_async (
      sfu_call_worker (call), percent, percent, NULL, on_impaired, call);
}

void
sfu_handle_apply_network_throttle (SfuCall *call)
{
  set_loss (call, call->request->packet_loss);
}

void
sfu_handle_reset_network_throttle (SfuCall *call)
{
  set_loss (call, 0);
}

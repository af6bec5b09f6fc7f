/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-room-overload.h.
 *
 * Threads: the server's one thread. */
#include "sfu-room-overload.h"

#include "sfu-error.h"
#include "sfu-limits.h"
#include "sfu-room-calls.h"

/* More voices at a time than anybody can follow. */
#define LOUDEST_UNDER_LOAD 3

static SfuRefusal
refusal_of_server (void)
{
  static const SfuRefusal refusals[] = {
    [SFU_LIMIT_NONE] = SFU_REFUSAL_NONE,
    [SFU_LIMIT_DESCRIPTORS] = SFU_REFUSAL_SERVER_DESCRIPTORS,
    [SFU_LIMIT_MEMORY] = SFU_REFUSAL_SERVER_MEMORY,
  };

  return refusals[sfu_limits_lacking ()];
}

gboolean
sfu_room_check_load (SfuRoom *room, GError **error)
{
  SfuRefusal refusal = refusal_of_server ();

  if (refusal != SFU_REFUSAL_NONE) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "overloaded (%s): too little is left of it",
        sfu_refusal_name (refusal));
    return FALSE;
  }
  return sfu_worker_pool_check (sfu_rooms_get_pool (room->rooms),
      sfu_room_router (room)->worker, &refusal, error);
}

gboolean
sfu_room_check_track (SfuRoom *room, SfuMediaKind kind, GError **error)
{
  g_autoptr (GError) local = NULL;
  SfuRefusal refusal;

  if (sfu_worker_pool_check (sfu_rooms_get_pool (room->rooms),
          sfu_room_router (room)->worker, &refusal, &local) ||
      (refusal == SFU_REFUSAL_CPU && kind == SFU_MEDIA_AUDIO))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

void
sfu_room_recommend_audio_only (SfuRoom *room, gboolean on)
{
  SfuNotice notice = { .kind = SFU_NOTICE_AUDIO_ONLY, .on = on };

  g_message ("room=%s audio-only=%s", room->label,
      on ? "recommended: its worker has too much to do" : "no longer needed");
  sfu_room_limit_audio (room, on ? LOUDEST_UNDER_LOAD : 0);
  sfu_room_notify (room, &notice, NULL);
}

gboolean
sfu_room_is_audio_only (const SfuRoom *room)
{
  return sfu_worker_pool_is_audio_only (
      sfu_rooms_get_pool (room->rooms), sfu_room_router (room)->worker);
}

void
sfu_room_limit_audio (SfuRoom *room, guint n)
{
  SfuRoomRouter *router = sfu_room_router (room);
  guint configured = sfu_rooms_get_limits (room->rooms)->loudest;

  if (n == 0 || configured > 0)
    n = n == 0 ? configured : MIN (n, configured);
  sfu_room_tell_loudest (router->worker, router->id, n);
}

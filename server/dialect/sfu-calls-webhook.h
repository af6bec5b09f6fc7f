/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells an application's backend of each call that is made:
 * POST BACKEND/calls/ID/setWebRtcRoomId {"webrtcRoomId": ...}. Nobody waits for
 * it: a backend that is slow or gone costs a line in the log.
 *
 * Threads: the server's one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SfuCallsWebhook SfuCallsWebhook;

/* url: of the backend, http or https, may have a path. NULL and
 * SFU_ERROR_INVALID_ARGUMENT when it is none. */
SfuCallsWebhook *sfu_calls_webhook_new (const gchar *url, GError **error);
/* Gives up what is under way. NULL safe. */
void sfu_calls_webhook_free (SfuCallsWebhook *webhook);

/* One try, and one more when that fails. NULL safe: nobody is told. */
void sfu_calls_webhook_tell (
    SfuCallsWebhook *webhook, const gchar *call_id, const gchar *room_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuCallsWebhook, sfu_calls_webhook_free)

G_END_DECLS

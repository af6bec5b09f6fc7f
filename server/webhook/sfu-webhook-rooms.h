/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens in rooms, told to a webhook.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rooms.h"
#include "sfu-webhook.h"

G_BEGIN_DECLS

/* Both are borrowed. webhook NULL = nobody is told any more; do that before it
 * goes, while rooms are there. */
void sfu_webhook_watch_rooms (SfuWebhook *webhook, SfuRooms *rooms);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A participant without a connection: a program that publishes or receives
 * plain RTP (ffmpeg, gst-launch, a camera) and is steered by REST. To the room
 * it is a peer like any other. It leaves when it is told to, with its room, or
 * when for some time none of its transports has carried anything: nobody sees
 * a socket break when such a program crashes.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-call.h"
#include "sfu-services.h"

G_BEGIN_DECLS

typedef struct _SfuBroadcaster SfuBroadcaster;

/* A new one in the room, which is opened when need be; it has not joined yet.
 * As sfu_services_enter. Borrowed: it goes with its peer. */
SfuBroadcaster *sfu_broadcaster_enter (const SfuServices *services,
    const SfuGrant *grant, const gchar *room_id, const gchar *id,
    GError **error);
/* NULL and SFU_ERROR_NOT_FOUND when no broadcaster has this id;
 * SFU_ERROR_FORBIDDEN when it is another account's. */
SfuBroadcaster *sfu_broadcaster_find (const SfuServices *services,
    const SfuGrant *grant, const gchar *room_id, const gchar *id,
    GError **error);

/* Borrowed. */
SfuPeer *sfu_broadcaster_get_peer (SfuBroadcaster *self);

/* Asks the room; see sfu_call_new. Takes request. Also a sign of life. */
void sfu_broadcaster_ask (SfuBroadcaster *self, SfuRequest *request,
    SfuCallDone done, gpointer owner);

/* Leaves the room; self is gone. */
void sfu_broadcaster_leave (SfuBroadcaster *self);

G_END_DECLS

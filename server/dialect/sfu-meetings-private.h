/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of the meetings' dialect: words and shapes.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-meetings.h"

G_BEGIN_DECLS

/* ---- payloads -> requests; see SfuEvent.decode ---- */

/* roomCode -> id; name, email, picture. Each but the room may be missing. */
void sfu_meetings_decode_join (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request);
void sfu_meetings_decode_create_transport (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request);
void sfu_meetings_decode_chat (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request);

/* ---- replies -> acks; see SfuEvent.encode ---- */

void sfu_meetings_encode_join (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data);
void sfu_meetings_encode_transport (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data);
void sfu_meetings_encode_id (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data);
void sfu_meetings_encode_consumer (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data);
/* {success: true} */
void sfu_meetings_encode_success (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data);

/* *event: the name; NULL = clients are not told of this. */
JsonObject *sfu_meetings_encode_notice (
    const SfuNotice *notice, const gchar **event);

G_END_DECLS

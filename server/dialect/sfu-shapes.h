/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shapes that all dialects share: mediasoup's media objects, from JSON into
 * typed requests and from replies to JSON.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json.h"
#include "sfu-name.h"
#include "sfu-request.h"
#include "sfu-room-media.h"

G_BEGIN_DECLS

/* Longest id of anything that a client may name. */
#define SFU_SHAPE_MAX_ID SFU_NAME_MAX_BYTES
#define SFU_SHAPE_MAX_NAME 128
/* Of device and appData, as text. */
#define SFU_SHAPE_MAX_OPAQUE 8192

/* ---- from JSON: members of object; errors go to the reader ---- */

/* An id; NULL after an error. */
gchar *sfu_shape_read_id (
    SfuJsonReader *reader, JsonObject *object, const gchar *name);
/* The same, and a name (sfu_name_is_valid). */
gchar *sfu_shape_read_name (
    SfuJsonReader *reader, JsonObject *object, const gchar *name);
/* An object that is passed on unread, as text; "{}" when missing. */
gchar *sfu_shape_read_opaque (
    SfuJsonReader *reader, JsonObject *object, const gchar *name);
/* rtpCapabilities; NULL when missing. */
SfuRtpCapabilities *sfu_shape_read_capabilities (
    SfuJsonReader *reader, JsonObject *object);
/* transportId -> id. */
void sfu_shape_read_transport_id (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);
/* producerId -> id. */
void sfu_shape_read_producer_id (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);
/* consumerId -> id. */
void sfu_shape_read_consumer_id (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);
/* transportId, dtlsParameters. */
void sfu_shape_read_connect (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);
/* transportId, kind, rtpParameters, appData, paused. */
void sfu_shape_read_produce (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);
/* direction "send" or "recv" -> producing or consuming. */
void sfu_shape_read_direction (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);
/* transportId, producerId, rtpCapabilities (may be missing). */
void sfu_shape_read_consume (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);

/* peerId -> peer_id. */
void sfu_shape_read_peer_id (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);
/* peerId, kind (audio, video or all; missing = all), muted. */
void sfu_shape_read_mute (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);
/* locked. */
void sfu_shape_read_lock (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);

/* ---- to JSON ---- */

/* Takes object. */
JsonNode *sfu_shape_node (JsonObject *object);
/* Text that was checked when it came in; NULL = {}. */
JsonObject *sfu_shape_opaque (const gchar *text);
JsonObject *sfu_shape_ice_parameters (const gchar *ufrag, const gchar *pwd);
/* iceServers of object: [{urls: [...], username, credential}], as a browser's
 * RTCPeerConnection takes it. Nothing when there are none. */
void sfu_shape_add_ice_servers (JsonObject *object, const SfuReply *reply);
/* Of SFU_REPLY_TRANSPORT: {id, iceParameters, iceCandidates, dtlsParameters},
 * and iceServers when some are configured. The second one sets them in
 * object. */
JsonObject *sfu_shape_transport (const SfuReply *reply);
void sfu_shape_set_transport (JsonObject *object, const SfuReply *reply);
/* {id, producerId, kind, rtpParameters, type, producerPaused}. */
JsonObject *sfu_shape_consumer (const SfuRoomConsumer *consumer);
/* The first four of these. */
void sfu_shape_set_consumer (
    JsonObject *object, const SfuRoomConsumer *consumer);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bodies of the broadcasters' REST: from JSON to typed requests and from
 * replies to JSON. The words are those of mediasoup's demo.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-shapes.h"

G_BEGIN_DECLS

/* All decoders: body NULL = {}. NULL and SFU_ERROR_INVALID_ARGUMENT, which
 * names the field. */

/* {id, displayName, device?, rtpCapabilities?} -> JOIN. *id: g_free it. */
SfuRequest *sfu_broadcaster_decode_join (
    JsonNode *body, gchar **id, GError **error);
/* {type, rtcpMux?, comedia?, enableSrtp?, srtpCryptoSuite?} */
SfuRequest *sfu_broadcaster_decode_transport (JsonNode *body, GError **error);
/* plain: {ip, port, rtcpPort?, srtpParameters?}; else {dtlsParameters}. */
SfuRequest *sfu_broadcaster_decode_connect (
    const gchar *transport_id, gboolean plain, JsonNode *body, GError **error);
/* {kind, rtpParameters, appData?, paused?} */
SfuRequest *sfu_broadcaster_decode_produce (
    const gchar *transport_id, JsonNode *body, GError **error);
/* {producerId, paused?, rtpCapabilities?}; producer_id (may be NULL), of the
 * address, comes first. */
SfuRequest *sfu_broadcaster_decode_consume (const gchar *transport_id,
    const gchar *producer_id, JsonNode *body, GError **error);

/* NULL = {}. capabilities: of who asks; NULL = it receives nothing and is not
 * told what there is. */
JsonNode *sfu_broadcaster_encode (
    const SfuReply *reply, const SfuRtpCapabilities *capabilities);

G_END_DECLS

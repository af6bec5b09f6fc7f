/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The native dialect's words and shapes: from JSON to typed requests, and from
 * replies and notices to JSON. The vocabulary is that of mediasoup's demo.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json.h"
#include "sfu-request.h"
#include "sfu-room-media.h"

G_BEGIN_DECLS

/* Longest id of anything that a client may name. */
#define SFU_NATIVE_MAX_ID 128
#define SFU_NATIVE_MAX_DISPLAY_NAME 128
/* Of device and appData, as text. */
#define SFU_NATIVE_MAX_OPAQUE 8192

/* All words that clients may use, for the page of the protocol and its test.
 * NULL-terminated. */
const gchar *const *sfu_native_methods (void);

/* data NULL = {}. NULL and an error: SFU_ERROR_NOT_FOUND for a word that is
 * none, SFU_ERROR_INVALID_ARGUMENT for wrong data. */
SfuRequest *sfu_native_decode (
    const gchar *method, JsonNode *data, GError **error);

/* NULL = {}. */
JsonNode *sfu_native_encode_reply (const SfuReply *reply);
/* *method: the word; NULL = this dialect has none for it. */
JsonNode *sfu_native_encode_notice (
    const SfuNotice *notice, const gchar **method);
/* data of newConsumer. */
JsonNode *sfu_native_encode_new_consumer (const SfuRoomConsumer *consumer);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The native dialect's words and shapes: from JSON to typed requests, and from
 * replies and notices to JSON. The vocabulary is that of mediasoup's demo.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-shapes.h"

G_BEGIN_DECLS

/* Word i of those that clients may use, for the page of the protocol and its
 * test; NULL behind the last one. */
const gchar *sfu_native_method (guint i);

/* data NULL = {}. NULL and an error: SFU_ERROR_NOT_FOUND for a word that is
 * none, SFU_ERROR_INVALID_ARGUMENT for wrong data. */
SfuRequest *sfu_native_decode (
    const gchar *method, JsonNode *data, GError **error);

/* data of an answer, as text. */
gchar *sfu_native_write_reply (const SfuReply *reply);
/* The same of a notification; *method: its word. NULL = this dialect has none
 * for it. */
gchar *sfu_native_write_notice (const SfuNotice *notice, const gchar **method);
/* data of newConsumer. */
JsonNode *sfu_native_encode_new_consumer (const SfuRoomConsumer *consumer);

G_END_DECLS

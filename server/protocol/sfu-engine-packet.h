/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine.IO 4: packets, and the payloads that carry several of them in the body
 * of an HTTP request or answer.
 *
 * A WebSocket message is one packet: a digit for the type, then data. In a
 * payload packets are separated by U+001E, and binary data stand as "b" and
 * base64; in a WebSocket they are binary messages without a type.
 *
 * Source: docs/engine.io-protocol/v4-current.md of the socket.io repository.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_ENGINE_SEPARATOR '\x1e'

typedef enum {
  SFU_ENGINE_PACKET_OPEN,
  SFU_ENGINE_PACKET_CLOSE,
  SFU_ENGINE_PACKET_PING,
  SFU_ENGINE_PACKET_PONG,
  SFU_ENGINE_PACKET_MESSAGE,
  SFU_ENGINE_PACKET_UPGRADE,
  SFU_ENGINE_PACKET_NOOP,
  SFU_ENGINE_PACKET_BINARY /* "b": only read, only in payloads */
} SfuEnginePacketType;

typedef struct {
  SfuEnginePacketType type;
  const gchar *data; /* borrowed from the text; not NUL-terminated */
  gsize len;
} SfuEnginePacket;

/* FALSE for what is no packet. */
gboolean sfu_engine_packet_parse (
    SfuEnginePacket *packet, const gchar *text, gsize len);
/* Are the data this text? */
gboolean sfu_engine_packet_is (
    const SfuEnginePacket *packet, const gchar *text);
/* data NULL = none. */
gchar *sfu_engine_packet_text (SfuEnginePacketType type, const gchar *data);

typedef struct {
  const gchar *next; /* NULL = at the end */
  gsize left;
} SfuEnginePayload;

typedef enum {
  SFU_ENGINE_PAYLOAD_PACKET,
  SFU_ENGINE_PAYLOAD_END,
  SFU_ENGINE_PAYLOAD_BAD /* the rest must not be read */
} SfuEnginePayloadStep;

/* Borrows text. FALSE = not UTF-8, or with a NUL. */
gboolean sfu_engine_payload_init (
    SfuEnginePayload *payload, const gchar *text, gsize len);
SfuEnginePayloadStep sfu_engine_payload_next (
    SfuEnginePayload *payload, SfuEnginePacket *packet);

G_END_DECLS

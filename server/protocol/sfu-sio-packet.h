/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket.IO 5: the packets inside of Engine.IO's messages.
 *
 *   TYPE [ATTACHMENTS -] [/NAMESPACE ,] [ACK-ID] [JSON]
 *
 * Source: docs/socket.io-protocol/v5-current.md of the socket.io repository, and
 * its parser where that is silent.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json.h"

G_BEGIN_DECLS

/* Ids are numbers of JavaScript: exact up to 2^53. */
#define SFU_SIO_MAX_ACK_ID G_GINT64_CONSTANT (9007199254740992)
/* Bytes; a namespace is kept and sent back. */
#define SFU_SIO_MAX_NAMESPACE 256
/* The reference's bound. */
#define SFU_SIO_MAX_ATTACHMENTS 10

typedef enum {
  SFU_SIO_PACKET_CONNECT,
  SFU_SIO_PACKET_DISCONNECT,
  SFU_SIO_PACKET_EVENT,
  SFU_SIO_PACKET_ACK,
  SFU_SIO_PACKET_CONNECT_ERROR,
  SFU_SIO_PACKET_BINARY_EVENT,
  SFU_SIO_PACKET_BINARY_ACK
} SfuSioPacketType;

typedef struct {
  SfuSioPacketType type;
  guint n_attachments; /* binary messages that follow */
  gchar *ns;           /* owned; "/" when there is none */
  gint64 id;           /* -1 = none */
  JsonNode *data;      /* owned; NULL = none */
} SfuSioPacket;

/* Data are what the type wants: CONNECT an object or none, DISCONNECT none,
 * events an array that begins with text or a number, acks an array.
 *
 * SFU_ERROR_INVALID_ARGUMENT: no packet of this protocol; the reference ends the
 * connection. SFU_ERROR_LIMIT_EXCEEDED: longer than max_len, or too deep; packet
 * has everything but the data. packet can and must be cleared in any case. */
gboolean sfu_sio_packet_parse (SfuSioPacket *packet, const gchar *text,
    gsize len, gsize max_len, GError **error);
void sfu_sio_packet_clear (SfuSioPacket *packet);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SfuSioPacket, sfu_sio_packet_clear)

/* Names that mean something to the libraries and that no event may have. */
gboolean sfu_sio_event_is_reserved (const gchar *name);

/* Text to send. */
gchar *sfu_sio_packet_connect (const gchar *ns, const gchar *sid);
gchar *sfu_sio_packet_disconnect (const gchar *ns);
/* data: taken or NULL. */
gchar *sfu_sio_packet_connect_error (
    const gchar *ns, const gchar *message, JsonNode *data);
/* id -1 = wants no answer. args: borrowed. */
gchar *sfu_sio_packet_event (
    const gchar *ns, gint64 id, const gchar *event, JsonArray *args);
gchar *sfu_sio_packet_ack (const gchar *ns, gint64 id, JsonArray *args);

G_END_DECLS

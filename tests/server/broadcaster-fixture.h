/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Broadcasters: their requests to the REST API, and the packets they send and get.
 *
 * Threads: one; the worker is another process. */
#pragma once

#include "server-fixture.h"
#include "test-plain-client.h"

G_BEGIN_DECLS

#define HOST "127.0.0.1"
#define SSRC 1111
#define N_PACKETS 20

#define VP8                                                                    \
  "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"               \
  "\"clockRate\":90000,\"rtcpFeedback\":[{\"type\":\"nack\",\"parameter\":"    \
  "\"pli\"}]}],\"encodings\":[{\"ssrc\":1111}]}"
/* As ffmpeg and gst-launch are without further ado. */
#define VP8_NO_SSRC                                                            \
  "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"               \
  "\"clockRate\":90000}],\"encodings\":[]}"
#define CAN_VP8                                                                \
  "{\"codecs\":[{\"kind\":\"video\",\"mimeType\":\"video/VP8\","               \
  "\"preferredPayloadType\":101,\"clockRate\":90000,\"rtcpFeedback\":"         \
  "[{\"type\":\"nack\",\"parameter\":\"pli\"}]}]}"
#define CAN_H264                                                               \
  "{\"codecs\":[{\"kind\":\"video\",\"mimeType\":\"video/H264\","              \
  "\"preferredPayloadType\":102,\"clockRate\":90000}]}"

/* ---- requests ---- */

/* Must be answered with status; the body, for other than 200 its error. */
JsonNode *ask (Fixture *f, const gchar *method, const gchar *path,
    const gchar *body, guint status);
/* The same, whatever the body says. */
void ask_quietly (Fixture *f, const gchar *method, const gchar *path,
    const gchar *body, guint status);
/* The same for what is refused: the error names what is wrong. */
void refused (Fixture *f, const gchar *method, const gchar *path,
    const gchar *body, guint status, const gchar *says);
/* In room r, with these capabilities (NULL = none). */
JsonNode *enter (Fixture *f, const gchar *id, const gchar *capabilities);
/* Below rooms/r/broadcasters/b; transport and verb NULL = none. */
gchar *path_of (const gchar *b, const gchar *transport, const gchar *verb);
/* There. */
JsonNode *post (Fixture *f, const gchar *b, const gchar *transport,
    const gchar *verb, const gchar *body, guint status);
/* The answer's "id"; takes it. */
gchar *id_of (JsonNode *taken);
/* Return the id of what they made. */
gchar *add_transport (Fixture *f, const gchar *b, const gchar *body);
gchar *add_producer (Fixture *f, const gchar *b, const gchar *transport,
    const gchar *parameters);
/* How many "transports", "producers" or "consumers" the room r has. */
guint count_in_dump (Fixture *f, const gchar *what);

/* ---- packets ---- */

/* To where answer says. */
void aim (TestPlainClient *client, JsonNode *answer, gboolean mux);
/* One VP8 key frame per packet. */
void send_pictures (TestPlainClient *from, guint32 ssrc, guint n);

/* Publishes as long as the condition is not true. */
#define PUBLISH_UNTIL(client, condition)                                       \
  WAIT_UNTIL ((send_pictures ((client), SSRC, 1), (condition)))

/* Waits for n packets. */
void expect_packets (TestPlainClient *to, guint payload_type, guint n);
/* In the answer to a consume. */
guint payload_type_of (JsonNode *consumer);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine.IO over HTTP: what every request has in common. Who asks, answers in
 * the reference server's words, and which web pages may read them (CORS).
 *
 * Threads: the server's one thread. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The reference server's codes. */
typedef enum {
  SFU_ENGINE_OK = -1,
  SFU_ENGINE_UNKNOWN_TRANSPORT,
  SFU_ENGINE_UNKNOWN_SESSION,
  SFU_ENGINE_BAD_HANDSHAKE_METHOD,
  SFU_ENGINE_BAD_REQUEST,
  SFU_ENGINE_FORBIDDEN,
  SFU_ENGINE_BAD_VERSION,
  SFU_ENGINE_TOO_MANY /* ours: Forbidden's code, and HTTP's 503 */
} SfuEngineError;

/* What is known of a client from its first request. Reference counted. */
typedef struct {
  gchar *address;    /* IP as text; never NULL */
  gchar *origin;     /* or NULL */
  GHashTable *query; /* name -> value, decoded; any bytes */
} SfuEngineHandshake;

SfuEngineHandshake *sfu_engine_handshake_new (SoupServerMessage *message);
SfuEngineHandshake *sfu_engine_handshake_ref (SfuEngineHandshake *handshake);
void sfu_engine_handshake_unref (SfuEngineHandshake *handshake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuEngineHandshake, sfu_engine_handshake_unref)

/* 200 with packets. text: taken. */
void sfu_engine_reply_packets (SoupServerMessage *message, gchar *text);
/* The answer to a POST whose packets were taken. */
void sfu_engine_reply_ok (SoupServerMessage *message);
/* {"code":N,"message":"..."} */
void sfu_engine_reply_error (SoupServerMessage *message, SfuEngineError error);
void sfu_engine_reply_too_long (SoupServerMessage *message);

typedef struct {
  GStrv origins; /* owned; NULL = any */
  gboolean allow_credentials;
} SfuEngineCors;

/* origins: copied; NULL or with "*" in it = any. */
void sfu_engine_cors_init (SfuEngineCors *cors, const gchar *const *origins,
    gboolean allow_credentials);
void sfu_engine_cors_clear (SfuEngineCors *cors);
/* Sets the headers of the answer. SFU_ENGINE_FORBIDDEN: the request comes from
 * a page that has no business here; programs without an Origin are let in. */
SfuEngineError sfu_engine_cors_apply (
    const SfuEngineCors *cors, SoupServerMessage *message);
/* Answers an OPTIONS request that cors_apply let pass. */
void sfu_engine_reply_preflight (SoupServerMessage *message);

G_END_DECLS

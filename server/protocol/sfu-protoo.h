/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* protoo's framing: requests, responses and notifications as JSON objects.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json.h"

G_BEGIN_DECLS

#define SFU_PROTOO_SUBPROTOCOL "protoo"
/* Ids are numbers of JavaScript: exact up to 2^53. */
#define SFU_PROTOO_MAX_ID G_GINT64_CONSTANT (9007199254740992)
#define SFU_PROTOO_MAX_METHOD 64
/* What protoo-server closes with; protoo-client does not come back after it. */
#define SFU_PROTOO_CLOSE 4000

typedef enum {
  SFU_PROTOO_REQUEST,
  SFU_PROTOO_RESPONSE,
  SFU_PROTOO_NOTIFICATION
} SfuProtooKind;

typedef struct {
  SfuProtooKind kind;
  gint64 id;           /* requests, responses */
  const gchar *method; /* requests, notifications; borrowed from root */
  JsonNode *data;      /* what came, NULL = nothing; borrowed from root */
  gboolean ok;         /* responses */
  gint64 error_code;
  const gchar *error_reason; /* never NULL */
  JsonNode *root;            /* owned */
} SfuProtooMessage;

/* FALSE and an error for text that is no protoo message. *id is then the id of
 * the request that it wanted to be, or -1: no answer is possible. */
gboolean sfu_protoo_parse (SfuProtooMessage *message, const gchar *text,
    gsize len, gint64 *id, GError **error);
void sfu_protoo_message_clear (SfuProtooMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SfuProtooMessage, sfu_protoo_message_clear)

/* Text to send. data is taken; NULL = {}. */
gchar *sfu_protoo_request (gint64 id, const gchar *method, JsonNode *data);
gchar *sfu_protoo_notification (const gchar *method, JsonNode *data);
gchar *sfu_protoo_response (gint64 id, JsonNode *data);
/* The same with data that is JSON already. */
gchar *sfu_protoo_notification_of (const gchar *method, const gchar *data);
gchar *sfu_protoo_response_of (gint64 id, const gchar *data);
gchar *sfu_protoo_error (gint64 id, gint code, const gchar *reason);
/* The same, code and text from error. */
gchar *sfu_protoo_error_from_gerror (gint64 id, const GError *error);

G_END_DECLS

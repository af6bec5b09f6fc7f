/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An HTTP server that events are posted to: it takes them, refuses them, or
 * lets them wait.
 *
 * Threads: the test's. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct {
  gchar *type, *id, *timestamp, *signature, *body;
  JsonNode *json;
} Received;

typedef struct {
  SoupServer *soup;
  gchar *url;
  guint status;        /* of the answers; 0 = none comes */
  GPtrArray *received; /* of Received, refused ones included */
  GPtrArray *paused;   /* of SoupServerMessage, that wait for an answer */
} Receiver;

void receiver_start (Receiver *self, guint status);
void receiver_stop (Receiver *self);
/* Those that wait are answered with this status. */
void receiver_answer (Receiver *self, guint status);
/* Waits for the n-th (from 0). */
const Received *receiver_wait (Receiver *self, guint n);
/* A text of its data; NULL = there is none. */
const gchar *received_get (const Received *received, const gchar *name);

G_END_DECLS

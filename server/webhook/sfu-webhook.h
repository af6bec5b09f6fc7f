/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Posts events to one address. Those of one room come in their order, one
 * after the other; those of different rooms do not wait for each other. What is
 * not taken is tried again, later and later, and given up in the end; what
 * waits has a bound. Nothing here blocks, and nothing outlives the process.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-metrics.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _SfuWebhook SfuWebhook;

/* 0 = the default. */
typedef struct {
  const gchar *url;
  const gchar *secret;  /* NULL = events are not signed */
  guint timeout_s;      /* of one try: 10 */
  guint first_retry_ms; /* doubled each time, up to a minute: 1000 */
  guint max_tries;      /* of one event: 8, a little over two minutes */
  guint max_queued;     /* events that wait: 1024 */
} SfuWebhookOptions;

/* metrics: a reference is taken; may be NULL. NULL and
 * SFU_ERROR_INVALID_ARGUMENT: the address is none. */
SfuWebhook *sfu_webhook_new (
    const SfuWebhookOptions *options, SfuMetrics *metrics, GError **error);
/* What waits is lost. NULL safe. */
void sfu_webhook_free (SfuWebhook *self);

/* key: whose order is kept; "" is one, too. type: static ("room.started").
 * Takes data. self may be NULL. */
void sfu_webhook_tell (
    SfuWebhook *self, const gchar *key, const gchar *type, JsonObject *data);

/* Waiting, or under way. */
guint sfu_webhook_n_queued (const SfuWebhook *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuWebhook, sfu_webhook_free)

G_END_DECLS

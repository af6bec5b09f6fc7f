/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One event as it is posted, and its signature.
 *
 * Threads: pure functions. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* {"id":...,"type":...,"timestamp":"2026-11-30T19:00:00.000Z","sequence":...,
 * "data":{...}}: data is taken. sequence: one more for each event of this
 * server, those that were dropped included. */
gchar *sfu_webhook_event_new (const gchar *id, const gchar *type,
    gint64 time_us, guint64 sequence, JsonObject *data);

/* "sha256=" and the HMAC-SHA256 of "TIMESTAMP.BODY" in hexadecimal digits. */
gchar *sfu_webhook_sign (
    const gchar *secret, gint64 timestamp_s, const gchar *body);

G_END_DECLS

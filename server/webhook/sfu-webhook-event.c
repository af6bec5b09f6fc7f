/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-webhook-event.h.
 *
 * Threads: pure functions. */
#include "sfu-webhook-event.h"

#include "sfu-json.h"

#include <string.h>

static gchar *
format_time (gint64 time_us)
{
  g_autoptr (GDateTime) time =
      g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree gchar *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf (
      "%s.%03dZ", text, (gint)(time_us % G_USEC_PER_SEC / 1000));
}

gchar *
sfu_webhook_event_new (const gchar *id, const gchar *type, gint64 time_us,
    guint64 sequence, JsonObject *data)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *time = format_time (time_us);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "type", type);
  json_object_set_string_member (object, "timestamp", time);
  json_object_set_int_member (object, "sequence", (gint64)sequence);
  json_object_set_object_member (object, "data", data);
  json_node_take_object (node, object);
  return sfu_json_to_string (node);
}

gchar *
sfu_webhook_sign (const gchar *secret, gint64 timestamp_s, const gchar *body)
{
  g_autofree gchar *text =
      g_strdup_printf ("%" G_GINT64_FORMAT ".%s", timestamp_s, body);
  g_autofree gchar *hmac = g_compute_hmac_for_string (
      G_CHECKSUM_SHA256, (const guchar *)secret, strlen (secret), text, -1);

  return g_strconcat ("sha256=", hmac, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /admin/log-level: what is logged, here and in the workers, now.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-log.h"

#define MAX_LEVELS 1024

static void
reply_levels (SoupServerMessage *message)
{
  g_autoptr (SfuLogLevels) levels = sfu_log_dup_levels ();
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (
      object, "levels", levels != NULL ? sfu_log_levels_get_text (levels) : "");
  json_node_take_object (node, object);
  sfu_http_reply_json (message, SOUP_STATUS_OK, node);
}

void
sfu_http_reply_log_levels (SfuHttpServer *server, SoupServerMessage *message)
{
  if (sfu_http_check_admin (server, message))
    reply_levels (message);
}

static gchar *
read_levels (JsonNode *body, GError **error)
{
  g_auto (SfuJsonReader) reader = { NULL };
  JsonObject *object = json_node_get_object (body);
  gchar *levels;

  sfu_json_reader_init (&reader, "");
  levels = g_strdup (sfu_json_string (&reader, object, "levels", MAX_LEVELS));
  if (sfu_json_reader_finish (&reader, error))
    return levels;
  g_free (levels);
  return NULL;
}

void
sfu_http_set_log_levels (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autoptr (JsonNode) body = NULL;
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  SfuLogLevels *levels;

  if (!sfu_http_check_admin (server, message) ||
      !sfu_http_read_json (message, &body))
    return;
  if (body == NULL) {
    sfu_http_reply_error (message, SOUP_STATUS_BAD_REQUEST,
        "the body must be like {\"levels\": \"info,seam=debug\"}");
    return;
  }
  text = read_levels (body, &error);
  levels = text != NULL ? sfu_log_levels_parse (text, &error) : NULL;
  if (levels == NULL) {
    sfu_http_reply_gerror (message, error);
    return;
  }
  g_message ("log levels become %s", text);
  sfu_log_set_levels (levels);
  sfu_worker_pool_set_log_levels (sfu_rooms_get_pool (server->rooms), text);
  reply_levels (message);
}

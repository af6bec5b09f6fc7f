/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /health/live and /health/ready, for whoever starts servers and sends clients
 * to them. GET /health, which clients read, stands in sfu-http-api.c.
 *
 * live: it answers; if not, start another. ready: send clients here.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

static void
reply (SoupServerMessage *message, guint status, const gchar *word)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "status", word);
  json_node_take_object (node, object);
  sfu_http_reply_json (message, status, node);
}

void
sfu_http_reply_live (SfuHttpServer *server, SoupServerMessage *message)
{
  reply (message, SOUP_STATUS_OK, "live");
}

/* One worker of many is enough: new rooms go there. */
const gchar *
sfu_http_why_not_ready (SfuHttpServer *server)
{
  if (sfu_drain_is_on (sfu_rooms_get_drain (server->rooms)))
    return "draining";
  if (sfu_worker_pool_n_running (sfu_rooms_get_pool (server->rooms)) == 0)
    return "no-worker";
  return NULL;
}

void
sfu_http_reply_ready (SfuHttpServer *server, SoupServerMessage *message)
{
  const gchar *why = sfu_http_why_not_ready (server);

  if (why != NULL)
    reply (message, SOUP_STATUS_SERVICE_UNAVAILABLE, why);
  else
    reply (message, SOUP_STATUS_OK, "ready");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Servers that share a Redis: what each protocol is told of a producer on another
 * server, and answered when it wants to have it.
 *
 * Threads: one; workers and Redis are other processes. */
#include "cluster-fixture.h"
#include "meetings-fixture.h"
#include "rpc-client.h"

#include <string.h>

static void
consume_in_study_room (Fixture *f, const gchar *producer, const gchar *why)
{
  g_autoptr (SioClient) c = sio_new (f, "/socket.io/", "/room/r", NULL);
  g_autoptr (JsonNode) live = sio_wait_event (c, "new-producer");
  g_autoptr (JsonNode) made =
      sio_request (c, "create-transport", "{\"direction\":\"recv\"}");
  JsonObject *transport =
      json_object_get_object_member (json_node_get_object (made), "transport");
  g_autofree gchar *data = meetings_consume_data (
      c, json_object_get_string_member (transport, "id"), producer);
  g_autoptr (JsonNode) refused = sio_request (c, "consume", data);

  g_assert_cmpstr (get_string (live, "producerId"), ==, producer);
  g_assert_cmpstr (get_string (live, "participantId"), ==, "alice");
  g_assert_cmpstr (get_string (refused, "error"), ==, why);
}

static void
consume_in_call (Fixture *f, const gchar *producer, const gchar *why)
{
  g_autoptr (SioClient) c = sio_new (f, "/socket.io/", "/", NULL);
  g_autoptr (JsonNode) created =
      sio_request (c, "createRoom", "{\"callId\":\"r\"}");
  g_autofree gchar *joined =
      sio_request_text (c, "joinRoom", "{\"callId\":\"r\",\"userId\":\"u\"}");
  g_autofree gchar *producers =
      sio_request_text (c, "getProducers", "{\"callId\":\"r\"}");
  g_autoptr (JsonNode) made =
      sio_request (c, "createTransport", "{\"direction\":\"recv\"}");
  JsonObject *transport =
      json_object_get_object_member (json_node_get_object (made), "data");
  g_autofree gchar *data = meetings_consume_data (
      c, json_object_get_string_member (transport, "id"), producer);
  g_autoptr (JsonNode) refused = sio_request (c, "consume", data);

  g_assert_nonnull (strstr (joined, "\"peerId\":\"alice\""));
  g_assert_nonnull (strstr (producers, producer));
  g_assert_cmpstr (get_string (refused, "error"), ==, why);
}

static void
consume_by_rpc (Fixture *f, const gchar *producer)
{
  g_autoptr (RpcClient) c = rpc_new (f);
  g_autofree gchar *data = NULL;

  json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
  json_node_unref (rpc_transport (c, "r", "t", "u"));
  data = rpc_consume_params (c, "t", producer);
  g_free (rpc_fails (c, "createConsumer", data, -32001, "NOT_SUPPORTED"));
}

/* Is shown who is there, and offered nothing of it. */
static void
join_native (Fixture *f)
{
  g_autoptr (Client) c = client_new (f, "r", "native");
  g_autofree gchar *transport = client_create_transport (c, FALSE, TRUE);

  client_join (c);
  json_node_unref (client_ok (c, "getRouterRtpCapabilities", NULL));
  g_assert_cmpuint (c->offers->len, ==, 0);
}

/* What each protocol is told of it, and answered when it wants to have it. */
static void
test_consume (void)
{
  Pair p;
  g_autoptr (SioClient) alice = NULL;
  g_autoptr (SioClient) bob = NULL;
  g_autofree gchar *sending = NULL;
  g_autofree gchar *receiving = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *data = NULL;
  g_autofree gchar *why = NULL;
  g_autofree gchar *answer = NULL;

  pair_start_meetings (&p);
  alice = meetings_enter (&p.a, "r", "alice");
  sending = meetings_transport (alice, TRUE);
  producer = meetings_produce (alice, sending, "audio", 1000);
  WAIT_PARTICIPANTS (&p.b, "r", "alice");
  why = g_strdup_printf ("producer with id \"%s\" is on server %s: media "
                         "between servers is not supported yet",
      producer, sfu_cluster_get_node (sfu_server_get_cluster (p.a.server)));
  bob = meetings_enter (&p.b, "r", "bob");
  WAIT_UNTIL (cluster_has_producer (&p.b, "r", producer));
  receiving = meetings_transport (bob, FALSE);
  data = meetings_consume_data (bob, receiving, producer);
  answer = sio_request_text (bob, "consume", data);
  g_assert_cmpstr (answer, ==,
      "{\"error\":\"Cannot consume: the producer is on another server\"}");
  consume_in_study_room (&p.b, producer, why);
  consume_in_call (&p.b, producer, why);
  consume_by_rpc (&p.b, producer);
  join_native (&p.b);
  meetings_leave (&alice);
  meetings_leave (&bob);
  pair_stop (&p);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/cluster/meetings/consume", test_consume);
  return g_test_run ();
}

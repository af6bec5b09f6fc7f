/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two native peers, one of whom consumes what the other produces: who is told what
 * when either of them, the worker or the server does something.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include <signal.h>

/* Two clients, a with an audio and b with a consumer of it. */
typedef struct {
  Fixture f;
  Client *a, *b;
  gchar *a_send, *b_recv;
  gchar *producer, *producer_data;
  gchar *consumer, *consumer_data;
} Pair;

static void
pair_start (Pair *p, const gchar *kind)
{
  fixture_start (&p->f, NULL);
  p->a = client_new (&p->f, "r", "a");
  p->b = client_new (&p->f, "r", "b");
  client_join (p->a);
  client_join (p->b);
  p->a_send = client_create_transport (p->a, TRUE, FALSE);
  p->b_recv = client_create_transport (p->b, FALSE, TRUE);
  p->producer = client_produce (p->a, p->a_send, kind, 5);
  p->producer_data = g_strdup_printf ("{\"producerId\":\"%s\"}", p->producer);
  p->consumer = g_strdup (
      json_object_get_string_member (client_wait_offer (p->b, 1), "id"));
  p->consumer_data = g_strdup_printf ("{\"consumerId\":\"%s\"}", p->consumer);
  json_node_unref (client_wait_notification (p->b, "consumerScore"));
}

static void
pair_stop (Pair *p)
{
  client_free (p->a);
  client_free (p->b);
  fixture_stop (&p->f);
  g_free (p->a_send);
  g_free (p->b_recv);
  g_free (p->producer);
  g_free (p->producer_data);
  g_free (p->consumer);
  g_free (p->consumer_data);
}

static void
test_pause (void)
{
  Pair p;
  g_autoptr (JsonNode) note = NULL;
  g_autoptr (Client) c = NULL;
  g_autofree gchar *recv = NULL;
  g_autofree gchar *layers = NULL;
  g_autofree gchar *priority = NULL;

  pair_start (&p, "video");
  json_node_unref (client_ok (p.a, "pauseProducer", p.producer_data));
  note = client_wait_notification (p.b, "consumerPaused");
  g_assert_cmpstr (get_string (note, "consumerId"), ==, p.consumer);
  /* Again: nothing new to tell. */
  json_node_unref (client_ok (p.a, "pauseProducer", p.producer_data));
  /* Whoever comes now is told that it is paused. */
  c = client_new (&p.f, "r", "c");
  recv = client_create_transport (c, FALSE, TRUE);
  client_join (c);
  g_assert_true (json_object_get_boolean_member (
      client_wait_offer (c, 1), "producerPaused"));
  json_node_unref (client_ok (p.a, "resumeProducer", p.producer_data));
  json_node_unref (client_wait_notification (p.b, "consumerResumed"));
  json_node_unref (client_wait_notification (c, "consumerResumed"));
  g_assert_false (client_has_notification (p.b, "consumerPaused"));

  json_node_unref (client_ok (p.b, "pauseConsumer", p.consumer_data));
  json_node_unref (client_ok (p.b, "resumeConsumer", p.consumer_data));
  json_node_unref (client_ok (p.b, "requestConsumerKeyFrame", p.consumer_data));
  layers = g_strdup_printf (
      "{\"consumerId\":\"%s\",\"spatialLayer\":2,\"temporalLayer\":1}",
      p.consumer);
  json_node_unref (client_ok (p.b, "setConsumerPreferredLayers", layers));
  priority =
      g_strdup_printf ("{\"consumerId\":\"%s\",\"priority\":3}", p.consumer);
  json_node_unref (client_ok (p.b, "setConsumerPriority", priority));
  g_clear_pointer (&c, client_free);
  pair_stop (&p);
}

static void
test_display_name (void)
{
  Pair p;
  g_autoptr (JsonNode) note = NULL;

  pair_start (&p, "audio");
  json_node_unref (client_ok (
      p.b, "changeDisplayName", "{\"displayName\":\"Neu \\u00e4\"}"));
  note = client_wait_notification (p.a, "peerDisplayNameChanged");
  g_assert_cmpstr (get_string (note, "peerId"), ==, "b");
  g_assert_cmpstr (get_string (note, "displayName"), ==, "Neu ä");
  g_assert_cmpstr (get_string (note, "oldDisplayName"), ==, "Tester");
  g_assert_false (client_has_notification (p.b, "peerDisplayNameChanged"));
  pair_stop (&p);
}

static void
test_replaced (void)
{
  Pair p;
  g_autoptr (Client) again = NULL;
  g_autoptr (JsonNode) note = NULL;

  pair_start (&p, "audio");
  again = client_new (&p.f, "r", "a");
  client_wait_closed (p.a);
  g_assert_cmpuint (p.a->close_code, ==, 4000);
  note = client_wait_notification (p.b, "peerClosed");
  g_assert_cmpstr (get_string (note, "peerId"), ==, "a");
  client_join (again);
  json_node_unref (client_wait_notification (p.b, "newPeer"));
  g_clear_pointer (&again, client_free);
  pair_stop (&p);
}

static void
test_refused_consumer (void)
{
  Pair p;
  g_autofree gchar *second = NULL;
  g_autofree gchar *data = NULL;
  g_autofree gchar *reason = NULL;
  g_autoptr (JsonNode) request = NULL;
  JsonNode *note;

  pair_start (&p, "audio");
  p.b->auto_accept = FALSE;
  second = client_produce (p.a, p.a_send, "video", 50);
  data = g_strdup_printf ("{\"consumerId\":\"%s\"}",
      json_object_get_string_member (client_wait_offer (p.b, 2), "id"));
  /* The consumer is there before it is accepted; after a no it is not. */
  json_node_unref (client_ok (p.b, "getConsumerStats", data));
  for (GList *l = p.b->inbox.head; l != NULL; l = l->next) {
    note = l->data;
    if (json_object_has_member (json_node_get_object (note), "request"))
      request = json_node_ref (note);
  }
  g_assert_nonnull (request);
  {
    g_autofree gchar *no = g_strdup_printf (
        "{\"response\":true,\"id\":%" G_GINT64_FORMAT
        ",\"ok\":false,\"errorCode\":403,\"errorReason\":\"I do not want\"}",
        get_int (request, "id"));

    client_send (p.b, no);
  }
  reason = client_fails (p.b, "getConsumerStats", data, 404);
  g_assert_false (client_has_notification (p.b, "consumerClosed"));
  pair_stop (&p);
}

/* A worker that dies: clients are told to come again, and can. */
static void
test_worker_death (void)
{
  Pair p;
  g_autoptr (Client) again = NULL;
  g_autofree gchar *transport = NULL;
  SfuWorkerPool *pool;
  GLogLevelFlags fatal;
  GPid pid;

  pair_start (&p, "audio");
  /* The server warns of it; GTest would take that for a failure. */
  fatal = g_log_set_always_fatal (
      (GLogLevelFlags)G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  pool = sfu_server_get_pool (p.f.server);
  pid = sfu_worker_client_get_pid (sfu_worker_pool_get_running (pool, 0));
  kill (pid, SIGKILL);
  client_wait_closed (p.a);
  client_wait_closed (p.b);
  /* Not 4000: protoo-client comes back by itself. */
  g_assert_cmpuint (p.a->close_code, ==, 1001);
  WAIT_UNTIL (sfu_worker_pool_n_running (pool) == 1);
  g_log_set_always_fatal (fatal);
  again = client_new (&p.f, "r", "a");
  client_join (again);
  transport = client_create_transport (again, TRUE, TRUE);
  g_clear_pointer (&again, client_free);
  pair_stop (&p);
}

static void
test_stop (void)
{
  Pair p;

  pair_start (&p, "audio");
  {
    Fixture f = p.f;

    fixture_stop (&f);
  }
  client_wait_closed (p.a);
  g_assert_cmpuint (p.a->close_code, ==, 1001);
  client_free (p.a);
  client_free (p.b);
  g_free (p.a_send);
  g_free (p.b_recv);
  g_free (p.producer);
  g_free (p.producer_data);
  g_free (p.consumer);
  g_free (p.consumer_data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/native/flow/pause", test_pause);
  g_test_add_func ("/native/flow/display-name", test_display_name);
  g_test_add_func ("/native/flow/replaced", test_replaced);
  g_test_add_func ("/native/flow/refused-consumer", test_refused_consumer);
  g_test_add_func ("/native/flow/worker-death", test_worker_death);
  g_test_add_func ("/native/flow/stop", test_stop);
  return g_test_run ();
}

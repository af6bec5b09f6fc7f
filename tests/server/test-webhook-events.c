/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a whole server tells a webhook while a room lives: all of it, in order.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"
#include "webhook-receiver.h"

#include <signal.h>
#include <string.h>

static void
start (Fixture *f, Receiver *receiver)
{
  g_autofree gchar *flag = NULL;

  receiver_start (receiver, SOUP_STATUS_OK);
  flag = g_strdup_printf ("--webhook-url=%s", receiver->url);
  fixture_start (f, (const gchar *[]){ flag, "--admin-open", NULL });
}

static const Received *
assert_next (Receiver *receiver, guint n, const gchar *type, const gchar *peer)
{
  const Received *received = receiver_wait (receiver, n);

  g_assert_cmpstr (received->type, ==, type);
  g_assert_cmpstr (received_get (received, "peer"), ==, peer);
  /* No secret is configured: nothing is signed. */
  g_assert_null (received->signature);
  return received;
}

static void
test_room (void)
{
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  const Received *received;
  Receiver receiver;
  Client *a, *b;
  Fixture f;

  start (&f, &receiver);
  a = client_new (&f, "the room", "a");
  received = assert_next (&receiver, 0, "room.started", NULL);
  g_assert_cmpstr (received_get (received, "room"), ==, "the room");
  client_join (a);
  received = assert_next (&receiver, 1, "peer.joined", "a");
  g_assert_cmpstr (received_get (received, "displayName"), ==, "Tester");
  g_assert_cmpstr (received_get (received, "dialect"), ==, "native");
  transport = client_create_transport (a, TRUE, FALSE);
  producer = client_produce (a, transport, "video", 1234);
  received = assert_next (&receiver, 2, "producer.started", "a");
  g_assert_cmpstr (received_get (received, "producer"), ==, producer);
  g_assert_cmpstr (received_get (received, "kind"), ==, "video");
  /* Who has not joined is nobody that leaves. */
  b = client_new (&f, "the room", "b");
  client_free (b);
  client_free (a);
  received = assert_next (&receiver, 3, "producer.ended", "a");
  g_assert_cmpstr (received_get (received, "producer"), ==, producer);
  assert_next (&receiver, 4, "peer.left", "a");
  assert_next (&receiver, 5, "room.ended", NULL);
  fixture_stop (&f);
  g_assert_cmpuint (receiver.received->len, ==, 6);
  receiver_stop (&receiver);
}

static const Received *
find_type (const Receiver *receiver, const gchar *type)
{
  for (guint i = 0; i < receiver->received->len; i++) {
    const Received *received = receiver->received->pdata[i];

    if (strcmp (received->type, type) == 0)
      return received;
  }
  return NULL;
}

static void
test_worker (void)
{
  g_autofree gchar *transport = NULL;
  Receiver receiver;
  Client *a;
  Fixture f;

  start (&f, &receiver);
  a = client_new (&f, "r", "a");
  client_join (a);
  /* Answered by the worker, and so was the router: else the room is closed
   * because it could not be made. */
  transport = client_create_transport (a, TRUE, FALSE);
  kill (sfu_worker_client_get_pid (
            sfu_worker_pool_peek (sfu_server_get_pool (f.server), 0)),
      SIGKILL);
  WAIT_UNTIL (find_type (&receiver, "worker.died") != NULL);
  g_assert_cmpint (
      json_object_get_int_member (
          json_object_get_object_member (
              json_node_get_object (find_type (&receiver, "worker.died")->json),
              "data"),
          "rooms"),
      ==, 1);
  client_free (a);
  fixture_stop (&f);
  receiver_stop (&receiver);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* A worker that dies is worth a warning. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/webhook-events/room", test_room);
  g_test_add_func ("/webhook-events/worker", test_worker);
  return g_test_run ();
}

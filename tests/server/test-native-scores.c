/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scores that a worker tells of many consumers at once: each client hears of
 * its own.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#define N_VIEWERS 12

typedef struct {
  Client *client;
  gchar *transport, *consumer;
} Viewer;

static void
viewer_start (Viewer *viewer, Fixture *f, guint number)
{
  g_autofree gchar *id = g_strdup_printf ("v%u", number);

  viewer->client = client_new (f, "r", id);
  client_join (viewer->client);
  viewer->transport = client_create_transport (viewer->client, FALSE, TRUE);
}

static void
viewer_stop (Viewer *viewer)
{
  client_free (viewer->client);
  g_free (viewer->transport);
  g_free (viewer->consumer);
}

/* The next one, which must be of its consumer; its producer's score. */
static gint64
next_score (Viewer *viewer)
{
  g_autoptr (JsonNode) note =
      client_wait_notification (viewer->client, "consumerScore");
  JsonObject *object = json_node_get_object (note);
  JsonObject *score = json_object_get_object_member (object, "score");
  JsonArray *all = json_object_get_array_member (score, "producerScores");
  gint64 of_producer = json_object_get_int_member (score, "producerScore");

  g_assert_cmpstr (get_string (note, "consumerId"), ==, viewer->consumer);
  g_assert_cmpuint (json_object_get_size (object), ==, 2);
  g_assert_cmpuint (json_object_get_size (score), ==, 3);
  g_assert_cmpint (json_object_get_int_member (score, "score"), ==, 10);
  g_assert_cmpuint (json_array_get_length (all), ==, 1);
  g_assert_cmpint (json_array_get_int_element (all, 0), ==, of_producer);
  return of_producer;
}

static void
test_many (void)
{
  Viewer viewers[N_VIEWERS];
  g_autoptr (Client) publisher = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  Fixture f;

  fixture_start (&f, NULL);
  publisher = client_new (&f, "r", "p");
  client_join (publisher);
  transport = client_create_transport (publisher, TRUE, FALSE);
  for (guint i = 0; i < N_VIEWERS; i++)
    viewer_start (&viewers[i], &f, i);
  producer = client_produce (publisher, transport, "video", 5);
  for (guint i = 0; i < N_VIEWERS; i++)
    viewers[i].consumer = g_strdup (json_object_get_string_member (
        client_wait_offer (viewers[i].client, 1), "id"));
  /* It has 0 when nothing has come for a while. */
  for (guint i = 0; i < N_VIEWERS; i++) {
    while (next_score (&viewers[i]) != 0)
      ;
    g_assert_false (
        client_has_notification (viewers[i].client, "consumerScore"));
  }
  for (guint i = 0; i < N_VIEWERS; i++)
    viewer_stop (&viewers[i]);
  g_clear_pointer (&publisher, client_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/native/scores/many", test_many);
  return g_test_run ();
}

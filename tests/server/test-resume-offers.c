/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions of the native protocol that outlive their connection: what the client
 * is asked and has not answered yet.
 *
 * Threads: one; the worker is another process. */
#include "resume-fixture.h"

#include "sfu-protoo.h"
#include "sfu-room-media.h"

typedef struct {
  World w;
  Client *a, *b;
  gchar *b_send;
} Duo;

/* b sends, a receives; a answers nothing by itself. */
static void
duo_start (Duo *d)
{
  g_autofree gchar *a_recv = NULL;

  world_start (&d->w, NULL);
  d->a = connect_a (&d->w, SECRET);
  client_join (d->a);
  a_recv = client_create_transport (d->a, FALSE, TRUE);
  d->b = client_new (&d->w.f, "r", "b");
  client_join (d->b);
  d->b_send = client_create_transport (d->b, TRUE, FALSE);
}

static void
duo_stop (Duo *d)
{
  client_free (d->a);
  client_free (d->b);
  g_free (d->b_send);
  world_stop (&d->w);
}

static guint
n_accepted (Duo *d)
{
  SfuPeer *peer = peer_of (&d->w, "a");
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, peer->consumers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += ((SfuRoomConsumer *)value)->accepted ? 1 : 0;
  return n;
}

/* Asked in the gap: comes once, as if there had been none. */
static void
test_offer_in_gap (void)
{
  Duo d;
  g_autofree gchar *producer = NULL;

  duo_start (&d);
  cut (&d.w, &d.a);
  producer = client_produce (d.b, d.b_send, "audio", 1);
  WAIT_UNTIL (g_hash_table_size (session_of (&d.w)->offers) == 1);
  d.a = connect_a (&d.w, SECRET);
  assert_first (d.a, "resumed");
  client_wait_offer (d.a, 1);
  WAIT_UNTIL (n_accepted (&d) == 1);
  g_assert_cmpuint (d.a->offers->len, ==, 1);
  g_assert_false (client_has_notification (d.a, "consumerClosed"));
  duo_stop (&d);
}

/* Asked, and the connection broke before the answer: the old consumer is
 * closed, a new one is offered. */
static void
test_offer_unanswered (void)
{
  Duo d;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *old = NULL;
  g_autofree gchar *late = NULL;
  g_autoptr (JsonNode) note = NULL;
  JsonObject *offer;
  gint64 old_id;

  duo_start (&d);
  d.a->auto_accept = FALSE;
  producer = client_produce (d.b, d.b_send, "audio", 1);
  offer = client_wait_offer (d.a, 1);
  old = g_strdup (json_object_get_string_member (offer, "id"));
  WAIT_UNTIL (g_hash_table_size (session_of (&d.w)->offers) == 1);
  old_id = session_of (&d.w)->next_id - 1;
  cut (&d.w, &d.a);
  d.a = connect_a (&d.w, SECRET);
  assert_first (d.a, "resumed");
  note = client_wait_notification (d.a, "consumerClosed");
  g_assert_cmpstr (get_string (note, "consumerId"), ==, old);
  offer = client_wait_offer (d.a, 1);
  g_assert_cmpstr (json_object_get_string_member (offer, "id"), !=, old);
  g_assert_cmpstr (
      json_object_get_string_member (offer, "producerId"), ==, producer);
  WAIT_UNTIL (n_accepted (&d) == 1);
  /* It had taken the old one all the time, and says so now. */
  late = sfu_protoo_response (old_id, NULL);
  client_send (d.a, late);
  g_clear_pointer (&note, json_node_unref);
  note = client_wait_notification (d.a, "consumerClosed");
  g_assert_cmpstr (get_string (note, "consumerId"), ==, old);
  g_assert_cmpuint (d.a->offers->len, ==, 1);
  duo_stop (&d);
}

/* What was answered is not asked again. */
static void
test_offer_answered (void)
{
  Duo d;
  g_autofree gchar *producer = NULL;

  duo_start (&d);
  producer = client_produce (d.b, d.b_send, "audio", 1);
  client_wait_offer (d.a, 1);
  WAIT_UNTIL (n_accepted (&d) == 1);
  cut (&d.w, &d.a);
  d.a = connect_a (&d.w, SECRET);
  assert_first (d.a, "resumed");
  json_node_unref (client_ok (d.a, "getRouterRtpCapabilities", NULL));
  g_assert_cmpuint (d.a->offers->len, ==, 0);
  g_assert_false (client_has_notification (d.a, "consumerClosed"));
  g_assert_cmpuint (n_accepted (&d), ==, 1);
  duo_stop (&d);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resume/offer-in-gap", test_offer_in_gap);
  g_test_add_func ("/resume/offer-unanswered", test_offer_unanswered);
  g_test_add_func ("/resume/offer-answered", test_offer_answered);
  return g_test_run ();
}

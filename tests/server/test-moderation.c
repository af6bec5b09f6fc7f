/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What moderators do: kick, mute, lock, close; who is told, and that nobody
 * gets around it.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-room-rules.h"

#include <string.h>

static const gchar *const admin[] = { "--admin-open", NULL };

static SfuRooms *
rooms_of (Fixture *f)
{
  return sfu_server_get_rooms (f->server);
}

static gboolean
has_room (Fixture *f, const gchar *name)
{
  return sfu_rooms_find (rooms_of (f), name) != NULL;
}

/* One that is refused: closed, for good, with this reason. */
static void
assert_refused (
    Fixture *f, const gchar *room, const gchar *peer, const gchar *reason)
{
  g_autoptr (Client) c = client_new (f, room, peer);

  client_wait_closed (c);
  g_assert_cmpuint (c->close_code, ==, 4000);
  if (strstr (c->close_reason, reason) == NULL)
    g_error ("\"%s\" does not say \"%s\"", c->close_reason, reason);
}

typedef struct {
  Fixture f;
  Client *mona, *a, *b;
} Trio;

static SfuPeer *
peer_of (Fixture *f, const gchar *room, const gchar *id)
{
  return g_hash_table_lookup (sfu_rooms_find (rooms_of (f), room)->peers, id);
}

static void
trio_start (Trio *t)
{
  fixture_start (&t->f, admin);
  t->mona = client_new (&t->f, "r", "mona");
  client_join (t->mona);
  peer_of (&t->f, "r", "mona")->moderator = TRUE;
  t->a = client_new (&t->f, "r", "a");
  client_join (t->a);
  t->b = client_new (&t->f, "r", "b");
  client_join (t->b);
}

static void
trio_stop (Trio *t)
{
  client_free (t->mona);
  client_free (t->a);
  client_free (t->b);
  fixture_stop (&t->f);
}

static void
test_kick (void)
{
  Trio t;
  g_autofree gchar *reason = NULL;
  g_autoptr (JsonNode) note = NULL;

  trio_start (&t);
  reason = client_fails (t.mona, "kickPeer", "{\"peerId\":\"nobody\"}", 404);
  json_node_unref (client_ok (t.mona, "kickPeer", "{\"peerId\":\"a\"}"));
  client_wait_closed (t.a);
  g_assert_cmpuint (t.a->close_code, ==, 4000);
  g_assert_cmpstr (t.a->close_reason, ==, "kicked by a moderator");
  note = client_wait_notification (t.b, "peerClosed");
  g_assert_cmpstr (get_string (note, "peerId"), ==, "a");
  /* Without --kick-ban it may come back. */
  g_clear_pointer (&t.a, client_free);
  t.a = client_new (&t.f, "r", "a");
  client_join (t.a);
  trio_stop (&t);
}

/* A moderator that kicks itself gets its answer, and goes. */
static void
test_kick_self (void)
{
  Trio t;

  trio_start (&t);
  json_node_unref (client_ok (t.mona, "kickPeer", "{\"peerId\":\"mona\"}"));
  client_wait_closed (t.mona);
  g_assert_cmpuint (t.mona->close_code, ==, 4000);
  json_node_unref (client_wait_notification (t.b, "peerClosed"));
  trio_stop (&t);
}

static void
test_lock (void)
{
  Trio t;
  g_autoptr (JsonNode) note = NULL;

  trio_start (&t);
  json_node_unref (client_ok (t.mona, "lockRoom", "{\"locked\":true}"));
  note = client_wait_notification (t.a, "roomLocked");
  g_assert_true (
      json_object_get_boolean_member (json_node_get_object (note), "locked"));
  json_node_unref (client_wait_notification (t.mona, "roomLocked"));
  assert_refused (&t.f, "r", "new", "locked");
  /* To be in the room already is no way in for another connection. */
  assert_refused (&t.f, "r", "a", "locked");
  json_node_unref (client_ok (t.a, "getRouterRtpCapabilities", NULL));
  g_assert_false (client_has_notification (t.b, "peerClosed"));
  /* Nothing changes: nobody is told. */
  json_node_unref (client_ok (t.mona, "lockRoom", "{\"locked\":true}"));
  json_node_unref (client_ok (t.mona, "lockRoom", "{\"locked\":false}"));
  g_clear_pointer (&note, json_node_unref);
  note = client_wait_notification (t.a, "roomLocked");
  g_assert_false (
      json_object_get_boolean_member (json_node_get_object (note), "locked"));
  {
    g_autoptr (Client) late = client_new (&t.f, "r", "late");

    client_join (late);
    g_assert_false (client_has_notification (late, "roomLocked"));
  }
  trio_stop (&t);
}

/* Who comes into a locked room learns that it is. */
static void
test_lock_late (void)
{
  Trio t;

  trio_start (&t);
  g_clear_pointer (&t.b, client_free);
  t.b = client_new (&t.f, "r", "b");
  /* The connection is there, but it has not joined. */
  WAIT_UNTIL (peer_of (&t.f, "r", "b") != NULL);
  json_node_unref (client_ok (t.mona, "lockRoom", "{\"locked\":true}"));
  g_assert_false (client_has_notification (t.b, "roomLocked"));
  client_join (t.b);
  json_node_unref (client_wait_notification (t.b, "roomLocked"));
  trio_stop (&t);
}

static void
test_close_room (void)
{
  Trio t;

  trio_start (&t);
  json_node_unref (client_ok (t.mona, "closeRoom", "{}"));
  client_wait_closed (t.a);
  client_wait_closed (t.b);
  client_wait_closed (t.mona);
  g_assert_cmpuint (t.a->close_code, ==, 4000);
  g_assert_cmpstr (t.a->close_reason, ==, "room closed");
  g_assert_false (has_room (&t.f, "r"));
  trio_stop (&t);
}

/* In the worker, where it counts. */
static gboolean
is_paused_in_worker (Fixture *f, const gchar *producer)
{
  g_auto (Answer) answer = fixture_http (f, "GET", "/rooms/r/dump", NULL);
  g_autoptr (JsonNode) dump = json_from_string (answer.body, NULL);
  JsonObject *router;
  JsonArray *producers;

  g_assert_cmpuint (answer.status, ==, 200);
  router = json_array_get_object_element (
      json_object_get_array_member (json_node_get_object (dump), "routers"), 0);
  producers = json_object_get_array_member (router, "producers");
  for (guint i = 0; i < json_array_get_length (producers); i++) {
    JsonObject *object = json_array_get_object_element (producers, i);

    if (strcmp (json_object_get_string_member (object, "id"), producer) == 0)
      return json_object_get_boolean_member (object, "paused");
  }
  g_error ("the worker has no producer %s", producer);
}

static void
mute (Client *moderator, const gchar *peer, const gchar *kind, gboolean muted)
{
  g_autofree gchar *data =
      g_strdup_printf ("{\"peerId\":\"%s\",\"kind\":\"%s\",\"muted\":%s}", peer,
          kind, muted ? "true" : "false");

  json_node_unref (client_ok (moderator, "mutePeer", data));
}

static void
assert_told (Client *c, const gchar *producer, gboolean muted)
{
  g_autoptr (JsonNode) note = client_wait_notification (c, "producerMuted");

  g_assert_cmpstr (get_string (note, "producerId"), ==, producer);
  g_assert_cmpint (
      json_object_get_boolean_member (json_node_get_object (note), "muted"), ==,
      muted);
}

/* a's audio and video, consumed by b. */
typedef struct {
  Trio t;
  gchar *audio, *video, *a_send, *audio_data;
} Band;

static void
band_start (Band *band)
{
  Trio *t = &band->t;
  g_autofree gchar *b_recv = NULL;

  trio_start (t);
  b_recv = client_create_transport (t->b, FALSE, TRUE);
  band->a_send = client_create_transport (t->a, TRUE, FALSE);
  band->audio = client_produce (t->a, band->a_send, "audio", 1);
  band->video = client_produce (t->a, band->a_send, "video", 2);
  band->audio_data = g_strdup_printf ("{\"producerId\":\"%s\"}", band->audio);
  client_wait_offer (t->b, 2);
}

static void
band_stop (Band *band)
{
  trio_stop (&band->t);
  g_free (band->audio);
  g_free (band->video);
  g_free (band->a_send);
  g_free (band->audio_data);
}

static void
test_mute (void)
{
  Band band;
  Trio *t = &band.t;
  g_autofree gchar *reason = NULL;

  band_start (&band);
  mute (t->mona, "a", "audio", TRUE);
  assert_told (t->a, band.audio, TRUE);
  json_node_unref (client_wait_notification (t->b, "consumerPaused"));
  g_assert_true (is_paused_in_worker (&t->f, band.audio));
  g_assert_false (is_paused_in_worker (&t->f, band.video));
  /* Its owner cannot help it. */
  reason = client_fails (t->a, "resumeProducer", band.audio_data, 403);
  g_assert_cmpstr (reason, ==, "muted by a moderator");
  g_assert_true (is_paused_in_worker (&t->f, band.audio));
  /* Again is nothing new. */
  mute (t->mona, "a", "audio", TRUE);
  mute (t->mona, "a", "audio", FALSE);
  assert_told (t->a, band.audio, FALSE);
  json_node_unref (client_wait_notification (t->b, "consumerResumed"));
  g_assert_false (is_paused_in_worker (&t->f, band.audio));
  json_node_unref (client_ok (t->a, "resumeProducer", band.audio_data));
  g_assert_false (client_has_notification (t->b, "consumerResumed"));
  g_assert_false (client_has_notification (t->b, "consumerPaused"));
  band_stop (&band);
}

/* What the owner paused stays paused when the moderator lets go. */
static void
test_mute_paused (void)
{
  Band band;
  Trio *t = &band.t;

  band_start (&band);
  mute (t->mona, "a", "all", TRUE);
  json_node_unref (client_wait_notification (t->b, "consumerPaused"));
  json_node_unref (client_wait_notification (t->b, "consumerPaused"));
  json_node_unref (client_ok (t->a, "pauseProducer", band.audio_data));
  mute (t->mona, "a", "all", FALSE);
  json_node_unref (client_wait_notification (t->b, "consumerResumed"));
  g_assert_true (is_paused_in_worker (&t->f, band.audio));
  g_assert_false (is_paused_in_worker (&t->f, band.video));
  g_assert_false (client_has_notification (t->b, "consumerResumed"));
  json_node_unref (client_ok (t->a, "resumeProducer", band.audio_data));
  json_node_unref (client_wait_notification (t->b, "consumerResumed"));
  g_assert_false (is_paused_in_worker (&t->f, band.audio));
  band_stop (&band);
}

/* Owner and moderator at the same time, in all orders: what counts is what each
 * said last. */
static void
test_mute_races (void)
{
  static const struct {
    const gchar *owner;
    gboolean first, second; /* the moderator's */
    gboolean paused;
  } cases[] = {
    { "pauseProducer", TRUE, FALSE, TRUE },
    { "resumeProducer", TRUE, FALSE, FALSE },
    { "resumeProducer", FALSE, TRUE, TRUE },
    { "pauseProducer", FALSE, FALSE, TRUE },
    { "resumeProducer", FALSE, FALSE, FALSE },
  };
  Band band;
  Trio *t = &band.t;

  band_start (&band);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuPeer *peer = peer_of (&t->f, "r", "a");
    SfuRoomProducer *producer =
        g_hash_table_lookup (peer->producers, band.audio);
    gint64 id;

    g_test_message ("case %u", i);
    /* The worker has not answered the owner when the moderator speaks. */
    id = client_send_request (t->a, cases[i].owner, band.audio_data);
    WAIT_UNTIL (producer->paused_by_owner ==
        (strcmp (cases[i].owner, "pauseProducer") == 0));
    sfu_room_mute (peer, SFU_KINDS_ALL, cases[i].first);
    sfu_room_mute (peer, SFU_KINDS_ALL, cases[i].second);
    json_node_unref (client_wait_response (t->a, id));
    g_assert_cmpint (
        is_paused_in_worker (&t->f, band.audio), ==, cases[i].paused);
    g_assert_cmpint (producer->paused, ==, cases[i].paused);
    sfu_room_mute (peer, SFU_KINDS_ALL, FALSE);
  }
  band_stop (&band);
}

/* What comes later is muted from the start, also after a reload. */
static void
test_mute_later (void)
{
  Band band;
  Trio *t = &band.t;
  g_autofree gchar *screen = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *again = NULL;
  JsonObject *offer;

  band_start (&band);
  mute (t->mona, "a", "video", TRUE);
  assert_told (t->a, band.video, TRUE);
  screen = client_produce (t->a, band.a_send, "video", 20);
  assert_told (t->a, screen, TRUE);
  g_assert_true (is_paused_in_worker (&t->f, screen));
  offer = client_wait_offer (t->b, 3);
  g_assert_true (json_object_get_boolean_member (offer, "producerPaused"));
  g_clear_pointer (&t->a, client_free);
  t->a = client_new (&t->f, "r", "a");
  client_join (t->a);
  transport = client_create_transport (t->a, TRUE, FALSE);
  again = client_produce (t->a, transport, "video", 30);
  assert_told (t->a, again, TRUE);
  g_assert_true (is_paused_in_worker (&t->f, again));
  mute (t->mona, "a", "all", FALSE);
  assert_told (t->a, again, FALSE);
  band_stop (&band);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/moderation/kick", test_kick);
  g_test_add_func ("/moderation/kick-self", test_kick_self);
  g_test_add_func ("/moderation/lock", test_lock);
  g_test_add_func ("/moderation/lock-late", test_lock_late);
  g_test_add_func ("/moderation/close-room", test_close_room);
  g_test_add_func ("/moderation/mute", test_mute);
  g_test_add_func ("/moderation/mute-paused", test_mute_paused);
  g_test_add_func ("/moderation/mute-races", test_mute_races);
  g_test_add_func ("/moderation/mute-later", test_mute_later);
  return g_test_run ();
}

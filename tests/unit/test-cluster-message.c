/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What servers of one cluster tell each other, and what servers of meetings do:
 * in, out, and there and back.
 *
 * Threads: one. */
#include "sfu-cluster-meetings.h"
#include "sfu-cluster-message.h"
#include "sfu-error.h"
#include "sfu-room.h"

#include <string.h>

#define NODE "123e4567-e89b-42d3-a456-426614174000"
#define HEAD "{\"v\":1,\"node\":\"" NODE "\",\"seq\":7,"

static void
test_kinds (void)
{
  static const struct {
    const gchar *text;
    SfuClusterKind kind;
  } cases[] = {
    { HEAD "\"type\":\"alive\"}", SFU_CLUSTER_ALIVE },
    { HEAD "\"type\":\"state\"}", SFU_CLUSTER_STATE },
    { HEAD "\"type\":\"bye\",\"more\":[1,{}]}", SFU_CLUSTER_BYE },
    { HEAD "\"type\":\"del\",\"room\":\"r\",\"id\":\"p\"}", SFU_CLUSTER_DEL },
    { HEAD "\"type\":\"put\",\"peer\":{\"room\":\"r\",\"id\":\"p\",\"name\":"
           "\"\"}}",
        SFU_CLUSTER_PUT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuClusterMessage) message = sfu_cluster_message_parse (
        cases[i].text, strlen (cases[i].text), &error);

    g_test_message ("%s", cases[i].text);
    g_assert_no_error (error);
    g_assert_cmpint (message->kind, ==, cases[i].kind);
    g_assert_cmpstr (message->node, ==, NODE);
    g_assert_cmpuint (message->seq, ==, 7);
    if (message->kind == SFU_CLUSTER_DEL) {
      g_assert_cmpstr (message->room_id, ==, "r");
      g_assert_cmpstr (message->peer_id, ==, "p");
    }
  }
}

static void
test_refused (void)
{
  static const struct {
    const gchar *text, *message;
  } cases[] = {
    { "", "no JSON" },
    { "[1]", "not a JSON object" },
    { "{}", "v: missing" },
    { "{\"v\":2,\"node\":\"" NODE "\",\"seq\":1,\"type\":\"alive\"}", "v: " },
    { "{\"v\":1,\"node\":\"x\",\"seq\":1,\"type\":\"alive\"}", "node: " },
    { "{\"v\":1,\"node\":7,\"seq\":1,\"type\":\"alive\"}", "node: " },
    { "{\"v\":1,\"node\":\"" NODE "\",\"seq\":-1,\"type\":\"alive\"}",
        "seq: " },
    { "{\"v\":1,\"node\":\"" NODE "\",\"seq\":1.5,\"type\":\"alive\"}",
        "seq: " },
    { "{\"v\":1,\"node\":\"" NODE "\",\"seq\":9007199254740993,\"type\":"
      "\"alive\"}",
        "seq: " },
    { HEAD "\"type\":\"dead\"}", "type: is unknown" },
    { HEAD "\"type\":\"aliveaaaa\"}", "type: " },
    { HEAD "\"type\":\"put\"}", "peer: missing" },
    { HEAD "\"type\":\"put\",\"peer\":[]}", "peer: " },
    { HEAD "\"type\":\"put\",\"peer\":{}}", "peer.room: missing" },
    { HEAD "\"type\":\"put\",\"peer\":{\"room\":\"r\",\"id\":\"\\n\",\"name\":"
           "\"\"}}",
        "peer.id: is no name" },
    { HEAD
        "\"type\":\"put\",\"peer\":{\"room\":\"r\",\"id\":\"p\",\"name\":7}}",
        "peer.name: must be a string" },
    { HEAD "\"type\":\"put\",\"peer\":{\"room\":\"r\",\"id\":\"p\",\"name\":"
           "\"\",\"device\":3}}",
        "peer.device: " },
    { HEAD "\"type\":\"put\",\"peer\":{\"room\":\"r\",\"id\":\"p\",\"name\":"
           "\"\",\"producers\":[{\"id\":\"a\",\"kind\":\"data\"}]}}",
        "peer.producers[0].kind: " },
    { HEAD "\"type\":\"put\",\"peer\":{\"room\":\"r\",\"id\":\"p\",\"name\":"
           "\"\",\"producers\":[1]}}",
        "peer.producers[0]" },
    { HEAD "\"type\":\"del\",\"room\":\"r\"}", "id: missing" },
    { HEAD "\"type\":\"del\",\"room\":\"\",\"id\":\"p\"}",
        "room: must not be empty" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuClusterMessage) message = sfu_cluster_message_parse (
        cases[i].text, strlen (cases[i].text), &error);

    g_test_message ("%s", cases[i].text);
    g_assert_null (message);
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
    if (strstr (error->message, cases[i].message) == NULL)
      g_error ("\"%s\" instead of \"%s\"", error->message, cases[i].message);
  }
}

static void
test_too_long (void)
{
  g_autofree gchar *blanks = g_strnfill (SFU_CLUSTER_MAX_MESSAGE, ' ');
  g_autofree gchar *text =
      g_strconcat (blanks, HEAD "\"type\":\"alive\"}", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (sfu_cluster_message_parse (text, strlen (text), &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED);
  g_clear_error (&error);
  g_assert_null (sfu_cluster_meetings_parse (
      SFU_CLUSTER_MEETINGS_JOIN, text, strlen (text), &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED);
}

/* ---- out ---- */

static SfuRoom *
make_room (const gchar *id)
{
  SfuRoom *room = g_rc_box_new0 (SfuRoom);

  room->id = g_strdup (id);
  room->routers = g_ptr_array_new ();
  room->peers = g_hash_table_new (g_str_hash, g_str_equal);
  return room;
}

static void
test_round_trip (void)
{
  g_autoptr (SfuRoom) room = make_room ("r/ä \"");
  g_autoptr (SfuPeer) peer = sfu_peer_new (room, "p", NULL, NULL);
  g_autofree gchar *text = NULL;
  g_autofree gchar *put = NULL;
  g_autoptr (SfuClusterMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  SfuRoomProducer *closed;

  peer->display_name = g_strdup ("Änn\n");
  peer->user_id = g_strdup ("u");
  peer->account = TRUE;
  peer->email = g_strdup ("a@example.org");
  peer->picture = g_strdup ("https://p.example");
  peer->device = g_strdup ("{\"flag\":\"x\"}");
  sfu_room_producer_new_remote (peer, "p1", SFU_MEDIA_VIDEO);
  closed = sfu_room_producer_new_remote (peer, "p2", SFU_MEDIA_AUDIO);
  closed->live = FALSE;
  text = sfu_cluster_encode_peer (peer);
  put = sfu_cluster_encode_put (NODE, G_GUINT64_CONSTANT (1) << 40, text);
  message = sfu_cluster_message_parse (put, strlen (put), &error);
  g_assert_no_error (error);
  g_assert_cmpint (message->kind, ==, SFU_CLUSTER_PUT);
  g_assert_cmpuint (message->seq, ==, G_GUINT64_CONSTANT (1) << 40);
  g_assert_cmpstr (message->peer.room_id, ==, "r/ä \"");
  g_assert_cmpstr (message->peer.id, ==, "p");
  g_assert_cmpstr (message->peer.connection_id, ==, peer->connection_id);
  g_assert_cmpstr (message->peer.display_name, ==, "Änn\n");
  g_assert_cmpstr (message->peer.user_id, ==, "u");
  g_assert_true (message->peer.account);
  g_assert_cmpstr (message->peer.email, ==, "a@example.org");
  g_assert_cmpstr (message->peer.picture, ==, "https://p.example");
  g_assert_cmpstr (message->peer.device, ==, "{\"flag\":\"x\"}");
  g_assert_cmpuint (message->peer.n_producers, ==, 1);
  g_assert_cmpstr (message->peer.producers[0].id, ==, "p1");
  g_assert_cmpint (message->peer.producers[0].kind, ==, SFU_MEDIA_VIDEO);
  /* The same as a part of a state. */
  g_clear_pointer (&message, sfu_cluster_message_free);
  message = sfu_cluster_message_parse_peer (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_null (message->node);
  g_assert_cmpstr (message->peer.picture, ==, "https://p.example");
}

static void
test_round_trip_others (void)
{
  g_autofree gchar *del = sfu_cluster_encode_del (NODE, 3, "r", "p\"");
  g_autoptr (SfuClusterMessage) deleted =
      sfu_cluster_message_parse (del, strlen (del), NULL);
  static const SfuClusterKind kinds[] = { SFU_CLUSTER_ALIVE, SFU_CLUSTER_STATE,
    SFU_CLUSTER_BYE };

  g_assert_cmpstr (deleted->peer_id, ==, "p\"");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree gchar *text = sfu_cluster_encode_plain (kinds[i], NODE, i);
    g_autoptr (SfuClusterMessage) message =
        sfu_cluster_message_parse (text, strlen (text), NULL);

    g_assert_cmpint (message->kind, ==, kinds[i]);
    g_assert_cmpuint (message->seq, ==, i);
  }
}

/* What others would refuse is left out, cut, or not told at all. */
static void
test_bounds_out (void)
{
  g_autoptr (SfuRoom) room = make_room ("r");
  g_autoptr (SfuRoom) bad_room = make_room ("r\n");
  g_autoptr (SfuPeer) peer = sfu_peer_new (room, "p", NULL, NULL);
  g_autoptr (SfuPeer) bad_peer = sfu_peer_new (room, "", NULL, NULL);
  g_autoptr (SfuPeer) stray = sfu_peer_new (bad_room, "p", NULL, NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (SfuClusterMessage) message = NULL;
  g_autofree gchar *picture = g_strnfill (SFU_CLUSTER_MAX_PICTURE + 1, 'p');
  g_autofree gchar *big = g_strnfill (SFU_CLUSTER_MAX_DEVICE, 'd');
  GString *name = g_string_new ("x");

  g_assert_null (sfu_cluster_encode_peer (bad_peer));
  g_assert_null (sfu_cluster_encode_peer (stray));
  for (guint i = 0; i < SFU_CLUSTER_MAX_NAME; i++)
    g_string_append (name, "ä");
  peer->display_name = g_string_free (name, FALSE);
  peer->picture = g_steal_pointer (&picture);
  peer->device = g_strdup_printf ("{\"x\":\"%s\"}", big);
  for (guint i = 0; i <= SFU_PRESENCE_MAX_PRODUCERS_PER_PEER; i++) {
    g_autofree gchar *id = g_strdup_printf ("p%u", i);

    sfu_room_producer_new_remote (peer, id, SFU_MEDIA_AUDIO);
  }
  text = sfu_cluster_encode_peer (peer);
  message = sfu_cluster_message_parse_peer (text, strlen (text), NULL);
  g_assert_nonnull (message);
  g_assert_cmpuint (
      strlen (message->peer.display_name), ==, SFU_CLUSTER_MAX_NAME - 1);
  g_assert_true (g_str_has_suffix (message->peer.display_name, "ä"));
  g_assert_null (message->peer.picture);
  g_assert_null (message->peer.device);
  g_assert_cmpuint (
      message->peer.n_producers, ==, SFU_PRESENCE_MAX_PRODUCERS_PER_PEER);
}

/* ---- meetings ---- */

static void
test_meetings (void)
{
  static const struct {
    SfuClusterMeetingsChannel channel;
    const gchar *text;
    gboolean ok;
  } cases[] = {
    { SFU_CLUSTER_MEETINGS_JOIN,
        "{\"roomCode\":\"r\",\"userId\":\"u\",\"socketId\":\"s\",\"name\":"
        "\"N\",\"email\":\"e\",\"picture\":null}",
        TRUE },
    { SFU_CLUSTER_MEETINGS_JOIN,
        "{\"roomCode\":\"r\",\"userId\":\"u\",\"socketId\":\"s\"}", TRUE },
    { SFU_CLUSTER_MEETINGS_JOIN, "{\"roomCode\":\"r\",\"userId\":\"u\"}",
        FALSE },
    { SFU_CLUSTER_MEETINGS_JOIN,
        "{\"roomCode\":\"r\",\"userId\":1,\"socketId\":\"s\"}", FALSE },
    { SFU_CLUSTER_MEETINGS_JOIN,
        "{\"roomCode\":\"r\",\"userId\":\"u\",\"socketId\":\"s\",\"name\":[]}",
        FALSE },
    { SFU_CLUSTER_MEETINGS_LEAVE,
        "{\"roomCode\":\"r\",\"userId\":\"u\",\"socketId\":\"s\"}", TRUE },
    { SFU_CLUSTER_MEETINGS_LEAVE, "{\"roomCode\":\"r\",\"userId\":\"u\"}",
        FALSE },
    { SFU_CLUSTER_MEETINGS_PRODUCER,
        "{\"roomCode\":\"r\",\"userId\":\"u\",\"producerId\":\"p\",\"kind\":"
        "\"audio\"}",
        TRUE },
    { SFU_CLUSTER_MEETINGS_PRODUCER,
        "{\"roomCode\":\"r\",\"userId\":\"u\",\"producerId\":\"p\",\"kind\":"
        "\"smell\"}",
        FALSE },
    { SFU_CLUSTER_MEETINGS_PRODUCER,
        "{\"roomCode\":\"r\\n\",\"userId\":\"u\",\"producerId\":\"p\","
        "\"kind\":\"audio\"}",
        FALSE },
    { SFU_CLUSTER_MEETINGS_LEAVE, "x", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuClusterMeetings) message = sfu_cluster_meetings_parse (
        cases[i].channel, cases[i].text, strlen (cases[i].text), &error);

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (message != NULL, ==, cases[i].ok);
    g_assert_cmpint (error == NULL, ==, cases[i].ok);
    if (message == NULL)
      continue;
    g_assert_cmpstr (message->room_id, ==, "r");
    g_assert_cmpstr (message->user_id, ==, "u");
    if (message->channel == SFU_CLUSTER_MEETINGS_JOIN) {
      g_assert_nonnull (message->name);
      g_assert_nonnull (message->email);
      g_assert_null (message->picture);
    }
  }
}

static void
test_meetings_out (void)
{
  g_autoptr (SfuRoom) room = make_room ("r");
  g_autoptr (SfuPeer) peer = sfu_peer_new (room, "p", NULL, NULL);
  SfuRoomProducer *producer =
      sfu_room_producer_new_remote (peer, "t", SFU_MEDIA_VIDEO);
  g_autofree gchar *join = NULL;
  g_autofree gchar *leave = sfu_cluster_meetings_encode_leave (peer, "s0");
  g_autofree gchar *track =
      sfu_cluster_meetings_encode_producer (peer, producer);
  SfuClusterMeetingsChannel channel;

  g_free (peer->connection_id);
  peer->connection_id = g_strdup ("s1");
  peer->display_name = g_strdup ("N");
  peer->user_id = g_strdup ("somebody else's business");
  join = sfu_cluster_meetings_encode_join (peer);
  g_assert_cmpstr (join, ==,
      "{\"roomCode\":\"r\",\"userId\":\"p\",\"socketId\":\"s1\",\"name\":\"N\","
      "\"email\":\"\",\"picture\":\"\"}");
  g_assert_cmpstr (
      leave, ==, "{\"roomCode\":\"r\",\"userId\":\"p\",\"socketId\":\"s0\"}");
  g_assert_cmpstr (track, ==,
      "{\"roomCode\":\"r\",\"userId\":\"p\",\"producerId\":\"t\",\"kind\":"
      "\"video\"}");
  for (guint i = 0; i < SFU_CLUSTER_MEETINGS_N_CHANNELS; i++) {
    g_assert_true (sfu_cluster_meetings_channel_from_name (
        sfu_cluster_meetings_channel_name (i), &channel));
    g_assert_cmpint (channel, ==, i);
  }
  g_assert_false (
      sfu_cluster_meetings_channel_from_name ("room:joi", &channel));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cluster-message/kinds", test_kinds);
  g_test_add_func ("/cluster-message/refused", test_refused);
  g_test_add_func ("/cluster-message/too-long", test_too_long);
  g_test_add_func ("/cluster-message/round-trip", test_round_trip);
  g_test_add_func (
      "/cluster-message/round-trip-others", test_round_trip_others);
  g_test_add_func ("/cluster-message/bounds-out", test_bounds_out);
  g_test_add_func ("/cluster-message/meetings", test_meetings);
  g_test_add_func ("/cluster-message/meetings-out", test_meetings_out);
  return g_test_run ();
}

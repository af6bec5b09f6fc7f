/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuClusterNodes and SfuClusterForeign: what of all that is said ends up among
 * the participants, whatever is missing, comes twice, or too late.
 *
 * Threads: one; the test owns the clock. */
#include "sfu-cluster-foreign.h"
#include "sfu-cluster-nodes.h"
#include "sfu-peer.h"

#include <string.h>

#define SELF "00000000-0000-4000-8000-000000000000"
#define N1 "11111111-1111-4111-8111-111111111111"
#define LIVENESS 12

typedef struct {
  SfuPresence *presence;
  SfuClusterNodes *nodes;
  SfuClusterForeign *foreign;
  guint n_reads; /* of states, that were asked for */
} Fixture;

static SfuRoom *
find_no_room (gpointer owner, const gchar *room_id)
{
  return NULL;
}

static void
on_read_state (gpointer owner, const gchar *node)
{
  ((Fixture *)owner)->n_reads++;
}

static const SfuClusterNodesCallbacks callbacks = {
  .read_state = on_read_state,
};

static void
fixture_start (Fixture *f)
{
  *f = (Fixture){ NULL };
  f->presence = sfu_presence_new (find_no_room, NULL);
  f->nodes = sfu_cluster_nodes_new (
      f->presence, SELF, LIVENESS * G_USEC_PER_SEC, &callbacks, f);
  f->foreign = sfu_cluster_foreign_new (f->presence);
}

static void
fixture_stop (Fixture *f)
{
  sfu_cluster_nodes_free (f->nodes);
  sfu_cluster_foreign_free (f->foreign);
  sfu_presence_free (f->presence);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(SfuPeer *const *)a)->id, (*(SfuPeer *const *)b)->id);
}

/* "a b/p1": all participants of room r and their producers. */
static gchar *
shown (Fixture *f)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new ();
  GString *text = g_string_new (NULL);

  sfu_presence_add_participants (f->presence, "r", NULL, peers);
  g_ptr_array_sort (peers, compare_ids);
  for (guint i = 0; i < peers->len; i++) {
    SfuPeer *peer = peers->pdata[i];
    g_autoptr (GPtrArray) producers = sfu_peer_table_values (peer->producers);

    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", peer->id);
    for (guint j = 0; j < producers->len; j++)
      g_string_append_printf (
          text, "/%s", ((SfuRoomProducer *)producers->pdata[j])->id);
  }
  return g_string_free (text, FALSE);
}

#define ASSERT_SHOWN(f, expected)                                              \
  G_STMT_START                                                                 \
  {                                                                            \
    g_autofree gchar *now_ = shown (f);                                        \
    g_assert_cmpstr (now_, ==, expected);                                      \
  }                                                                            \
  G_STMT_END

/* ---- our own ---- */

static SfuClusterMessage *
parse (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  SfuClusterMessage *message =
      sfu_cluster_message_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return message;
}

/* what: "+a" (a comes), "-a", "alive", "state" or "bye". */
static void
say_as (
    Fixture *f, const gchar *node, guint64 seq, const gchar *what, guint now_s)
{
  g_autofree gchar *text = NULL;

  if (*what == '+')
    text = g_strdup_printf (
        "{\"v\":1,\"node\":\"%s\",\"seq\":%" G_GUINT64_FORMAT
        ",\"type\":\"put\",\"peer\":{\"room\":\"r\",\"id\":\"%s\",\"name\":"
        "\"\"}}",
        node, seq, what + 1);
  else if (*what == '-')
    text = sfu_cluster_encode_del (node, seq, "r", what + 1);
  else
    text =
        g_strdup_printf ("{\"v\":1,\"node\":\"%s\",\"seq\":%" G_GUINT64_FORMAT
                         ",\"type\":\"%s\"}",
            node, seq, what);
  sfu_cluster_nodes_message (f->nodes, parse (text), now_s * G_USEC_PER_SEC);
}

static void
say (Fixture *f, guint64 seq, const gchar *what, guint now_s)
{
  say_as (f, N1, seq, what, now_s);
}

/* The state of N1: ids with blanks between. */
static void
give_state (Fixture *f, guint64 seq, const gchar *ids, guint refreshed_s)
{
  g_auto (GStrv) list = g_strsplit (ids, " ", -1);
  g_autoptr (GPtrArray) peers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_cluster_message_free);

  for (guint i = 0; list[i] != NULL; i++) {
    g_autofree gchar *text = g_strdup_printf (
        "{\"room\":\"r\",\"id\":\"%s\",\"name\":\"\"}", list[i]);

    g_ptr_array_add (
        peers, sfu_cluster_message_parse_peer (text, strlen (text), NULL));
  }
  sfu_cluster_nodes_state (
      f->nodes, N1, seq, peers, refreshed_s * G_USEC_PER_SEC);
}

static void
test_order (void)
{
  Fixture f;

  fixture_start (&f);
  /* New: its state is read; what it says meanwhile waits. */
  say (&f, 5, "+b", 0);
  g_assert_cmpuint (f.n_reads, ==, 1);
  g_assert_true (sfu_cluster_nodes_is_reading (f.nodes));
  say (&f, 6, "-a", 0);
  ASSERT_SHOWN (&f, "");
  give_state (&f, 5, "a b", 0);
  g_assert_false (sfu_cluster_nodes_is_reading (f.nodes));
  ASSERT_SHOWN (&f, "b");
  /* Twice and late. */
  say (&f, 5, "+a", 1);
  say (&f, 6, "-b", 1);
  ASSERT_SHOWN (&f, "b");
  say (&f, 7, "+c", 1);
  say (&f, 7, "alive", 1);
  ASSERT_SHOWN (&f, "b c");
  g_assert_cmpuint (f.n_reads, ==, 1);
  /* Ours come back to us. */
  say_as (&f, SELF, 1, "+z", 1);
  ASSERT_SHOWN (&f, "b c");
  g_assert_cmpuint (sfu_cluster_nodes_n_nodes (f.nodes), ==, 1);
  say (&f, 7, "bye", 1);
  ASSERT_SHOWN (&f, "");
  g_assert_cmpuint (sfu_cluster_nodes_n_nodes (f.nodes), ==, 0);
  say (&f, 7, "bye", 1);
  g_assert_cmpuint (f.n_reads, ==, 1);
  fixture_stop (&f);
}

/* One is missing: found by the next one, by a sign of life, or said. */
static void
test_gaps (void)
{
  Fixture f;

  fixture_start (&f);
  say (&f, 1, "alive", 0);
  give_state (&f, 1, "a", 0);
  say (&f, 3, "+c", 0);
  g_assert_cmpuint (f.n_reads, ==, 2);
  give_state (&f, 2, "a b", 0);
  ASSERT_SHOWN (&f, "a b c");
  say (&f, 4, "alive", 0);
  g_assert_cmpuint (f.n_reads, ==, 3);
  give_state (&f, 4, "a b c d", 0);
  ASSERT_SHOWN (&f, "a b c d");
  say (&f, 5, "state", 0);
  g_assert_cmpuint (f.n_reads, ==, 4);
  /* Two more are on the way, and the state has one of them. */
  say (&f, 6, "+e", 0);
  say (&f, 7, "-d", 0);
  give_state (&f, 6, "d e", 0);
  ASSERT_SHOWN (&f, "e");
  g_assert_cmpuint (f.n_reads, ==, 4);
  /* A gap in what waited. */
  say (&f, 8, "state", 0);
  say (&f, 10, "+g", 0);
  give_state (&f, 8, "e", 0);
  g_assert_cmpuint (f.n_reads, ==, 6);
  give_state (&f, 9, "e f", 0);
  ASSERT_SHOWN (&f, "e f g");
  g_assert_false (sfu_cluster_nodes_is_reading (f.nodes));
  fixture_stop (&f);
}

static void
test_too_much_waits (void)
{
  Fixture f;

  fixture_start (&f);
  for (guint i = 1; i <= SFU_CLUSTER_MAX_WAITING + 2; i++)
    say (&f, i, i % 2 == 1 ? "+a" : "-a", 0);
  give_state (&f, 1, "a", 0);
  g_assert_cmpuint (f.n_reads, ==, 2);
  give_state (&f, SFU_CLUSTER_MAX_WAITING + 2, "x", 0);
  ASSERT_SHOWN (&f, "x");
  g_assert_cmpuint (f.n_reads, ==, 2);
  fixture_stop (&f);
}

static void
expire (Fixture *f, guint now_s)
{
  sfu_cluster_nodes_expire (f->nodes, now_s * G_USEC_PER_SEC);
}

static void
test_liveness (void)
{
  Fixture f;

  fixture_start (&f);
  say (&f, 1, "alive", 0);
  give_state (&f, 1, "a", 0);
  expire (&f, LIVENESS - 1);
  ASSERT_SHOWN (&f, "a");
  say (&f, 1, "alive", LIVENESS - 1);
  expire (&f, 2 * LIVENESS - 2);
  ASSERT_SHOWN (&f, "a");
  expire (&f, 2 * LIVENESS - 1);
  ASSERT_SHOWN (&f, "");
  g_assert_cmpuint (sfu_cluster_nodes_n_nodes (f.nodes), ==, 0);
  fixture_stop (&f);
}

/* Whom we only know from the list lives as long as its state does. */
static void
test_liveness_of_found (void)
{
  Fixture f;

  fixture_start (&f);
  sfu_cluster_nodes_found (f.nodes, SELF, 20 * G_USEC_PER_SEC);
  g_assert_cmpuint (f.n_reads, ==, 0);
  sfu_cluster_nodes_found (f.nodes, N1, 20 * G_USEC_PER_SEC);
  g_assert_cmpuint (f.n_reads, ==, 1);
  give_state (&f, 1, "a", 11);
  expire (&f, 11 + LIVENESS - 1);
  ASSERT_SHOWN (&f, "a");
  expire (&f, 11 + LIVENESS);
  ASSERT_SHOWN (&f, "");
  /* It has none. */
  sfu_cluster_nodes_found (f.nodes, N1, 30 * G_USEC_PER_SEC);
  sfu_cluster_nodes_no_state (f.nodes, N1);
  g_assert_cmpuint (sfu_cluster_nodes_n_nodes (f.nodes), ==, 0);
  fixture_stop (&f);
}

/* Redis was away: who was known has time to come back. */
static void
test_link_up (void)
{
  Fixture f;

  fixture_start (&f);
  say (&f, 1, "alive", 0);
  give_state (&f, 1, "a", 0);
  sfu_cluster_nodes_link_up (f.nodes, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint (f.n_reads, ==, 2);
  say (&f, 3, "+c", 10);
  sfu_cluster_nodes_no_state (f.nodes, N1);
  ASSERT_SHOWN (&f, "a");
  expire (&f, 10 + LIVENESS - 1);
  ASSERT_SHOWN (&f, "a");
  say (&f, 4, "state", 11);
  give_state (&f, 4, "a b", 11);
  ASSERT_SHOWN (&f, "a b");
  /* It died meanwhile, and Redis knows since when it was silent. */
  sfu_cluster_nodes_link_up (f.nodes, 20 * G_USEC_PER_SEC);
  give_state (&f, 4, "a b", 12);
  expire (&f, 12 + LIVENESS - 1);
  ASSERT_SHOWN (&f, "a b");
  expire (&f, 12 + LIVENESS);
  ASSERT_SHOWN (&f, "");
  fixture_stop (&f);
}

static void
test_bounds (void)
{
  Fixture f;

  fixture_start (&f);
  for (guint i = 0; i <= SFU_PRESENCE_MAX_NODES; i++) {
    g_autofree gchar *id =
        g_strdup_printf ("00000000-0000-4000-8000-%012u", i + 1);

    say_as (&f, id, 1, "alive", 0);
  }
  g_assert_cmpuint (
      sfu_cluster_nodes_n_nodes (f.nodes), ==, SFU_PRESENCE_MAX_NODES);
  g_assert_cmpuint (sfu_cluster_nodes_n_left_out (f.nodes), ==, 1);
  fixture_stop (&f);
}

/* ---- of another system ---- */

static void
hear_in (Fixture *f, const gchar *room, const gchar *what, gint64 now_us)
{
  g_auto (GStrv) w = g_strsplit (what, " ", -1);
  SfuClusterMeetingsChannel channel = SFU_CLUSTER_MEETINGS_PRODUCER;
  g_autofree gchar *text = NULL;
  g_autoptr (SfuClusterMeetings) message = NULL;

  if (strcmp (w[0], "track") == 0)
    text = g_strdup_printf ("{\"roomCode\":\"%s\",\"userId\":\"%s\","
                            "\"producerId\":\"%s\",\"kind\":\"audio\"}",
        room, w[1], w[2]);
  else
    text = g_strdup_printf (
        "{\"roomCode\":\"%s\",\"userId\":\"%s\",\"socketId\":\"%s\"}", room,
        w[1], w[2]);
  if (strcmp (w[0], "join") == 0)
    channel = SFU_CLUSTER_MEETINGS_JOIN;
  else if (strcmp (w[0], "leave") == 0)
    channel = SFU_CLUSTER_MEETINGS_LEAVE;
  message = sfu_cluster_meetings_parse (channel, text, strlen (text), NULL);
  sfu_cluster_foreign_message (f->foreign, message, now_us);
}

static void
hear (Fixture *f, const gchar *what, gint64 now_us)
{
  hear_in (f, "r", what, now_us);
}

static void
test_foreign (void)
{
  static const struct {
    const gchar *what, *shown;
  } steps[] = {
    { "track u t0", "" },
    { "leave u s1", "" },
    { "join u s1", "u" },
    { "track u t1", "u/t1" },
    { "track u t1", "u/t1" },
    { "join u s1", "u/t1" },
    { "join v s2", "u/t1 v" },
    { "join u s3", "u v" },
    { "leave u s1", "u v" },
    { "track u t2", "u/t2 v" },
    { "leave u s3", "v" },
    { "leave v s2", "" },
  };
  Fixture f;

  fixture_start (&f);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_test_message ("%s", steps[i].what);
    hear (&f, steps[i].what, 0);
    ASSERT_SHOWN (&f, steps[i].shown);
  }
  g_assert_cmpuint (sfu_presence_n_nodes (f.presence), ==, 0);
  fixture_stop (&f);
}

/* What our own servers say on these channels is known already. */
static void
test_foreign_is_ours (void)
{
  static const gchar ann[] =
      "{\"v\":1,\"node\":\"" N1 "\",\"seq\":2,\"type\":\"put\",\"peer\":{"
      "\"room\":\"r\",\"id\":\"ann\",\"connection\":\"s1\",\"name\":\"\"}}";
  Fixture f;

  fixture_start (&f);
  say (&f, 1, "alive", 0);
  give_state (&f, 1, "x", 0);
  /* She was elsewhere before. */
  hear (&f, "join ann s0", 0);
  sfu_cluster_nodes_message (f.nodes, parse (ann), 0);
  g_assert_cmpuint (sfu_cluster_foreign_n_peers (f.foreign), ==, 1);
  hear (&f, "join ann s1", 0);
  g_assert_cmpuint (sfu_cluster_foreign_n_peers (f.foreign), ==, 0);
  hear (&f, "track ann t1", 0);
  hear (&f, "leave ann s1", 0);
  ASSERT_SHOWN (&f, "ann x");
  fixture_stop (&f);
}

static void
test_foreign_expires (void)
{
  Fixture f;
  const gint64 day = SFU_CLUSTER_FOREIGN_EXPIRY_US;

  fixture_start (&f);
  hear (&f, "join u s1", 0);
  hear (&f, "join v s2", 0);
  hear (&f, "track v t1", day / 2);
  sfu_cluster_foreign_expire (f.foreign, day - 1);
  ASSERT_SHOWN (&f, "u v/t1");
  sfu_cluster_foreign_expire (f.foreign, day);
  ASSERT_SHOWN (&f, "v/t1");
  sfu_cluster_foreign_expire (f.foreign, day + day / 2);
  ASSERT_SHOWN (&f, "");
  fixture_stop (&f);
}

static void
test_foreign_bounds (void)
{
  Fixture f;

  fixture_start (&f);
  for (guint i = 0; i <= SFU_PRESENCE_MAX_PEERS_PER_NODE; i++) {
    g_autofree gchar *room = g_strdup_printf ("r%u", i);

    hear_in (&f, room, "join u s", 0);
  }
  g_assert_cmpuint (sfu_cluster_foreign_n_peers (f.foreign), ==,
      SFU_PRESENCE_MAX_PEERS_PER_NODE);
  g_assert_cmpuint (sfu_cluster_foreign_n_left_out (f.foreign), ==, 1);
  for (guint i = 0; i <= SFU_PRESENCE_MAX_PRODUCERS_PER_PEER; i++) {
    g_autofree gchar *track = g_strdup_printf ("track u t%u", i);

    hear_in (&f, "r1", track, 0);
  }
  g_assert_cmpuint (sfu_cluster_foreign_n_left_out (f.foreign), ==, 2);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cluster-nodes/order", test_order);
  g_test_add_func ("/cluster-nodes/gaps", test_gaps);
  g_test_add_func ("/cluster-nodes/too-much-waits", test_too_much_waits);
  g_test_add_func ("/cluster-nodes/liveness", test_liveness);
  g_test_add_func ("/cluster-nodes/liveness-of-found", test_liveness_of_found);
  g_test_add_func ("/cluster-nodes/link-up", test_link_up);
  g_test_add_func ("/cluster-nodes/bounds", test_bounds);
  g_test_add_func ("/cluster-nodes/foreign", test_foreign);
  g_test_add_func ("/cluster-nodes/foreign-is-ours", test_foreign_is_ours);
  g_test_add_func ("/cluster-nodes/foreign-expires", test_foreign_expires);
  g_test_add_func ("/cluster-nodes/foreign-bounds", test_foreign_bounds);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuPresence: what somebody in the room hears, is shown and finds when others
 * come, change and go on other servers and on this one.
 *
 * Threads: one. */
#include "sfu-presence.h"
#include "sfu-room.h"

#include <string.h>

typedef struct {
  SfuPresence *presence;
  SfuRoom *room; /* "r", without a worker; NULL = closed */
  GString *log;  /* what the watcher was told, then what the listener was */
  GString *facts;
} Fixture;

/* ---- a watcher, and a listener ---- */

static void
on_notify (gpointer owner, const SfuNotice *notice)
{
  static const gchar *const words[] = {
    [SFU_NOTICE_NEW_PEER] = "+",
    [SFU_NOTICE_PEER_CLOSED] = "-",
    [SFU_NOTICE_DISPLAY_NAME_CHANGED] = "name ",
    [SFU_NOTICE_NEW_PRODUCER] = "live ",
    [SFU_NOTICE_PRODUCER_CLOSED] = "closed ",
  };
  Fixture *f = owner;

  g_assert_nonnull (notice->peer);
  g_string_append_printf (f->log, "%s%s%s", f->log->len > 0 ? ", " : "",
      words[notice->kind], notice->peer->id);
  if (notice->producer != NULL)
    g_string_append_printf (f->log, "/%s", notice->producer->id);
  if (notice->kind == SFU_NOTICE_DISPLAY_NAME_CHANGED)
    g_string_append_printf (
        f->log, " %s>%s", notice->old_display_name, notice->peer->display_name);
}

static const SfuPeerSink sink = { .notify = on_notify };

static void
on_joined (gpointer owner, SfuPeer *peer)
{
  g_string_append_printf (((Fixture *)owner)->facts, "+%s ", peer->id);
}

static void
on_left (gpointer owner, SfuPeer *peer)
{
  g_string_append_printf (((Fixture *)owner)->facts, "-%s ", peer->id);
}

static void
on_changed (gpointer owner, SfuPeer *peer)
{
  g_string_append_printf (
      ((Fixture *)owner)->facts, "%s=%s ", peer->id, peer->display_name);
}

static void
on_producer_live (gpointer owner, SfuPeer *peer, SfuRoomProducer *producer)
{
  g_string_append_printf (
      ((Fixture *)owner)->facts, "+%s/%s ", peer->id, producer->id);
}

static void
on_producer_closed (gpointer owner, SfuPeer *peer, SfuRoomProducer *producer)
{
  g_string_append_printf (
      ((Fixture *)owner)->facts, "-%s/%s ", peer->id, producer->id);
}

static const SfuPresenceListener listener = {
  .joined = on_joined,
  .left = on_left,
  .changed = on_changed,
  .producer_live = on_producer_live,
  .producer_closed = on_producer_closed,
};

/* ---- fixture ---- */

static SfuRoom *
find_room (gpointer owner, const gchar *room_id)
{
  Fixture *f = owner;

  return f->room != NULL && strcmp (room_id, "r") == 0 ? f->room : NULL;
}

static SfuPeer *
add_local (Fixture *f, const gchar *id, const gchar *name,
    const SfuPeerSink *peer_sink)
{
  SfuPeer *peer = sfu_peer_new (f->room, id, peer_sink, f);

  peer->joined = TRUE;
  peer->display_name = g_strdup (name);
  g_hash_table_insert (f->room->peers, peer->id, peer);
  return peer;
}

static void
fixture_start (Fixture *f)
{
  f->log = g_string_new (NULL);
  f->facts = g_string_new (NULL);
  f->presence = sfu_presence_new (find_room, f);
  sfu_presence_set_listener (f->presence, &listener, f);
  f->room = g_rc_box_new0 (SfuRoom);
  f->room->id = g_strdup ("r");
  f->room->routers = g_ptr_array_new ();
  f->room->peers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)sfu_peer_unref);
  add_local (f, "watcher", "W", &sink);
}

static void
fixture_stop (Fixture *f)
{
  sfu_presence_free (f->presence);
  g_hash_table_remove_all (f->room->peers);
  sfu_room_unref (f->room);
  g_string_free (f->log, TRUE);
  g_string_free (f->facts, TRUE);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(SfuPeer *const *)a)->id, (*(SfuPeer *const *)b)->id);
}

/* "a(N1) b(N2)": whom the watcher is shown beside those of this server. */
static gchar *
shown (Fixture *f)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new ();
  GString *text = g_string_new (NULL);

  sfu_presence_add_participants (f->presence, "r", NULL, peers);
  g_ptr_array_sort (peers, compare_ids);
  for (guint i = 0; i < peers->len; i++) {
    SfuPeer *peer = peers->pdata[i];

    g_assert_true (peer->joined);
    g_string_append_printf (
        text, "%s%s(%s)", text->len > 0 ? " " : "", peer->id, peer->node);
  }
  return g_string_free (text, FALSE);
}

/* ---- scripts ---- */

static gboolean
put (Fixture *f, const gchar *node, const gchar *room, const gchar *id,
    const gchar *name, gchar **producers)
{
  SfuRemoteProducer list[SFU_PRESENCE_MAX_PRODUCERS_PER_PEER + 1];
  SfuRemotePeer peer = { .room_id = room, .id = id, .display_name = name };

  for (guint i = 0; producers != NULL && producers[i] != NULL; i++) {
    list[i].id = producers[i];
    list[i].kind = *producers[i] == 'a' ? SFU_MEDIA_AUDIO : SFU_MEDIA_VIDEO;
    peer.n_producers++;
  }
  peer.producers = list;
  return sfu_presence_put (f->presence, node, &peer);
}

static void
join (Fixture *f, const gchar *id, const gchar *name)
{
  SfuNotice notice = { .kind = SFU_NOTICE_NEW_PEER };

  notice.peer = add_local (f, id, name, NULL);
  if (!sfu_presence_peer_joined (f->presence, notice.peer))
    sfu_room_notify (f->room, &notice, notice.peer);
}

static void
leave (Fixture *f, const gchar *id)
{
  g_autoptr (SfuPeer) peer =
      sfu_peer_ref (g_hash_table_lookup (f->room->peers, id));
  SfuNotice notice = { .kind = SFU_NOTICE_PEER_CLOSED, .peer = peer };

  peer->closed = TRUE;
  g_hash_table_remove (f->room->peers, id);
  if (!sfu_presence_peer_left (f->presence, peer))
    sfu_room_notify (f->room, &notice, peer);
}

/* put NODE PEER NAME [PRODUCER]...; del NODE PEER; begin, end, gone NODE;
 * join PEER NAME; leave PEER (of this server). */
static void
run_step (Fixture *f, const gchar *step)
{
  g_auto (GStrv) w = g_strsplit (step, " ", -1);

  if (strcmp (w[0], "put") == 0)
    g_assert_true (put (f, w[1], "r", w[2], w[3], w + 4));
  else if (strcmp (w[0], "other") == 0) /* in another room */
    g_assert_true (put (f, w[1], "q", w[2], w[3], w + 4));
  else if (strcmp (w[0], "del") == 0)
    sfu_presence_remove (f->presence, w[1], "r", w[2]);
  else if (strcmp (w[0], "begin") == 0)
    sfu_presence_begin (f->presence, w[1]);
  else if (strcmp (w[0], "end") == 0)
    sfu_presence_end (f->presence, w[1]);
  else if (strcmp (w[0], "gone") == 0)
    sfu_presence_remove_node (f->presence, w[1]);
  else if (strcmp (w[0], "join") == 0)
    join (f, w[1], w[2]);
  else if (strcmp (w[0], "leave") == 0)
    leave (f, w[1]);
  else
    g_error ("no such step: %s", step);
}

static const struct {
  const gchar *name;
  struct {
    const gchar *step, *told, *shown;
  } steps[9];
} scripts[] = {
  { "comes, produces, goes",
      { { "put N1 a Ann", "+a", "a(N1)" },
          { "put N1 a Ann a1", "live a/a1", "a(N1)" },
          { "put N1 a Ann a1 v1", "live a/v1", "a(N1)" },
          { "put N1 a Ann a1 v1", "", "a(N1)" },
          { "put N1 a Ann v1", "closed a/a1", "a(N1)" },
          { "del N1 a", "-a, closed a/v1", "" } } },
  { "comes with what it produces",
      { { "put N1 a Ann a1", "+a, live a/a1", "a(N1)" } } },
  { "changes its name",
      { { "put N1 a Ann", "+a", "a(N1)" },
          { "put N1 a Anna a1", "name a Ann>Anna, live a/a1", "a(N1)" } } },
  { "other rooms are others' business",
      { { "other N1 a Ann a1", "", "" }, { "put N1 a Ann", "+a", "a(N1)" },
          { "gone N1", "-a", "" } } },
  { "a server goes",
      { { "put N1 a Ann a1", "+a, live a/a1", "a(N1)" },
          { "put N2 b Bob", "+b", "a(N1) b(N2)" },
          { "gone N1", "-a, closed a/a1", "b(N2)" },
          { "gone N1", "", "b(N2)" } } },
  { "what is unknown goes",
      { { "del N1 a", "", "" }, { "end N1", "", "" }, { "gone N1", "", "" },
          { "put N1 b Bob", "+b", "b(N1)" }, { "del N1 a", "", "b(N1)" },
          { "del N2 b", "", "b(N1)" } } },
  { "all of a server anew",
      { { "put N1 a Ann a1", "+a, live a/a1", "a(N1)" },
          { "put N1 b Bob", "+b", "a(N1) b(N1)" },
          { "begin N1", "", "a(N1) b(N1)" },
          { "put N1 a Ann a2", "closed a/a1, live a/a2", "a(N1) b(N1)" },
          { "put N1 c Cat", "+c", "a(N1) b(N1) c(N1)" },
          { "end N1", "-b", "a(N1) c(N1)" } } },
  { "moves from one server to another",
      { { "put N1 a Ann a1", "+a, live a/a1", "a(N1)" },
          { "put N2 a Ann a2", "closed a/a1, live a/a2", "a(N2)" },
          { "put N1 a Ann a1 a3", "", "a(N2)" }, { "del N1 a", "", "a(N2)" },
          { "del N2 a", "-a, closed a/a2", "" } } },
  { "moves, and the new server dies first",
      { { "put N1 a Ann a1", "+a, live a/a1", "a(N1)" },
          { "put N2 a Anna a2", "closed a/a1, name a Ann>Anna, live a/a2",
              "a(N2)" },
          { "gone N2", "closed a/a2, name a Anna>Ann, live a/a1", "a(N1)" },
          { "gone N1", "-a, closed a/a1", "" } } },
  { "moves here",
      { { "put N1 a Ann a1", "+a, live a/a1", "a(N1)" },
          { "join a Anna", "closed a/a1, name a Ann>Anna", "" },
          { "put N1 a Ann a1 a2", "", "" }, { "put N1 a Nan", "", "" },
          { "del N1 a", "", "" }, { "leave a", "-a", "" } } },
  { "moves from here",
      { { "join a Ann", "+a", "" }, { "put N1 a Ann a1", "", "" },
          { "leave a", "live a/a1", "a(N1)" },
          { "del N1 a", "-a, closed a/a1", "" } } },
  { "was here and is on two others",
      { { "join a Ann", "+a", "" }, { "put N1 a Ann a1", "", "" },
          { "put N2 a Bo a2", "", "" },
          { "leave a", "name a Ann>Bo, live a/a2", "a(N2)" },
          { "join a Ann", "closed a/a2, name a Bo>Ann", "" },
          { "gone N2", "", "" }, { "leave a", "live a/a1", "a(N1)" } } },
};

static void
test_scripts (void)
{

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++) {
    Fixture f;

    fixture_start (&f);
    for (guint j = 0; scripts[i].steps[j].step != NULL; j++) {
      g_autofree gchar *now = NULL;

      g_test_message ("%s: %s", scripts[i].name, scripts[i].steps[j].step);
      g_string_truncate (f.log, 0);
      run_step (&f, scripts[i].steps[j].step);
      now = shown (&f);
      g_assert_cmpstr (f.log->str, ==, scripts[i].steps[j].told);
      g_assert_cmpstr (now, ==, scripts[i].steps[j].shown);
    }
    fixture_stop (&f);
  }
}

/* ---- the rest ---- */

static void
test_find (void)
{
  gchar *producers[] = { (gchar *)"a1", (gchar *)"v1", NULL };
  Fixture f;
  SfuRoomProducer *producer;
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  fixture_start (&f);
  put (&f, "N1", "r", "a", "Ann", producers);
  producer = sfu_presence_find_producer (f.presence, "r", "v1");
  g_assert_cmpint (producer->kind, ==, SFU_MEDIA_VIDEO);
  g_assert_true (producer->live && !producer->closed);
  g_assert_cmpstr (producer->peer->id, ==, "a");
  g_assert_cmpstr (producer->peer->node, ==, "N1");
  g_assert_null (producer->transport);
  g_assert_null (sfu_presence_find_producer (f.presence, "r", "v2"));
  g_assert_null (sfu_presence_find_producer (f.presence, "q", "v1"));
  /* Who is hidden has nothing either. */
  join (&f, "a", "Ann");
  g_assert_null (sfu_presence_find_producer (f.presence, "r", "v1"));
  leave (&f, "a");
  sfu_presence_add_participants (f.presence, "r", "a", none);
  g_assert_cmpuint (none->len, ==, 0);
  fixture_stop (&f);
}

/* An update replaces all that it says. */
static void
test_facts (void)
{
  SfuRemotePeer facts = { .room_id = "r",
    .id = "a",
    .connection_id = "c1",
    .display_name = "Ann",
    .device = "{\"flag\":\"x\"}",
    .user_id = "u",
    .email = "a@example",
    .picture = "p" };
  g_autoptr (GPtrArray) peers = g_ptr_array_new ();
  SfuPeer *peer;
  Fixture f;

  fixture_start (&f);
  g_assert_true (sfu_presence_put (f.presence, "N1", &facts));
  sfu_presence_add_participants (f.presence, "r", NULL, peers);
  peer = peers->pdata[0];
  g_assert_null (peer->room);
  g_assert_cmpstr (peer->connection_id, ==, "c1");
  g_assert_cmpstr (peer->device, ==, "{\"flag\":\"x\"}");
  g_assert_cmpstr (peer->user_id, ==, "u");
  g_assert_cmpstr (peer->email, ==, "a@example");
  g_assert_cmpstr (peer->picture, ==, "p");
  facts.picture = NULL;
  facts.connection_id = "c2";
  g_assert_true (sfu_presence_put (f.presence, "N1", &facts));
  g_assert_null (peer->picture);
  g_assert_cmpstr (peer->connection_id, ==, "c2");
  g_assert_cmpuint (sfu_presence_n_nodes (f.presence), ==, 1);
  g_assert_cmpuint (sfu_presence_n_peers (f.presence), ==, 1);
  fixture_stop (&f);
}

/* Nobody here is in the room: it is remembered for who comes. */
static void
test_closed_room (void)
{
  gchar *producers[] = { (gchar *)"a1", NULL };
  Fixture f;
  SfuRoom *room;
  g_autofree gchar *now = NULL;

  fixture_start (&f);
  room = g_steal_pointer (&f.room);
  put (&f, "N1", "r", "a", "Ann", producers);
  put (&f, "N1", "r", "b", "Bob", NULL);
  sfu_presence_remove (f.presence, "N1", "r", "b");
  g_assert_cmpstr (f.log->str, ==, "");
  f.room = room;
  f.room->closed = TRUE;
  put (&f, "N1", "r", "c", "Cat", NULL);
  g_assert_cmpstr (f.log->str, ==, "");
  f.room->closed = FALSE;
  now = shown (&f);
  g_assert_cmpstr (now, ==, "a(N1) c(N1)");
  fixture_stop (&f);
}

static void
test_listener (void)
{
  Fixture f;
  SfuPeer *peer;
  g_autoptr (SfuPeer) remote = sfu_peer_new_remote ("x", "N1");
  SfuRoomProducer *producer;

  fixture_start (&f);
  join (&f, "a", "Ann");
  peer = g_hash_table_lookup (f.room->peers, "a");
  sfu_presence_peer_changed (f.presence, peer);
  producer = sfu_room_producer_new_remote (peer, "a1", SFU_MEDIA_AUDIO);
  sfu_presence_producer_live (f.presence, producer);
  sfu_presence_producer_closed (f.presence, peer, producer);
  /* Who has not joined is nobody's business, and who has left has nothing. */
  peer->joined = FALSE;
  sfu_presence_peer_changed (f.presence, peer);
  sfu_presence_producer_live (f.presence, producer);
  sfu_presence_producer_closed (f.presence, peer, producer);
  peer->joined = TRUE;
  sfu_peer_ref (peer);
  leave (&f, "a");
  sfu_presence_producer_closed (f.presence, peer, producer);
  sfu_peer_unref (peer);
  g_assert_cmpstr (f.facts->str, ==, "+a a=Ann +a/a1 -a/a1 -a ");
  sfu_presence_set_listener (f.presence, NULL, NULL);
  join (&f, "b", "Bob");
  leave (&f, "b");
  g_assert_cmpstr (f.facts->str, ==, "+a a=Ann +a/a1 -a/a1 -a ");
  fixture_stop (&f);
}

static void
test_bounds (void)
{
  g_autoptr (GPtrArray) many = g_ptr_array_new_with_free_func (g_free);
  Fixture f;
  SfuRoomProducer *producer;

  for (guint i = 0; i <= SFU_PRESENCE_MAX_PRODUCERS_PER_PEER; i++)
    g_ptr_array_add (many, g_strdup_printf ("v%u", i));
  g_ptr_array_add (many, NULL);
  fixture_start (&f);
  g_assert_false (put (&f, "N1", "r", "a", "Ann", (gchar **)many->pdata));
  producer = sfu_presence_find_producer (f.presence, "r", "v255");
  g_assert_cmpuint (g_hash_table_size (producer->peer->producers), ==,
      SFU_PRESENCE_MAX_PRODUCERS_PER_PEER);
  g_string_truncate (f.log, 0);
  for (guint i = 1; i <= SFU_PRESENCE_MAX_PEERS_PER_NODE; i++) {
    g_autofree gchar *id = g_strdup_printf ("p%u", i);

    g_assert_cmpint (put (&f, "N1", "q", id, "P", NULL), ==,
        i < SFU_PRESENCE_MAX_PEERS_PER_NODE);
  }
  for (guint i = 2; i <= SFU_PRESENCE_MAX_NODES + 1; i++) {
    g_autofree gchar *id = g_strdup_printf ("N%u", i);

    g_assert_cmpint (
        put (&f, id, "q", "n", "N", NULL), ==, i <= SFU_PRESENCE_MAX_NODES);
  }
  g_assert_cmpuint (
      sfu_presence_n_nodes (f.presence), ==, SFU_PRESENCE_MAX_NODES);
  g_assert_cmpuint (sfu_presence_n_peers (f.presence), ==,
      SFU_PRESENCE_MAX_PEERS_PER_NODE + SFU_PRESENCE_MAX_NODES - 1);
  /* What goes makes place. */
  sfu_presence_remove (f.presence, "N1", "q", "p1");
  g_assert_true (put (&f, "N1", "q", "p10000", "P", NULL));
  sfu_presence_remove_node (f.presence, "N2");
  g_assert_true (put (&f, "N65", "q", "n", "N", NULL));
  g_assert_cmpstr (f.log->str, ==, "");
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/presence/scripts", test_scripts);
  g_test_add_func ("/presence/find", test_find);
  g_test_add_func ("/presence/facts", test_facts);
  g_test_add_func ("/presence/closed-room", test_closed_room);
  g_test_add_func ("/presence/listener", test_listener);
  g_test_add_func ("/presence/bounds", test_bounds);
  return g_test_run ();
}

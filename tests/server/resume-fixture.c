/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resume-fixture.h"

#include "sfu-protoo.h"
#include "sfu-room.h"

#include <string.h>

SfuRooms *
rooms_of (World *w)
{
  return sfu_server_get_rooms (w->f.server);
}

SfuPeer *
peer_of (World *w, const gchar *id)
{
  SfuRoom *room = sfu_rooms_find (rooms_of (w), "r");

  return room != NULL ? g_hash_table_lookup (room->peers, id) : NULL;
}

SfuNativeSession *
session_of (World *w)
{
  return peer_of (w, "a")->sink_owner;
}

gboolean
is_waiting (World *w)
{
  return session_of (w)->grace_id != 0;
}

void
world_start (World *w, const gchar *const *flags)
{
  fixture_start (&w->f, flags);
  w->via = w->f;
  w->relay = relay_new (w->f.port);
  w->via.port = relay_get_port (w->relay);
  w->witness = client_new (&w->f, "r", "witness");
  client_join (w->witness);
}

void
world_stop (World *w)
{
  client_free (w->witness);
  relay_free (w->relay);
  fixture_stop (&w->f);
}

Client *
connect_a (World *w, const gchar *secret)
{
  g_autofree gchar *query = g_strdup_printf ("/?roomId=r&peerId=a%s%s",
      secret != NULL ? "&resume=" : "", secret != NULL ? secret : "");
  g_autoptr (GError) error = NULL;
  Client *c = client_try (&w->via, query, SFU_PROTOO_SUBPROTOCOL, &error);

  g_assert_no_error (error);
  return c;
}

void
cut (World *w, Client **c)
{
  relay_cut (w->relay);
  client_wait_closed (*c);
  g_clear_pointer (c, client_free);
  WAIT_UNTIL (peer_of (w, "a") == NULL || is_waiting (w));
}

void
assert_first (Client *c, const gchar *method)
{
  JsonNode *first;

  WAIT_UNTIL (c->inbox.length > 0);
  first = c->inbox.head->data;
  g_assert_cmpstr (get_string (first, "method"), ==, method);
}

void
assert_refused (World *w, const gchar *secret)
{
  g_autoptr (Client) c = connect_a (w, secret);

  client_wait_closed (c);
  g_assert_cmpuint (c->close_code, ==, 4000);
  g_assert_nonnull (strstr (c->close_reason, "already"));
}

void
assert_works (World *w, Client *c, const gchar *transport)
{
  g_autofree gchar *data =
      g_strdup_printf ("{\"transportId\":\"%s\"}", transport);

  json_node_unref (client_ok (c, "getTransportStats", data));
  g_assert_false (client_has_notification (w->witness, "peerClosed"));
}

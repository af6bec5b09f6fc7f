/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See meetings-fixture.h.
 *
 * Threads: the test's. */
#include "meetings-fixture.h"

#include "sfu-json-rtp.h"
#include "token-maker.h"

void
meetings_start (Fixture *f, const gchar *const *more)
{
  g_autoptr (GPtrArray) flags = g_ptr_array_new ();

  g_ptr_array_add (flags, "--jwt-secret=" MEETINGS_SECRET);
  g_ptr_array_add (flags, "--admin-open");
  for (guint i = 0; more != NULL && more[i] != NULL; i++)
    g_ptr_array_add (flags, (gpointer)more[i]);
  g_ptr_array_add (flags, NULL);
  fixture_start (f, (const gchar *const *)flags->pdata);
}

gchar *
meetings_auth (const gchar *user_id, const gchar *more)
{
  g_autofree gchar *claims =
      g_strdup_printf ("{\"userId\":\"%s\"%s}", user_id, more);
  g_autofree gchar *token = test_token_hs256 (MEETINGS_SECRET, NULL, claims);

  return g_strdup_printf ("{\"token\":\"%s\"}", token);
}

SioClient *
meetings_connect (Fixture *f, const gchar *user_id)
{
  g_autofree gchar *auth = meetings_auth (user_id, "");

  return sio_new (f, MEETINGS_PATH, "/", auth);
}

JsonNode *
meetings_join (SioClient *c, const gchar *room, const gchar *name)
{
  g_autofree gchar *payload = g_strdup_printf (
      "{\"roomCode\":\"%s\",\"name\":\"%s\",\"email\":\"%s@example.org\"}",
      room, name, name);
  JsonNode *ack = sio_request (c, "joinRoom", payload);

  if (!json_object_get_boolean_member (json_node_get_object (ack), "success"))
    g_error ("%s cannot join: %s", name, get_string (ack, "error"));
  return ack;
}

SioClient *
meetings_enter (Fixture *f, const gchar *room, const gchar *user_id)
{
  SioClient *c = meetings_connect (f, user_id);

  json_node_unref (meetings_join (c, room, user_id));
  return c;
}

/* Takes ack. */
static gchar *
take_id (JsonNode *ack)
{
  g_autoptr (JsonNode) owned = ack;

  if (json_object_has_member (json_node_get_object (ack), "error"))
    g_error ("%s", get_string (ack, "error"));
  return g_strdup (get_string (ack, "id"));
}

void
meetings_leave (SioClient **c)
{
  json_node_unref (sio_request (*c, "leaveRoom", NULL));
  g_clear_pointer (c, sio_free);
}

gchar *
meetings_transport (SioClient *c, gboolean producing)
{
  return take_id (sio_request (c, "createTransport",
      producing ? "{\"isProducer\":true}" : "{\"isProducer\":false}"));
}

gchar *
meetings_produce (
    SioClient *c, const gchar *transport_id, const gchar *kind, guint32 ssrc)
{
  g_autofree gchar *data = produce_data (transport_id, kind, ssrc);

  return take_id (sio_request (c, "produce", data));
}

gchar *
meetings_consume_data (
    SioClient *c, const gchar *transport_id, const gchar *producer_id)
{
  /* Enough of a client: what it says it can receive. */
  static const gchar caps[] =
      "{\"codecs\":[{\"kind\":\"audio\",\"mimeType\":\"audio/opus\","
      "\"clockRate\":48000,\"channels\":2,\"preferredPayloadType\":100},"
      "{\"kind\":\"video\",\"mimeType\":\"video/VP8\",\"clockRate\":90000,"
      "\"preferredPayloadType\":101}],\"headerExtensions\":[]}";

  return g_strdup_printf (
      "{\"transportId\":\"%s\",\"producerId\":\"%s\",\"rtpCapabilities\":%s}",
      transport_id, producer_id, caps);
}

gchar *
meetings_consume (
    SioClient *c, const gchar *transport_id, const gchar *producer_id)
{
  g_autofree gchar *data = meetings_consume_data (c, transport_id, producer_id);

  return take_id (sio_request (c, "consume", data));
}

guint
meetings_count (Fixture *f, const gchar *room, const gchar *what)
{
  g_autofree gchar *path = g_strdup_printf ("/rooms/%s/dump", room);
  g_auto (Answer) answer = fixture_http (f, "GET", path, NULL);
  g_autoptr (JsonNode) dump = NULL;
  JsonArray *routers;

  g_assert_cmpuint (answer.status, ==, 200);
  dump = json_from_string (answer.body, NULL);
  g_assert_nonnull (dump);
  routers =
      json_object_get_array_member (json_node_get_object (dump), "routers");
  g_assert_cmpuint (json_array_get_length (routers), ==, 1);
  return json_array_get_length (json_object_get_array_member (
      json_array_get_object_element (routers, 0), what));
}

void
meetings_sync (SioClient *c)
{
  g_autofree gchar *ack = sio_request_text (c, "sync", NULL);

  g_assert_cmpstr (ack, ==, "{\"error\":\"unknown event \\\"sync\\\"\"}");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "broadcaster-fixture.h"

#include <string.h>

JsonNode *
ask (Fixture *f, const gchar *method, const gchar *path, const gchar *body,
    guint status)
{
  g_auto (Answer) answer = fixture_send (f, method, path, NULL, body);
  g_autoptr (GError) error = NULL;

  if (answer.status != status)
    g_error ("%s %s %s: %u %s", method, path, body ? body : "", answer.status,
        answer.body);
  if (strcmp (answer.type, "application/json") != 0)
    return NULL;
  JsonNode *node = sfu_json_parse (answer.body, -1, &error);
  g_assert_no_error (error);
  return node;
}

void
ask_quietly (Fixture *f, const gchar *method, const gchar *path,
    const gchar *body, guint status)
{
  JsonNode *node = ask (f, method, path, body, status);

  if (node != NULL)
    json_node_unref (node);
}

void
refused (Fixture *f, const gchar *method, const gchar *path, const gchar *body,
    guint status, const gchar *says)
{
  g_autoptr (JsonNode) node = ask (f, method, path, body, status);

  if (strstr (get_string (node, "error"), says) == NULL)
    g_error ("%s %s %s: \"%s\" does not say \"%s\"", method, path,
        body ? body : "", get_string (node, "error"), says);
}

JsonNode *
enter (Fixture *f, const gchar *id, const gchar *capabilities)
{
  g_autofree gchar *body = g_strdup_printf (
      "{\"id\":\"%s\",\"displayName\":\"Camera\",\"device\":{\"name\":"
      "\"FFmpeg\"}%s%s}",
      id, capabilities ? ",\"rtpCapabilities\":" : "",
      capabilities ? capabilities : "");

  return ask (f, "POST", "/rooms/r/broadcasters", body, 200);
}

gchar *
path_of (const gchar *b, const gchar *transport, const gchar *verb)
{
  return g_strdup_printf ("/rooms/r/broadcasters/%s/transports%s%s%s%s", b,
      transport ? "/" : "", transport ? transport : "", verb ? "/" : "",
      verb ? verb : "");
}

JsonNode *
post (Fixture *f, const gchar *b, const gchar *transport, const gchar *verb,
    const gchar *body, guint status)
{
  g_autofree gchar *path = path_of (b, transport, verb);

  return ask (f, "POST", path, body, status);
}

gchar *
id_of (JsonNode *taken)
{
  g_autoptr (JsonNode) node = taken;

  return g_strdup (get_string (node, "id"));
}

gchar *
add_transport (Fixture *f, const gchar *b, const gchar *body)
{
  return id_of (post (f, b, NULL, NULL, body, 200));
}

gchar *
add_producer (
    Fixture *f, const gchar *b, const gchar *transport, const gchar *parameters)
{
  g_autofree gchar *body =
      g_strdup_printf ("{\"kind\":\"video\",\"rtpParameters\":%s}", parameters);

  return id_of (post (f, b, transport, "producers", body, 200));
}

guint
count_in_dump (Fixture *f, const gchar *what)
{
  g_auto (Answer) answer = fixture_http (f, "GET", "/rooms/r/dump", NULL);

  if (answer.status == 404)
    return 0;
  g_autoptr (JsonNode) node = sfu_json_parse (answer.body, -1, NULL);
  JsonArray *routers =
      json_object_get_array_member (json_node_get_object (node), "routers");
  return json_array_get_length (json_object_get_array_member (
      json_array_get_object_element (routers, 0), what));
}

void
send_pictures (TestPlainClient *from, guint32 ssrc, guint n)
{
  static guint16 seq = 65530;

  for (guint i = 0; i < n; i++, seq++) {
    guint8 packet[40] = { 0x80, 0x80 | 96, seq >> 8, seq & 0xff };

    packet[8] = ssrc >> 24;
    packet[9] = ssrc >> 16 & 0xff;
    packet[10] = ssrc >> 8 & 0xff;
    packet[11] = ssrc & 0xff;
    /* RFC 7741: a key frame in one packet. */
    memcpy (packet + 12, "\x10\x10\0\0\x9d\x01\x2a\x40\0\x40", 10);
    test_plain_client_send_rtp (from, packet, sizeof packet);
  }
}

void
aim (TestPlainClient *client, JsonNode *answer, gboolean mux)
{
  test_plain_client_aim (client, HOST, (guint16)get_int (answer, "port"),
      mux ? 0 : (guint16)get_int (answer, "rtcpPort"));
}

void
expect_packets (TestPlainClient *to, guint payload_type, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr (GBytes) bytes = NULL;
    const guint8 *data;

    WAIT_UNTIL (!g_queue_is_empty (test_plain_client_rtp (to)));
    bytes = g_queue_pop_head (test_plain_client_rtp (to));
    data = g_bytes_get_data (bytes, NULL);
    g_assert_cmpuint (data[1] & 0x7f, ==, payload_type);
  }
}

guint
payload_type_of (JsonNode *consumer)
{
  JsonObject *parameters = json_object_get_object_member (
      json_node_get_object (consumer), "rtpParameters");
  JsonArray *codecs = json_object_get_array_member (parameters, "codecs");

  return (guint)json_object_get_int_member (
      json_array_get_object_element (codecs, 0), "payloadType");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket.IO 5: packets. The first cases are the protocol's document's examples.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-sio-packet.h"

#include <string.h>

#define MAX_LEN 100

static const struct {
  const gchar *text;
  SfuSioPacketType type;
  guint n_attachments;
  const gchar *ns;
  gint64 id;
  const gchar *data; /* NULL = none */
} packets[] = {
  { "0", SFU_SIO_PACKET_CONNECT, 0, "/", -1, NULL },
  { "0/admin,{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}", SFU_SIO_PACKET_CONNECT, 0,
      "/admin", -1, "{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}" },
  { "4{\"message\":\"Not authorized\"}", SFU_SIO_PACKET_CONNECT_ERROR, 0, "/",
      -1, "{\"message\":\"Not authorized\"}" },
  { "2[\"foo\"]", SFU_SIO_PACKET_EVENT, 0, "/", -1, "[\"foo\"]" },
  { "2/admin,[\"bar\"]", SFU_SIO_PACKET_EVENT, 0, "/admin", -1, "[\"bar\"]" },
  { "51-[\"baz\",{\"_placeholder\":true,\"num\":0}]",
      SFU_SIO_PACKET_BINARY_EVENT, 1, "/", -1,
      "[\"baz\",{\"_placeholder\":true,\"num\":0}]" },
  { "52-/admin,[\"baz\",{\"_placeholder\":true,\"num\":0}]",
      SFU_SIO_PACKET_BINARY_EVENT, 2, "/admin", -1,
      "[\"baz\",{\"_placeholder\":true,\"num\":0}]" },
  { "212[\"foo\"]", SFU_SIO_PACKET_EVENT, 0, "/", 12, "[\"foo\"]" },
  { "3/admin,13[\"bar\"]", SFU_SIO_PACKET_ACK, 0, "/admin", 13, "[\"bar\"]" },
  { "61-15[\"bar\",{\"_placeholder\":true,\"num\":0}]",
      SFU_SIO_PACKET_BINARY_ACK, 1, "/", 15,
      "[\"bar\",{\"_placeholder\":true,\"num\":0}]" },
  { "1", SFU_SIO_PACKET_DISCONNECT, 0, "/", -1, NULL },
  { "1/admin,", SFU_SIO_PACKET_DISCONNECT, 0, "/admin", -1, NULL },
  /* What clients and the reference's parser do beside that. */
  { "0/random", SFU_SIO_PACKET_CONNECT, 0, "/random", -1, NULL },
  { "0{\"token\":\"123\"}", SFU_SIO_PACKET_CONNECT, 0, "/", -1,
      "{\"token\":\"123\"}" },
  { "0/,{}", SFU_SIO_PACKET_CONNECT, 0, "/", -1, "{}" },
  { "0/room/a%20b?x=1,", SFU_SIO_PACKET_CONNECT, 0, "/room/a%20b?x=1", -1,
      NULL },
  { "50-[\"x\"]", SFU_SIO_PACKET_BINARY_EVENT, 0, "/", -1, "[\"x\"]" },
  { "510-7[\"x\"]", SFU_SIO_PACKET_BINARY_EVENT, 10, "/", 7, "[\"x\"]" },
  { "20[\"x\"]", SFU_SIO_PACKET_EVENT, 0, "/", 0, "[\"x\"]" },
  { "29007199254740992[\"x\"]", SFU_SIO_PACKET_EVENT, 0, "/",
      SFU_SIO_MAX_ACK_ID, "[\"x\"]" },
  { "2[7,\"x\"]", SFU_SIO_PACKET_EVENT, 0, "/", -1, "[7,\"x\"]" },
  { "2[\"x\",\"\\u00e9\\ud83d\"]", SFU_SIO_PACKET_EVENT, 0, "/", -1,
      "[\"x\",\"\xc3\xa9\xef\xbf\xbd\"]" },
  { "31[]", SFU_SIO_PACKET_ACK, 0, "/", 1, "[]" },
};

static void
test_parse (void)
{

  for (guint i = 0; i < G_N_ELEMENTS (packets); i++) {
    g_auto (SfuSioPacket) packet = { 0 };
    g_autoptr (GError) error = NULL;
    g_autofree gchar *data = NULL;

    g_test_message ("%s", packets[i].text);
    sfu_sio_packet_parse (
        &packet, packets[i].text, strlen (packets[i].text), MAX_LEN, &error);
    g_assert_no_error (error);
    g_assert_cmpint (packet.type, ==, packets[i].type);
    g_assert_cmpuint (packet.n_attachments, ==, packets[i].n_attachments);
    g_assert_cmpstr (packet.ns, ==, packets[i].ns);
    g_assert_cmpint (packet.id, ==, packets[i].id);
    data = packet.data != NULL ? sfu_json_to_string (packet.data) : NULL;
    g_assert_cmpstr (data, ==, packets[i].data);
  }
}

static const gchar *const refused[] = {
  "",
  "7",
  "9",
  "abc",
  "-1",
  " 2[\"x\"]",
  /* The payload is missing, of the wrong kind, or no JSON. */
  "2",
  "2/admin,",
  "2{}",
  "2[]",
  "2[null]",
  "2[{}]",
  "2[[\"x\"]]",
  "2[true]",
  "2\"x\"",
  "2[\"x\"",
  "2[\"x\"]]",
  "2['x']",
  "2[\"x\"]//",
  "0[]",
  "0\"x\"",
  "0null",
  "1{}",
  "1[]",
  "3[]",
  "31",
  "31{}",
  "2var a=[\"x\"]",
  /* Attachments. */
  "5",
  "5[\"x\"]",
  "5-[\"x\"]",
  "51[\"x\"]",
  "511-[\"x\"]",
  "5999999999999999999999-[\"x\"]",
  "5-1-[\"x\"]",
  /* Ids. */
  "2abc[\"x\"]",
  "2-1[\"x\"]",
  "21.5[\"x\"]",
  "29007199254740993[\"x\"]",
  "299999999999999999999999[\"x\"]",
  /* Namespaces. */
  "2/a\x1e"
  "b,[\"x\"]",
  "2/a\x7f,[\"x\"]",
};

static void
test_refuse (void)
{
  g_autoptr (GString) long_name = g_string_new ("0/");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_auto (SfuSioPacket) packet = { 0 };
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", refused[i]);
    g_assert_false (sfu_sio_packet_parse (
        &packet, refused[i], strlen (refused[i]), MAX_LEN, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
  while (long_name->len < SFU_SIO_MAX_NAMESPACE + 2)
    g_string_append_c (long_name, 'n');
  for (guint over = 0; over < 2; over++) {
    g_auto (SfuSioPacket) packet = { 0 };

    g_assert_cmpint (sfu_sio_packet_parse (&packet, long_name->str,
                         SFU_SIO_MAX_NAMESPACE + 1 + over, 10000, NULL),
        ==, over == 0);
  }
}

/* The text ends where its length says, not at a NUL. */
static void
test_length (void)
{
  static const gchar text[] = "212[\"foo\"]X";
  g_auto (SfuSioPacket) packet = { 0 };
  g_autoptr (GError) error = NULL;

  sfu_sio_packet_parse (&packet, text, strlen (text) - 1, MAX_LEN, &error);
  g_assert_no_error (error);
  g_assert_cmpint (packet.id, ==, 12);
}

/* What is too long or too deep says so, and whom to answer. */
static void
test_limits (void)
{
  g_autofree gchar *filler = g_strnfill (MAX_LEN, 'x');
  g_autofree gchar *brackets = g_strnfill (40, '[');
  g_autofree gchar *long_text =
      g_strdup_printf ("2/room/1,77[\"x\",\"%s\"]", filler);
  g_autofree gchar *deep = g_strdup_printf ("2/room/1,77%s", brackets);
  g_autofree gchar *binary = g_strdup_printf ("52-/room/1,77[\"%s\"]", filler);
  const struct {
    const gchar *text;
    guint n_attachments;
    const gchar *message;
  } cases[] = {
    { long_text, 0, "the message is longer than 100 bytes" },
    { deep, 0, "JSON nests deeper than 32" },
    { binary, 2, "the message is longer than 100 bytes" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (SfuSioPacket) packet = { 0 };
    g_autoptr (GError) error = NULL;

    g_assert_false (sfu_sio_packet_parse (
        &packet, cases[i].text, strlen (cases[i].text), MAX_LEN, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED);
    g_assert_cmpstr (error->message, ==, cases[i].message);
    g_assert_cmpstr (packet.ns, ==, "/room/1");
    g_assert_cmpint (packet.id, ==, 77);
    g_assert_cmpuint (packet.n_attachments, ==, cases[i].n_attachments);
  }
}

static JsonArray *
array_of (const gchar *json)
{
  g_autoptr (JsonNode) node = sfu_json_parse (json, -1, NULL);

  return json_array_ref (json_node_get_array (node));
}

static void
assert_takes (gchar *text, const gchar *expect)
{
  g_assert_cmpstr (text, ==, expect);
  g_free (text);
}

static void
test_write (void)
{
  g_autoptr (JsonArray) none = json_array_new ();
  g_autoptr (JsonArray) two = array_of ("[1,{\"a\":[\"\\u001e\\n\"]}]");

  assert_takes (sfu_sio_packet_connect ("/", "abc"), "0{\"sid\":\"abc\"}");
  assert_takes (
      sfu_sio_packet_connect ("/admin", "abc"), "0/admin,{\"sid\":\"abc\"}");
  assert_takes (sfu_sio_packet_disconnect ("/"), "1");
  assert_takes (sfu_sio_packet_disconnect ("/admin"), "1/admin,");
  assert_takes (sfu_sio_packet_connect_error ("/", "Not authorized", NULL),
      "4{\"message\":\"Not authorized\"}");
  assert_takes (sfu_sio_packet_connect_error ("/x", "no \"way\"",
                    sfu_json_parse ("{\"code\":7}", -1, NULL)),
      "4/x,{\"message\":\"no \\\"way\\\"\",\"data\":{\"code\":7}}");
  assert_takes (sfu_sio_packet_event ("/", -1, "foo", none), "2[\"foo\"]");
  /* The separator of payloads never stands in a packet as it is. */
  assert_takes (sfu_sio_packet_event ("/admin", 0, "f\"\x1e", two),
      "2/admin,0[\"f\\\"\\u001e\",1,{\"a\":[\"\\u001e\\n\"]}]");
  assert_takes (sfu_sio_packet_ack ("/", 12, none), "312[]");
  assert_takes (sfu_sio_packet_ack ("/admin", 0, two),
      "3/admin,0[1,{\"a\":[\"\\u001e\\n\"]}]");
}

static void
test_reserved (void)
{
  g_assert_true (sfu_sio_event_is_reserved ("connect"));
  g_assert_true (sfu_sio_event_is_reserved ("connect_error"));
  g_assert_true (sfu_sio_event_is_reserved ("disconnect"));
  g_assert_true (sfu_sio_event_is_reserved ("newListener"));
  g_assert_false (sfu_sio_event_is_reserved ("message"));
  g_assert_false (sfu_sio_event_is_reserved (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sio-packet/parse", test_parse);
  g_test_add_func ("/sio-packet/refuse", test_refuse);
  g_test_add_func ("/sio-packet/length", test_length);
  g_test_add_func ("/sio-packet/limits", test_limits);
  g_test_add_func ("/sio-packet/write", test_write);
  g_test_add_func ("/sio-packet/reserved", test_reserved);
  return g_test_run ();
}

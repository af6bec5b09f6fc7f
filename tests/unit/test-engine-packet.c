/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine.IO 4: packets and payloads. The examples are the protocol's document's.
 *
 * Threads: one. */
#include "sfu-engine-packet.h"

#include <string.h>

static void
test_parse (void)
{
  static const struct {
    const gchar *text;
    gint type; /* -1 = no packet */
    const gchar *data;
  } cases[] = {
    { "4hello", SFU_ENGINE_PACKET_MESSAGE, "hello" },
    { "4", SFU_ENGINE_PACKET_MESSAGE, "" },
    { "2", SFU_ENGINE_PACKET_PING, "" },
    { "2probe", SFU_ENGINE_PACKET_PING, "probe" },
    { "3probe", SFU_ENGINE_PACKET_PONG, "probe" },
    { "5", SFU_ENGINE_PACKET_UPGRADE, "" },
    { "6", SFU_ENGINE_PACKET_NOOP, "" },
    { "1", SFU_ENGINE_PACKET_CLOSE, "" },
    { "0{\"sid\":\"x\"}", SFU_ENGINE_PACKET_OPEN, "{\"sid\":\"x\"}" },
    { "bAQIDBA==", SFU_ENGINE_PACKET_BINARY, "AQIDBA==" },
    { "", -1, NULL },
    { "7", -1, NULL },
    { "9x", -1, NULL },
    { "abc", -1, NULL },
    { " 4", -1, NULL },
    { "/", -1, NULL },
    { "\xc3\xa9", -1, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuEnginePacket packet;
    gboolean ok = sfu_engine_packet_parse (
        &packet, cases[i].text, strlen (cases[i].text));

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (ok, ==, cases[i].type >= 0);
    if (!ok)
      continue;
    g_assert_cmpint (packet.type, ==, cases[i].type);
    g_assert_true (sfu_engine_packet_is (&packet, cases[i].data));
    g_assert_false (sfu_engine_packet_is (&packet, "other"));
    if (packet.type != SFU_ENGINE_PACKET_BINARY) {
      g_autofree gchar *text =
          sfu_engine_packet_text (packet.type, cases[i].data);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
  }
}

static void
test_text (void)
{
  g_autofree gchar *ping =
      sfu_engine_packet_text (SFU_ENGINE_PACKET_PING, NULL);

  g_assert_cmpstr (ping, ==, "2");
}

/* expect: type:data of each packet; "!" = the end is bad. */
static const struct {
  const gchar *text;
  gsize len; /* 0 = up to the NUL */
  const gchar *expect;
} payloads[] = {
  { "4hello\x1e"
    "2\x1e"
    "4world",
      0, "4:hello 2: 4:world " },
  { "4hello\x1e"
    "bAQIDBA==",
      0, "4:hello 7:AQIDBA== " },
  { "4hello", 0, "4:hello " },
  { "3", 0, "3: " },
  { "1", 0, "1: " },
  { "4\xf0\x9f\x98\x80\x1e"
    "4\xe2\x82\xac",
      0, "4:\xf0\x9f\x98\x80 4:\xe2\x82\xac " },
  { "", 0, "!" },
  { "\x1e", 0, "!" },
  { "4a\x1e", 0, "4:a !" },
  { "\x1e"
    "4a",
      0, "!" },
  { "4a\x1e\x1e"
    "4b",
      0, "4:a !" },
  { "4a\x1ezz\x1e"
    "4b",
      0, "4:a !" },
  { "abc", 0, "!" },
  /* Not UTF-8: not even begun. */
  { "4\xff", 0, NULL },
  { "4\xed\xa0\x80", 0, NULL },
  { "4\xf0\x9f\x98", 0, NULL },
  { "4a\0b", 4, NULL },
};

static void
test_payload (void)
{

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++) {
    g_autoptr (GString) got = g_string_new (NULL);
    gsize len =
        payloads[i].len > 0 ? payloads[i].len : strlen (payloads[i].text);
    SfuEnginePayload payload;
    SfuEnginePacket packet;
    SfuEnginePayloadStep step = SFU_ENGINE_PAYLOAD_END;

    g_test_message ("%u", i);
    if (payloads[i].expect == NULL) {
      g_assert_false (
          sfu_engine_payload_init (&payload, payloads[i].text, len));
      continue;
    }
    g_assert_true (sfu_engine_payload_init (&payload, payloads[i].text, len));
    while ((step = sfu_engine_payload_next (&payload, &packet)) ==
        SFU_ENGINE_PAYLOAD_PACKET)
      g_string_append_printf (
          got, "%d:%.*s ", packet.type, (gint)packet.len, packet.data);
    if (step == SFU_ENGINE_PAYLOAD_BAD)
      g_string_append_c (got, '!');
    g_assert_cmpstr (got->str, ==, payloads[i].expect);
    /* And it stays at the end. */
    g_assert_cmpint (sfu_engine_payload_next (&payload, &packet), ==,
        SFU_ENGINE_PAYLOAD_END);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine-packet/parse", test_parse);
  g_test_add_func ("/engine-packet/text", test_text);
  g_test_add_func ("/engine-packet/payload", test_payload);
  return g_test_run ();
}

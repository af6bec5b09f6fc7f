/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/json: strangers' JSON, errors that name the field, and shapes.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-json-rtp.h"
#include "sfu-ortc.h"

#include <math.h>

static void
test_parse (void)
{
  static const struct {
    const gchar *text;
    gboolean ok;
  } cases[] = {
    { "{}", TRUE },
    { " {\"a\":[1,2,{\"b\":\"]}[{'/#\"}]} ", TRUE },
    { "{\"a\":\"\\\"[[[\\\\\"}", TRUE },
    { "", FALSE },
    { "null", FALSE },
    { "[]", FALSE },
    { "\"x\"", FALSE },
    { "{", FALSE },
    { "{\"a\":}", FALSE },
    { "{\"a\":1", FALSE },
    { "{} x", FALSE },
    { "{/* no */}", FALSE },
    { "{'a':1}", FALSE },
    { "{\"a\":\"b", FALSE },
    { "{\"a\":\"b\\", FALSE },
  };
  g_autoptr (GString) deep = g_string_new ("{\"a\":");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) e = NULL;
    g_autoptr (JsonNode) n = sfu_json_parse_object (cases[i].text, -1, &e);

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (n != NULL, ==, cases[i].ok);
    if (!cases[i].ok)
      g_assert_error (e, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  g_assert_null (sfu_json_parse_object (deep->str, -1, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpstr (error->message, ==, "JSON nests deeper than 32");
}

/* Any text, and what it is written as again. */
static void
test_parse_any (void)
{
  static const struct {
    const gchar *text, *again; /* NULL = refused */
  } cases[] = {
    { "[]", "[]" },
    { "[1,\"a\",{\"b\":null}]", "[1,\"a\",{\"b\":null}]" },
    { "\"x\"", "\"x\"" },
    { "3", "3" },
    { "true", "true" },
    { "null", "null" },
    { "", NULL },
    { " ", NULL },
    { "[", NULL },
    { "[1,]", NULL },
    { "[]]", NULL },
    { "nil", NULL },
    /* A whole character, halves of one, and what only looks like them. */
    { "[\"\\uD83D\\ude00\"]", "[\"\xf0\x9f\x98\x80\"]" },
    { "[\"a\\ud83d\"]", "[\"a\xef\xbf\xbd\"]" },
    { "[\"\\ude00\\ud83d\"]", "[\"\xef\xbf\xbd\xef\xbf\xbd\"]" },
    { "[\"\\ud83d\\ud83d\\ude00\"]", "[\"\xef\xbf\xbd\xf0\x9f\x98\x80\"]" },
    { "[\"\\\\ud83d\"]", "[\"\\\\ud83d\"]" },
    { "[\"\\ud83", NULL },
    { "[\"\\", NULL },
    /* Escapes that are none; json-glib would make invalid UTF-8 of them. */
    { "[\"\\ud83miude10\\ud\xc3\xa9\"]", NULL },
    { "[\"\\u00g0\"]", NULL },
    { "[\"\\x\"]", NULL },
    { "[\"\\b\\f\\n\\r\\t\\/\\\"\\u001E\"]",
        "[\"\\b\\f\\n\\r\\t/\\\"\\u001e\"]" },
    /* Large and small numbers. */
    { "[1e21,{\"a\":-2E+30}]", "[1e+21,{\"a\":-2e+30}]" },
    { "[1e999,-2.5e359,\"-inf\\\"inf\",\"e-1.0\"]",
        "[null,null,\"-inf\\\"inf\",\"e-1.0\"]" },
    { "[1e-7,1.5,\"1e+21.0\",0]",
        "[9.9999999999999995e-08,1.5,\"1e+21.0\",0]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = sfu_json_parse (cases[i].text, -1, &error);
    g_autofree gchar *again = NULL;

    g_test_message ("%s", cases[i].text);
    if (cases[i].again == NULL) {
      g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
      continue;
    }
    g_assert_no_error (error);
    again = sfu_json_to_string (node);
    g_assert_cmpstr (again, ==, cases[i].again);
  }
}

#define GOOD_CODEC                                                             \
  "{\"mimeType\":\"video/VP8\",\"payloadType\":96,\"clockRate\":90000}"

static const struct {
  const gchar *json, *message;
} bad_parameters[] = {
  { "{}", "rtpParameters.codecs: missing" },
  { "{\"codecs\":null}", "rtpParameters.codecs: missing" },
  { "{\"codecs\":{}}", "rtpParameters.codecs: must be an array" },
  { "{\"codecs\":[1]}", "rtpParameters.codecs[0]: must be an object" },
  { "{\"codecs\":[{}]}", "rtpParameters.codecs[0].mimeType: missing" },
  { "{\"codecs\":[{\"mimeType\":1}]}",
      "rtpParameters.codecs[0].mimeType: must be a string" },
  { "{\"codecs\":[{\"mimeType\":\"VP8\"}]}",
      "rtpParameters.codecs[0].mimeType: must be audio/NAME or video/NAME" },
  { "{\"codecs\":[{\"mimeType\":\"video/\"}]}",
      "rtpParameters.codecs[0].mimeType: must be audio/NAME or video/NAME" },
  { "{\"codecs\":[" GOOD_CODEC ",{\"mimeType\":\"video/VP8\"}]}",
      "rtpParameters.codecs[1].payloadType: missing" },
  { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":\"96\"}]}",
      "rtpParameters.codecs[0].payloadType: must be a whole number from 0 to "
      "127" },
  { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":128}]}",
      "rtpParameters.codecs[0].payloadType: must be a whole number from 0 to "
      "127" },
  { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96.5}]}",
      "rtpParameters.codecs[0].payloadType: must be a whole number from 0 to "
      "127" },
  { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96}]}",
      "rtpParameters.codecs[0].clockRate: missing" },
  { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
    "\"clockRate\":90000,\"parameters\":[]}]}",
      "rtpParameters.codecs[0].parameters: must be an object" },
  { "{\"codecs\":[{\"mimeType\":\"video/rtx\",\"payloadType\":96,"
    "\"clockRate\":90000,\"parameters\":{\"apt\":\"97\"}}]}",
      "rtpParameters.codecs[0].parameters.apt: must be a number" },
  { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
    "\"clockRate\":90000,\"parameters\":{\"x\":{}}}]}",
      "rtpParameters.codecs[0].parameters.x: must be a string or a number" },
  { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
    "\"clockRate\":90000,\"rtcpFeedback\":[{\"parameter\":\"pli\"}]}]}",
      "rtpParameters.codecs[0].rtcpFeedback[0].type: missing" },
  { "{\"codecs\":[" GOOD_CODEC "],\"mid\":1}",
      "rtpParameters.mid: must be a string" },
  { "{\"codecs\":[" GOOD_CODEC "],\"headerExtensions\":[{\"uri\":\"x\"}]}",
      "rtpParameters.headerExtensions[0].id: missing" },
  { "{\"codecs\":[" GOOD_CODEC "],\"headerExtensions\":[{\"uri\":\"x\","
    "\"id\":0}]}",
      "rtpParameters.headerExtensions[0].id: must be a whole number from 1 "
      "to 255" },
  { "{\"codecs\":[" GOOD_CODEC "],\"headerExtensions\":[{\"uri\":\"x\","
    "\"id\":1,\"encrypt\":true}]}",
      "rtpParameters.headerExtensions[0].encrypt: not supported" },
  { "{\"codecs\":[" GOOD_CODEC "],\"encodings\":[{\"ssrc\":4294967296}]}",
      "rtpParameters.encodings[0].ssrc: must be a whole number from 0 to "
      "4294967295" },
  { "{\"codecs\":[" GOOD_CODEC "],\"encodings\":[{\"rtx\":{}}]}",
      "rtpParameters.encodings[0].rtx.ssrc: missing" },
  { "{\"codecs\":[" GOOD_CODEC "],\"encodings\":[{\"rtx\":7}]}",
      "rtpParameters.encodings[0].rtx: must be an object" },
  { "{\"codecs\":[" GOOD_CODEC "],\"encodings\":[{},{},{},{},{},{},{},{},{}]"
    "}",
      "rtpParameters.encodings: more than 8 elements" },
  { "{\"codecs\":[" GOOD_CODEC "],\"rtcp\":{\"cname\":false}}",
      "rtpParameters.rtcp.cname: must be a string" },
  { "{\"codecs\":[" GOOD_CODEC "],\"rtcp\":{\"reducedSize\":\"no\"}}",
      "rtpParameters.rtcp.reducedSize: must be true or false" },
};

static void
test_parameters_bad (void)
{

  for (guint i = 0; i < G_N_ELEMENTS (bad_parameters); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node =
        sfu_json_parse_object (bad_parameters[i].json, -1, &error);
    g_auto (SfuJsonReader) reader = { NULL };

    g_assert_no_error (error);
    sfu_json_reader_init (&reader, "rtpParameters");
    g_assert_null (
        sfu_json_read_rtp_parameters (&reader, json_node_get_object (node)));
    g_assert_false (sfu_json_reader_finish (&reader, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr (error->message, ==, bad_parameters[i].message);
  }
}

static void
test_parameters_good (void)
{
  static const gchar json[] =
      "{\"mid\":\"0\",\"codecs\":[{\"mimeType\":\"audio/opus\",\"payloadType\":"
      "111.0,\"clockRate\":48000,\"channels\":2,\"parameters\":{\"useinbandfec"
      "\":1,\"x\":\"y\",\"z\":1.5},\"rtcpFeedback\":[{\"type\":\"nack\","
      "\"parameter\":\"\"}]}],\"headerExtensions\":[{\"uri\":\"urn:x\",\"id\":"
      "1,\"encrypt\":false,\"parameters\":{}}],\"encodings\":[{\"ssrc\":"
      "4294967295,\"dtx\":false}],\"rtcp\":{\"cname\":\"c\",\"reducedSize\":"
      "true,\"mux\":true}}";
  static const gchar expect[] =
      "{\"mid\":\"0\",\"codecs\":[{\"mimeType\":\"audio/opus\",\"payloadType\":"
      "111,\"clockRate\":48000,\"channels\":2,\"parameters\":{\"useinbandfec\":"
      "1,\"x\":\"y\",\"z\":1.5},\"rtcpFeedback\":[{\"type\":\"nack\","
      "\"parameter\":\"\"}]}],\"headerExtensions\":[{\"uri\":\"urn:x\",\"id\":"
      "1,\"encrypt\":false,\"parameters\":{}}],\"encodings\":[{\"ssrc\":"
      "4294967295}],\"rtcp\":{\"cname\":\"c\",\"reducedSize\":true,\"mux\":true"
      "}}";
  g_autoptr (JsonNode) node = sfu_json_parse_object (json, -1, NULL);
  g_auto (SfuJsonReader) reader = { NULL };
  g_autoptr (SfuRtpParameters) p = NULL;
  g_autoptr (JsonNode) back = NULL;
  g_autofree gchar *text = NULL;

  sfu_json_reader_init (&reader, "rtpParameters");
  p = sfu_json_read_rtp_parameters (&reader, json_node_get_object (node));
  g_assert_no_error (reader.error);
  back = sfu_json_from_rtp_parameters (p);
  text = sfu_json_to_string (back);
  g_assert_cmpstr (text, ==, expect);
}

static void
test_capabilities (void)
{
  static const struct {
    const gchar *json, *message;
  } bad[] = {
    { "{\"codecs\":1}", "rtpCapabilities.codecs: must be an array" },
    { "{\"codecs\":[{\"mimeType\":\"video/VP8\"}]}",
        "rtpCapabilities.codecs[0].clockRate: missing" },
    { "{\"headerExtensions\":[{\"uri\":\"x\",\"preferredId\":1}]}",
        "rtpCapabilities.headerExtensions[0].kind: missing" },
    { "{\"headerExtensions\":[{\"kind\":\"\",\"uri\":\"x\",\"preferredId\":1}]"
      "}",
        "rtpCapabilities.headerExtensions[0].kind: must not be empty" },
    { "{\"headerExtensions\":[{\"kind\":\"data\",\"uri\":\"x\",\"preferredId\":"
      "1}]}",
        "rtpCapabilities.headerExtensions[0].kind: must be \"audio\" or "
        "\"video\"" },
    { "{\"headerExtensions\":[{\"kind\":\"audio\",\"uri\":\"x\","
      "\"preferredId\":1,\"direction\":\"up\"}]}",
        "rtpCapabilities.headerExtensions[0].direction: must be \"sendrecv\", "
        "\"sendonly\", \"recvonly\" or \"inactive\"" },
  };
  g_autoptr (GPtrArray) codecs = sfu_ortc_default_codecs ();
  g_autoptr (SfuRtpCapabilities) router =
      sfu_ortc_router_capabilities (codecs, NULL);
  g_autoptr (JsonNode) node = sfu_json_from_rtp_capabilities (router);
  g_autofree gchar *text = sfu_json_to_string (node);
  g_autoptr (SfuRtpCapabilities) back = NULL;
  g_autoptr (JsonNode) again = NULL;
  g_autofree gchar *text_again = NULL;
  g_auto (SfuJsonReader) reader = { NULL };

  sfu_json_reader_init (&reader, "");
  back = sfu_json_read_rtp_capabilities (&reader, json_node_get_object (node));
  g_assert_no_error (reader.error);
  again = sfu_json_from_rtp_capabilities (back);
  text_again = sfu_json_to_string (again);
  g_assert_cmpstr (text, ==, text_again);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (JsonNode) n = sfu_json_parse_object (bad[i].json, -1, NULL);
    g_auto (SfuJsonReader) r = { NULL };

    sfu_json_reader_init (&r, "rtpCapabilities");
    g_assert_null (
        sfu_json_read_rtp_capabilities (&r, json_node_get_object (n)));
    g_assert_cmpstr (r.error->message, ==, bad[i].message);
  }
}

static void
test_variant (void)
{
  static const struct {
    const gchar *variant, *json;
  } cases[] = {
    { "{'a': <1>, 'b': <[uint64 18446744073709551615]>}",
        "{\"a\":1,\"b\":[9223372036854775807]}" },
    { "[{'type': <'x'>, 'ok': <true>, 'n': <byte 0xff>, 'd': <0.5>}]",
        "[{\"type\":\"x\",\"ok\":true,\"n\":255,\"d\":0.5}]" },
    { "(int16 -1, uint16 2, int32 -3, uint32 4, int64 -5, 'six', @as [])",
        "[-1,2,-3,4,-5,\"six\",[]]" },
  };
  g_autoptr (GVariant) nan = g_variant_ref_sink (g_variant_new ("(d)", NAN));
  g_autoptr (JsonNode) nan_node = sfu_json_from_variant (nan);
  g_autofree gchar *nan_text = sfu_json_to_string (nan_node);

  g_assert_cmpstr (nan_text, ==, "[null]");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GVariant) v =
        g_variant_parse (NULL, cases[i].variant, NULL, NULL, NULL);
    g_autoptr (JsonNode) node = sfu_json_from_variant (v);
    g_autofree gchar *text = sfu_json_to_string (node);

    g_assert_cmpstr (text, ==, cases[i].json);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/parse", test_parse);
  g_test_add_func ("/json/parse-any", test_parse_any);
  g_test_add_func ("/json/parameters/good", test_parameters_good);
  g_test_add_func ("/json/parameters/bad", test_parameters_bad);
  g_test_add_func ("/json/capabilities", test_capabilities);
  g_test_add_func ("/json/variant", test_variant);
  return g_test_run ();
}

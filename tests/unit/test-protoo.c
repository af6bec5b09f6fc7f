/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/protocol without a socket: framing, the token bucket, names.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-native-session.h"
#include "sfu-native.h"
#include "sfu-protoo.h"

#include <string.h>

static void
test_parse (void)
{
  static const struct {
    const gchar *text;
    gboolean ok;
    SfuProtooKind kind;
    gint64 id;
  } cases[] = {
    { "{\"request\":true,\"id\":7,\"method\":\"join\",\"data\":{}}", TRUE,
        SFU_PROTOO_REQUEST, 7 },
    { "{\"request\":true,\"id\":0,\"method\":\"join\"}", TRUE,
        SFU_PROTOO_REQUEST, 0 },
    { "{\"response\":true,\"id\":7,\"ok\":true,\"data\":{}}", TRUE,
        SFU_PROTOO_RESPONSE, 7 },
    { "{\"response\":true,\"id\":7,\"errorCode\":1,\"errorReason\":\"x\"}",
        TRUE, SFU_PROTOO_RESPONSE, 7 },
    { "{\"notification\":true,\"method\":\"x\"}", TRUE, SFU_PROTOO_NOTIFICATION,
        0 },
    { "{\"request\":true,\"id\":7.5,\"method\":\"join\"}", FALSE,
        SFU_PROTOO_REQUEST, -1 },
    { "{\"request\":true,\"id\":9007199254740993,\"method\":\"join\"}", FALSE,
        SFU_PROTOO_REQUEST, -1 },
    { "{\"request\":true,\"id\":7}", FALSE, SFU_PROTOO_REQUEST, 7 },
    { "{\"request\":false,\"id\":7,\"method\":\"x\"}", FALSE,
        SFU_PROTOO_REQUEST, -1 },
    { "{\"response\":true,\"id\":7,\"errorCode\":\"x\"}", FALSE,
        SFU_PROTOO_RESPONSE, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (SfuProtooMessage) m = { 0 };
    g_autoptr (GError) error = NULL;
    gint64 id;
    gboolean ok = sfu_protoo_parse (
        &m, cases[i].text, strlen (cases[i].text), &id, &error);

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (ok, ==, cases[i].ok);
    if (ok) {
      g_assert_cmpint (m.kind, ==, cases[i].kind);
      g_assert_cmpint (m.id, ==, cases[i].id);
    } else {
      g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
      g_assert_cmpint (id, ==, cases[i].id);
    }
  }
}

static void
test_write (void)
{
  g_autoptr (GError) error =
      g_error_new_literal (SFU_ERROR, SFU_ERROR_NOT_FOUND, "no \"x\"");
  g_autofree gchar *request = sfu_protoo_request (1, "m", NULL);
  g_autofree gchar *notification = sfu_protoo_notification ("m", NULL);
  g_autofree gchar *response =
      sfu_protoo_response (SFU_PROTOO_MAX_ID, json_from_string ("[1]", NULL));
  g_autofree gchar *notification_of = sfu_protoo_notification_of ("m", "{}");
  g_autofree gchar *response_of =
      sfu_protoo_response_of (SFU_PROTOO_MAX_ID, "[1]");
  g_autofree gchar *failure = sfu_protoo_error_from_gerror (2, error);

  g_assert_cmpstr (
      request, ==, "{\"request\":true,\"id\":1,\"method\":\"m\",\"data\":{}}");
  g_assert_cmpstr (
      notification, ==, "{\"notification\":true,\"method\":\"m\",\"data\":{}}");
  g_assert_cmpstr (response, ==,
      "{\"response\":true,\"id\":9007199254740992,\"ok\":true,\"data\":[1]}");
  g_assert_cmpstr (notification_of, ==, notification);
  g_assert_cmpstr (response_of, ==, response);
  g_assert_cmpstr (failure, ==,
      "{\"response\":true,\"id\":2,\"ok\":false,\"errorCode\":404,"
      "\"errorReason\":\"no \\\"x\\\"\"}");
}

static void
test_token_bucket (void)
{
  SfuTokenBucket b;
  gint64 now = 5;

  sfu_token_bucket_init (&b, 10, 3, now);
  for (guint i = 0; i < 3; i++)
    g_assert_true (sfu_token_bucket_take (&b, now));
  g_assert_false (sfu_token_bucket_take (&b, now));
  now += G_USEC_PER_SEC / 10 - 1;
  g_assert_false (sfu_token_bucket_take (&b, now));
  now += 1;
  g_assert_true (sfu_token_bucket_take (&b, now));
  g_assert_false (sfu_token_bucket_take (&b, now));
  /* A clock that steps back gives nothing, and takes nothing. */
  g_assert_false (sfu_token_bucket_take (&b, 0));
  now += G_USEC_PER_SEC / 10;
  g_assert_true (sfu_token_bucket_take (&b, now));
  /* A long rest gives no more than a burst. */
  now += 1000 * G_USEC_PER_SEC;
  for (guint i = 0; i < 3; i++)
    g_assert_true (sfu_token_bucket_take (&b, now));
  g_assert_false (sfu_token_bucket_take (&b, now));

  sfu_token_bucket_init (&b, 0, 0, now);
  for (guint i = 0; i < 1000; i++)
    g_assert_true (sfu_token_bucket_take (&b, now));
}

static SfuRequest *
decode (const gchar *method, const gchar *data)
{
  g_autoptr (JsonNode) node = json_from_string (data, NULL);
  g_autoptr (GError) error = NULL;
  SfuRequest *request = sfu_native_decode (method, node, &error);

  g_assert_no_error (error);
  return request;
}

static void
test_decode (void)
{
  g_autoptr (SfuRequest) join = decode ("join",
      "{\"displayName\":\"J\",\"device\":{\"name\":\"c\"},\"sctpCapabilities\":"
      "{},\"rtpCapabilities\":{\"codecs\":[]}}");
  g_autoptr (SfuRequest) connect = decode ("connectWebRtcTransport",
      "{\"transportId\":\"t\",\"dtlsParameters\":{\"fingerprints\":[{"
      "\"algorithm\":\"sha-1\",\"value\":\"00\"},{\"algorithm\":\"sha-256\","
      "\"value\":\"01\"}]}}");
  g_autoptr (SfuRequest) layers = decode ("setConsumerPreferredLayers",
      "{\"consumerId\":\"c\",\"spatialLayer\":2}");

  g_assert_cmpint (join->method, ==, SFU_METHOD_JOIN);
  g_assert_cmpstr (join->display_name, ==, "J");
  g_assert_cmpstr (join->device, ==, "{\"name\":\"c\"}");
  g_assert_nonnull (join->capabilities);
  g_assert_cmpstr (connect->dtls_role, ==, "auto");
  g_assert_cmpuint (connect->fingerprints->len, ==, 2);
  g_assert_cmpint (layers->spatial_layer, ==, 2);
  g_assert_cmpint (layers->temporal_layer, ==, -1);
}

/* The page that describes the protocol has every word, and what a client is
 * told. */
static void
test_page (void)
{
  static const SfuNoticeKind kinds[] = { SFU_NOTICE_CONSUMER_CLOSED,
    SFU_NOTICE_CONSUMER_PAUSED, SFU_NOTICE_CONSUMER_RESUMED,
    SFU_NOTICE_ACTIVE_SPEAKER, SFU_NOTICE_PRODUCER_MUTED,
    SFU_NOTICE_ROOM_LOCKED };
  g_autofree gchar *path =
      g_test_build_filename (G_TEST_DIST, "native-protocol.md", NULL);
  g_autofree gchar *page = NULL;
  g_autoptr (GError) error = NULL;
  SfuRoomConsumer consumer = { .id = (gchar *)"c" };
  SfuRoomProducer producer = { .id = (gchar *)"p" };

  g_file_get_contents (path, &page, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; sfu_native_method (i) != NULL; i++) {
    const gchar *word = sfu_native_method (i);
    g_autofree gchar *quoted = g_strdup_printf ("`%s`", word);

    if (strstr (page, quoted) == NULL)
      g_error ("the page does not know %s", word);
  }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    SfuNotice notice = {
      .kind = kinds[i], .consumer = &consumer, .producer = &producer
    };
    const gchar *method;
    g_autofree gchar *data = sfu_native_write_notice (&notice, &method);
    g_autofree gchar *quoted = g_strdup_printf ("`%s`", method);

    if (strstr (page, quoted) == NULL)
      g_error ("the page does not know %s", method);
  }
}

/* What is written without a tree of JSON is what the tree would be. */
static void
test_consumer_score (void)
{
  static const struct {
    guint n_encodings;
    const gchar *text;
  } rows[] = {
    { 1,
        "{\"consumerId\":\"c\",\"score\":{\"score\":9,"
        "\"producerScore\":7,\"producerScores\":[10]}}" },
    { 3,
        "{\"consumerId\":\"c\",\"score\":{\"score\":9,"
        "\"producerScore\":7,\"producerScores\":[10,7,0]}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    SfuRtpParameters parameters = { .encodings = g_ptr_array_new () };
    SfuRoomProducer producer = { .parameters = &parameters,
      .scores = { 10, 7, 0 } };
    SfuRoomConsumer consumer = {
      .id = (gchar *)"c", .producer = &producer, .score = 9, .producer_score = 7
    };
    SfuNotice notice = { .kind = SFU_NOTICE_CONSUMER_SCORE,
      .consumer = &consumer };
    const gchar *method;

    g_ptr_array_set_size (parameters.encodings, (gint)rows[i].n_encodings);

    g_autofree gchar *data = sfu_native_write_notice (&notice, &method);
    g_autofree gchar *text = sfu_protoo_notification_of (method, data);
    g_autoptr (JsonNode) node = json_from_string (text, NULL);
    g_autofree gchar *again = sfu_json_to_string (node);

    g_assert_cmpstr (method, ==, "consumerScore");
    g_assert_cmpstr (data, ==, rows[i].text);
    g_assert_cmpstr (text, ==, again);
    g_ptr_array_unref (parameters.encodings);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protoo/parse", test_parse);
  g_test_add_func ("/protoo/write", test_write);
  g_test_add_func ("/protoo/token-bucket", test_token_bucket);
  g_test_add_func ("/native/decode", test_decode);
  g_test_add_func ("/native/page", test_page);
  g_test_add_func ("/native/consumer-score", test_consumer_score);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events to a real HTTP server that takes them, refuses them, is slow or gone:
 * order, signature, retries, bounds.
 *
 * Threads: one; the receiver runs in it, too. */
#include "sfu-error.h"
#include "sfu-webhook-event.h"
#include "sfu-webhook.h"
#include "webhook-receiver.h"

#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"

static SfuWebhook *
make (const Receiver *receiver, guint max_tries, guint max_queued,
    SfuMetrics *metrics)
{
  SfuWebhookOptions options = { .url = receiver->url,
    .secret = SECRET,
    .first_retry_ms = 1,
    .max_tries = max_tries,
    .max_queued = max_queued };
  g_autoptr (GError) error = NULL;
  SfuWebhook *webhook = sfu_webhook_new (&options, metrics, &error);

  g_assert_no_error (error);
  return webhook;
}

static void
tell (SfuWebhook *webhook, const gchar *key, const gchar *type, gint number)
{
  JsonObject *data = json_object_new ();

  json_object_set_string_member (data, "room", key);
  json_object_set_int_member (data, "number", number);
  sfu_webhook_tell (webhook, key, type, data);
}

static gint64
get_number (const Received *received)
{
  return json_object_get_int_member (
      json_object_get_object_member (
          json_node_get_object (received->json), "data"),
      "number");
}

static void
wait_empty (SfuWebhook *webhook)
{
  while (sfu_webhook_n_queued (webhook) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_event (void)
{
  JsonObject *data = json_object_new ();
  g_autofree gchar *body = NULL;
  g_autofree gchar *signature = NULL;

  json_object_set_string_member (data, "room", "a \"b\"");
  body = sfu_webhook_event_new (
      "the-id", "room.started", G_GINT64_CONSTANT (1700000000123456), 7, data);
  g_assert_cmpstr (body, ==,
      "{\"id\":\"the-id\",\"type\":\"room.started\",\"timestamp\":"
      "\"2023-11-14T22:13:20.123Z\",\"sequence\":7,\"data\":{\"room\":"
      "\"a \\\"b\\\"\"}}");
  /* printf %s '1700000000.hello' | openssl dgst -sha256 -hmac secret */
  signature = sfu_webhook_sign ("secret", 1700000000, "hello");
  g_assert_cmpstr (signature, ==,
      "sha256="
      "47b1df0ab12338b2685470b0d2b37033add7c3b2bc8172f313e77413f1bb78c8");
}

static void
test_taken (void)
{
  g_autoptr (SfuMetrics) metrics = sfu_metrics_new ();
  g_autoptr (SfuWebhook) webhook = NULL;
  const Received *received;
  g_autofree gchar *signature = NULL;
  JsonObject *object;
  Receiver receiver;

  receiver_start (&receiver, SOUP_STATUS_NO_CONTENT);
  webhook = make (&receiver, 3, 10, metrics);
  tell (webhook, "r", "room.started", 1);
  received = receiver_wait (&receiver, 0);
  object = json_node_get_object (received->json);
  g_assert_cmpstr (received->type, ==, "room.started");
  g_assert_cmpstr (
      json_object_get_string_member (object, "type"), ==, received->type);
  g_assert_cmpstr (
      json_object_get_string_member (object, "id"), ==, received->id);
  signature = sfu_webhook_sign (
      SECRET, g_ascii_strtoll (received->timestamp, NULL, 10), received->body);
  g_assert_cmpstr (received->signature, ==, signature);
  wait_empty (webhook);
  g_assert_cmpfloat (
      sfu_metrics_get (metrics, SFU_METRIC_WEBHOOK_DELIVERIES, "ok"), ==, 1);
  /* Without one nobody is told. */
  sfu_webhook_tell (NULL, "r", "room.ended", json_object_new ());
  g_clear_pointer (&webhook, sfu_webhook_free);
  receiver_stop (&receiver);
}

/* The events of a room come in their order, also when the first one is refused
 * some times; another room's do not wait for that. */
static void
test_order (void)
{
  g_autoptr (SfuMetrics) metrics = sfu_metrics_new ();
  g_autoptr (SfuWebhook) webhook = NULL;
  Receiver receiver;

  receiver_start (&receiver, SOUP_STATUS_INTERNAL_SERVER_ERROR);
  webhook = make (&receiver, 100, 100, metrics);
  for (gint i = 0; i < 5; i++)
    tell (webhook, "a", "room.started", i);
  /* Refused, refused again. */
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (get_number (receiver_wait (&receiver, i)), ==, 0);
  g_assert_cmpstr (((Received *)receiver.received->pdata[0])->id, ==,
      ((Received *)receiver.received->pdata[2])->id);
  tell (webhook, "b", "room.started", 10);
  while (
      get_number (receiver_wait (&receiver, receiver.received->len - 1)) != 10)
    g_main_context_iteration (NULL, TRUE);
  receiver.status = SOUP_STATUS_OK;
  g_ptr_array_set_size (receiver.received, 0);
  wait_empty (webhook);
  for (guint i = 0, next = 0; i < receiver.received->len; i++) {
    gint64 number = get_number (receiver.received->pdata[i]);

    if (number != 10)
      g_assert_cmpint (number, ==, next++);
  }
  g_assert_cmpfloat (
      sfu_metrics_get (metrics, SFU_METRIC_WEBHOOK_DELIVERIES, "ok"), ==, 6);
  g_assert_cmpfloat (
      sfu_metrics_get (metrics, SFU_METRIC_WEBHOOK_DELIVERIES, "refused"), >=,
      3);
  g_clear_pointer (&webhook, sfu_webhook_free);
  receiver_stop (&receiver);
}

/* One that is never taken is given up, and the next one tried. */
static void
test_given_up (void)
{
  g_autoptr (SfuMetrics) metrics = sfu_metrics_new ();
  g_autoptr (SfuWebhook) webhook = NULL;
  Receiver receiver;

  /* It is not followed anywhere either. */
  receiver_start (&receiver, SOUP_STATUS_TEMPORARY_REDIRECT);
  webhook = make (&receiver, 3, 10, metrics);
  tell (webhook, "a", "room.started", 1);
  tell (webhook, "a", "room.ended", 2);
  wait_empty (webhook);
  g_assert_cmpuint (receiver.received->len, ==, 6);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpint (
        get_number (receiver.received->pdata[i]), ==, i < 3 ? 1 : 2);
  g_assert_cmpfloat (
      sfu_metrics_get (metrics, SFU_METRIC_WEBHOOK_DROPPED, "given-up"), ==, 2);
  g_clear_pointer (&webhook, sfu_webhook_free);
  receiver_stop (&receiver);
}

/* A receiver that does not answer: what waits has a bound, tell returns at
 * once, and what was dropped is seen in the sequence. */
static void
test_bound (void)
{
  g_autoptr (SfuMetrics) metrics = sfu_metrics_new ();
  g_autoptr (SfuWebhook) webhook = NULL;
  const Received *last;
  Receiver receiver;

  receiver_start (&receiver, 0);
  webhook = make (&receiver, 3, 4, metrics);
  for (gint i = 0; i < 10; i++)
    tell (webhook, "a", "room.started", i);
  g_assert_cmpuint (sfu_webhook_n_queued (webhook), ==, 4);
  g_assert_cmpfloat (
      sfu_metrics_get (metrics, SFU_METRIC_WEBHOOK_DROPPED, "queue-full"), ==,
      6);
  receiver_wait (&receiver, 0);
  receiver.status = SOUP_STATUS_OK;
  receiver_answer (&receiver, SOUP_STATUS_OK);
  wait_empty (webhook);
  tell (webhook, "a", "room.ended", 10);
  last = receiver_wait (&receiver, 4);
  g_assert_cmpint (get_number (last), ==, 10);
  g_assert_cmpint (json_object_get_int_member (
                       json_node_get_object (last->json), "sequence"),
      ==, 11);
  wait_empty (webhook);
  /* And it may go while something is under way. */
  receiver.status = 0;
  tell (webhook, "a", "room.started", 11);
  receiver_wait (&receiver, 5);
  g_clear_pointer (&webhook, sfu_webhook_free);
  receiver_stop (&receiver);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_unreachable (void)
{
  g_autoptr (SfuMetrics) metrics = sfu_metrics_new ();
  g_autoptr (SfuWebhook) webhook = NULL;
  Receiver receiver;

  receiver_start (&receiver, SOUP_STATUS_OK);
  webhook = make (&receiver, 2, 4, metrics);
  receiver_stop (&receiver);
  tell (webhook, "a", "room.started", 1);
  wait_empty (webhook);
  g_assert_cmpfloat (
      sfu_metrics_get (metrics, SFU_METRIC_WEBHOOK_DELIVERIES, "unreachable"),
      ==, 2);
}

static void
test_urls (void)
{
  static const gchar *const bad[] = { "", "app", "ftp://x/", "http://",
    "http:///x", "https://x/#y" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    SfuWebhookOptions options = { .url = bad[i] };
    g_autoptr (GError) error = NULL;

    g_assert_null (sfu_webhook_new (&options, NULL, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/webhook/event", test_event);
  g_test_add_func ("/webhook/taken", test_taken);
  g_test_add_func ("/webhook/order", test_order);
  g_test_add_func ("/webhook/given-up", test_given_up);
  g_test_add_func ("/webhook/bound", test_bound);
  g_test_add_func ("/webhook/unreachable", test_unreachable);
  g_test_add_func ("/webhook/urls", test_urls);
  return g_test_run ();
}

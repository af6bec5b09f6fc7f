/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-webhook.h. A lane is the line of events of one room:
 *
 *   tell ─► lane ─► ready ─► sending ─► taken: next event, or the lane goes
 *             ▲        ▲        └► not taken: waits, then ready again
 *             └─ events wait behind the first one
 *
 * Threads: the server's one thread. */
#include "sfu-webhook.h"

#include "sfu-error.h"
#include "sfu-id.h"
#include "sfu-poster.h"
#include "sfu-webhook-event.h"

#define DEFAULT_TIMEOUT_S 10
#define DEFAULT_FIRST_RETRY_MS 1000
#define MAX_RETRY_MS 60000
#define DEFAULT_MAX_TRIES 8
#define DEFAULT_MAX_QUEUED 1024
/* Posts at a time: a slow receiver gets no more. */
#define PARALLEL 8

typedef struct {
  gchar *id, *body;
  const gchar *type; /* static */
  guint n_tries;
} Event;

typedef struct {
  SfuWebhook *webhook; /* borrowed: the lane is its own */
  gchar *key;          /* owned */
  GQueue events;       /* of Event, owned; never empty but on the way out */
  guint retry_id;
} Lane;

struct _SfuWebhook {
  gchar *url, *secret;
  guint first_retry_ms, max_tries, max_queued;
  SfuPoster *poster;   /* owned */
  SfuMetrics *metrics; /* owned; NULL = nobody counts */
  GHashTable *lanes;   /* key (the lane's) -> Lane, owned */
  GQueue ready;        /* of Lane, borrowed: to be sent when there is place */
  guint n_sending, n_queued;
  guint64 sequence;
};

static void
event_free (gpointer data)
{
  Event *event = data;

  g_free (event->id);
  g_free (event->body);
  g_free (event);
}

static void
lane_free (gpointer data)
{
  Lane *lane = data;

  g_clear_handle_id (&lane->retry_id, g_source_remove);
  g_queue_clear_full (&lane->events, event_free);
  g_free (lane->key);
  g_free (lane);
}

static void pump (SfuWebhook *self);

static void
make_ready (Lane *lane)
{
  g_queue_push_tail (&lane->webhook->ready, lane);
  pump (lane->webhook);
}

static gboolean
on_retry (gpointer data)
{
  Lane *lane = data;

  lane->retry_id = 0;
  make_ready (lane);
  return G_SOURCE_REMOVE;
}

static guint
retry_ms (const SfuWebhook *self, guint n_tries)
{
  guint ms = self->first_retry_ms;

  while (--n_tries > 0 && ms < MAX_RETRY_MS)
    ms *= 2;
  return MIN (ms, MAX_RETRY_MS);
}

/* The lane's first event is done with. */
static void
drop_first (Lane *lane)
{
  SfuWebhook *self = lane->webhook;

  event_free (g_queue_pop_head (&lane->events));
  self->n_queued--;
  if (g_queue_is_empty (&lane->events))
    g_hash_table_remove (self->lanes, lane->key);
  else
    g_queue_push_tail (&self->ready, lane);
}

/* What the receiver answered is for its operator, not for a log of ours. */
static void
not_taken (Lane *lane, guint status, const gchar *why)
{
  SfuWebhook *self = lane->webhook;
  Event *event = g_queue_peek_head (&lane->events);
  gboolean again = event->n_tries < self->max_tries;

  sfu_metrics_add (self->metrics, SFU_METRIC_WEBHOOK_DELIVERIES, 1,
      status != 0 ? "refused" : "unreachable");
  g_message ("event=%s type=%s not delivered: %s%s", event->id, event->type,
      why, again ? "; later once more" : "; given up");
  if (again) {
    lane->retry_id =
        g_timeout_add (retry_ms (self, event->n_tries), on_retry, lane);
    return;
  }
  sfu_metrics_add (self->metrics, SFU_METRIC_WEBHOOK_DROPPED, 1, "given-up");
  drop_first (lane);
}

static void
on_sent (gpointer data, guint status, const gchar *why)
{
  Lane *lane = data;
  SfuWebhook *self = lane->webhook;

  self->n_sending--;
  if (why != NULL) {
    not_taken (lane, status, why);
  } else {
    sfu_metrics_add (self->metrics, SFU_METRIC_WEBHOOK_DELIVERIES, 1, "ok");
    drop_first (lane);
  }
  pump (self);
}

static void
send_first (Lane *lane)
{
  SfuWebhook *self = lane->webhook;
  Event *event = g_queue_peek_head (&lane->events);
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree gchar *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, now_s);
  g_autofree gchar *signature = self->secret != NULL
      ? sfu_webhook_sign (self->secret, now_s, event->body)
      : NULL;
  const gchar *headers[] = { "X-Sfu-Event", event->type, "X-Sfu-Delivery",
    event->id, "X-Sfu-Timestamp", timestamp,
    signature != NULL ? "X-Sfu-Signature" : NULL, signature, NULL };

  event->n_tries++;
  self->n_sending++;
  sfu_poster_send (
      self->poster, self->url, event->body, headers, on_sent, lane);
}

static void
pump (SfuWebhook *self)
{
  while (self->n_sending < PARALLEL && !g_queue_is_empty (&self->ready))
    send_first (g_queue_pop_head (&self->ready));
}

static Lane *
get_lane (SfuWebhook *self, const gchar *key)
{
  Lane *lane = g_hash_table_lookup (self->lanes, key);

  if (lane != NULL)
    return lane;
  lane = g_new0 (Lane, 1);
  lane->webhook = self;
  lane->key = g_strdup (key);
  g_queue_init (&lane->events);
  g_hash_table_insert (self->lanes, lane->key, lane);
  return lane;
}

void
sfu_webhook_tell (
    SfuWebhook *self, const gchar *key, const gchar *type, JsonObject *data)
{
  Event *event;
  Lane *lane;

  if (self == NULL) {
    json_object_unref (data);
    return;
  }
  self->sequence++;
  if (self->n_queued >= self->max_queued) {
    sfu_metrics_add (
        self->metrics, SFU_METRIC_WEBHOOK_DROPPED, 1, "queue-full");
    json_object_unref (data);
    return;
  }
  event = g_new0 (Event, 1);
  event->id = sfu_id_new ();
  event->type = type;
  event->body = sfu_webhook_event_new (
      event->id, type, g_get_real_time (), self->sequence, data);
  lane = get_lane (self, key);
  g_queue_push_tail (&lane->events, event);
  self->n_queued++;
  if (g_queue_get_length (&lane->events) == 1)
    make_ready (lane);
}

guint
sfu_webhook_n_queued (const SfuWebhook *self)
{
  return self->n_queued;
}

SfuWebhook *
sfu_webhook_new (
    const SfuWebhookOptions *options, SfuMetrics *metrics, GError **error)
{
#define OR_DEFAULT(value, fallback) ((value) != 0 ? (value) : (fallback))
  SfuWebhook *self;

  if (!sfu_poster_is_url (options->url)) {
    sfu_error_invalid (
        error, "must be an address like https://app.example/events");
    return NULL;
  }
  self = g_new0 (SfuWebhook, 1);
  self->url = g_strdup (options->url);
  self->secret = g_strdup (options->secret);
  self->first_retry_ms =
      OR_DEFAULT (options->first_retry_ms, DEFAULT_FIRST_RETRY_MS);
  self->max_tries = OR_DEFAULT (options->max_tries, DEFAULT_MAX_TRIES);
  self->max_queued = OR_DEFAULT (options->max_queued, DEFAULT_MAX_QUEUED);
  self->poster = sfu_poster_new (
      OR_DEFAULT (options->timeout_s, DEFAULT_TIMEOUT_S), PARALLEL);
  self->metrics = metrics != NULL ? sfu_metrics_ref (metrics) : NULL;
  self->lanes =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, lane_free);
  g_queue_init (&self->ready);
  return self;
}

void
sfu_webhook_free (SfuWebhook *self)
{
  if (self == NULL)
    return;
  sfu_poster_free (self->poster);
  g_queue_clear (&self->ready);
  g_hash_table_unref (self->lanes);
  sfu_metrics_unref (self->metrics);
  g_free (self->url);
  g_free (self->secret);
  g_free (self);
}

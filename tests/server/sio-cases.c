/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sio-cases.h.
 *
 * Threads: the test's. */
#include "sio-cases.h"

#include "sfu-event-session.h"

#include <string.h>

void
sio_world_start (SioWorld *w, const gchar *room, const gchar *failure)
{
  static const gchar *const flags[] = { "--admin-open",
    "--max-transports-per-peer=1", "--max-producers-per-peer=1", NULL };

  w->room = room;
  w->failure = failure;
  fixture_start (&w->f, flags);
}

void
sio_world_stop (SioWorld *w)
{
  sio_free (w->a);
  sio_free (w->b);
  sio_free (w->o);
  fixture_stop (&w->f);
  g_free (w->a_send);
  g_free (w->b_recv);
  g_free (w->producer);
  g_free (w->consumer);
  g_free (w->capabilities);
}

gchar *
sio_world_get (SioClient *c, const gchar *event, const gchar *payload,
    const gchar *inside, const gchar *member)
{
  g_autoptr (JsonNode) ack = sio_request (c, event, payload);
  JsonObject *object = json_node_get_object (ack);
  JsonNode *node;

  if (inside != NULL)
    object = json_object_get_object_member (object, inside);
  node = json_object_get_member (object, member);
  g_assert_nonnull (node);
  return JSON_NODE_HOLDS_VALUE (node) ? g_strdup (json_node_get_string (node))
                                      : json_to_string (node, FALSE);
}

gchar *
sio_world_fill (const SioWorld *w, const gchar *text)
{
  const struct {
    const gchar *mark, *text;
  } marks[] = {
    { "$CAPS", w->capabilities }, /* before $C */
    { "$A", w->a_send },
    { "$B", w->b_recv },
    { "$P", w->producer },
    { "$C", w->consumer },
    { "$U", "00000000-0000-4000-8000-000000000000" },
    { "$RTP",
        "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
        "\"clockRate\":90000}],\"encodings\":[{\"ssrc\":77}]}" },
    { "$DTLS",
        "{\"fingerprints\":[{\"algorithm\":\"sha-256\",\"value\":\"00:11\"}]"
        "}" },
  };
  GString *filled = g_string_new (text);

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    g_string_replace (
        filled, marks[i].mark, marks[i].text != NULL ? marks[i].text : "", 0);
  return g_string_free (filled, FALSE);
}

void
sio_world_assert_unchanged (SioWorld *w)
{
  SioClient *clients[] = { w->a, w->b, w->o };

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    if (clients[i] != NULL)
      g_assert_true (g_queue_is_empty (&clients[i]->inbox));
  g_assert_cmpuint (fixture_count (&w->f, w->room, "transports"), ==, 2);
  g_assert_cmpuint (fixture_count (&w->f, w->room, "producers"), ==, 1);
  g_assert_cmpuint (fixture_count (&w->f, w->room, "consumers"), ==, 1);
  g_assert_true (
      fixture_says (&w->f, w->room, "consumers", w->consumer, "paused"));
}

static SioClient *
client_of (SioWorld *w, const SioCase *c)
{
  return c->who == 'a' ? w->a : c->who == 'b' ? w->b : w->o;
}

/* failure with the message as a JSON string in it. */
static gchar *
failure_text (const SioWorld *w, const gchar *message)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);
  g_autofree gchar *text = NULL;
  GString *whole = g_string_new (w->failure);

  json_node_set_string (node, message);
  text = json_to_string (node, FALSE);
  g_string_replace (whole, "%s", text, 1);
  return g_string_free (whole, FALSE);
}

void
sio_world_check (SioWorld *w, const SioCase *c)
{
  g_autofree gchar *payload =
      c->payload != NULL ? sio_world_fill (w, c->payload) : NULL;
  g_autofree gchar *message = sio_world_fill (w, c->error);
  g_autofree gchar *wanted = failure_text (w, message);
  g_autofree gchar *ack =
      sio_request_text (client_of (w, c), c->event, payload);

  g_assert_cmpstr (ack, ==, wanted);
  sio_world_assert_unchanged (w);
}

void
sio_world_check_without_acks (SioWorld *w, const SioCase *cases, guint n_cases)
{
  SioClient *clients[] = { w->a, w->b, w->o };

  for (guint i = 0; i < n_cases; i++) {
    g_autofree gchar *payload =
        cases[i].payload != NULL ? sio_world_fill (w, cases[i].payload) : NULL;

    sio_emit (client_of (w, &cases[i]), cases[i].event, payload);
  }
  /* An answer comes after all that was sent before. */
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++) {
    if (clients[i] == NULL)
      continue;
    json_node_unref (sio_request (clients[i], "nonsense", NULL));
    g_assert_cmpuint (g_hash_table_size (clients[i]->acks), ==, 0);
  }
  sio_world_assert_unchanged (w);
}

void
sio_cases_assert_complete (
    const SfuEventDialect *dialect, const SioCase *cases, guint n_cases)
{
  for (guint i = 0; i < dialect->n_events; i++) {
    gboolean found = FALSE;

    for (guint j = 0; j < n_cases; j++)
      found = found || strcmp (cases[j].event, dialect->events[i].event) == 0;
    if (!found)
      g_error ("%s is not tested", dialect->events[i].event);
  }
}

static void
assert_in_page (const gchar *text, const gchar *before, const gchar *word,
    const gchar *behind)
{
  g_autofree gchar *wanted = g_strconcat (before, word, behind, NULL);

  if (strstr (text, wanted) == NULL)
    g_error ("%s is not in the page", word);
}

void
sio_cases_assert_page (
    const SfuEventDialect *dialect, const gchar *page, const gchar *const *told)
{
  g_autofree gchar *path =
      g_build_filename (g_getenv ("SFU_TEST_DOCS"), "dialects", page, NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < dialect->n_events; i++)
    assert_in_page (text, "\n| `", dialect->events[i].event, "` | ");
  for (guint i = 0; told[i] != NULL; i++)
    assert_in_page (text, "\n| `", told[i], "` | {");
}

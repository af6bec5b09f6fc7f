/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that are gathered: each is answered for itself, and the worker hears
 * them in the order in which they were made, whatever stands between them.
 *
 * Threads: one; the worker is another process. */
#include "room-fixture.h"

/* More than fit into one message. */
#define N_MANY 40

typedef struct {
  guint n_answers;
  guint order[N_MANY];
  GError *errors[N_MANY]; /* owned; NULL = it worked */
} Answers;

typedef struct {
  Answers *answers;
  guint number;
} Asked;

static void
on_consumed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  Answers *answers = asked->answers;

  sfu_worker_client_consume_finish (
      SFU_WORKER_CLIENT (source), result, &answers->errors[asked->number]);
  answers->order[answers->n_answers++] = asked->number;
}

/* number: of the answer, and by it the consumer's id and SSRC. */
static void
consume (SfuWorkerClient *client, Answers *answers, guint number,
    const gchar *transport, const gchar *producer)
{
  g_autofree gchar *id = g_strdup_printf ("n%u", number);
  g_autoptr (SfuRtpParameters) parameters = room_vp8 (id, 100 + number);
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked){ answers, number };
  sfu_worker_client_consume_async (client, transport, id, producer, parameters,
      TRUE, NULL, on_consumed, asked);
}

static void
answers_clear (Answers *answers)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers->errors); i++)
    g_clear_error (&answers->errors[i]);
}

static gboolean
is_paused (SfuWorkerClient *client, const gchar *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) dump = worker_dump (client, "r", &error);
  g_autofree gchar *mark = g_strdup_printf ("'id': <'%s'>", id);
  g_autofree gchar *text = NULL;
  const gchar *node, *end;

  g_assert_no_error (error);
  text = g_variant_print (dump, FALSE);
  node = strstr (text, mark);
  g_assert_nonnull (node);
  /* The dictionary of this node. */
  while (node > text && *node != '{')
    node--;
  end = strchr (node, '}');
  g_assert_nonnull (end);
  return g_strstr_len (node, end - node, "'paused': <true>") != NULL;
}

static void
test_each_answer (void)
{
  g_autoptr (SfuWorkerClient) client = room_new ();
  Answers answers = { 0 };

  consume (client, &answers, 0, "a-recv", "b-video");
  consume (client, &answers, 1, "a-recv", "nobody");
  consume (client, &answers, 2, "a-recv", "a-screen");
  consume (client, &answers, 3, "nowhere", "b-video");
  consume (client, &answers, 4, "b-recv", "a-video");
  WORKER_WAIT_UNTIL (answers.n_answers == 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (answers.order[i], ==, i);
  g_assert_no_error (answers.errors[0]);
  g_assert_error (answers.errors[1], SFU_ERROR, SFU_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (answers.errors[1]->message, "nobody"));
  g_assert_no_error (answers.errors[2]);
  g_assert_error (answers.errors[3], SFU_ERROR, SFU_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (answers.errors[3]->message, "nowhere"));
  g_assert_no_error (answers.errors[4]);
  answers_clear (&answers);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

static void
test_many (void)
{
  g_autoptr (SfuWorkerClient) client = room_new ();
  Answers answers = { 0 };

  for (guint i = 0; i < N_MANY; i++)
    consume (client, &answers, i, "a-recv", "b-video");
  WORKER_WAIT_UNTIL (answers.n_answers == N_MANY);
  for (guint i = 0; i < N_MANY; i++) {
    g_assert_cmpuint (answers.order[i], ==, i);
    g_assert_no_error (answers.errors[i]);
  }
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* Nothing that is said at once overtakes what was gathered. */
static void
test_order (void)
{
  g_autoptr (SfuWorkerClient) client = room_new ();
  Answers answers = { 0 };
  WorkerWait closed = { 0 }, paused = { 0 };

  consume (client, &answers, 0, "a-recv", "b-video");
  sfu_worker_client_close_consumer_async (
      client, "n0", NULL, worker_wait_cb, &closed);
  sfu_worker_client_resume_consumer (client, "b1");
  sfu_worker_client_resume_consumer (client, "b2");
  sfu_worker_client_resume_consumer (client, "nobody");
  sfu_worker_client_set_consumer_paused_async (
      client, "b1", TRUE, NULL, worker_wait_cb, &paused);
  worker_wait (&closed);
  worker_wait (&paused);
  g_assert_cmpuint (answers.n_answers, ==, 1);
  g_assert_no_error (answers.errors[0]);
  assert_works (
      sfu_worker_client_close_consumer_finish (client, closed.result, &error));
  assert_works (sfu_worker_client_set_consumer_paused_finish (
      client, paused.result, &error));
  worker_wait_clear (&closed);
  worker_wait_clear (&paused);
  g_assert_true (is_paused (client, "b1"));
  g_assert_false (is_paused (client, "b2"));
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* What was gathered when the worker is stopped fails; nobody waits for ever. */
static void
test_stopped (void)
{
  g_autoptr (SfuWorkerClient) client = room_new ();
  Answers answers = { 0 };

  consume (client, &answers, 0, "a-recv", "b-video");
  sfu_worker_client_resume_consumer (client, "b1");
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
  WORKER_WAIT_UNTIL (answers.n_answers == 1);
  g_assert_error (answers.errors[0], SFU_ERROR, SFU_ERROR_FAILED);
  consume (client, &answers, 1, "a-recv", "b-video");
  sfu_worker_client_resume_consumer (client, "b1");
  WORKER_WAIT_UNTIL (answers.n_answers == 2);
  g_assert_error (answers.errors[1], SFU_ERROR, SFU_ERROR_FAILED);
  answers_clear (&answers);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker-batch/each-answer", test_each_answer);
  g_test_add_func ("/worker-batch/many", test_many);
  g_test_add_func ("/worker-batch/order", test_order);
  g_test_add_func ("/worker-batch/stopped", test_stopped);
  return g_test_run ();
}

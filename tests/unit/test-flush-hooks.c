/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that are gathered go out at the end of a turn, or before when they are
 * too many; never from within a hook that is sending already.
 *
 * Threads: one. */
#include "sfu-flush-hooks.h"

typedef struct {
  SfuFlushHooks hooks;
  SfuFlushHook producer, transport, socket;
  GString *log;   /* p, t, s: whose hook ran */
  guint pushed;   /* by the producer's hook */
  gboolean again; /* the transport's hook gathers, too */
} World;

static void
gather (World *w, guint n)
{
  for (guint i = 0; i < n; i++)
    sfu_flush_hooks_gather (&w->hooks, &w->transport);
}

static void
on_producer (gpointer data)
{
  World *w = data;

  g_string_append_c (w->log, 'p');
  gather (w, w->pushed);
}

static void
on_transport (gpointer data)
{
  World *w = data;

  g_string_append_c (w->log, 't');
  if (w->again) {
    w->again = FALSE;
    gather (w, 2 * SFU_FLUSH_GATHERED_MAX);
  }
  sfu_flush_hooks_queue (&w->hooks, &w->socket);
}

static void
on_socket (gpointer data)
{
  g_string_append_c (((World *)data)->log, 's');
}

static void
world_init (World *w)
{
  *w = (World){ .log = g_string_new (NULL) };
  sfu_flush_hooks_init (&w->hooks);
  w->producer = (SfuFlushHook){ on_producer, w, SFU_FLUSH_PRODUCERS, FALSE };
  w->transport = (SfuFlushHook){ on_transport, w, SFU_FLUSH_TRANSPORTS, FALSE };
  w->socket = (SfuFlushHook){ on_socket, w, SFU_FLUSH_SOCKETS, FALSE };
}

static void
world_clear (World *w)
{
  g_assert_false (sfu_flush_hooks_are_queued (&w->hooks));
  sfu_flush_hooks_clear (&w->hooks);
  g_string_free (w->log, TRUE);
}

static void
test_few (void)
{
  World w;

  world_init (&w);
  w.pushed = SFU_FLUSH_GATHERED_MAX - 1;
  sfu_flush_hooks_queue (&w.hooks, &w.producer);
  sfu_flush_hooks_run (&w.hooks);
  g_assert_cmpstr (w.log->str, ==, "pts");
  /* What went out counts no more. */
  gather (&w, 1);
  g_assert_cmpstr (w.log->str, ==, "pts");
  sfu_flush_hooks_run (&w.hooks);
  g_assert_cmpstr (w.log->str, ==, "ptsts");
  world_clear (&w);
}

static void
test_many (void)
{
  World w;

  world_init (&w);
  w.pushed = 2 * SFU_FLUSH_GATHERED_MAX + 1;
  sfu_flush_hooks_queue (&w.hooks, &w.producer);
  sfu_flush_hooks_run (&w.hooks);
  g_assert_cmpstr (w.log->str, ==, "ptststs");
  world_clear (&w);
}

/* From a source, while no hooks run. */
static void
test_outside (void)
{
  World w;

  world_init (&w);
  gather (&w, SFU_FLUSH_GATHERED_MAX);
  g_assert_cmpstr (w.log->str, ==, "ts");
  world_clear (&w);
}

static void
test_while_sending (void)
{
  World w;

  world_init (&w);
  w.again = TRUE;
  gather (&w, SFU_FLUSH_GATHERED_MAX);
  g_assert_cmpstr (w.log->str, ==, "tts");
  world_clear (&w);
}

static void
test_cancelled (void)
{
  World w;

  world_init (&w);
  gather (&w, 3);
  sfu_flush_hooks_cancel (&w.hooks, &w.transport);
  sfu_flush_hooks_run (&w.hooks);
  g_assert_cmpstr (w.log->str, ==, "");
  world_clear (&w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flush-hooks/few", test_few);
  g_test_add_func ("/flush-hooks/many", test_many);
  g_test_add_func ("/flush-hooks/outside", test_outside);
  g_test_add_func ("/flush-hooks/while-sending", test_while_sending);
  g_test_add_func ("/flush-hooks/cancelled", test_cancelled);
  return g_test_run ();
}

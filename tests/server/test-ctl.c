/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real sfuctl (SFU_TEST_CTL) against a server in this process: what it
 * prints, what it does, what it exits with, and its completion in a real bash
 * (SFU_TEST_COMPLETION).
 *
 * Threads: one. */
#include "program-fixture.h"
#include "server-fixture.h"

#include "sfu-room.h"

#include <glib/gstdio.h>
#include <string.h>

#define ADMIN "operators-own-token"
/* As --help says. */
enum { OK, FAILED, USAGE, UNREACHABLE, NOT_ALLOWED, NOT_FOUND };

static gchar *folder, *token_path;

typedef struct {
  Fixture f;
  Client *a, *b;
  gchar *out, *err;
} World;

static void
world_start (World *w)
{
  g_autofree gchar *token =
      g_strdup_printf ("--admin-token-file=%s", token_path);
  const gchar *flags[] = { token, NULL };
  g_autofree gchar *send = NULL;
  g_autofree gchar *receive = NULL;

  *w = (World){ .out = NULL };
  fixture_start (&w->f, flags);
  w->a = client_new (&w->f, "a room", "a");
  client_join (w->a);
  w->b = client_new (&w->f, "a room", "b");
  client_join (w->b);
  receive = client_create_transport (w->b, FALSE, TRUE);
  send = client_create_transport (w->a, TRUE, FALSE);
  g_free (client_produce (w->a, send, "audio", 1));
  client_wait_offer (w->b, 1);
}

static void
world_stop (World *w)
{
  client_free (w->a);
  client_free (w->b);
  fixture_stop (&w->f);
  g_free (w->out);
  g_free (w->err);
}

/* line: arguments with "|" between. Its output is in w->out and w->err. */
static gint
ctl_with (World *w, const gchar *token, const gchar *line)
{
  g_auto (GStrv) args = g_strsplit (line, "|", -1);
  g_autofree gchar *environment =
      g_strdup_printf ("SFU_URL=http://127.0.0.1:%u%s%s", w->f.port,
          token != NULL ? "\nSFU_ADMIN_TOKEN_FILE=" : "",
          token != NULL ? token : "");
  ProgramOptions options = { .program = g_getenv ("SFU_TEST_CTL"),
    .environment = environment,
    .plain = TRUE };

  g_clear_pointer (&w->out, g_free);
  g_clear_pointer (&w->err, g_free);
  return program_run_with (
      (const gchar *const *)args, &options, &w->out, &w->err);
}

static void
assert_ctl (World *w, const gchar *line, gint status, const gchar *says)
{
  gint got = ctl_with (w, token_path, line);
  const gchar *text = status == OK ? w->out : w->err;

  if (got != status || strstr (text, says) == NULL)
    g_error ("%s: %d \"%s\" \"%s\" instead of %d \"%s\"", line, got, w->out,
        w->err, status, says);
}

static void
test_look (void)
{
  World w;

  world_start (&w);
  assert_ctl (&w, "rooms", OK,
      "ROOM    PEERS  PRODUCERS  CONSUMERS  WORKER  LOCKED\n"
      "a room      2          1          1  ");
  assert_ctl (&w, "rooms|--json", OK, "\"id\" : \"a room\"");
  json_node_unref (client_ok (
      w.a, "changeDisplayName", "{\"displayName\":\"\\u001b[2J<b>Ann\"}"));
  assert_ctl (&w, "peers|a room", OK, "a     \\u001b[2J<b>Ann");
  assert_ctl (&w, "peers|--streams|a room", OK, "audio/opus");
  assert_ctl (&w, "--json|peers|a room", OK, "\"displayName\" : ");
  assert_ctl (&w, "stats|--once", OK, "1 rooms, 2 peers, 2 transports");
  g_assert_nonnull (strstr (w.out, "\nworker   "));
  assert_ctl (&w, "stats|--once|--json", OK, "\"cpuSeconds\"");
  world_stop (&w);
}

static void
test_act (void)
{
  World w;
  SfuRoom *room;

  world_start (&w);
  room = sfu_rooms_find (sfu_server_get_rooms (w.f.server), "a room");
  assert_ctl (&w, "mute|--audio|a room|a", OK, "");
  json_node_unref (client_wait_notification (w.a, "producerMuted"));
  assert_ctl (&w, "peers|a room", OK, "  audio\n");
  assert_ctl (&w, "unmute|a room|a", OK, "");
  assert_ctl (&w, "lock|a room", OK, "");
  g_assert_true (room->locked);
  assert_ctl (&w, "rooms", OK, "  yes\n");
  assert_ctl (&w, "unlock|a room", OK, "");
  g_assert_false (room->locked);
  assert_ctl (&w, "kick|a room|a", OK, "");
  client_wait_closed (w.a);
  assert_ctl (&w, "kick|a room|a", NOT_FOUND, "\"a\" not found");
  assert_ctl (&w, "close|a room", OK, "");
  client_wait_closed (w.b);
  assert_ctl (&w, "close|--|-x", NOT_FOUND, "nobody is in this room");
  assert_ctl (&w, "close|a room", NOT_FOUND, "nobody is in this room");
  assert_ctl (&w, "peers|a room", NOT_FOUND, "nobody is in this room");
  world_stop (&w);
}

static void
set_flag (gpointer owner)
{
  *(gboolean *)owner = TRUE;
}

static void
test_log_level (void)
{
  World w;

  world_start (&w);
  assert_ctl (&w, "log-level|warning,seam=info", OK, "");
  assert_ctl (&w, "log-level", OK, "warning,seam=info\n");
  assert_ctl (&w, "log-level|--json", OK, "\"levels\" : \"warning,seam=info\"");
  assert_ctl (&w, "log-level|nonsense", FAILED, "nonsense");
  assert_ctl (&w, "log-level", OK, "warning,seam=info\n");
  world_stop (&w);
}

static void
test_drain (void)
{
  World w;
  gboolean over = FALSE;

  world_start (&w);
  sfu_drain_set_over (
      sfu_rooms_get_drain (sfu_server_get_rooms (w.f.server)), set_flag, &over);
  assert_ctl (&w, "drain", OK, "draining: 1 rooms are open\n");
  assert_ctl (&w, "stats|--once", OK, "draining: no further rooms");
  assert_ctl (&w, "drain|--off", OK, "not draining");
  assert_ctl (&w, "drain|--off|--exit", USAGE, "--off goes with neither");
  assert_ctl (&w, "drain|--deadline=5", USAGE, "--deadline goes with --exit");
  assert_ctl (&w, "drain|--exit|--deadline=600", OK, "draining; the server");
  assert_ctl (&w, "close|a room", OK, "");
  WAIT_UNTIL (over);
  assert_ctl (&w, "drain|--wait", OK, "no room is open any more");
  world_stop (&w);
}

static void
test_graph (void)
{
  World w;
  g_autofree gchar *dot = g_build_filename (folder, "room.dot", NULL);
  g_autofree gchar *svg = g_build_filename (folder, "room.svg", NULL);
  g_autofree gchar *to_dot = g_strdup_printf ("graph|a room|-o|%s", dot);
  g_autofree gchar *to_svg = g_strdup_printf ("graph|a room|-o|%s", svg);
  g_autofree gchar *text = NULL;
  g_autofree gchar *program = g_find_program_in_path ("dot");

  world_start (&w);
  assert_ctl (&w, "graph|--dot|a room", OK, "digraph");
  assert_ctl (&w, to_dot, OK, "");
  g_assert_true (g_file_get_contents (dot, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "digraph"));
  g_clear_pointer (&text, g_free);
  if (program != NULL) {
    assert_ctl (&w, to_svg, OK, "");
    g_assert_true (g_file_get_contents (svg, &text, NULL, NULL));
    g_assert_nonnull (strstr (text, "<svg"));
    g_remove (svg);
  }
  assert_ctl (
      &w, "graph|--dot|a room|-o|/nonexistent/x", FAILED, "/nonexistent");
  g_remove (dot);
  world_stop (&w);
}

static void
test_refused (void)
{
  World w;
  g_autofree gchar *wrong = g_build_filename (folder, "wrong", NULL);

  world_start (&w);
  g_assert_cmpint (ctl_with (&w, NULL, "rooms"), ==, NOT_ALLOWED);
  g_assert_nonnull (strstr (w.err, "--token-file FILE"));
  g_file_set_contents (wrong, "not-the-right-one\n", -1, NULL);
  g_assert_cmpint (ctl_with (&w, wrong, "rooms"), ==, NOT_ALLOWED);
  g_assert_nonnull (strstr (w.err, "wrong admin token"));
  g_file_set_contents (wrong, "two\nlines\n", -1, NULL);
  g_assert_cmpint (ctl_with (&w, wrong, "rooms"), ==, USAGE);
  g_remove (wrong);
  g_assert_cmpint (ctl_with (&w, wrong, "rooms"), ==, USAGE);
  /* Port 1 of this machine: nobody is there. */
  assert_ctl (&w, "rooms|--url=http://127.0.0.1:1", UNREACHABLE,
      "http://127.0.0.1:1: ");
  assert_ctl (&w, "--url|nonsense|rooms", USAGE, "is no address");
  world_stop (&w);
}

static void
test_usage (void)
{
  static const struct {
    const gchar *line;
    gint status;
    const gchar *says;
  } cases[] = {
    { "--version", OK, "sfuctl " SFU_VERSION "\n" },
    { "--help", OK, "Exit status: 0 done" },
    { "drain|--help", OK, "Open no further rooms." },
    { "nonsense", USAGE, "\"nonsense\" is no command" },
    { "kick|room", USAGE, "usage: sfuctl kick ROOM PEER" },
    { "rooms|x", USAGE, "usage: sfuctl rooms" },
    { "rooms|--once", USAGE, "--once" },
    { "--nonsense", USAGE, "--nonsense" },
    { "stats|--interval=0", USAGE, "--interval" },
  };
  World w = { .f = { .port = 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_ctl (&w, cases[i].line, cases[i].status, cases[i].says);
  g_assert_cmpint (program_run_with ((const gchar *const[]){ NULL },
                       &(ProgramOptions){ .program = g_getenv ("SFU_TEST_CTL"),
                           .plain = TRUE },
                       &w.out, &w.err),
      ==, USAGE);
  g_assert_nonnull (strstr (w.err, "no command"));
  g_free (w.out);
  g_free (w.err);
}

/* words: those of the line, the last one is completed. */
static void
assert_completes (World *w, const gchar *words, const gchar *wanted)
{
  g_autofree gchar *script = g_strdup_printf (
      "compopt () { :; }\n"
      "PATH=$(dirname \"$SFU_TEST_CTL\"):$PATH\n. \"$SFU_TEST_COMPLETION\"\n"
      "COMP_WORDS=(%s)\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
      "_sfuctl\necho \"${COMPREPLY[*]}\"\n",
      words);
  const gchar *flags[] = { "-c", script, NULL };
  g_autofree gchar *environment =
      g_strdup_printf ("SFU_URL=http://127.0.0.1:%u\nSFU_ADMIN_TOKEN_FILE=%s",
          w->f.port, token_path);
  ProgramOptions options = {
    .program = "/bin/bash", .environment = environment, .plain = TRUE
  };
  g_autofree gchar *out = NULL;
  g_autofree gchar *err = NULL;

  g_assert_cmpint (program_run_with (flags, &options, &out, &err), ==, 0);
  if (strcmp (g_strchomp (out), wanted) != 0 || *err != '\0')
    g_error ("%s: \"%s\" \"%s\" instead of \"%s\"", words, out, err, wanted);
}

static void
test_completion (void)
{
  World w;
  g_autoptr (Client) c = NULL;

  if (!g_file_test ("/bin/bash", G_FILE_TEST_IS_EXECUTABLE)) {
    g_test_skip ("no bash");
    return;
  }
  world_start (&w);
  c = client_new (&w.f, "lobby", "peer-one");
  client_join (c);
  assert_completes (&w, "sfuctl un", "unmute unlock");
  assert_completes (&w, "sfuctl drain --e", "--exit");
  assert_completes (&w, "sfuctl kick lo", "lobby");
  assert_completes (&w, "sfuctl mute --audio lobby ''", "peer-one");
  assert_completes (&w, "sfuctl kick lobby peer-one ''", "");
  assert_completes (&w, "sfuctl log-level d", "debug");
  client_free (g_steal_pointer (&c));
  world_stop (&w);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sfu-ctl-XXXXXX", NULL);
  token_path = g_build_filename (folder, "token", NULL);
  g_file_set_contents (token_path, ADMIN "\n", -1, NULL);
  g_test_add_func ("/ctl/look", test_look);
  g_test_add_func ("/ctl/act", test_act);
  g_test_add_func ("/ctl/log-level", test_log_level);
  g_test_add_func ("/ctl/drain", test_drain);
  g_test_add_func ("/ctl/graph", test_graph);
  g_test_add_func ("/ctl/refused", test_refused);
  g_test_add_func ("/ctl/usage", test_usage);
  g_test_add_func ("/ctl/completion", test_completion);
  status = g_test_run ();
  g_remove (token_path);
  g_rmdir (folder);
  g_free (token_path);
  g_free (folder);
  return status;
}

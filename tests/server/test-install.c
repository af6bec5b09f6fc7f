/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The installed tree, where meson install put it (below a folder that it was not
 * configured for): all is there, the server finds its own worker and page, and
 * GStreamer the plugin.
 *
 * SFU_TEST_BUILD is the build folder; nothing of it is used but what was
 * installed.
 *
 * Threads: one. */
#include "program-fixture.h"
#include "server-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define ADMIN "operators-own-token"

static gchar *root; /* what meson calls DESTDIR */

/* Of the installed tree; folder: a variable, or a path below the prefix. */
static gchar *
installed (const gchar *folder, const gchar *name)
{
  const gchar *configured = g_getenv (folder);

  return g_build_filename (root, g_getenv ("SFU_TEST_PREFIX"),
      configured != NULL ? configured : folder, name, NULL);
}

static void
run_or_fail (const gchar *const *argv)
{
  g_autofree gchar *out = NULL;
  g_autofree gchar *err = NULL;
  g_autoptr (GError) error = NULL;
  gint status = -1;

  g_spawn_sync (NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
      &out, &err, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("%s: %s%s", argv[0], out, err);
}

static void
install_all (void)
{
  const gchar *argv[] = { g_getenv ("SFU_TEST_MESON"), "install", "-C",
    g_getenv ("SFU_TEST_BUILD"), "--no-rebuild", "--quiet", "--destdir", root,
    NULL };

  run_or_fail (argv);
}

static void
test_files (void)
{
  static const struct {
    const gchar *folder, *name;
    gboolean program;
  } files[] = {
    { "SFU_TEST_BINDIR", "sfu-server", TRUE },
    { "SFU_TEST_BINDIR", "sfuctl", TRUE },
    { "SFU_TEST_LIBEXECDIR", "gst-sfu/sfu-worker", TRUE },
    { "SFU_TEST_LIBDIR", "gstreamer-1.0/libgstsfu.so", FALSE },
    { "SFU_TEST_DATADIR", "gst-sfu/pipelines/record.launch", FALSE },
    { "SFU_TEST_DATADIR", "gst-sfu/pipelines/launch.py", TRUE },
    { "SFU_TEST_DATADIR", "doc/gst-sfu/examples/server.conf", FALSE },
    { "SFU_TEST_DATADIR", "bash-completion/completions/sfuctl", FALSE },
    { "SFU_TEST_MANDIR", "man1/sfuctl.1", FALSE },
    { "SFU_TEST_MANDIR", "man8/sfu-server.8", FALSE },
    { "lib/systemd/system", "gst-sfu.service", FALSE },
    { "lib/sysusers.d", "gst-sfu.conf", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree gchar *path = installed (files[i].folder, files[i].name);

    if (!g_file_test (path,
            files[i].program ? G_FILE_TEST_IS_EXECUTABLE
                             : G_FILE_TEST_IS_REGULAR))
      g_error ("%s is not there", path);
  }
}

/* The unit starts what was installed; the example is good. */
static void
test_unit_and_example (void)
{
  g_autofree gchar *unit = installed ("lib/systemd/system", "gst-sfu.service");
  g_autofree gchar *server = installed ("SFU_TEST_BINDIR", "sfu-server");
  g_autofree gchar *example =
      installed ("SFU_TEST_DATADIR", "doc/gst-sfu/examples/server.conf");
  g_autofree gchar *text = NULL;
  g_autofree gchar *start = g_strdup_printf ("\nExecStart=%s/%s/sfu-server ",
      g_getenv ("SFU_TEST_PREFIX"), g_getenv ("SFU_TEST_BINDIR"));
  const gchar *check[] = { server, "--config", example, "--check-config",
    NULL };

  g_assert_true (g_file_get_contents (unit, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, start));
  g_assert_null (strstr (text, "@bindir@"));
  run_or_fail (check);
}

/* What systemd thinks of it, of a copy that starts the program where it is here. */
static void
test_unit_is_good (void)
{
  g_autofree gchar *program = g_find_program_in_path ("systemd-analyze");
  g_autofree gchar *unit = installed ("lib/systemd/system", "gst-sfu.service");
  g_autofree gchar *copy = g_build_filename (root, "gst-sfu.service", NULL);
  g_autofree gchar *text = NULL;
  g_autofree gchar *start =
      g_strdup_printf ("ExecStart=%s/", g_getenv ("SFU_TEST_PREFIX"));
  g_autofree gchar *here =
      g_strdup_printf ("ExecStart=%s%s/", root, g_getenv ("SFU_TEST_PREFIX"));
  const gchar *verify[] = { program, "verify", "--man=no", copy, NULL };
  const gchar *security[] = { program, "security", "--offline=yes",
    "--threshold=20", "--no-pager", copy, NULL };
  g_autoptr (GString) changed = NULL;

  if (program == NULL) {
    g_test_skip ("no systemd-analyze");
    return;
  }
  g_assert_true (g_file_get_contents (unit, &text, NULL, NULL));
  changed = g_string_new (text);
  g_assert_cmpuint (g_string_replace (changed, start, here, 0), ==, 1);
  g_assert_true (g_file_set_contents (copy, changed->str, -1, NULL));
  run_or_fail (verify);
  run_or_fail (security);
}

static gint
worker_pid (Fixture *f)
{
  g_auto (Answer) answer =
      fixture_http (f, "GET", "/admin/server", "Authorization: Bearer " ADMIN);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sfu_json_parse_object (answer.body, -1, &error);
  JsonArray *workers;

  g_assert_no_error (error);
  workers =
      json_object_get_array_member (json_node_get_object (node), "workers");
  g_assert_cmpuint (json_array_get_length (workers), ==, 1);
  return (gint)json_object_get_int_member (
      json_array_get_object_element (workers, 0), "pid");
}

static void
assert_page (Fixture *f, const gchar *path)
{
  g_auto (Answer) answer = fixture_http (f, "GET", path, NULL);

  g_assert_cmpuint (answer.status, ==, 200);
  g_assert_nonnull (strstr (answer.body, "<!doctype html>"));
}

/* Somebody joins, and has a transport of the installed worker. */
static void
join (Fixture *f)
{
  g_autoptr (Client) a = client_new (f, "r", "a");
  g_autofree gchar *transport = NULL;
  g_autofree gchar *link = NULL;
  g_autofree gchar *exe = NULL;
  g_autofree gchar *wanted =
      installed ("SFU_TEST_LIBEXECDIR", "gst-sfu/sfu-worker");

  client_join (a);
  transport = client_create_transport (a, TRUE, TRUE);
  g_free (client_produce (a, transport, "audio", 1));
  link = g_strdup_printf ("/proc/%d/exe", worker_pid (f));
  exe = g_file_read_link (link, NULL);
  g_assert_cmpstr (exe, ==, wanted);
}

static void
ask_with_ctl (Fixture *f, const gchar *token_path)
{
  g_autofree gchar *program = installed ("SFU_TEST_BINDIR", "sfuctl");
  g_autofree gchar *url = g_strdup_printf ("http://127.0.0.1:%u", f->port);
  const gchar *argv[] = { program, "--url", url, "--token-file", token_path,
    "stats", "--once", NULL };

  run_or_fail (argv);
}

static void
test_runs (void)
{
  g_autofree gchar *server = installed ("SFU_TEST_BINDIR", "sfu-server");
  g_autofree gchar *token_path = g_build_filename (root, "token", NULL);
  g_autofree gchar *token = NULL;
  ProgramOptions options = { .program = server, .plain = TRUE };
  const gchar *flags[] = { "--http-port=0", "--rtc-port=0", "--workers=1", NULL,
    NULL };
  g_autofree gchar *ready = NULL;
  Program p;
  Fixture f = { .session = soup_session_new () };

  g_file_set_contents (token_path, ADMIN "\n", -1, NULL);
  flags[3] = token = g_strdup_printf ("--admin-token-file=%s", token_path);
  p = program_start_with (flags, &options);
  ready = program_wait_ready (&p);
  f.port = (guint16)program_port (ready);
  join (&f);
  ask_with_ctl (&f, token_path);
  if (g_strcmp0 (g_getenv ("SFU_TEST_WEB"), "yes") == 0) {
    assert_page (&f, "/");
    assert_page (&f, "/admin");
  } else {
    g_test_message ("built without a page");
  }
  program_signal (&p, SIGTERM);
  g_assert_cmpint (program_wait (&p), ==, 0);
  program_clear (&p);
  g_object_unref (f.session);
}

static void
test_plugin (void)
{
  g_autofree gchar *folder = installed ("SFU_TEST_LIBDIR", "gstreamer-1.0");
  g_autofree gchar *environment = g_strdup_printf (
      "GST_PLUGIN_PATH=%s\nGST_REGISTRY=%s/registry.bin", folder, root);
  g_autofree gchar *program = g_find_program_in_path ("gst-inspect-1.0");
  static const gchar *const flags[] = { "sfurouter", NULL };
  ProgramOptions options = { .environment = environment, .plain = TRUE };
  g_autofree gchar *out = NULL;
  g_autofree gchar *err = NULL;
  g_autofree gchar *file = NULL;

  if (program == NULL || g_strcmp0 (g_getenv ("SFU_TEST_INSPECT"), "no") == 0) {
    g_test_skip ("no gst-inspect-1.0, or none for a sanitized plugin");
    return;
  }
  options.program = program;
  g_assert_cmpint (program_run_with (flags, &options, &out, &err), ==, 0);
  file = g_build_filename (folder, "libgstsfu.so", NULL);
  g_assert_nonnull (strstr (out, file));
}

int
main (int argc, char **argv)
{
  const gchar *remove[] = { "rm", "-rf", NULL, NULL };
  gint status;

  g_test_init (&argc, &argv, NULL);
  remove[2] = root = g_dir_make_tmp ("sfu-install-XXXXXX", NULL);
  install_all ();
  g_test_add_func ("/install/files", test_files);
  g_test_add_func ("/install/unit-and-example", test_unit_and_example);
  g_test_add_func ("/install/unit-is-good", test_unit_is_good);
  g_test_add_func ("/install/runs", test_runs);
  g_test_add_func ("/install/plugin", test_plugin);
  status = g_test_run ();
  run_or_fail (remove);
  g_free (root);
  return status;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where that is which was installed beside a program.
 *
 * Threads: one. */
#include "sfu-install.h"

static const struct {
  const gchar *program, *bindir, *folder, *path;
} cases[] = {
  { "/usr/bin/sfu-server", "bin", "share/x", "/usr/share/x" },
  { "/tmp/root/usr/local/bin/sfu-server", "bin", "libexec/gst-sfu",
      "/tmp/root/usr/local/libexec/gst-sfu" },
  { "/bin/sfu-server", "bin", "share/x", "/share/x" },
  { "/opt/a/usr/bin/sfu-server", "usr/bin", "usr/share/x",
      "/opt/a/usr/share/x" },
  /* Somewhere else: a build tree, a name that only looks like it. */
  { "/home/me/build/server/sfu-server", "bin", "share/x",
      "/usr/local/share/x" },
  { "/home/me/robin/sfu-server", "bin", "share/x", "/usr/local/share/x" },
  { NULL, "bin", "share/x", "/usr/local/share/x" },
  /* Configured as absolute: nothing is known of where it went. */
  { "/tmp/root/usr/bin/sfu-server", "bin", "/usr/libexec/y", "/usr/libexec/y" },
  { "/tmp/root/usr/bin/sfu-server", "/usr/bin", "share/x",
      "/usr/local/share/x" },
};

static void
test_path_of (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = sfu_install_path_of (
        cases[i].program, "/usr/local", cases[i].bindir, cases[i].folder);

    g_assert_cmpstr (path, ==, cases[i].path);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/install-path/of", test_path_of);
  return g_test_run ();
}

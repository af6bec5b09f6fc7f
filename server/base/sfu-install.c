/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where that is which was installed beside this program.
 *
 * Threads: any. */
#include "sfu-install.h"

#include <string.h>

gchar *
sfu_install_path_of (const gchar *program, const gchar *prefix,
    const gchar *bindir, const gchar *folder)
{
  g_autofree gchar *place =
      program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree gchar *end = g_strconcat ("/", bindir, NULL);
  g_autofree gchar *moved = NULL;

  if (g_path_is_absolute (folder))
    return g_strdup (folder);
  if (place != NULL && !g_path_is_absolute (bindir) &&
      g_str_has_suffix (place, end))
    moved = g_strndup (place, strlen (place) - strlen (end));
  return g_build_filename (moved == NULL ? prefix
          : *moved == '\0'               ? "/"
                                         : moved,
      folder, NULL);
}

gchar *
sfu_install_path (const gchar *folder)
{
  g_autofree gchar *program = g_file_read_link ("/proc/self/exe", NULL);

  return sfu_install_path_of (program, SFU_PREFIX, SFU_BINDIR, folder);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where that is which was installed beside this program. A tree that was moved,
 * or unpacked somewhere (meson install --destdir, a container's layer), works
 * where it is: the prefix is where the program stands, and the configured one
 * only when that says nothing.
 *
 * Threads: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* folder: of the prefix ("share/gst-sfu/web"), or absolute when it was
 * configured so. g_free it. */
gchar *sfu_install_path (const gchar *folder);
/* The same of a program at this path. bindir: of the prefix, or absolute. */
gchar *sfu_install_path_of (const gchar *program, const gchar *prefix,
    const gchar *bindir, const gchar *folder);

G_END_DECLS

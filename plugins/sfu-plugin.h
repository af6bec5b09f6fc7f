/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin's elements for a program that links them instead of loading
 * libgstsfu.so.
 *
 * Threads: after gst_init, once, before any element is made. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Registers all elements as static plugin "sfu". FALSE: GStreamer refused. */
gboolean sfu_plugin_register_static (void);

G_END_DECLS

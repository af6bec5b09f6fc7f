/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GStreamer for targets that need buffers and pads, but no plugin: looking for
 * those would cost each start a second.
 *
 * Threads: one. */
#pragma once

#include <gst/gst.h>

static inline void
fuzz_gst_init (void)
{
  if (gst_is_initialized ())
    return;
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  gst_init (NULL, NULL);
}

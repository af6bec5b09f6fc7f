/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GstChildProxy of sfurouter: its pads, beside the elements that any bin shows,
 * so that `src_0::paused=true` works on a launch line.
 *
 * Threads: as GstChildProxy. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* GInterfaceInitFunc. */
void sfu_router_children_init (gpointer iface, gpointer data);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfurouter: a room's forwarding graph. See sfu-router.c.
 *
 * Threads: as any bin; see the source. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define SFU_TYPE_ROUTER (sfu_router_get_type ())
G_DECLARE_FINAL_TYPE (SfuRouter, sfu_router, SFU, ROUTER, GstBin)

GST_ELEMENT_REGISTER_DECLARE (sfurouter);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What webrtcbin may ask an ICE agent that a lite agent has no answer to:
 * remote candidates, TURN, proxies, roles.
 *
 * Threads: the functions that it installs have no state. */
#pragma once

#include <gst/webrtc/webrtc.h>
#include <gst/webrtc/ice.h>

G_BEGIN_DECLS

/* Fills all virtual functions but add_stream. */
void sfu_ice_stubs_install (GstWebRTCICEClass *ice_class);

G_END_DECLS

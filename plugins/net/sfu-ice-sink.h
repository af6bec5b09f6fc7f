/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element that webrtcbin takes for an ICE agent's sink: hands every packet
 * to its owner.
 *
 * Threads: chain on the media thread (SRTP) and on the dtls tasks (handshake,
 * SCTP), at the same time. */
#pragma once

#include "sfu-shortcut.h"

G_BEGIN_DECLS

#define SFU_TYPE_ICE_SINK (sfu_ice_sink_get_type ())
G_DECLARE_FINAL_TYPE (SfuIceSink, sfu_ice_sink, SFU, ICE_SINK, GstElement)

/* Takes the packets. */
typedef void (*SfuIceSendFunc) (gpointer owner, SfuPacket *packets, guint n);

/* No floating reference. The sink holds a reference of owner. */
SfuIceSink *sfu_ice_sink_new (SfuIceSendFunc send, GObject *owner);

G_END_DECLS

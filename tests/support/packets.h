/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets of buffers, for what takes packets.
 *
 * Threads: the test's. */
#pragma once

#include "sfu-packet.h"

G_BEGIN_DECLS

/* Takes buffer; good until the next call of this thread. */
static inline const SfuPacket *
packet_of (GstBuffer *buffer)
{
  static _Thread_local SfuPacket packet;

  sfu_packet_take (&packet, buffer);
  return &packet;
}

G_END_DECLS

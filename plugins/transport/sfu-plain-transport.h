/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfuplaintransport: RTP and RTCP over plain UDP. See sfu-plain-transport.c for
 * pads, properties and signals.
 *
 * Threads: every function here on the control thread, the one whose thread
 * default main context was current when the element was made. */
#pragma once

#include "sfu-base-transport.h"
#include "sfu-plain-link.h"

G_BEGIN_DECLS

#define SFU_TYPE_PLAIN_TRANSPORT (sfu_plain_transport_get_type ())
G_DECLARE_FINAL_TYPE (SfuPlainTransport, sfu_plain_transport, SFU,
    PLAIN_TRANSPORT, SfuBaseTransport)

GST_ELEMENT_REGISTER_DECLARE (sfuplaintransport);

/* Opens the ports, which going to READY does as well; idempotent. GError:
 * G_IO_ERROR, for an operator. */
gboolean sfu_plain_transport_open (SfuPlainTransport *self, GError **error);

/* See sfu_plain_link_connect; opens. */
gboolean sfu_plain_transport_connect (
    SfuPlainTransport *self, const SfuPlainPeer *peer, GError **error);

/* Closes the ports; waits for the media thread. Idempotent. PAUSED to READY and
 * disposal do the same. */
void sfu_plain_transport_close (SfuPlainTransport *self);

/* Borrowed; NULL while it is not open. */
SfuPlainLink *sfu_plain_transport_get_link (SfuPlainTransport *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfutransport: ICE, DTLS, SRTP and RTCP of one client connection. See
 * sfu-transport.c for pads, properties and signals.
 *
 * Threads: every function here on the control thread, the one whose thread
 * default main context was current when the element was made. */
#pragma once

#include "sfu-base-transport.h"

G_BEGIN_DECLS

#define SFU_TYPE_TRANSPORT (sfu_transport_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuTransport, sfu_transport, SFU, TRANSPORT, SfuBaseTransport)

GST_ELEMENT_REGISTER_DECLARE (sfutransport);

/* The peer's DTLS role ("client", "server" or "auto", which means client) and
 * the fingerprint of its certificate ("sha-256", "AB:CD:…") are known: makes
 * webrtcbin and lets DTLS begin as soon as ICE is there. Once in a transport's
 * life. The element must be in a bin and PAUSED or PLAYING.
 * GError: G_IO_ERROR_INVALID_ARGUMENT, G_IO_ERROR_EXISTS ("already
 * connected"), G_IO_ERROR_CLOSED, G_IO_ERROR_NOT_INITIALIZED (state), or why
 * webrtcbin could not be started; after the last the transport is closed. */
gboolean sfu_transport_connect (SfuTransport *self, const gchar *peer_role,
    const gchar *algorithm, const gchar *fingerprint, GError **error);

/* The same with several fingerprints, any of which may match: algorithm and
 * value in turns, then NULL. */
gboolean sfu_transport_connect_full (SfuTransport *self, const gchar *peer_role,
    const gchar *const *fingerprints, GError **error);

/* New ice-ufrag and ice-pwd; media goes on over the old ones until the peer
 * comes with the new. */
void sfu_transport_restart_ice (SfuTransport *self);

/* Sends close_notify and takes everything down; waits for the media thread.
 * Idempotent. PAUSED to READY and disposal do the same. */
void sfu_transport_close (SfuTransport *self);

G_END_DECLS

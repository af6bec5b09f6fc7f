/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one offer and answer in a webrtcbin's life, made up by us so that it
 * brings up ICE and DTLS and nothing else.
 *
 * Threads: control thread; waits for webrtcbin's. */
#pragma once

#include <gst/webrtc/webrtc.h>

G_BEGIN_DECLS

/* is_client: we begin the DTLS handshake. sctp: one m=application instead of
 * one inactive m=audio; DTLS offers SRTP in both. GError: G_IO_ERROR_FAILED. */
gboolean sfu_negotiate (
    GstElement *webrtcbin, gboolean is_client, gboolean sctp, GError **error);

G_END_DECLS

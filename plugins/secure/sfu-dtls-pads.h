/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the pads of sfudtlssrtpdec and sfudtlssrtpenc have in common.
 *
 * Threads: the thread that pushes on the pad. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* stream-start, caps (media_type, NULL = none) and segment. */
void sfu_dtls_pad_start (
    GstPad *pad, const gchar *media_type, GstFormat format);
/* A new buffer around bytes; takes them. */
GstBuffer *sfu_dtls_buffer_new (GBytes *bytes);
/* GstDtlsConnectionState's values under a name of our own. */
GType sfu_dtls_connection_state_get_type (void);

G_END_DECLS

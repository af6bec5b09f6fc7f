/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caps a consumer sends.
 *
 * Threads: pure functions. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* in: the producer's caps, of which what was its session's is left out; wanted:
 * fields that overlay them, or NULL; the SSRCs are used where nobody names one.
 * New reference. */
GstCaps *sfu_output_caps_new (
    GstCaps *in, GstCaps *wanted, guint32 ssrc, guint32 rtx_ssrc);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RtpParameters of the seam -> application/x-rtp caps of the pads (the fields
 * are listed in plugins/README.md).
 *
 * Threads: pure function. */
#pragma once

#include <gst/gst.h>
#include "sfu-rtp-parameters.h"

G_BEGIN_DECLS

/* One media codec (RTX beside it) and one encoding; of several encodings
 * (simulcast) the first is taken. An encoding without SSRC gives caps without
 * ssrc: the transport learns it from MID or RID. The result is fixed caps.
 *
 * SFU_ERROR_INVALID_ARGUMENT: no media codec, a MIME type that is not
 * kind/NAME, a payload type or clock rate out of range, two extensions with
 * one id, text that is not fit for caps or longer than the wire allows. */
GstCaps *sfu_worker_caps_from_parameters (
    SfuMediaKind kind, const SfuRtpParameters *parameters, GError **error);

/* "video/VP8" of caps made above. */
gchar *sfu_worker_caps_dup_mime_type (const GstCaps *caps);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mediasoup's RtpParameters, RtpCapabilities and DtlsParameters <-> JSON.
 * Decoders check types and ranges of single fields; what needs two fields to
 * see is sfu-ortc's business.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json.h"
#include "sfu-rtp-parameters.h"

G_BEGIN_DECLS

/* object may be NULL after an error of the reader. The path of the reader is
 * that of object. NULL after an error. */
SfuRtpParameters *sfu_json_read_rtp_parameters (
    SfuJsonReader *reader, JsonObject *object);
SfuRtpCapabilities *sfu_json_read_rtp_capabilities (
    SfuJsonReader *reader, JsonObject *object);

/* The shape of a consumer's rtpParameters. */
JsonNode *sfu_json_from_rtp_parameters (const SfuRtpParameters *parameters);
/* The shape of a router's rtpCapabilities. */
JsonNode *sfu_json_from_rtp_capabilities (
    const SfuRtpCapabilities *capabilities);

G_END_DECLS

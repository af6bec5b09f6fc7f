/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be sent to whom, and how: mediasoup 3's ORTC rules.
 *
 *   codecs of the configuration ──► router capabilities ──► clients
 *   a client's RtpParameters (produce) ──► consumable parameters: the same
 *     track in the router's payload types and extension ids
 *   consumable parameters + a client's capabilities ──► consumer parameters:
 *     what that client is told to receive, and what the worker must send
 *
 * All errors are SFU_ERROR: INVALID_ARGUMENT for parameters that contradict
 * themselves, NOT_SUPPORTED for codecs that do not match. The texts name the
 * field like the JSON of the client does.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-rtp-parameters.h"

G_BEGIN_DECLS

/* Bounds of what a client may send; far above what any browser sends. */
#define SFU_ORTC_MAX_CODECS 128
#define SFU_ORTC_MAX_HEADER_EXTENSIONS 64
#define SFU_ORTC_MAX_ENCODINGS 8
#define SFU_ORTC_MAX_FEEDBACK 32
#define SFU_ORTC_MAX_CODEC_PARAMETERS 32

/* The codecs of a router when nothing is configured: Opus, VP8, VP9 profile 0,
 * H264 constrained baseline. List of SfuRtpCodec (caller owns). */
GPtrArray *sfu_ortc_default_codecs (void);

/* One codec of the configuration: NAME[/CLOCK[/CHANNELS]][;KEY=VALUE]...,
 * "H264;profile-level-id=4d0032;packetization-mode=1". What is left out comes
 * from the supported codec of that name. NULL and an error for others. */
SfuRtpCodec *sfu_ortc_codec_from_string (const gchar *text, GError **error);

/* Payload types, feedback and RTX for the codecs of a router, and the header
 * extensions. A codec with a payload type keeps it. */
SfuRtpCapabilities *sfu_ortc_router_capabilities (
    const GPtrArray *codecs, GError **error);

/* Do parameters hold together: payload types, SSRCs, RIDs and extension ids
 * unique and in range, each RTX with its media codec, codecs of this kind. */
gboolean sfu_ortc_validate_parameters (
    const SfuRtpParameters *parameters, SfuMediaKind kind, GError **error);
/* The same for capabilities. */
gboolean sfu_ortc_validate_capabilities (
    const SfuRtpCapabilities *capabilities, GError **error);

/* Validates parameters, matches their codecs with the router's, and returns
 * the track in the router's numbering (no mid, no rids, no SSRCs). cname:
 * what consumers are told; NULL = the producer's own. */
SfuRtpParameters *sfu_ortc_consumable_parameters (
    const SfuRtpParameters *parameters, SfuMediaKind kind,
    const SfuRtpCapabilities *router, const gchar *cname, GError **error);

/* Has the client a codec in common with the track? */
gboolean sfu_ortc_can_consume (
    const SfuRtpParameters *consumable, const SfuRtpCapabilities *capabilities);

/* What one consumer sends and its client receives: the common codecs with
 * their RTX, one encoding with fresh random SSRCs, common header extensions
 * and feedback. NOT_SUPPORTED when sfu_ortc_can_consume is FALSE. */
SfuRtpParameters *sfu_ortc_consumer_parameters (
    const SfuRtpParameters *consumable, const SfuRtpCapabilities *capabilities,
    const gchar *mid, GError **error);

/* "simple", "simulcast" or "svc", of a producer's parameters. */
const gchar *sfu_ortc_producer_type (const SfuRtpParameters *parameters);

/* "L3T2", "S2T1_KEY": both at least 1; 1 and 1 for a text that is none.
 * NULL safe. */
void sfu_ortc_parse_scalability_mode (
    const gchar *mode, guint *spatial_layers, guint *temporal_layers);

/* Is this the same codec? strict: also the H264 profile and packetization mode
 * and the VP9 profile. */
gboolean sfu_ortc_match_codecs (
    const SfuRtpCodec *a, const SfuRtpCodec *b, gboolean strict);
/* The profile-level-id that an answer to remote may name; NULL when neither
 * names one, or nothing fits. Only for codecs that match. */
gchar *sfu_ortc_answer_profile_level_id (
    const SfuRtpCodec *local, const SfuRtpCodec *remote);

G_END_DECLS

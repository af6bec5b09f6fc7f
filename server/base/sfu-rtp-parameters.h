/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mediasoup's RtpParameters and RtpCapabilities as plain C, and RtpParameters
 * as the GVariant of the seam (org.gstsfu.Worker1.xml). Lists are GPtrArrays
 * that own their elements, never NULL; strings are owned, and never NULL
 * where nothing else is said.
 *
 * Threads: plain data of one owner; copies are independent. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum { SFU_MEDIA_AUDIO, SFU_MEDIA_VIDEO } SfuMediaKind;

/* "audio" or "video". */
const gchar *sfu_media_kind_name (SfuMediaKind kind);
/* FALSE for any other text. NULL safe. */
gboolean sfu_media_kind_from_name (const gchar *name, SfuMediaKind *kind);

/* A feedback message: ("nack", "pli"). */
typedef struct {
  gchar *type;
  gchar *parameter; /* "" = none */
} SfuRtcpFeedback;

SfuRtcpFeedback *sfu_rtcp_feedback_new (
    const gchar *type, const gchar *parameter);
void sfu_rtcp_feedback_free (SfuRtcpFeedback *feedback);

#define SFU_PAYLOAD_TYPE_NONE (-1)

/* A codec of parameters (payload_type is set) or of capabilities
 * (payload_type = preferredPayloadType, or none). */
typedef struct {
  gchar *mime_type;     /* "video/VP8", "audio/opus", "video/rtx"; any case */
  gint payload_type;    /* 0..127 or SFU_PAYLOAD_TYPE_NONE */
  guint32 clock_rate;   /* Hz */
  guint16 channels;     /* 0 = video */
  GVariant *parameters; /* a{sv}; values s, x, d or b */
  GPtrArray *rtcp_feedback; /* of SfuRtcpFeedback */
} SfuRtpCodec;

/* parameters and feedback are empty at first. */
SfuRtpCodec *sfu_rtp_codec_new (const gchar *mime_type, gint payload_type,
    guint32 clock_rate, guint16 channels);
void sfu_rtp_codec_free (SfuRtpCodec *codec);
SfuRtpCodec *sfu_rtp_codec_copy (const SfuRtpCodec *codec);
/* Takes a floating value. Replaces one of that name, in its place. */
void sfu_rtp_codec_set_parameter (
    SfuRtpCodec *codec, const gchar *name, GVariant *value);
/* FALSE when there is none, or it is no whole number. A text that is one
 * ("1") counts. */
gboolean sfu_rtp_codec_get_int (
    const SfuRtpCodec *codec, const gchar *name, gint64 *value);
/* NULL when there is none or it is no string. Borrowed from codec. */
const gchar *sfu_rtp_codec_get_string (
    const SfuRtpCodec *codec, const gchar *name);
void sfu_rtp_codec_add_feedback (
    SfuRtpCodec *codec, const gchar *type, const gchar *parameter);
gboolean sfu_rtp_codec_has_feedback (
    const SfuRtpCodec *codec, const gchar *type, const gchar *parameter);
/* "…/rtx", any case. */
gboolean sfu_rtp_codec_is_rtx (const SfuRtpCodec *codec);
/* The subtype of the MIME type, any case: ("audio/red", "red"). */
gboolean sfu_rtp_codec_has_name (const SfuRtpCodec *codec, const gchar *name);
/* Not RTX, RED or ULPFEC, which only accompany media. */
gboolean sfu_rtp_codec_is_media (const SfuRtpCodec *codec);
/* From the part of the MIME type before the slash; FALSE for anything but
 * audio and video. */
gboolean sfu_rtp_codec_kind (const SfuRtpCodec *codec, SfuMediaKind *kind);

typedef struct {
  gchar *uri;
  guint8 id; /* 1..255 */
} SfuRtpHeaderExtension;

SfuRtpHeaderExtension *sfu_rtp_header_extension_new (
    const gchar *uri, guint8 id);
void sfu_rtp_header_extension_free (SfuRtpHeaderExtension *extension);

typedef struct {
  gchar *rid;              /* "" = none */
  guint32 ssrc;            /* 0 = unknown */
  guint32 rtx_ssrc;        /* 0 = none */
  guint32 max_bitrate;     /* bit/s; 0 = none */
  gchar *scalability_mode; /* "L1T3"; "" = none */
  gint codec_payload_type; /* SFU_PAYLOAD_TYPE_NONE = the first media codec;
                              stays on this side of the seam */
} SfuRtpEncoding;

SfuRtpEncoding *sfu_rtp_encoding_new (void);
void sfu_rtp_encoding_free (SfuRtpEncoding *encoding);
SfuRtpEncoding *sfu_rtp_encoding_copy (const SfuRtpEncoding *encoding);

typedef struct {
  gchar *mid;                   /* "" = none */
  GPtrArray *codecs;            /* of SfuRtpCodec */
  GPtrArray *header_extensions; /* of SfuRtpHeaderExtension */
  GPtrArray *encodings;         /* of SfuRtpEncoding */
  gchar *cname;                 /* "" = none */
  gboolean reduced_size;
} SfuRtpParameters;

/* Everything empty, reduced_size TRUE. */
SfuRtpParameters *sfu_rtp_parameters_new (void);
void sfu_rtp_parameters_free (SfuRtpParameters *parameters);
SfuRtpParameters *sfu_rtp_parameters_copy (const SfuRtpParameters *parameters);
/* The codec with this payload type; NULL when there is none. */
const SfuRtpCodec *sfu_rtp_parameters_find_codec (
    const SfuRtpParameters *parameters, gint payload_type);
/* The RTX codec whose apt is this payload type; NULL when there is none. */
const SfuRtpCodec *sfu_rtp_parameters_find_rtx (
    const SfuRtpParameters *parameters, gint payload_type);
/* Does any encoding of one use an SSRC of the other? */
gboolean sfu_rtp_parameters_share_ssrc (
    const SfuRtpParameters *a, const SfuRtpParameters *b);

#define SFU_RTP_PARAMETERS_SIGNATURE "(sa(syuqa{sv}a(ss))a(sy)a(suuus)(sb))"
/* Floating. */
GVariant *sfu_rtp_parameters_to_variant (const SfuRtpParameters *parameters);
/* NULL and SFU_ERROR_INVALID_ARGUMENT for another type or values out of their
 * ranges (a payload type above 127, an extension id of 0). */
SfuRtpParameters *sfu_rtp_parameters_from_variant (
    GVariant *variant, GError **error);

typedef enum {
  SFU_RTP_SENDRECV,
  SFU_RTP_SENDONLY,
  SFU_RTP_RECVONLY,
  SFU_RTP_INACTIVE
} SfuRtpDirection;

/* "sendrecv", ... */
const gchar *sfu_rtp_direction_name (SfuRtpDirection direction);
gboolean sfu_rtp_direction_from_name (
    const gchar *name, SfuRtpDirection *direction);

typedef struct {
  SfuMediaKind kind;
  gchar *uri;
  guint8 preferred_id; /* 1..255 */
  gboolean preferred_encrypt;
  SfuRtpDirection direction; /* as the owner of the capabilities sees it */
} SfuRtpHeaderExtensionCapability;

SfuRtpHeaderExtensionCapability *sfu_rtp_header_extension_capability_new (
    SfuMediaKind kind, const gchar *uri, guint8 preferred_id,
    SfuRtpDirection direction);
void sfu_rtp_header_extension_capability_free (
    SfuRtpHeaderExtensionCapability *extension);

typedef struct {
  GPtrArray *codecs;            /* of SfuRtpCodec */
  GPtrArray *header_extensions; /* of SfuRtpHeaderExtensionCapability */
} SfuRtpCapabilities;

SfuRtpCapabilities *sfu_rtp_capabilities_new (void);
void sfu_rtp_capabilities_free (SfuRtpCapabilities *capabilities);
SfuRtpCapabilities *sfu_rtp_capabilities_copy (
    const SfuRtpCapabilities *capabilities);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRtcpFeedback, sfu_rtcp_feedback_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRtpCodec, sfu_rtp_codec_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (
    SfuRtpHeaderExtension, sfu_rtp_header_extension_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRtpEncoding, sfu_rtp_encoding_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRtpParameters, sfu_rtp_parameters_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (
    SfuRtpHeaderExtensionCapability, sfu_rtp_header_extension_capability_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRtpCapabilities, sfu_rtp_capabilities_free)

G_END_DECLS

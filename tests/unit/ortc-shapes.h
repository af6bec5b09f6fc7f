/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What clients send, in the shapes of mediasoup-client's requests.
 *
 * Threads: one. */
#pragma once

#include "sfu-json-rtp.h"
#include "sfu-ortc.h"

G_BEGIN_DECLS

#define VP8                                                                    \
  "{\"mimeType\":\"video/VP8\",\"payloadType\":96,\"clockRate\":90000}"
#define RTX(pt, apt)                                                           \
  "{\"mimeType\":\"video/rtx\",\"payloadType\":" #pt                           \
  ",\"clockRate\":90000,\"parameters\":{\"apt\":" #apt "}}"
#define OPUS                                                                   \
  "{\"mimeType\":\"audio/opus\",\"payloadType\":111,\"clockRate\":48000,"      \
  "\"channels\":2}"

/* What mediasoup-client sends for a camera (payload types of Chrome). */
#define CAMERA                                                                 \
  "{\"mid\":\"1\",\"codecs\":[{\"mimeType\":\"video/H264\",\"payloadType\":"   \
  "109,\"clockRate\":90000,\"parameters\":{\"packetization-mode\":1,"          \
  "\"profile-level-id\":\"42e034\",\"level-asymmetry-allowed\":1},"            \
  "\"rtcpFeedback\":[{\"type\":\"nack\"},{\"type\":\"transport-cc\"}]},"       \
  "" RTX (114, 109) "],\"headerExtensions\":[{\"uri\":"                        \
                    "\"urn:ietf:params:rtp-hdrext:sdes:mid\",\"id\":9}],"      \
                    "\"encodings\":[{"                                         \
                    "\"ssrc\":7,\"rtx\":{\"ssrc\":8},\"maxBitrate\":900000}]," \
                    "\"rtcp\":{"                                               \
                    "\"cname\":\"cam\"}}"

/* Of the codecs that a server has without further ado. */

SfuRtpCapabilities *default_router (void);
/* As they are read from JSON, which must be right. */
SfuRtpParameters *parameters (const gchar *json);
SfuRtpCapabilities *capabilities (const gchar *json);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SRTP and SRTCP in one direction with a given master key (RFC 3711, 7714), for
 * transports without DTLS: in place, without elements. Streams are told apart
 * by SSRC; one key is for all of them.
 *
 * Threads: of one owner. Time is an argument. */
#pragma once

#include <gio/gio.h>
#include "sfu-verdict.h"

G_BEGIN_DECLS

/* Names as SDP and mediasoup have them. */
typedef enum {
  SFU_SRTP_NONE,
  SFU_SRTP_AES_CM_128_HMAC_SHA1_80,
  SFU_SRTP_AES_CM_128_HMAC_SHA1_32,
  SFU_SRTP_AEAD_AES_128_GCM,
  SFU_SRTP_AEAD_AES_256_GCM,
  SFU_SRTP_N_SUITES
} SfuSrtpSuite;

/* "" for none. */
const gchar *sfu_srtp_suite_name (SfuSrtpSuite suite);
/* FALSE: no suite that we have. NULL safe. */
gboolean sfu_srtp_suite_from_name (const gchar *name, SfuSrtpSuite *suite);
/* Bytes of master key and salt; 0 for none. */
gsize sfu_srtp_suite_key_size (SfuSrtpSuite suite);

#define SFU_SRTP_MAX_KEY 44
/* Room that protecting needs behind the packet. */
#define SFU_SRTP_TRAILER 148
/* Streams that are remembered in one direction; the one that was silent for
 * longest makes room for another. */
#define SFU_SRTP_MAX_STREAMS 1024

/* The master key and salt of one direction, as text: base64, no line breaks.
 * Wiped when cleared. */
typedef struct {
  guint8 bytes[SFU_SRTP_MAX_KEY];
  gsize size;
} SfuSrtpKey;

/* From the kernel's random numbers. */
void sfu_srtp_key_generate (SfuSrtpKey *key, SfuSrtpSuite suite);
/* FALSE: no base64, or not as long as the suite's. */
gboolean sfu_srtp_key_from_text (
    SfuSrtpKey *key, SfuSrtpSuite suite, const gchar *text);
/* g_free it; never log it. */
gchar *sfu_srtp_key_to_text (const SfuSrtpKey *key);
void sfu_srtp_key_clear (SfuSrtpKey *key);

typedef struct _SfuSrtp SfuSrtp;

/* suite is not NONE. GError: G_IO_ERROR_NOT_SUPPORTED when the library lacks
 * the cipher. */
SfuSrtp *sfu_srtp_new (SfuSrtpSuite suite, const SfuSrtpKey *key,
    gboolean outbound, GError **error);
void sfu_srtp_free (SfuSrtp *self);

/* Outbound: data has SFU_SRTP_TRAILER bytes more behind *len, which becomes
 * larger. SFU_DROP_SRTP: not a packet that can be protected. */
SfuVerdict sfu_srtp_protect (
    SfuSrtp *self, gboolean rtcp, guint8 *data, gsize *len, gint64 now_us);
/* Inbound: *len becomes smaller. SFU_DROP_SRTP: not authentic, or replayed;
 * data is then garbage. */
SfuVerdict sfu_srtp_unprotect (
    SfuSrtp *self, gboolean rtcp, guint8 *data, gsize *len, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuSrtp, sfu_srtp_free)

G_END_DECLS

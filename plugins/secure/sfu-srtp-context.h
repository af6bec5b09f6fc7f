/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SRTP and SRTCP of one direction of a connection on OpenSSL, in place: what
 * SfuSrtp (../net) is on libsrtp, at a quarter of its price where that is built
 * on NSS, as Debian's is.
 *
 * Each SSRC has its roll-over counter and replay window. Those are bounded: the
 * SSRC that was silent for longest makes room. When it comes back its packets
 * are taken for the first of their stream. Outward that would use key stream
 * twice; SSRCs that we send are random and of consumers that are gone by then.
 *
 * Threads: of one owner. */
#pragma once

#include "sfu-srtp.h"

G_BEGIN_DECLS

#define SFU_SRTP_CONTEXT_MAX_IN 1024
#define SFU_SRTP_CONTEXT_MAX_OUT 4096
/* Room that protecting needs behind the packet: GCM's tag, SRTCP's index. */
#define SFU_SRTP_CONTEXT_TRAILER 20

typedef struct _SfuSrtpContext SfuSrtpContext;

/* suite is not NONE. NULL: OpenSSL lacks the cipher. */
SfuSrtpContext *sfu_srtp_context_new (
    SfuSrtpSuite suite, const SfuSrtpKey *key, gboolean outbound);
/* NULL is allowed. */
void sfu_srtp_context_free (SfuSrtpContext *self);

/* Outbound: data has SFU_SRTP_CONTEXT_TRAILER bytes more behind *size, which
 * becomes larger.
 *   SFU_DROP_MALFORMED           no RTP (RTCP)
 *   SFU_DROP_SRTP_REPLAYED       GCM: sent already; with the same number it
 *                                would give the authentication key away
 *   SFU_DROP_SRTP_TOO_OLD        GCM: perhaps sent already
 *   SFU_DROP_SRTP_KEY_EXHAUSTED  2^48 packets (SRTCP: 2^31)
 *   SFU_DROP_SRTP                OpenSSL failed */
SfuVerdict sfu_srtp_context_protect (
    SfuSrtpContext *self, gboolean rtcp, guint8 *data, gsize *size);
/* Inbound: *size becomes smaller. data is garbage when it is not FORWARD.
 *   SFU_DROP_MALFORMED     no SRTP (SRTCP), or SRTCP in the clear
 *   SFU_DROP_SRTP_REPLAYED came already
 *   SFU_DROP_SRTP_TOO_OLD  behind the window
 *   SFU_DROP_SRTP          not authentic */
SfuVerdict sfu_srtp_context_unprotect (
    SfuSrtpContext *self, gboolean rtcp, guint8 *data, gsize *size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuSrtpContext, sfu_srtp_context_free)

G_END_DECLS

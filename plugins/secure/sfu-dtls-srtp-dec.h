/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element sfudtlssrtpdec, see sfu-dtls-srtp-dec.c.
 *
 * Threads: see there. */
#pragma once

#include "sfu-dtls-element.h"

#include "sfu-verdict.h"

G_BEGIN_DECLS

#define SFU_TYPE_DTLS_SRTP_DEC (sfu_dtls_srtp_dec_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuDtlsSrtpDec, sfu_dtls_srtp_dec, SFU, DTLS_SRTP_DEC, SfuDtlsElement)

GST_ELEMENT_REGISTER_DECLARE (sfudtlssrtpdec)

/* Of both directions of the connection; adds to drops. Any thread. */
void sfu_dtls_srtp_dec_add_drops (
    SfuDtlsSrtpDec *self, SfuVerdictCounters *drops);
/* "SRTP_AEAD_AES_128_GCM" and so on, "" = not known. Static. */
const gchar *sfu_dtls_srtp_dec_get_profile (SfuDtlsSrtpDec *self);
/* Why the connection failed; static, "" = it has not. */
const gchar *sfu_dtls_srtp_dec_get_failure (SfuDtlsSrtpDec *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element sfudtlssrtpenc, see sfu-dtls-srtp-enc.c.
 *
 * Threads: see there. */
#pragma once

#include "sfu-dtls-element.h"

G_BEGIN_DECLS

#define SFU_TYPE_DTLS_SRTP_ENC (sfu_dtls_srtp_enc_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuDtlsSrtpEnc, sfu_dtls_srtp_enc, SFU, DTLS_SRTP_ENC, SfuDtlsElement)

GST_ELEMENT_REGISTER_DECLARE (sfudtlssrtpenc)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SRTP and SRTCP (RFC 3711, RFC 7714) on OpenSSL's EVP:
 * AES_CM_128_HMAC_SHA1_80, AEAD_AES_128_GCM, AEAD_AES_256_GCM. Written for the
 * load generator only, so that a fault in the server's cannot hide behind the
 * same fault here.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-base.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

/* Room that protecting needs behind a packet. */
#define LG_SRTP_TRAILER_MAX 20

/* One direction of one connection. */
typedef struct {
  bool gcm;
  int tag_length;
  EVP_CIPHER_CTX *cipher[2]; /* RTP, RTCP; owned */
  uint8_t salt[2][16];
  SHA_CTX inner[2]; /* HMAC-SHA1 states after the padded key */
  SHA_CTX outer[2];
} LgSrtp;

void lg_srtp_init (LgSrtp *self, bool gcm, int key_length, const uint8_t *key,
    const uint8_t *salt, int salt_length, bool encrypt);
void lg_srtp_clear (LgSrtp *self);

/* In place; the new length. */
int lg_srtp_protect (LgSrtp *self, uint8_t *packet, int length, uint32_t roc);
int lg_srtcp_protect (
    LgSrtp *self, uint8_t *packet, int length, uint32_t index);
/* In place; the new length, or -1 when the packet is not genuine. */
int lg_srtp_unprotect (LgSrtp *self, uint8_t *packet, int length, uint32_t roc);
int lg_srtcp_unprotect (LgSrtp *self, uint8_t *packet, int length);

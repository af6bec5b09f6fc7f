/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encryption and authentication of single SRTP or SRTCP packets with keys that
 * were derived once: AES counter mode with HMAC-SHA1 (RFC 3711) and AES-GCM
 * (RFC 7714). Where in a packet things stand is the caller's knowledge
 * (sfu-srtp-context.c).
 *
 * Threads: of one owner. */
#pragma once

/* OpenSSL 3 calls the plain SHA-1 functions deprecated; see below. */
#ifndef OPENSSL_SUPPRESS_DEPRECATED
#define OPENSSL_SUPPRESS_DEPRECATED
#endif
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "sfu-srtp.h"

G_BEGIN_DECLS

#define SFU_SRTP_MAX_TAG 16

typedef struct {
  EVP_CIPHER_CTX *aes; /* owned; its key schedule stays, only the IV changes */
  /* HMAC after its first block with either pad: what an EVP_MAC would do anew
   * for each packet. */
  SHA_CTX inner, outer;
  guint8 salt[14];
  gboolean aead;
  gsize tag_size;
} SfuSrtpCipher;

/* One packet, without trailer and tag. */
typedef struct {
  guint8 *data;
  gsize header_size; /* in the clear */
  gsize size;        /* header and payload */
  guint32 ssrc;
  guint64 index; /* 48 bits; SRTCP: 31 bits */
  /* Authenticated behind it: the roll-over counter (SRTP; not with GCM, whose
   * nonce has it), or E flag and index (SRTCP). */
  guint32 trailer;
  gboolean rtcp;
} SfuSrtpPacket;

/* FALSE: OpenSSL does not do it. To be cleared in any case. */
gboolean sfu_srtp_cipher_init (SfuSrtpCipher *self, SfuSrtpSuite suite,
    const SfuSrtpKey *master, gboolean rtcp, gboolean outbound);
/* The same with session keys. auth: 20 bytes, not read with GCM. */
gboolean sfu_srtp_cipher_init_with_keys (SfuSrtpCipher *self,
    SfuSrtpSuite suite, gboolean rtcp, gboolean outbound, const guint8 *key,
    gsize key_size, const guint8 *salt, const guint8 *auth);
void sfu_srtp_cipher_clear (SfuSrtpCipher *self);

/* In place. tag: tag_size bytes, may stand behind the packet. FALSE: OpenSSL
 * failed; data is garbage then. */
gboolean sfu_srtp_cipher_seal (
    SfuSrtpCipher *self, const SfuSrtpPacket *packet, guint8 *tag);
/* In place. FALSE: not authentic; with GCM data is garbage then. */
gboolean sfu_srtp_cipher_open (
    SfuSrtpCipher *self, const SfuSrtpPacket *packet, const guint8 *tag);

/* RFC 3711 4.3.1: size bytes of the session key with this label. */
gboolean sfu_srtp_derive (const guint8 *master_key, gsize key_size,
    const guint8 *master_salt, gsize salt_size, guint8 label, guint8 *out,
    gsize size);

G_END_DECLS

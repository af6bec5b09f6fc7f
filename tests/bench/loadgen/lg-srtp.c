/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Section numbers are those of RFC 3711 for AES-CM and of RFC 7714 for GCM.
 * The SHA1 functions are used bare, because copying a prepared state is several
 * times cheaper than any HMAC interface of OpenSSL 3.
 *
 * Threads: the program has one. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "lg-srtp.h"

#include <openssl/crypto.h>
#include <string.h>

enum { RTP, RTCP };

#define RTP_FIXED_LENGTH 12
#define CM_TAG_LENGTH 10
#define GCM_TAG_LENGTH 16
#define GCM_SALT_LENGTH 12
#define CM_SALT_LENGTH 14
#define RTCP_INDEX_LENGTH 4
#define RTCP_E_FLAG 0x80000000u
#define RTCP_CLEAR_LENGTH 8 /* header and sender SSRC travel in the clear */
#define HMAC_BLOCK 64
#define HMAC_KEY_LENGTH 20

/* 4.3.1: AES-CM keyed with the master key, IV = salt xor label. */
static void
derive (const uint8_t *key, int key_length, const uint8_t *salt, int label,
    uint8_t *out, int length)
{
  static const uint8_t zeros[64];
  uint8_t iv[16] = { 0 };
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new ();
  int done;

  memcpy (iv, salt, CM_SALT_LENGTH);
  iv[7] ^= (uint8_t)label;
  EVP_EncryptInit_ex (cipher,
      key_length == 32 ? EVP_aes_256_ctr () : EVP_aes_128_ctr (), NULL, key,
      iv);
  EVP_EncryptUpdate (cipher, out, &done, zeros, length);
  EVP_CIPHER_CTX_free (cipher);
}

static void
hmac_prepare (SHA_CTX *inner, SHA_CTX *outer, const uint8_t *key, int length)
{
  uint8_t pad[HMAC_BLOCK];

  memset (pad, 0x36, sizeof pad);
  for (int i = 0; i < length; i++)
    pad[i] ^= key[i];
  SHA1_Init (inner);
  SHA1_Update (inner, pad, sizeof pad);
  memset (pad, 0x5c, sizeof pad);
  for (int i = 0; i < length; i++)
    pad[i] ^= key[i];
  SHA1_Init (outer);
  SHA1_Update (outer, pad, sizeof pad);
}

static const EVP_CIPHER *
cipher_of (bool gcm, int key_length)
{
  if (!gcm)
    return EVP_aes_128_ctr ();
  return key_length == 32 ? EVP_aes_256_gcm () : EVP_aes_128_gcm ();
}

void
lg_srtp_init (LgSrtp *self, bool gcm, int key_length, const uint8_t *key,
    const uint8_t *salt, int salt_length, bool encrypt)
{
  /* 7714 11: a salt of 12 bytes is padded with zeros for the derivation. */
  uint8_t padded[CM_SALT_LENGTH] = { 0 };

  memcpy (padded, salt, (size_t)salt_length);
  self->gcm = gcm;
  self->tag_length = gcm ? GCM_TAG_LENGTH : CM_TAG_LENGTH;
  for (int i = RTP; i <= RTCP; i++) {
    uint8_t session_key[32], auth_key[HMAC_KEY_LENGTH];
    int label = 3 * i; /* 4.3.2: 0..2 for RTP, 3..5 for RTCP */

    derive (key, key_length, padded, label, session_key, key_length);
    derive (key, key_length, padded, label + 1, auth_key, HMAC_KEY_LENGTH);
    memset (self->salt[i], 0, sizeof self->salt[i]);
    derive (key, key_length, padded, label + 2, self->salt[i],
        gcm ? GCM_SALT_LENGTH : CM_SALT_LENGTH);
    hmac_prepare (&self->inner[i], &self->outer[i], auth_key, HMAC_KEY_LENGTH);
    self->cipher[i] = EVP_CIPHER_CTX_new ();
    EVP_CipherInit_ex (self->cipher[i], cipher_of (gcm, key_length), NULL,
        session_key, NULL, gcm ? encrypt : 1);
  }
}

void
lg_srtp_clear (LgSrtp *self)
{
  for (int i = RTP; i <= RTCP; i++)
    g_clear_pointer (&self->cipher[i], EVP_CIPHER_CTX_free);
}

static void
hmac (LgSrtp *self, int which, const uint8_t *data, int length,
    const uint8_t *more, int more_length, uint8_t *out)
{
  SHA_CTX state = self->inner[which];

  SHA1_Update (&state, data, (size_t)length);
  SHA1_Update (&state, more, (size_t)more_length);
  SHA1_Final (out, &state);
  state = self->outer[which];
  SHA1_Update (&state, out, HMAC_KEY_LENGTH);
  SHA1_Final (out, &state);
}

/* 4.1.1. AES-CM encrypts and decrypts alike. */
static void
cm_crypt (LgSrtp *self, int which, uint32_t ssrc, uint64_t index, uint8_t *data,
    int length)
{
  uint8_t iv[16] = { 0 };
  int done;

  memcpy (iv, self->salt[which], CM_SALT_LENGTH);
  for (int i = 0; i < 4; i++)
    iv[4 + i] ^= (uint8_t)(ssrc >> (24 - 8 * i));
  for (int i = 0; i < 6; i++)
    iv[8 + i] ^= (uint8_t)(index >> (40 - 8 * i));
  EVP_EncryptInit_ex (self->cipher[which], NULL, NULL, NULL, iv);
  EVP_EncryptUpdate (self->cipher[which], data, &done, data, length);
}

/* 7714 8.1: 00 00 || SSRC || ROC || SEQ, xor salt. */
static void
gcm_rtp_iv (LgSrtp *self, const uint8_t *packet, uint32_t roc, uint8_t *iv)
{
  memcpy (iv, self->salt[RTP], GCM_SALT_LENGTH);
  for (int i = 0; i < 4; i++) {
    iv[2 + i] ^= packet[8 + i];
    iv[6 + i] ^= (uint8_t)(roc >> (24 - 8 * i));
  }
  iv[10] ^= packet[2];
  iv[11] ^= packet[3];
}

/* 7714 9.1: 00 00 || SSRC || 00 00 || 0 || index, xor salt. */
static void
gcm_rtcp_iv (LgSrtp *self, const uint8_t *packet, uint32_t index, uint8_t *iv)
{
  memcpy (iv, self->salt[RTCP], GCM_SALT_LENGTH);
  for (int i = 0; i < 4; i++) {
    iv[2 + i] ^= packet[4 + i];
    iv[8 + i] ^= (uint8_t)(index >> (24 - 8 * i));
  }
}

/* Encrypts data and puts the tag behind it. */
static void
gcm_seal (EVP_CIPHER_CTX *cipher, const uint8_t *iv, const uint8_t *aad,
    int aad_length, const uint8_t *more_aad, int more_length, uint8_t *data,
    int length)
{
  int done;

  EVP_EncryptInit_ex (cipher, NULL, NULL, NULL, iv);
  EVP_EncryptUpdate (cipher, NULL, &done, aad, aad_length);
  if (more_length > 0)
    EVP_EncryptUpdate (cipher, NULL, &done, more_aad, more_length);
  EVP_EncryptUpdate (cipher, data, &done, data, length);
  EVP_EncryptFinal_ex (cipher, data + length, &done);
  EVP_CIPHER_CTX_ctrl (
      cipher, EVP_CTRL_GCM_GET_TAG, GCM_TAG_LENGTH, data + length);
}

/* Decrypts data, whose tag stands behind it. */
static bool
gcm_open (EVP_CIPHER_CTX *cipher, const uint8_t *iv, const uint8_t *aad,
    int aad_length, const uint8_t *more_aad, int more_length, uint8_t *data,
    int length)
{
  int done;

  EVP_DecryptInit_ex (cipher, NULL, NULL, NULL, iv);
  EVP_CIPHER_CTX_ctrl (
      cipher, EVP_CTRL_GCM_SET_TAG, GCM_TAG_LENGTH, data + length);
  EVP_DecryptUpdate (cipher, NULL, &done, aad, aad_length);
  if (more_length > 0)
    EVP_DecryptUpdate (cipher, NULL, &done, more_aad, more_length);
  EVP_DecryptUpdate (cipher, data, &done, data, length);
  return EVP_DecryptFinal_ex (cipher, data + length, &done) > 0;
}

/* Fixed header, CSRCs and extension; -1 when the packet is shorter. */
static int
rtp_header_length (const uint8_t *packet, int length)
{
  int header;

  if (length < RTP_FIXED_LENGTH)
    return -1;
  header = RTP_FIXED_LENGTH + 4 * (packet[0] & 15);
  if (packet[0] & 0x10) {
    if (length < header + 4)
      return -1;
    header += 4 + 4 * lg_get16 (packet + header + 2);
  }
  return header <= length ? header : -1;
}

int
lg_srtp_protect (LgSrtp *self, uint8_t *packet, int length, uint32_t roc)
{
  int header = rtp_header_length (packet, length);
  uint8_t iv[16], tag[HMAC_KEY_LENGTH], roc_bytes[4];

  if (self->gcm) {
    gcm_rtp_iv (self, packet, roc, iv);
    gcm_seal (self->cipher[RTP], iv, packet, header, NULL, 0, packet + header,
        length - header);
    return length + GCM_TAG_LENGTH;
  }
  cm_crypt (self, RTP, lg_get32 (packet + 8),
      (uint64_t)roc << 16 | lg_get16 (packet + 2), packet + header,
      length - header);
  lg_put32 (roc_bytes, roc);
  hmac (self, RTP, packet, length, roc_bytes, sizeof roc_bytes, tag);
  memcpy (packet + length, tag, CM_TAG_LENGTH);
  return length + CM_TAG_LENGTH;
}

int
lg_srtp_unprotect (LgSrtp *self, uint8_t *packet, int length, uint32_t roc)
{
  int header = rtp_header_length (packet, length);
  uint8_t iv[16], tag[HMAC_KEY_LENGTH], roc_bytes[4];

  if (header < 0 || length - header < self->tag_length)
    return -1;
  length -= self->tag_length;
  if (self->gcm) {
    gcm_rtp_iv (self, packet, roc, iv);
    return gcm_open (self->cipher[RTP], iv, packet, header, NULL, 0,
               packet + header, length - header)
        ? length
        : -1;
  }
  lg_put32 (roc_bytes, roc);
  hmac (self, RTP, packet, length, roc_bytes, sizeof roc_bytes, tag);
  if (CRYPTO_memcmp (tag, packet + length, CM_TAG_LENGTH) != 0)
    return -1;
  cm_crypt (self, RTP, lg_get32 (packet + 8),
      (uint64_t)roc << 16 | lg_get16 (packet + 2), packet + header,
      length - header);
  return length;
}

int
lg_srtcp_protect (LgSrtp *self, uint8_t *packet, int length, uint32_t index)
{
  uint8_t iv[16], tag[HMAC_KEY_LENGTH], trailer[RTCP_INDEX_LENGTH];
  uint8_t *body = packet + RTCP_CLEAR_LENGTH;
  int body_length = length - RTCP_CLEAR_LENGTH;

  lg_put32 (trailer, RTCP_E_FLAG | index);
  if (self->gcm) {
    gcm_rtcp_iv (self, packet, index, iv);
    gcm_seal (self->cipher[RTCP], iv, packet, RTCP_CLEAR_LENGTH, trailer,
        sizeof trailer, body, body_length);
    memcpy (packet + length + GCM_TAG_LENGTH, trailer, sizeof trailer);
    return length + GCM_TAG_LENGTH + RTCP_INDEX_LENGTH;
  }
  cm_crypt (self, RTCP, lg_get32 (packet + 4), index, body, body_length);
  hmac (self, RTCP, packet, length, trailer, sizeof trailer, tag);
  memcpy (packet + length, trailer, sizeof trailer);
  memcpy (packet + length + RTCP_INDEX_LENGTH, tag, CM_TAG_LENGTH);
  return length + RTCP_INDEX_LENGTH + CM_TAG_LENGTH;
}

static int
gcm_rtcp_unprotect (LgSrtp *self, uint8_t *packet, int length)
{
  const uint8_t *trailer;
  uint8_t iv[16];
  uint32_t index;

  length -= GCM_TAG_LENGTH + RTCP_INDEX_LENGTH;
  if (length < RTCP_CLEAR_LENGTH)
    return -1;
  trailer = packet + length + GCM_TAG_LENGTH;
  index = lg_get32 (trailer);
  /* Nobody here sends RTCP that is authenticated but not encrypted. */
  if ((index & RTCP_E_FLAG) == 0)
    return -1;
  gcm_rtcp_iv (self, packet, index & ~RTCP_E_FLAG, iv);
  return gcm_open (self->cipher[RTCP], iv, packet, RTCP_CLEAR_LENGTH, trailer,
             RTCP_INDEX_LENGTH, packet + RTCP_CLEAR_LENGTH,
             length - RTCP_CLEAR_LENGTH)
      ? length
      : -1;
}

int
lg_srtcp_unprotect (LgSrtp *self, uint8_t *packet, int length)
{
  uint8_t tag[HMAC_KEY_LENGTH];
  const uint8_t *trailer;
  uint32_t index;

  if (self->gcm)
    return gcm_rtcp_unprotect (self, packet, length);
  length -= RTCP_INDEX_LENGTH + CM_TAG_LENGTH;
  if (length < RTCP_CLEAR_LENGTH)
    return -1;
  trailer = packet + length;
  hmac (self, RTCP, packet, length, trailer, RTCP_INDEX_LENGTH, tag);
  if (CRYPTO_memcmp (tag, trailer + RTCP_INDEX_LENGTH, CM_TAG_LENGTH) != 0)
    return -1;
  index = lg_get32 (trailer);
  if (index & RTCP_E_FLAG)
    cm_crypt (self, RTCP, lg_get32 (packet + 4), index & ~RTCP_E_FLAG,
        packet + RTCP_CLEAR_LENGTH, length - RTCP_CLEAR_LENGTH);
  return length;
}

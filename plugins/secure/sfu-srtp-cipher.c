/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-srtp-cipher.h. Why SHA_CTX and not EVP_MAC: an EVP_MAC_CTX has to be
 * duplicated or set up again for every packet, which takes longer than the
 * hashing of a small one; and why counters are encrypted (ECB) instead of using
 * CTR: a new IV goes through OpenSSL's lists of parameters, which takes as long as
 * the AES of a whole packet; figures in ../secure/README.md.
 *
 * Threads: of one owner. */
#include "sfu-srtp-cipher.h"

#include <openssl/crypto.h>
#include <string.h>

#include "sfu-bytes.h"

/* RFC 3711 4.3.2; SRTCP's are three higher. */
#define LABEL_CIPHER 0
#define LABEL_AUTH 1
#define LABEL_SALT 2
#define LABELS_RTCP 3
/* Where label and salt meet: 7 bytes before the end of the 14 of a salt. */
#define LABEL_OFFSET 7

#define BLOCK 16
/* Blocks of key stream at a time: a full datagram's. */
#define STREAM_BLOCKS 92
#define SHA1_BLOCK 64
#define AUTH_KEY_SIZE 20
#define MAX_CIPHER_KEY 32
#define CM_SALT_SIZE 14
#define GCM_SALT_SIZE 12
#define GCM_TAG_SIZE 16
#define SHA1_80_TAG_SIZE 10
#define SHA1_32_TAG_SIZE 4

/* ---- keys ---- */

gboolean
sfu_srtp_derive (const guint8 *master_key, gsize key_size,
    const guint8 *master_salt, gsize salt_size, guint8 label, guint8 *out,
    gsize size)
{
  const EVP_CIPHER *cipher =
      key_size == 32 ? EVP_aes_256_ctr () : EVP_aes_128_ctr ();
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  guint8 iv[BLOCK] = { 0 };
  gint n;
  gboolean ok;

  /* A salt of 12 bytes is filled up with zeros (RFC 7714 11). */
  memcpy (iv, master_salt, salt_size);
  iv[LABEL_OFFSET] ^= label;
  memset (out, 0, size);
  ok = ctx && EVP_EncryptInit_ex (ctx, cipher, NULL, master_key, iv) == 1 &&
      EVP_EncryptUpdate (ctx, out, &n, out, (gint)size) == 1;
  EVP_CIPHER_CTX_free (ctx);
  return ok;
}

static void
init_hmac (SfuSrtpCipher *self, const guint8 *key)
{
  guint8 pad[SHA1_BLOCK];

  memset (pad, 0x36, sizeof pad);
  for (guint i = 0; i < AUTH_KEY_SIZE; i++)
    pad[i] ^= key[i];
  SHA1_Init (&self->inner);
  SHA1_Update (&self->inner, pad, sizeof pad);
  for (guint i = 0; i < sizeof pad; i++)
    pad[i] ^= 0x36 ^ 0x5c;
  SHA1_Init (&self->outer);
  SHA1_Update (&self->outer, pad, sizeof pad);
  OPENSSL_cleanse (pad, sizeof pad);
}

static const EVP_CIPHER *
cipher_of (gboolean aead, gsize key_size)
{
  if (!aead)
    return EVP_aes_128_ecb ();
  return key_size == 32 ? EVP_aes_256_gcm () : EVP_aes_128_gcm ();
}

static gboolean
is_aead (SfuSrtpSuite suite)
{
  return suite == SFU_SRTP_AEAD_AES_128_GCM ||
      suite == SFU_SRTP_AEAD_AES_256_GCM;
}

gboolean
sfu_srtp_cipher_init_with_keys (SfuSrtpCipher *self, SfuSrtpSuite suite,
    gboolean rtcp, gboolean outbound, const guint8 *key, gsize key_size,
    const guint8 *salt, const guint8 *auth)
{
  memset (self, 0, sizeof *self);
  self->aead = is_aead (suite);
  self->tag_size = self->aead ? GCM_TAG_SIZE : SHA1_80_TAG_SIZE;
  if (suite == SFU_SRTP_AES_CM_128_HMAC_SHA1_32 && !rtcp)
    self->tag_size = SHA1_32_TAG_SIZE;
  memcpy (self->salt, salt, self->aead ? GCM_SALT_SIZE : CM_SALT_SIZE);
  if (!self->aead)
    init_hmac (self, auth);
  self->aes = EVP_CIPHER_CTX_new ();
  /* Counter mode is its own inverse; counters are whole blocks. */
  return self->aes &&
      EVP_CipherInit_ex (self->aes, cipher_of (self->aead, key_size), NULL, key,
          NULL, outbound || !self->aead) == 1 &&
      (self->aead || EVP_CIPHER_CTX_set_padding (self->aes, 0) == 1);
}

gboolean
sfu_srtp_cipher_init (SfuSrtpCipher *self, SfuSrtpSuite suite,
    const SfuSrtpKey *master, gboolean rtcp, gboolean outbound)
{
  guint8 labels = rtcp ? LABELS_RTCP : 0;
  gsize salt_size = is_aead (suite) ? GCM_SALT_SIZE : CM_SALT_SIZE;
  gsize key_size = master->size - salt_size;
  const guint8 *master_salt = master->bytes + key_size;
  guint8 key[MAX_CIPHER_KEY], salt[CM_SALT_SIZE], auth[AUTH_KEY_SIZE];
  gboolean ok;

  memset (self, 0, sizeof *self);
  ok = sfu_srtp_derive (master->bytes, key_size, master_salt, salt_size,
           labels + LABEL_CIPHER, key, key_size) &&
      sfu_srtp_derive (master->bytes, key_size, master_salt, salt_size,
          labels + LABEL_AUTH, auth, sizeof auth) &&
      sfu_srtp_derive (master->bytes, key_size, master_salt, salt_size,
          labels + LABEL_SALT, salt, salt_size) &&
      sfu_srtp_cipher_init_with_keys (
          self, suite, rtcp, outbound, key, key_size, salt, auth);
  OPENSSL_cleanse (key, sizeof key);
  OPENSSL_cleanse (salt, sizeof salt);
  OPENSSL_cleanse (auth, sizeof auth);
  return ok;
}

void
sfu_srtp_cipher_clear (SfuSrtpCipher *self)
{
  EVP_CIPHER_CTX_free (self->aes);
  OPENSSL_cleanse (self, sizeof *self);
}

/* ---- packets ---- */

/* RFC 3711 4.1.1: salt, SSRC and index, a block counter behind; RFC 7714 8.1
 * and 9.1: the same two bytes further to the left, without the counter. */
static void
make_iv (
    const SfuSrtpCipher *self, const SfuSrtpPacket *packet, guint8 iv[BLOCK])
{
  gsize offset = self->aead ? 2 : 4;
  guint8 id[10];

  sfu_put_u32 (id, packet->ssrc);
  sfu_put_u16 (id + 4, packet->index >> 32 & 0xffff);
  sfu_put_u32 (id + 6, packet->index & 0xffffffff);
  memcpy (iv, self->salt, sizeof self->salt);
  iv[14] = iv[15] = 0;
  for (guint i = 0; i < sizeof id; i++)
    iv[offset + i] ^= id[i];
}

static void
authenticate (SfuSrtpCipher *self, const SfuSrtpPacket *packet, guint8 *digest)
{
  SHA_CTX sha = self->inner;
  guint8 trailer[4];

  sfu_put_u32 (trailer, packet->trailer);
  SHA1_Update (&sha, packet->data, packet->size);
  SHA1_Update (&sha, trailer, sizeof trailer);
  SHA1_Final (digest, &sha);
  sha = self->outer;
  SHA1_Update (&sha, digest, SHA_DIGEST_LENGTH);
  SHA1_Final (digest, &sha);
}

static void
exclusive_or (guint8 *data, const guint8 *stream, gsize size)
{
  typedef guint8 Vector __attribute__ ((vector_size (BLOCK)));
  gsize i = 0;

  for (; i + BLOCK <= size; i += BLOCK) {
    Vector a, b;

    memcpy (&a, data + i, BLOCK);
    memcpy (&b, stream + i, BLOCK);
    a ^= b;
    memcpy (data + i, &a, BLOCK);
  }
  for (; i < size; i++)
    data[i] ^= stream[i];
}

/* RFC 3711 4.1.1: the key stream is the encrypted counter blocks, of which the
 * last two bytes count from 0; a packet has fewer than 2^16 blocks. */
static gboolean
crypt_counter (SfuSrtpCipher *self, const SfuSrtpPacket *packet)
{
  guint8 stream[STREAM_BLOCKS * BLOCK], iv[BLOCK];
  guint8 *data = packet->data + packet->header_size;
  gsize left = packet->size - packet->header_size;
  guint16 counter = 0;
  gint n;

  make_iv (self, packet, iv);
  while (left > 0) {
    gsize some = MIN (left, sizeof stream);
    gsize blocks = (some + BLOCK - 1) / BLOCK;

    for (gsize i = 0; i < blocks; i++) {
      memcpy (stream + i * BLOCK, iv, BLOCK - 2);
      sfu_put_u16 (stream + i * BLOCK + BLOCK - 2, counter++);
    }
    if (EVP_EncryptUpdate (
            self->aes, stream, &n, stream, (gint)(blocks * BLOCK)) != 1)
      return FALSE;
    exclusive_or (data, stream, some);
    data += some;
    left -= some;
  }
  return TRUE;
}

static gboolean
set_nonce (SfuSrtpCipher *self, const SfuSrtpPacket *packet)
{
  guint8 iv[BLOCK];

  make_iv (self, packet, iv);
  return EVP_CipherInit_ex (self->aes, NULL, NULL, NULL, iv, -1) == 1;
}

/* With GCM: the payload, in place, in whichever direction the context was made
 * for. */
static gboolean
crypt_payload (SfuSrtpCipher *self, const SfuSrtpPacket *packet)
{
  guint8 *payload = packet->data + packet->header_size;
  gint n;

  return EVP_CipherUpdate (self->aes, payload, &n, payload,
             (gint)(packet->size - packet->header_size)) == 1;
}

static gboolean
add_associated (SfuSrtpCipher *self, const SfuSrtpPacket *packet)
{
  guint8 trailer[4];
  gint n;

  if (EVP_CipherUpdate (
          self->aes, NULL, &n, packet->data, (gint)packet->header_size) != 1)
    return FALSE;
  if (!packet->rtcp)
    return TRUE;
  sfu_put_u32 (trailer, packet->trailer);
  return EVP_CipherUpdate (self->aes, NULL, &n, trailer, sizeof trailer) == 1;
}

gboolean
sfu_srtp_cipher_seal (
    SfuSrtpCipher *self, const SfuSrtpPacket *packet, guint8 *tag)
{
  guint8 rest[SHA_DIGEST_LENGTH];
  gint n;

  if (self->aead)
    return set_nonce (self, packet) && add_associated (self, packet) &&
        crypt_payload (self, packet) &&
        EVP_CipherFinal_ex (self->aes, rest, &n) == 1 &&
        EVP_CIPHER_CTX_ctrl (
            self->aes, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_SIZE, tag) == 1;
  if (!crypt_counter (self, packet))
    return FALSE;
  authenticate (self, packet, rest);
  memcpy (tag, rest, self->tag_size);
  return TRUE;
}

gboolean
sfu_srtp_cipher_open (
    SfuSrtpCipher *self, const SfuSrtpPacket *packet, const guint8 *tag)
{
  guint8 rest[SHA_DIGEST_LENGTH];
  gint n;

  if (!self->aead) {
    authenticate (self, packet, rest);
    return CRYPTO_memcmp (rest, tag, self->tag_size) == 0 &&
        crypt_counter (self, packet);
  }
  return set_nonce (self, packet) && add_associated (self, packet) &&
      EVP_CIPHER_CTX_ctrl (
          self->aes, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_SIZE, (gpointer)tag) == 1 &&
      crypt_payload (self, packet) &&
      EVP_CipherFinal_ex (self->aes, rest, &n) == 1;
}

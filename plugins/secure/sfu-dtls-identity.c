/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-dtls-identity.h.
 *
 * Threads: the cache has a lock; a context is not changed after it was made. */
#include "sfu-dtls-identity.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/srtp.h>

/* In order of preference: GCM costs half of what AES-CM with SHA-1 does. The
 * last is the one that everybody has (RFC 8827 6.5). Not the one with 32 bits of
 * tag: nobody needs it. */
#define SRTP_PROFILES                                                          \
  "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80"
/* Forward secrecy and authenticated encryption; CBC for clients that are old
 * (RFC 8827 6.5 names a CBC suite besides GCM). */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!PSK"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SSL_CTX, SSL_CTX_free)

static gboolean
use_pem (SSL_CTX *ctx, const gchar *pem)
{
  g_autoptr (BIO) cert_bio = BIO_new_mem_buf (pem, -1);
  g_autoptr (BIO) key_bio = BIO_new_mem_buf (pem, -1);
  g_autoptr (X509) cert = PEM_read_bio_X509 (cert_bio, NULL, NULL, NULL);
  g_autoptr (EVP_PKEY) key =
      PEM_read_bio_PrivateKey (key_bio, NULL, NULL, NULL);

  return cert && key && SSL_CTX_use_certificate (ctx, cert) == 1 &&
      SSL_CTX_use_PrivateKey (ctx, key) == 1;
}

static SSL_CTX *
make_context (const gchar *pem, SfuDtlsVerifyFunc verify)
{
  g_autoptr (SSL_CTX) ctx = SSL_CTX_new (DTLS_method ());

  if (!ctx || !SSL_CTX_set_min_proto_version (ctx, DTLS1_2_VERSION) ||
      !SSL_CTX_set_cipher_list (ctx, CIPHERS) || !use_pem (ctx, pem) ||
      /* Turned round: 0 is success. */
      SSL_CTX_set_tlsext_use_srtp (ctx, SRTP_PROFILES) != 0)
    return NULL;
  SSL_CTX_set_cert_verify_callback (ctx, verify, NULL);
  /* A datagram is read at once or its rest is lost. */
  SSL_CTX_set_read_ahead (ctx, 1);
  SSL_CTX_set_session_cache_mode (ctx, SSL_SESS_CACHE_OFF);
  /* No cookies: ICE has proved the peer's address already. */
  SSL_CTX_set_options (ctx,
      SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
          SSL_OP_CIPHER_SERVER_PREFERENCE);
  return g_steal_pointer (&ctx);
}

SSL_CTX *
sfu_dtls_identity_get (
    const gchar *pem, SfuDtlsVerifyFunc verify, GError **error)
{
  static GMutex lock;
  static gchar *last_hash; /* of the PEM, which has a key in it */
  static SSL_CTX *last;
  g_autofree gchar *hash =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, pem, -1);
  SSL_CTX *ctx;

  g_mutex_lock (&lock);
  if (g_strcmp0 (hash, last_hash) != 0) {
    ctx = make_context (pem, verify);
    if (ctx) {
      SSL_CTX_free (last);
      last = ctx;
      g_free (last_hash);
      last_hash = g_steal_pointer (&hash);
    }
  } else {
    ctx = last;
  }
  if (ctx)
    SSL_CTX_up_ref (ctx);
  g_mutex_unlock (&lock);
  ERR_clear_error ();
  if (!ctx)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "no certificate and private key that OpenSSL can use");
  return ctx;
}

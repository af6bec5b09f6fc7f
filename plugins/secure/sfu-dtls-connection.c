/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-dtls-connection.h.
 *
 * Threads: of one owner. */
#include "sfu-dtls-connection.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/time.h>

#include "sfu-certificate.h"
#include "sfu-datagram-bio.h"
#include "sfu-dtls-identity.h"

/* Fits through every tunnel (RFC 8831 5 says 1200 for data channels). */
#define MTU 1200
/* RFC 6347 4.2.4.1 says 1 s, RFC 9147 5.8.2 as well but less where the round
 * trip is known to be short: a lost datagram must not cost a call its first
 * second, and a doubled one costs nothing. */
#define FIRST_TIMEOUT_US 150000
#define MAX_TIMEOUT_US 2000000
#define EXPORTER "EXTRACTOR-dtls_srtp" /* RFC 5764 4.2 */
/* Messages out of one datagram: a record is 13 bytes at least. */
#define MAX_MESSAGES 256

struct _SfuDtlsConnection {
  SSL *ssl; /* owned */
  SfuDatagrams datagrams;
  GQueue messages;      /* owned GBytes */
  gchar **fingerprints; /* owned; NULL = any */
  gchar *peer_pem;      /* owned */
  const gchar *failure; /* static */
  SfuDtlsConnectionState state;
  gboolean is_client;
  guint first_timeout_us;
};

/* ---- callbacks of OpenSSL ---- */

static gchar *
pem_of (X509 *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  gchar *bytes = NULL, *pem = NULL;
  long size;

  if (bio && PEM_write_bio_X509 (bio, certificate)) {
    size = BIO_get_mem_data (bio, &bytes);
    pem = g_strndup (bytes, (gsize)size);
  }
  BIO_free (bio);
  return pem;
}

static gboolean
is_expected (SfuDtlsConnection *self)
{
  if (!self->fingerprints)
    return TRUE;
  for (guint i = 0; self->fingerprints[i] && self->fingerprints[i + 1];
       i += 2) {
    if (sfu_certificate_matches (
            self->peer_pem, self->fingerprints[i], self->fingerprints[i + 1]))
      return TRUE;
  }
  return FALSE;
}

/* Instead of looking for a chain of trust, which there is none of (RFC 8827
 * 6.5). Runs in either role after the hellos, so that the profiles are known. */
static int
verify (X509_STORE_CTX *store, void *unused)
{
  SSL *ssl =
      X509_STORE_CTX_get_ex_data (store, SSL_get_ex_data_X509_STORE_CTX_idx ());
  SfuDtlsConnection *self = SSL_get_app_data (ssl);

  g_free (self->peer_pem);
  self->peer_pem = pem_of (X509_STORE_CTX_get0_cert (store));
  if (!is_expected (self)) {
    self->failure = "fingerprint mismatch";
    X509_STORE_CTX_set_error (store, X509_V_ERR_CERT_REJECTED);
    return 0;
  }
  if (!SSL_get_selected_srtp_profile (ssl)) {
    self->failure = "no common SRTP profile";
    X509_STORE_CTX_set_error (store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }
  return 1;
}

static unsigned int
next_timeout (SSL *ssl, unsigned int timeout_us)
{
  SfuDtlsConnection *self = SSL_get_app_data (ssl);

  return timeout_us == 0 ? self->first_timeout_us
                         : MIN (timeout_us * 2, MAX_TIMEOUT_US);
}

/* ---- life ---- */

static SSL *
make_ssl (SfuDtlsConnection *self, SSL_CTX *ctx)
{
  SSL *ssl = SSL_new (ctx);
  BIO *bio = ssl ? sfu_datagram_bio_new (&self->datagrams) : NULL;

  if (!bio) {
    SSL_free (ssl);
    return NULL;
  }
  SSL_set_app_data (ssl, self);
  SSL_set_bio (ssl, bio, bio);
  SSL_set_mtu (ssl, MTU);
  SSL_set_verify (ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  DTLS_set_timer_cb (ssl, next_timeout);
  if (self->is_client)
    SSL_set_connect_state (ssl);
  else
    SSL_set_accept_state (ssl);
  return ssl;
}

SfuDtlsConnection *
sfu_dtls_connection_new (const gchar *pem, gboolean is_client,
    const gchar *const *fingerprints, GError **error)
{
  SSL_CTX *ctx = sfu_dtls_identity_get (pem, verify, error);
  SfuDtlsConnection *self;

  if (!ctx)
    return NULL;
  self = g_new0 (SfuDtlsConnection, 1);
  self->is_client = is_client;
  self->failure = "";
  self->first_timeout_us = FIRST_TIMEOUT_US;
  self->fingerprints = g_strdupv ((gchar **)fingerprints);
  self->ssl = make_ssl (self, ctx);
  SSL_CTX_free (ctx);
  if (self->ssl)
    return self;
  sfu_dtls_connection_free (self);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "OpenSSL makes no SSL");
  return NULL;
}

void
sfu_dtls_connection_free (SfuDtlsConnection *self)
{
  if (!self)
    return;
  SSL_free (self->ssl);
  sfu_datagrams_clear (&self->datagrams);
  g_queue_clear_full (&self->messages, (GDestroyNotify)g_bytes_unref);
  g_strfreev (self->fingerprints);
  g_free (self->peer_pem);
  g_free (self);
}

void
sfu_dtls_connection_set_first_timeout (
    SfuDtlsConnection *self, guint timeout_us)
{
  self->first_timeout_us = timeout_us;
}

/* ---- what OpenSSL answers ---- */

static void
fail (SfuDtlsConnection *self, const gchar *failure)
{
  self->state = SFU_DTLS_CONNECTION_FAILED;
  if (*self->failure == '\0')
    self->failure = failure;
}

/* result: of the function that was called last. */
static void
read_error (SfuDtlsConnection *self, gint result, const gchar *failure)
{
  switch (SSL_get_error (self->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      break;
    case SSL_ERROR_ZERO_RETURN:
      /* RFC 5246 7.2.1: answered with one of our own. */
      if (SSL_is_init_finished (self->ssl))
        SSL_shutdown (self->ssl);
      self->state = SFU_DTLS_CONNECTION_CLOSED;
      break;
    default:
      fail (self, failure);
  }
  ERR_clear_error ();
}

static void
shake_hands (SfuDtlsConnection *self)
{
  gint result = SSL_do_handshake (self->ssl);

  if (result != 1)
    read_error (self, result, "handshake error");
  else
    self->state = SFU_DTLS_CONNECTION_CONNECTED;
}

static void
read_messages (SfuDtlsConnection *self)
{
  guint8 buffer[SFU_DTLS_MAX_MESSAGE];
  gint n;

  while ((n = SSL_read (self->ssl, buffer, sizeof buffer)) > 0) {
    if (g_queue_get_length (&self->messages) < MAX_MESSAGES)
      g_queue_push_tail (&self->messages, g_bytes_new (buffer, (gsize)n));
    else
      self->datagrams.n_lost++;
  }
  read_error (self, n, "fatal error");
}

static void
advance (SfuDtlsConnection *self)
{
  ERR_clear_error ();
  if (self->state == SFU_DTLS_CONNECTION_CONNECTING)
    shake_hands (self);
  /* Also what comes again of a handshake: our last flight was lost. */
  if (self->state == SFU_DTLS_CONNECTION_CONNECTED)
    read_messages (self);
  self->datagrams.in = NULL;
}

/* ---- verbs ---- */

void
sfu_dtls_connection_start (SfuDtlsConnection *self)
{
  if (self->state != SFU_DTLS_CONNECTION_NEW)
    return;
  self->state = SFU_DTLS_CONNECTION_CONNECTING;
  advance (self);
}

void
sfu_dtls_connection_receive (
    SfuDtlsConnection *self, const guint8 *data, gsize size)
{
  if (size == 0)
    return;
  self->datagrams.in = data;
  self->datagrams.in_size = size;
  advance (self);
}

void
sfu_dtls_connection_handle_timeout (SfuDtlsConnection *self)
{
  if (self->state != SFU_DTLS_CONNECTION_CONNECTING)
    return;
  ERR_clear_error ();
  if (DTLSv1_handle_timeout (self->ssl) < 0)
    fail (self, "timeout");
  advance (self);
}

gint64
sfu_dtls_connection_get_timeout_us (SfuDtlsConnection *self)
{
  struct timeval left;

  if (self->state != SFU_DTLS_CONNECTION_CONNECTING ||
      DTLSv1_get_timeout (self->ssl, &left) != 1)
    return -1;
  return (gint64)left.tv_sec * G_USEC_PER_SEC + left.tv_usec;
}

gboolean
sfu_dtls_connection_send (
    SfuDtlsConnection *self, const guint8 *data, gsize size)
{
  gint result;

  if (self->state != SFU_DTLS_CONNECTION_CONNECTED || size == 0 ||
      size > SFU_DTLS_MAX_MESSAGE)
    return FALSE;
  ERR_clear_error ();
  result = SSL_write (self->ssl, data, (gint)size);
  if (result <= 0)
    read_error (self, result, "fatal error");
  return result > 0;
}

void
sfu_dtls_connection_close (SfuDtlsConnection *self)
{
  if (self->state == SFU_DTLS_CONNECTION_CONNECTED)
    SSL_shutdown (self->ssl);
  if (self->state != SFU_DTLS_CONNECTION_FAILED)
    self->state = SFU_DTLS_CONNECTION_CLOSED;
  ERR_clear_error ();
}

/* ---- results ---- */

GBytes *
sfu_dtls_connection_pop_datagram (SfuDtlsConnection *self)
{
  return g_queue_pop_head (&self->datagrams.out);
}

GBytes *
sfu_dtls_connection_pop_message (SfuDtlsConnection *self)
{
  return g_queue_pop_head (&self->messages);
}

guint
sfu_dtls_connection_take_lost (SfuDtlsConnection *self)
{
  guint n = self->datagrams.n_lost;

  self->datagrams.n_lost = 0;
  return n;
}

SfuDtlsConnectionState
sfu_dtls_connection_get_state (SfuDtlsConnection *self)
{
  return self->state;
}

const gchar *
sfu_dtls_connection_get_failure (SfuDtlsConnection *self)
{
  return self->failure;
}

const gchar *
sfu_dtls_connection_get_peer_pem (SfuDtlsConnection *self)
{
  return self->peer_pem;
}

static SfuSrtpSuite
suite_of (const SRTP_PROTECTION_PROFILE *profile)
{
  switch (profile ? profile->id : 0) {
    case SRTP_AES128_CM_SHA1_80:
      return SFU_SRTP_AES_CM_128_HMAC_SHA1_80;
    case SRTP_AES128_CM_SHA1_32:
      return SFU_SRTP_AES_CM_128_HMAC_SHA1_32;
    case SRTP_AEAD_AES_128_GCM:
      return SFU_SRTP_AEAD_AES_128_GCM;
    case SRTP_AEAD_AES_256_GCM:
      return SFU_SRTP_AEAD_AES_256_GCM;
    default:
      return SFU_SRTP_NONE;
  }
}

static gsize
key_size_of (SfuSrtpSuite suite)
{
  return suite == SFU_SRTP_AEAD_AES_256_GCM ? 32 : 16;
}

/* RFC 5764 4.2: client key, server key, client salt, server salt. */
SfuSrtpSuite
sfu_dtls_connection_get_srtp (
    SfuDtlsConnection *self, gboolean outbound, SfuSrtpKey *key)
{
  SfuSrtpSuite suite = suite_of (SSL_get_selected_srtp_profile (self->ssl));
  gsize total = sfu_srtp_suite_key_size (suite);
  gsize key_size = key_size_of (suite), salt_size = total - key_size;
  gboolean clients = outbound == self->is_client;
  guint8 material[2 * SFU_SRTP_MAX_KEY];

  if (self->state != SFU_DTLS_CONNECTION_CONNECTED || suite == SFU_SRTP_NONE ||
      SSL_export_keying_material (self->ssl, material, 2 * total, EXPORTER,
          strlen (EXPORTER), NULL, 0, 0) != 1)
    return SFU_SRTP_NONE;
  memcpy (key->bytes, material + (clients ? 0 : key_size), key_size);
  memcpy (key->bytes + key_size,
      material + 2 * key_size + (clients ? 0 : salt_size), salt_size);
  key->size = total;
  explicit_bzero (material, sizeof material);
  return suite;
}

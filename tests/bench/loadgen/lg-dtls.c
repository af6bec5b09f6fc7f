/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records go out through a BIO of our own, straight to the socket, and come in
 * through a memory BIO, one datagram at a time.
 *
 * Threads: the program has one. */
#include "lg-dtls.h"

#include "lg-stats.h"

#include <openssl/err.h>
#include <openssl/srtp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define MTU 1200
#define UDP_IP_OVERHEAD 28
#define CERTIFICATE_DAYS 30
#define SECONDS_A_DAY 86400
#define FINGERPRINT_TEXT (3 * 32 + 1)
/* The first flight is repeated after 50 ms, as browsers do; OpenSSL's own
 * second would hide how long a handshake takes. */
#define FIRST_TIMEOUT_US 50000
#define TIMEOUT_MAX_US 3000000

static SSL_CTX *context;
static BIO_METHOD *socket_method;
static char own_fingerprint[FINGERPRINT_TEXT];

static int
bio_write (BIO *bio, const char *data, int length)
{
  lg_endpoint_send (BIO_get_data (bio), (const uint8_t *)data, length);
  return length;
}

static long
bio_control (BIO *bio, int command, long number, void *pointer)
{
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return MTU;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
      return UDP_IP_OVERHEAD;
    default:
      return 0;
  }
}

static int
bio_create (BIO *bio)
{
  BIO_set_init (bio, 1);
  return 1;
}

/* The fingerprint decides, not a certificate authority. */
static int
accept_any (int preverified, X509_STORE_CTX *store)
{
  return 1;
}

static void
fingerprint_of (X509 *certificate, char *out)
{
  uint8_t digest[32];
  unsigned length = sizeof digest;

  X509_digest (certificate, EVP_sha256 (), digest, &length);
  for (unsigned i = 0; i < length; i++)
    sprintf (out + 3 * i, i + 1 < length ? "%02X:" : "%02X", digest[i]);
}

static void
make_certificate (void)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *x509 = X509_new ();
  X509_NAME *name = X509_get_subject_name (x509);

  ASN1_INTEGER_set (X509_get_serialNumber (x509), lg_random32 () >> 1);
  X509_set_version (x509, 2);
  X509_gmtime_adj (X509_getm_notBefore (x509), -SECONDS_A_DAY);
  X509_gmtime_adj (X509_getm_notAfter (x509), CERTIFICATE_DAYS * SECONDS_A_DAY);
  X509_set_pubkey (x509, key);
  X509_NAME_add_entry_by_txt (
      name, "CN", MBSTRING_ASC, (const uint8_t *)"loadgen", -1, -1, 0);
  X509_set_issuer_name (x509, name);
  X509_sign (x509, key, EVP_sha256 ());
  SSL_CTX_use_certificate (context, x509);
  SSL_CTX_use_PrivateKey (context, key);
  fingerprint_of (x509, own_fingerprint);
  X509_free (x509);
  EVP_PKEY_free (key);
}

bool
lg_dtls_setup (void)
{
  context = SSL_CTX_new (DTLS_method ());
  SSL_CTX_set_min_proto_version (context, DTLS1_2_VERSION);
  make_certificate ();
  SSL_CTX_set_verify (
      context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
  SSL_CTX_set_read_ahead (context, 1);
  socket_method =
      BIO_meth_new (BIO_TYPE_SOURCE_SINK | BIO_get_new_index (), "loadgen");
  BIO_meth_set_write (socket_method, bio_write);
  BIO_meth_set_ctrl (socket_method, bio_control);
  BIO_meth_set_create (socket_method, bio_create);
  /* 0 is success here. */
  return SSL_CTX_set_tlsext_use_srtp (context, lg_options.profiles) == 0;
}

const char *
lg_dtls_fingerprint (void)
{
  return own_fingerprint;
}

static void
arm_timer (LgEndpoint *self)
{
  struct timeval left;

  if (!DTLSv1_get_timeout (self->ssl, &left)) {
    lg_timer_cancel (&self->dtls_timer);
    return;
  }
  lg_timer_arm (&self->dtls_timer,
      lg_now_ns () + (uint64_t)left.tv_sec * LG_SEC +
          (uint64_t)left.tv_usec * 1000 + LG_MS);
}

static void
on_timer (void *owner)
{
  LgEndpoint *self = owner;

  if (self->failed || self->ssl == NULL)
    return;
  DTLSv1_handle_timeout (self->ssl);
  arm_timer (self);
}

static unsigned
next_timeout (SSL *ssl, unsigned us)
{
  if (us == 0)
    return FIRST_TIMEOUT_US;
  return MIN (2 * us, TIMEOUT_MAX_US);
}

void
lg_dtls_init (LgEndpoint *self)
{
  self->dtls_client = true;
  lg_timer_init (&self->dtls_timer, on_timer, self);
}

/* RFC 5764 4.2: client key, server key, client salt, server salt. */
static const char *
take_keys (LgEndpoint *self, const SRTP_PROTECTION_PROFILE *profile)
{
  bool gcm = profile->id == SRTP_AEAD_AES_128_GCM ||
      profile->id == SRTP_AEAD_AES_256_GCM;
  int key = profile->id == SRTP_AEAD_AES_256_GCM ? 32 : 16;
  int salt = gcm ? 12 : 14;
  int own = self->dtls_client ? 0 : 1, other = 1 - own;
  uint8_t material[2 * (32 + 14)];
  const uint8_t *salts = material + 2 * key;

  if (SSL_export_keying_material (self->ssl, material,
          (size_t)(2 * (key + salt)), "EXTRACTOR-dtls_srtp", 19, NULL, 0,
          0) != 1)
    return "no keying material";
  lg_srtp_init (&self->srtp_out, gcm, key, material + own * key,
      salts + own * salt, salt, true);
  lg_srtp_init (&self->srtp_in, gcm, key, material + other * key,
      salts + other * salt, salt, false);
  return NULL;
}

/* Why the connection is no good, or NULL. */
static const char *
check_peer (LgEndpoint *self)
{
  char fingerprint[FINGERPRINT_TEXT];
  X509 *certificate = SSL_get1_peer_certificate (self->ssl);

  if (certificate == NULL)
    return "no peer certificate";
  fingerprint_of (certificate, fingerprint);
  X509_free (certificate);
  if (self->remote_fingerprint[0] != '\0' &&
      g_ascii_strcasecmp (fingerprint, self->remote_fingerprint) != 0)
    return "fingerprint mismatch";
  return NULL;
}

static void
connected (LgEndpoint *self)
{
  SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile (self->ssl);
  const char *why = check_peer (self);
  uint64_t now = lg_now_ns ();

  if (why == NULL)
    why = profile == NULL ? "no SRTP profile" : take_keys (self, profile);
  if (why != NULL) {
    lg_endpoint_fail (self, why);
    return;
  }
  self->dtls_done = true;
  lg_say ("{\"ev\":\"connected\",\"id\":\"%s\",\"profile\":\"%s\","
          "\"iceMs\":%.3f,\"dtlsMs\":%.3f,\"cipher\":\"%s\"}",
      self->id, profile->name,
      (double)(self->ice_done_ns - self->connect_ns) / 1e6,
      (double)(now - self->ice_done_ns) / 1e6, SSL_get_cipher_name (self->ssl));
  lg_endpoint_opened (self);
}

static void
shake_hands (LgEndpoint *self)
{
  int result = SSL_do_handshake (self->ssl);
  int error = SSL_get_error (self->ssl, result);
  char text[200];

  if (result == 1) {
    connected (self);
  } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    ERR_error_string_n (ERR_get_error (), text, sizeof text);
    lg_endpoint_fail (self, text);
    return;
  }
  arm_timer (self);
}

/* After the handshake only close_notify is of interest. */
static void
read_rest (LgEndpoint *self)
{
  uint8_t ignored[LG_DATAGRAM_MAX];

  while (SSL_read (self->ssl, ignored, sizeof ignored) > 0)
    ;
  if (self->open && (SSL_get_shutdown (self->ssl) & SSL_RECEIVED_SHUTDOWN)) {
    self->open = false;
    lg_say ("{\"ev\":\"closed\",\"id\":\"%s\"}", self->id);
  }
}

static void
ensure_ssl (LgEndpoint *self)
{
  BIO *out;

  if (self->ssl != NULL)
    return;
  self->ssl = SSL_new (context);
  SSL_set_options (self->ssl, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu (self->ssl, MTU);
  DTLS_set_link_mtu (self->ssl, MTU);
  DTLS_set_timer_cb (self->ssl, next_timeout);
  self->in = BIO_new (BIO_s_mem ());
  BIO_set_mem_eof_return (self->in, -1);
  out = BIO_new (socket_method);
  BIO_set_data (out, self);
  SSL_set_bio (self->ssl, self->in, out);
  if (self->dtls_client)
    SSL_set_connect_state (self->ssl);
  else
    SSL_set_accept_state (self->ssl);
}

void
lg_dtls_start (LgEndpoint *self)
{
  ensure_ssl (self);
  if (self->dtls_client)
    shake_hands (self);
}

void
lg_dtls_receive (LgEndpoint *self, const uint8_t *data, int length)
{
  if (self->failed || self->remote.sin_port == 0)
    return;
  ensure_ssl (self);
  BIO_write (self->in, data, length);
  if (self->dtls_done)
    read_rest (self);
  else
    shake_hands (self);
}

void
lg_dtls_clear (LgEndpoint *self)
{
  lg_timer_cancel (&self->dtls_timer);
  if (self->ssl == NULL)
    return;
  if (self->dtls_done)
    SSL_shutdown (self->ssl);
  g_clear_pointer (&self->ssl, SSL_free);
}

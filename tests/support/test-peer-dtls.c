/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See test-peer.h: DTLS on OpenSSL, SRTP on libsrtp.
 *
 * Threads: as TestPeer. */
#include "test-peer-private.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#define MTU 1200
#define MAX_DATAGRAM 2048
#define PROFILE "SRTP_AES128_CM_SHA1_80"
#define EXPORTER "EXTRACTOR-dtls_srtp"
/* Not assigned: a server ignores it (RFC 8446 4.2). */
#define HELLO_EXTENSION 0xfafa
#define FIRST_TIMEOUT_US 50000
#define MAX_TIMEOUT_US 1000000

/* ---- certificate ---- */

static gchar *
fingerprint_of (X509 *cert)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  guint len = sizeof digest, i;
  GString *text = g_string_new (NULL);

  g_assert_true (X509_digest (cert, EVP_sha256 (), digest, &len));
  for (i = 0; i < len; i++)
    g_string_append_printf (text, "%s%02X", i ? ":" : "", digest[i]);
  return g_string_free (text, FALSE);
}

static void
make_certificate (TestPeer *self)
{
  X509_NAME *name;

  self->key = EVP_EC_gen ("P-256");
  self->cert = X509_new ();
  ASN1_INTEGER_set (X509_get_serialNumber (self->cert), 1);
  X509_gmtime_adj (X509_getm_notBefore (self->cert), -3600);
  X509_gmtime_adj (X509_getm_notAfter (self->cert), 24 * 3600);
  X509_set_pubkey (self->cert, self->key);
  name = X509_get_subject_name (self->cert);
  X509_NAME_add_entry_by_txt (
      name, "CN", MBSTRING_ASC, (const guint8 *)"test-peer", -1, -1, 0);
  X509_set_issuer_name (self->cert, name);
  g_assert_cmpint (X509_sign (self->cert, self->key, EVP_sha256 ()), >, 0);
  self->fingerprint = fingerprint_of (self->cert);
}

static int
accept_any (int ok, X509_STORE_CTX *store)
{
  return 1;
}

void
test_peer_set_srtp_profiles (TestPeer *self, const gchar *profiles)
{
  g_assert_cmpint (SSL_CTX_set_tlsext_use_srtp (self->ctx, profiles), ==, 0);
}

void
test_peer_set_mtu (TestPeer *self, guint mtu)
{
  self->mtu = mtu;
}

static int
add_hello_extra (SSL *ssl, guint type, guint context, const guint8 **out,
    gsize *size, X509 *x509, gsize chain, int *alert, gpointer data)
{
  TestPeer *self = data;

  *out = self->hello_extra;
  *size = self->hello_extra_size;
  return 1;
}

void
test_peer_set_hello (TestPeer *self, guint extra, TestHelloFault fault)
{
  self->hello_fault = fault;
  self->hello_extra_size = extra;
  self->hello_extra = g_malloc0 (extra);
  g_assert_cmpint (
      SSL_CTX_add_custom_ext (self->ctx, HELLO_EXTENSION, SSL_EXT_CLIENT_HELLO,
          add_hello_extra, NULL, self, NULL, NULL),
      ==, 1);
}

guint
test_peer_hello_datagrams (TestPeer *self)
{
  return self->hello_datagrams;
}

const gchar *
test_peer_srtp_profile (TestPeer *self)
{
  SRTP_PROTECTION_PROFILE *profile =
      self->connected ? SSL_get_selected_srtp_profile (self->ssl) : NULL;

  return profile ? profile->name : NULL;
}

void
test_peer_dtls_init (TestPeer *self)
{
  static gsize srtp_ready;

  if (g_once_init_enter (&srtp_ready)) {
    srtp_init ();
    g_once_init_leave (&srtp_ready, 1);
  }
  make_certificate (self);
  self->ctx = SSL_CTX_new (DTLS_method ());
  SSL_CTX_use_certificate (self->ctx, self->cert);
  SSL_CTX_use_PrivateKey (self->ctx, self->key);
  SSL_CTX_set_verify (
      self->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
  SSL_CTX_set_options (self->ctx, SSL_OP_NO_QUERY_MTU);
  self->mtu = MTU;
  test_peer_set_srtp_profiles (self, PROFILE);
}

void
test_peer_dtls_clear (TestPeer *self)
{
  SSL_free (self->ssl);
  SSL_CTX_free (self->ctx);
  X509_free (self->cert);
  EVP_PKEY_free (self->key);
  g_free (self->hello_extra);
  g_free (self->fingerprint);
  g_free (self->remote_fingerprint);
  if (self->inbound)
    srtp_dealloc (self->inbound);
  if (self->outbound)
    srtp_dealloc (self->outbound);
}

/* ---- keys ---- */

/* RFC 5764 4.1.2, RFC 7714 14.2 */
typedef struct {
  unsigned long id;
  gsize key_size, salt_size;
  void (*set_policy) (srtp_crypto_policy_t *policy);
} Profile;

#define MAX_MASTER (32 + 14)

static const Profile profiles[] = {
  { SRTP_AES128_CM_SHA1_80, 16, 14, srtp_crypto_policy_set_rtp_default },
  { SRTP_AEAD_AES_128_GCM, 16, 12, srtp_crypto_policy_set_aes_gcm_128_16_auth },
  { SRTP_AEAD_AES_256_GCM, 32, 12, srtp_crypto_policy_set_aes_gcm_256_16_auth },
};

static const Profile *
profile_of (TestPeer *self)
{
  SRTP_PROTECTION_PROFILE *chosen = SSL_get_selected_srtp_profile (self->ssl);
  guint i;

  for (i = 0; profiles[i].id != chosen->id; i++)
    g_assert_cmpuint (i + 1, <, G_N_ELEMENTS (profiles));
  return &profiles[i];
}

static srtp_t
make_session (const Profile *profile, const guint8 *key, const guint8 *salt,
    srtp_ssrc_type_t direction)
{
  guint8 master[MAX_MASTER];
  srtp_policy_t policy;
  srtp_t session = NULL;

  memset (&policy, 0, sizeof policy);
  memcpy (master, key, profile->key_size);
  memcpy (master + profile->key_size, salt, profile->salt_size);
  profile->set_policy (&policy.rtp);
  profile->set_policy (&policy.rtcp);
  policy.ssrc.type = direction;
  policy.key = master;
  policy.window_size = 1024;
  policy.allow_repeat_tx = 1;
  g_assert_cmpint (srtp_create (&session, &policy), ==, srtp_err_status_ok);
  return session;
}

static void
export_keys (TestPeer *self)
{
  const Profile *p = profile_of (self);
  guint8 m[2 * MAX_MASTER];
  guint8 *client_key = m, *server_key = m + p->key_size;
  guint8 *client_salt = m + 2 * p->key_size;
  guint8 *server_salt = client_salt + p->salt_size;

  g_assert_cmpint (SSL_export_keying_material (self->ssl, m,
                       2 * (p->key_size + p->salt_size), EXPORTER,
                       strlen (EXPORTER), NULL, 0, 0),
      ==, 1);
  self->outbound = self->dtls_client
      ? make_session (p, client_key, client_salt, ssrc_any_outbound)
      : make_session (p, server_key, server_salt, ssrc_any_outbound);
  self->inbound = self->dtls_client
      ? make_session (p, server_key, server_salt, ssrc_any_inbound)
      : make_session (p, client_key, client_salt, ssrc_any_inbound);
}

/* ---- DTLS ---- */

/* One flight may be several records in one BIO: cut it at record borders into
 * datagrams. */
static GPtrArray *
take_flight (TestPeer *self)
{
  GPtrArray *flight =
      g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  BIO *out = SSL_get_wbio (self->ssl);
  guint8 *data;
  gsize len = BIO_get_mem_data (out, (gchar **)&data), start = 0, end = 0;

  while (end + 13 <= len) {
    gsize record = 13 + (data[end + 11] << 8 | data[end + 12]);

    if (end > start && end + record - start > self->mtu) {
      g_ptr_array_add (flight, g_bytes_new (data + start, end - start));
      start = end;
    }
    end += record;
  }
  if (end > start)
    g_ptr_array_add (flight, g_bytes_new (data + start, end - start));
  (void)BIO_reset (out);
  return flight;
}

static void
send_one (TestPeer *self, GPtrArray *flight, guint i)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (flight->pdata[i], &size);

  test_peer_send_raw (self, data, size);
}

static void
send_hello (TestPeer *self, GPtrArray *flight)
{
  guint n = self->hello_datagrams = flight->len;

  for (guint i = 0; i < n; i++) {
    if ((self->hello_fault == TEST_HELLO_FIRST_LOST && i == 0) ||
        (self->hello_fault == TEST_HELLO_LAST_LOST && i == n - 1))
      continue;
    send_one (
        self, flight, self->hello_fault == TEST_HELLO_REVERSED ? n - 1 - i : i);
    if (self->hello_fault == TEST_HELLO_DOUBLED)
      send_one (self, flight, i);
  }
}

static void
flush_output (TestPeer *self)
{
  g_autoptr (GPtrArray) flight = take_flight (self);

  if (self->dtls_client && self->hello_datagrams == 0) {
    send_hello (self, flight);
    return;
  }
  for (guint i = 0; i < flight->len; i++)
    send_one (self, flight, i);
}

static guint
next_timeout (SSL *ssl, guint timeout_us)
{
  return timeout_us ? MIN (timeout_us * 2, MAX_TIMEOUT_US) : FIRST_TIMEOUT_US;
}

void
test_peer_dtls_start (TestPeer *self)
{
  BIO *in = BIO_new (BIO_s_mem ()), *out = BIO_new (BIO_s_mem ());

  BIO_set_mem_eof_return (in, -1);
  self->ssl = SSL_new (self->ctx);
  SSL_set_bio (self->ssl, in, out);
  SSL_set_mtu (self->ssl, self->mtu);
  DTLS_set_timer_cb (self->ssl, next_timeout);
  if (self->dtls_client)
    SSL_set_connect_state (self->ssl);
  else
    SSL_set_accept_state (self->ssl);
  test_peer_dtls_handle (self, NULL, 0);
}

static void
on_connected (TestPeer *self)
{
  X509 *cert = SSL_get1_peer_certificate (self->ssl);

  self->connected = TRUE;
  self->remote_fingerprint = cert ? fingerprint_of (cert) : NULL;
  X509_free (cert);
  if (test_peer_srtp_profile (self))
    export_keys (self);
}

static void
shake_hands (TestPeer *self)
{
  gint result = SSL_do_handshake (self->ssl);

  if (result <= 0 && SSL_get_error (self->ssl, result) == SSL_ERROR_SSL)
    self->failed = TRUE;
}

void
test_peer_dtls_handle (TestPeer *self, const guint8 *data, gsize len)
{
  guint8 buffer[MAX_DATAGRAM];
  gint n;

  if (!self->ssl || self->failed)
    return;
  ERR_clear_error ();
  if (data) {
    self->dtls_datagrams++;
    BIO_write (SSL_get_rbio (self->ssl), data, len);
  } else if (!self->connected) {
    DTLSv1_handle_timeout (self->ssl);
  }
  if (!SSL_is_init_finished (self->ssl))
    shake_hands (self);
  if (SSL_is_init_finished (self->ssl) && !self->connected)
    on_connected (self);
  if (self->connected) {
    while ((n = SSL_read (self->ssl, buffer, sizeof buffer)) > 0)
      self->dtls_bytes += n;
    if (SSL_get_shutdown (self->ssl) & SSL_RECEIVED_SHUTDOWN)
      self->got_close_notify = TRUE;
  }
  flush_output (self);
}

gsize
test_peer_dtls_bytes (TestPeer *self)
{
  return self->dtls_bytes;
}

void
test_peer_send_dtls (TestPeer *self, const guint8 *data, gsize len)
{
  SSL_write (self->ssl, data, len);
  flush_output (self);
}

const gchar *
test_peer_fingerprint (TestPeer *self)
{
  return self->fingerprint;
}

gboolean
test_peer_dtls_connected (TestPeer *self)
{
  return self->connected;
}

gboolean
test_peer_dtls_failed (TestPeer *self)
{
  return self->failed;
}

const gchar *
test_peer_remote_fingerprint (TestPeer *self)
{
  return self->remote_fingerprint;
}

gboolean
test_peer_got_close_notify (TestPeer *self)
{
  return self->got_close_notify;
}

void
test_peer_send_close_notify (TestPeer *self)
{
  SSL_shutdown (self->ssl);
  flush_output (self);
}

/* ---- SRTP ---- */

void
test_peer_srtp_handle (TestPeer *self, const guint8 *data, gsize len)
{
  guint8 packet[MAX_DATAGRAM];
  int size = len;
  gboolean rtcp = len > 1 && data[1] >= 192 && data[1] <= 223;
  srtp_err_status_t status;

  self->srtp_datagrams++;
  if (!self->inbound || len > sizeof packet)
    return;
  memcpy (packet, data, len);
  status = rtcp ? srtp_unprotect_rtcp (self->inbound, packet, &size)
                : srtp_unprotect (self->inbound, packet, &size);
  if (status != srtp_err_status_ok)
    return;
  g_queue_push_tail (
      rtcp ? &self->rtcp : &self->rtp, g_bytes_new (packet, size));
}

static gboolean
send_protected (TestPeer *self, const guint8 *data, gsize len, gboolean rtcp)
{
  guint8 packet[MAX_DATAGRAM + SRTP_MAX_TRAILER_LEN + 4];
  int size = len;
  srtp_err_status_t status;

  if (!self->outbound || len > MAX_DATAGRAM)
    return FALSE;
  memcpy (packet, data, len);
  status = rtcp ? srtp_protect_rtcp (self->outbound, packet, &size)
                : srtp_protect (self->outbound, packet, &size);
  g_assert_cmpint (status, ==, srtp_err_status_ok);
  test_peer_send_raw (self, packet, size);
  return TRUE;
}

gboolean
test_peer_send_rtp (TestPeer *self, const guint8 *data, gsize len)
{
  return send_protected (self, data, len, FALSE);
}

gboolean
test_peer_send_rtcp (TestPeer *self, const guint8 *data, gsize len)
{
  return send_protected (self, data, len, TRUE);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ECDSA P-256 because it is what browsers make and check fastest (an RSA key
 * costs a handshake several times as much), and what RFC 8827 6.5 requires.
 *
 * Threads: immutable once made; reference counted. */
#include "sfu-certificate.h"

#include <string.h>
#include <gio/gio.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

/* Nobody renews it while the process runs, and peers trust the fingerprint,
 * not the dates: longer than any process lives. */
#define VALID_DAYS (10 * 365)
/* Peers whose clock is late. */
#define VALID_BEFORE_DAYS 1
#define SECONDS_PER_DAY (24 * 60 * 60)
/* RFC 5280 4.1.2.2: at most 20 octets, positive, unique. */
#define SERIAL_BITS 159
/* Says nothing about machine or user (RFC 8827 4.4 wants no identity). */
#define COMMON_NAME "WebRTC"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

struct _SfuCertificate {
  gatomicrefcount refs;
  gchar *pem; /* owned; wiped before it is freed */
  gsize pem_length;
};

static const struct {
  const gchar *name; /* RFC 8122 5 */
  const EVP_MD *(*md) (void);
} algorithms[] = {
  { "sha-1", EVP_sha1 },
  { "sha-224", EVP_sha224 },
  { "sha-256", EVP_sha256 },
  { "sha-384", EVP_sha384 },
  { "sha-512", EVP_sha512 },
};

static void
set_openssl_error (GError **error, const gchar *what)
{
  gchar text[256];

  ERR_error_string_n (ERR_get_error (), text, sizeof text);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "cannot make a DTLS certificate: %s: %s", what, text);
  ERR_clear_error ();
}

static gboolean
set_serial (X509 *x509)
{
  g_autoptr (BIGNUM) serial = BN_new ();

  return serial &&
      BN_rand (serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
      BN_to_ASN1_INTEGER (serial, X509_get_serialNumber (x509));
}

static gboolean
set_names (X509 *x509)
{
  X509_NAME *name = X509_get_subject_name (x509);

  return X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC,
             (const guchar *)COMMON_NAME, -1, -1, 0) &&
      X509_set_issuer_name (x509, name);
}

static X509 *
make_x509 (EVP_PKEY *key)
{
  g_autoptr (X509) x509 = X509_new ();

  if (!x509 || !X509_set_version (x509, X509_VERSION_3) || !set_serial (x509) ||
      !set_names (x509) ||
      !X509_gmtime_adj (X509_getm_notBefore (x509),
          -(long)VALID_BEFORE_DAYS * SECONDS_PER_DAY) ||
      !X509_gmtime_adj (
          X509_getm_notAfter (x509), (long)VALID_DAYS * SECONDS_PER_DAY) ||
      !X509_set_pubkey (x509, key) || !X509_sign (x509, key, EVP_sha256 ()))
    return NULL;
  return g_steal_pointer (&x509);
}

SfuCertificate *
sfu_certificate_new (GError **error)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) x509 = key ? make_x509 (key) : NULL;
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());
  SfuCertificate *self;
  char *bytes = NULL;
  long length;

  if (!x509 || !bio) {
    set_openssl_error (error, "key and signature");
    return NULL;
  }
  if (!PEM_write_bio_X509 (bio, x509) ||
      !PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL)) {
    set_openssl_error (error, "PEM");
    return NULL;
  }
  length = BIO_get_mem_data (bio, &bytes);
  self = g_new0 (SfuCertificate, 1);
  g_atomic_ref_count_init (&self->refs);
  self->pem = g_strndup (bytes, length);
  self->pem_length = length;
  return self;
}

SfuCertificate *
sfu_certificate_get_default (void)
{
  static SfuCertificate *certificate; /* never freed: as long as the process */
  static gsize once;

  if (g_once_init_enter (&once)) {
    g_autoptr (GError) error = NULL;

    certificate = sfu_certificate_new (&error);
    if (!certificate) /* libcrypto without randomness or memory */
      g_error ("%s", error->message);
    g_once_init_leave (&once, 1);
  }
  return sfu_certificate_ref (certificate);
}

SfuCertificate *
sfu_certificate_ref (SfuCertificate *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
sfu_certificate_unref (SfuCertificate *self)
{
  if (!self || !g_atomic_ref_count_dec (&self->refs))
    return;
  OPENSSL_cleanse (self->pem, self->pem_length);
  g_free (self->pem);
  g_free (self);
}

const gchar *
sfu_certificate_get_pem (SfuCertificate *self)
{
  return self->pem;
}

/* Length of the hash, 0: unknown algorithm or no certificate in pem. A
 * fingerprint is one of the bytes (RFC 8122 5): they need not be understood, and
 * OpenSSL 3 takes a third of a millisecond to make a key of them. */
static guint
hash_of (const gchar *pem, const gchar *algorithm, guint8 *hash)
{
  g_autoptr (BIO) bio = NULL;
  const EVP_MD *md = NULL;
  unsigned char *der = NULL;
  guint length = 0;
  long size = 0;

  /* ABNF strings are case-insensitive (RFC 5234 2.3). */
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++) {
    if (g_ascii_strcasecmp (algorithms[i].name, algorithm) == 0)
      md = algorithms[i].md ();
  }
  if (!md)
    return 0;
  bio = BIO_new_mem_buf (pem, -1);
  if (!bio ||
      !PEM_bytes_read_bio (
          &der, &size, NULL, PEM_STRING_X509, bio, NULL, NULL) ||
      !EVP_Digest (der, size, hash, &length, md, NULL))
    length = 0;
  OPENSSL_free (der);
  ERR_clear_error ();
  return length;
}

gchar *
sfu_certificate_fingerprint (const gchar *pem, const gchar *algorithm)
{
  guint8 hash[EVP_MAX_MD_SIZE];
  guint length;
  GString *text;

  g_return_val_if_fail (pem != NULL && algorithm != NULL, NULL);
  length = hash_of (pem, algorithm, hash);
  if (length == 0)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < length; i++)
    g_string_append_printf (text, i ? ":%02X" : "%02X", hash[i]);
  return g_string_free (text, FALSE);
}

/* Exactly length bytes as "AA:BB:…". */
static gboolean
parse_value (const gchar *value, guint8 *bytes, guint length)
{
  for (guint i = 0; i < length; i++) {
    gint high = g_ascii_xdigit_value (value[0]);
    /* value[1] exists: value[0] is not the terminator then. */
    gint low = high < 0 ? -1 : g_ascii_xdigit_value (value[1]);

    if (low < 0 || value[2] != (i + 1 < length ? ':' : '\0'))
      return FALSE;
    bytes[i] = (guint8)(high << 4 | low);
    value += 3;
  }
  return TRUE;
}

gboolean
sfu_certificate_matches (
    const gchar *pem, const gchar *algorithm, const gchar *value)
{
  guint8 hash[EVP_MAX_MD_SIZE], claimed[EVP_MAX_MD_SIZE];
  guint length;

  if (!pem || !algorithm || !value)
    return FALSE;
  length = hash_of (pem, algorithm, hash);
  return length > 0 && parse_value (value, claimed, length) &&
      CRYPTO_memcmp (hash, claimed, length) == 0;
}

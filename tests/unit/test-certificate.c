/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuCertificate: what it makes, and fingerprints of a certificate whose
 * hashes `openssl x509 -fingerprint` printed.
 *
 * Threads: the test's. */
#include <string.h>
#include <glib.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include "sfu-certificate.h"

static const gchar known_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdTCCARugAwIBAgIUJMbndSnmay0AmRbcIAeM8JaWShAwCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjEwMTU5MDhaGA8yMTI2MTAyODAxNTkw\n"
    "OFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIYK\n"
    "zqn52+IPSJsX+UNUhrLfp2etIJyiyh6iGk1nE3mRuTScSUxU1XlklOqoN8+8YSP4\n"
    "O+dAym15Oe2CBtmt5fyjUzBRMB0GA1UdDgQWBBRbzgPvrxqaQxrGlYynT5fZzCxG\n"
    "KjAfBgNVHSMEGDAWgBRbzgPvrxqaQxrGlYynT5fZzCxGKjAPBgNVHRMBAf8EBTAD\n"
    "AQH/MAoGCCqGSM49BAMCA0gAMEUCIC1Sss07BX5f5rEW4fDOs+qI2SVjVaAMlpFN\n"
    "YLR829AfAiEAihFXyhqeeSAJqZrS7WGC506ug+V+JVVscMxGGjIfyHo=\n"
    "-----END CERTIFICATE-----\n";

static const struct {
  const gchar *algorithm;
  const gchar *value;
} known[] = {
  { "sha-1", "04:65:09:BA:48:27:00:55:DF:3A:A0:48:53:69:2E:30:D4:6F:32:29" },
  { "sha-224",
      "0C:97:57:A8:C4:50:B9:25:C7:74:42:61:40:FB:93:F3:9E:DD:8D:2A:"
      "65:C4:65:8C:9D:E1:A1:40" },
  { "sha-256",
      "0D:BE:A9:88:C8:37:90:27:32:69:DC:7F:20:44:DB:35:8D:14:9C:80:"
      "46:CD:63:F4:BD:EC:69:C2:10:54:40:F5" },
  { "sha-384",
      "65:B9:47:7F:B6:29:C9:E3:56:4F:D4:99:4C:FE:A1:E0:AB:65:FB:92:"
      "28:38:11:99:02:8B:AB:25:23:BB:A9:72:BB:D4:41:16:40:32:E6:C0:"
      "4C:01:C9:63:A7:7A:86:2A" },
  { "sha-512",
      "3B:EB:8F:B4:CB:C4:A6:BF:FD:98:6B:CA:8D:39:AB:8B:FB:55:78:E3:"
      "3B:7A:8F:61:6F:C8:C1:D7:93:4B:A8:97:C3:4E:6E:66:72:0D:2E:DE:"
      "3D:F3:34:49:42:A8:F4:51:BF:B5:4C:5F:F0:80:A8:03:25:A3:9B:41:"
      "8A:11:05:3C" },
};

static void
test_known_fingerprints (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autofree gchar *value =
        sfu_certificate_fingerprint (known_pem, known[i].algorithm);
    g_autofree gchar *lower = g_ascii_strdown (known[i].value, -1);

    g_assert_cmpstr (value, ==, known[i].value);
    g_assert_true (sfu_certificate_matches (
        known_pem, known[i].algorithm, known[i].value));
    g_assert_true (
        sfu_certificate_matches (known_pem, known[i].algorithm, lower));
  }
  g_assert_true (
      sfu_certificate_matches (known_pem, "SHA-256", known[2].value));
}

/* Each single digit and separator counts. */
static void
test_near_misses (void)
{
  const gchar *right = known[2].value;
  gsize length = strlen (right);

  for (gsize i = 0; i < length; i++) {
    g_autofree gchar *wrong = g_strdup (right);

    wrong[i] = right[i] == '0' ? '1' : '0';
    g_assert_false (sfu_certificate_matches (known_pem, "sha-256", wrong));
    wrong[i] = '\0';
    g_assert_false (sfu_certificate_matches (known_pem, "sha-256", wrong));
  }
}

static void
test_malformed (void)
{
  const gchar *right = known[2].value;
  g_autofree gchar *longer = g_strconcat (right, ":00", NULL);
  g_autofree gchar *colon = g_strconcat (right, ":", NULL);
  g_autofree gchar *space = g_strconcat (" ", right, NULL);
  const struct {
    const gchar *pem, *algorithm, *value;
  } cases[] = {
    { known_pem, "sha-256", "" },
    { known_pem, "sha-256", ":" },
    { known_pem, "sha-256", "zz" },
    { known_pem, "sha-256", longer },
    { known_pem, "sha-256", colon },
    { known_pem, "sha-256", space },
    { known_pem, "sha-256", NULL },
    { known_pem, "sha-1", right },
    { known_pem, "md5", right },
    { known_pem, "", right },
    { known_pem, NULL, right },
    { "", "sha-256", right },
    { "-----BEGIN CERTIFICATE-----\n", "sha-256", right },
    { "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "sha-256", right },
    { NULL, "sha-256", right },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_false (sfu_certificate_matches (
        cases[i].pem, cases[i].algorithm, cases[i].value));
  g_assert_null (sfu_certificate_fingerprint (known_pem, "md5"));
  g_assert_null (sfu_certificate_fingerprint ("", "sha-256"));
}

static void
test_made_is_sound (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuCertificate) self = sfu_certificate_new (&error);
  const gchar *pem;
  BIO *bio;
  X509 *x509;
  EVP_PKEY *key;
  gchar group[32];

  g_assert_no_error (error);
  pem = sfu_certificate_get_pem (self);
  bio = BIO_new_mem_buf (pem, -1);
  x509 = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  g_assert_nonnull (x509);
  /* As the stock DTLS elements read it: the key from the start again. */
  g_assert_cmpint (BIO_reset (bio), ==, 1);
  key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
  g_assert_nonnull (key);
  g_assert_cmpint (X509_check_private_key (x509, key), ==, 1);
  g_assert_cmpint (X509_verify (x509, key), ==, 1);
  g_assert_cmpint (
      EVP_PKEY_get_group_name (key, group, sizeof group, NULL), ==, 1);
  g_assert_cmpstr (group, ==, "prime256v1");
  g_assert_cmpint (X509_cmp_current_time (X509_get0_notBefore (x509)), <, 0);
  g_assert_cmpint (X509_cmp_current_time (X509_get0_notAfter (x509)), >, 0);
  EVP_PKEY_free (key);
  X509_free (x509);
  BIO_free (bio);
}

static void
test_each_is_another (void)
{
  g_autoptr (SfuCertificate) one = sfu_certificate_new (NULL);
  g_autoptr (SfuCertificate) two = sfu_certificate_new (NULL);
  g_autoptr (SfuCertificate) shared = sfu_certificate_get_default ();
  g_autoptr (SfuCertificate) again = sfu_certificate_get_default ();
  g_autofree gchar *value =
      sfu_certificate_fingerprint (sfu_certificate_get_pem (one), "sha-256");

  g_assert_true (sfu_certificate_matches (
      sfu_certificate_get_pem (one), "sha-256", value));
  g_assert_false (sfu_certificate_matches (
      sfu_certificate_get_pem (two), "sha-256", value));
  g_assert_true (shared == again);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/certificate/known", test_known_fingerprints);
  g_test_add_func ("/certificate/near-misses", test_near_misses);
  g_test_add_func ("/certificate/malformed", test_malformed);
  g_test_add_func ("/certificate/made-is-sound", test_made_is_sound);
  g_test_add_func ("/certificate/each-is-another", test_each_is_another);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/auth: signatures of tokens. The examples of RFC 7515, each way of
 * having one algorithm's key used by another, and every broken form.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-jws.h"
#include "token-maker.h"

#include <string.h>

/* RFC 7515 appendix A.1 to A.3: the payload is the same in all of them. */
#define RFC_PAYLOAD                                                            \
  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS" \
  "9pc19yb290Ijp0cnVlfQ"
#define RFC_TEXT                                                               \
  "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "                             \
  "\"http://example.com/is_root\":true}"
#define A1_SECRET                                                              \
  "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTw" \
  "jAzZr1Z9CAow=="
#define A1_TOKEN                                                               \
  "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." RFC_PAYLOAD                      \
  ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define A2_KEY                                                                 \
  "-----BEGIN PUBLIC KEY-----\n"                                               \
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj\n"         \
  "NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz\n"         \
  "P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo\n"         \
  "9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB\n"         \
  "EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX\n"         \
  "FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp\n"         \
  "oQIDAQAB\n"                                                                 \
  "-----END PUBLIC KEY-----\n"
#define A2_TOKEN                                                               \
  "eyJhbGciOiJSUzI1NiJ9." RFC_PAYLOAD                                          \
  ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh" \
  "-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgr" \
  "nbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi" \
  "12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9F" \
  "s98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define A3_KEY                                                                 \
  "-----BEGIN PUBLIC KEY-----\n"                                               \
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n"         \
  "6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"             \
  "-----END PUBLIC KEY-----\n"
#define A3_TOKEN                                                               \
  "eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD                                          \
  ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTU" \
  "JqPP3-Kg6NU1Q"
/* RFC 7515 appendix A.5. */
#define A5_TOKEN "eyJhbGciOiJub25lIn0." RFC_PAYLOAD "."

#define SECRET "0123456789abcdef0123456789abcdef"
#define BAD_SIGNATURE "bad signature"
#define NOT_CONFIGURED "token has another algorithm than configured"
#define NOT_BASE64URL "token is not base64url"
#define BAD_HEADER "token header is not valid JSON"
#define BAD_PAYLOAD "token payload is not valid JSON"

static SfuJwsKeys *
keys_of (const gchar *secret, const gchar *public_key)
{
  g_autoptr (GBytes) bytes =
      secret != NULL ? g_bytes_new (secret, strlen (secret)) : NULL;
  g_autoptr (GError) error = NULL;
  SfuJwsKeys *keys = sfu_jws_keys_new (bytes, public_key, &error);

  g_assert_no_error (error);
  return keys;
}

static void
assert_accepted (const SfuJwsKeys *keys, const gchar *token, const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *payload = sfu_jws_verify (keys, token, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (payload, ==, text);
}

static void
assert_refused (const SfuJwsKeys *keys, const gchar *token, const gchar *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sfu_jws_verify (keys, token, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED);
  g_assert_cmpstr (error->message, ==, why);
}

static void
test_rfc (void)
{
  gsize len;
  g_autofree guchar *key = g_base64_decode (A1_SECRET, &len);
  g_autoptr (GBytes) secret = g_bytes_new (key, len);
  g_autoptr (SfuJwsKeys) hs = sfu_jws_keys_new (secret, NULL, NULL);
  g_autoptr (SfuJwsKeys) rs = keys_of (NULL, A2_KEY);
  g_autoptr (SfuJwsKeys) es = keys_of (NULL, A3_KEY);
  g_autoptr (SfuJwsKeys) both = sfu_jws_keys_new (secret, A3_KEY, NULL);

  assert_accepted (hs, A1_TOKEN, RFC_TEXT);
  assert_accepted (rs, A2_TOKEN, RFC_TEXT);
  assert_accepted (es, A3_TOKEN, RFC_TEXT);
  assert_refused (hs, A2_TOKEN, NOT_CONFIGURED);
  assert_refused (hs, A3_TOKEN, NOT_CONFIGURED);
  assert_refused (rs, A1_TOKEN, NOT_CONFIGURED);
  assert_refused (rs, A3_TOKEN, NOT_CONFIGURED);
  assert_refused (es, A1_TOKEN, NOT_CONFIGURED);
  assert_refused (es, A2_TOKEN, NOT_CONFIGURED);
  assert_refused (hs, A5_TOKEN, "algorithm none is not accepted");
  assert_refused (es, A5_TOKEN, "algorithm none is not accepted");
  /* Each algorithm has its own key: having both opens nothing. */
  assert_accepted (both, A1_TOKEN, RFC_TEXT);
  assert_accepted (both, A3_TOKEN, RFC_TEXT);
  assert_refused (both, A2_TOKEN, NOT_CONFIGURED);
}

/* Whoever knows a public key must not be able to sign with it. */
static void
test_confusion (void)
{
  static const gchar *const algs[] = { "RS256", "ES256", "HS256", "HS384",
    "HS512", "hs256", "Hs256", "RS384", "RS512", "ES384", "ES512", "PS256",
    "EdDSA", "x" };
  static const gchar *const nones[] = { "none", "None", "NONE", "nOnE" };
  static const gchar *const pems[] = { A2_KEY, A3_KEY };

  for (guint p = 0; p < G_N_ELEMENTS (pems); p++) {
    g_autoptr (SfuJwsKeys) keys = keys_of (NULL, pems[p]);
    const gchar *own = p == 0 ? "RS256" : "ES256";

    for (guint i = 0; i < G_N_ELEMENTS (algs); i++) {
      g_autofree gchar *header = g_strdup_printf ("{\"alg\":\"%s\"}", algs[i]);
      g_autofree gchar *token = test_token_hs256 (pems[p], header, RFC_TEXT);

      g_test_message ("%s for a key of %s", algs[i], own);
      assert_refused (keys, token,
          g_str_equal (algs[i], own) ? BAD_SIGNATURE : NOT_CONFIGURED);
    }
  }
  for (guint i = 0; i < G_N_ELEMENTS (nones); i++) {
    g_autoptr (SfuJwsKeys) keys = keys_of (SECRET, A2_KEY);
    g_autofree gchar *header = g_strdup_printf ("{\"alg\":\"%s\"}", nones[i]);
    g_autofree gchar *token = test_token_hs256 (SECRET, header, RFC_TEXT);
    g_autofree gchar *bare =
        g_strndup (token, (gsize)(strrchr (token, '.') + 1 - token));

    assert_refused (keys, token, "algorithm none is not accepted");
    assert_refused (keys, bare, "algorithm none is not accepted");
  }
}

static void
test_forms (void)
{
  static const struct {
    const gchar *token, *why;
  } cases[] = {
    { NULL, "no token" },
    { "", "no token" },
    { "x", "token must have three parts" },
    { ".", "token must have three parts" },
    { "a.b", "token must have three parts" },
    { "a.b.c.d", "token must have three parts" },
    { "....", "token must have three parts" },
    { "..", BAD_HEADER },
    { "e30..", "token header has a bad alg or typ" },
    { "e30=.e30.e30", NOT_BASE64URL },
    { "e3 0.e30.e30", NOT_BASE64URL },
    { "e30.e+0.e30", NOT_BASE64URL },
    { "e30.e30.e/0", NOT_BASE64URL },
    { "e30.e30.\xc3\xa9", NOT_BASE64URL },
    { "e30.e.e30", NOT_BASE64URL },
    /* "{}" written with bits behind its end */
    { "e31.e30.e30", NOT_BASE64URL },
    /* a NUL in the header, and in the payload */
    { "ewB9.e30.e30", NOT_BASE64URL },
    { "e30.ewB9.e30", NOT_BASE64URL },
  };
  g_autoptr (SfuJwsKeys) keys = keys_of (SECRET, NULL);
  g_autofree gchar *long_one = g_strnfill (SFU_JWS_MAX_BYTES + 1, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("token %u", i);
    assert_refused (keys, cases[i].token, cases[i].why);
  }
  assert_refused (keys, long_one, "token too long");
}

static void
test_headers (void)
{
  static const struct {
    const gchar *header, *why; /* NULL = good */
  } cases[] = {
    { "{\"alg\":\"HS256\"}", NULL },
    { "{\"alg\":\"HS256\",\"typ\":\"jwt\"}", NULL },
    { "{\"typ\":\"JWT\",\"kid\":\"7\",\"alg\":\"HS256\"}", NULL },
    { "{\"al\\u0067\":\"HS256\"}", NULL },
    { "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}",
        "token header has a bad alg or typ" },
    { "{\"alg\":\"HS256\",\"typ\":1}", "token header has a bad alg or typ" },
    { "{\"alg\":256}", "token header has a bad alg or typ" },
    { "{\"alg\":null}", "token header has a bad alg or typ" },
    { "{\"alg\":[\"HS256\"]}", "token header has a bad alg or typ" },
    { "{\"alg\":\"\"}", "token header has a bad alg or typ" },
    { "{\"alg\":\"HS256HS256HS256HS256\"}",
        "token header has a bad alg or typ" },
    { "{\"Alg\":\"HS256\"}", "token header has a bad alg or typ" },
    { "{\"alg\":\"HS256 \"}", NOT_CONFIGURED },
    { "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", "token header has crit" },
    { "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}",
        "token header has crit" },
    { "{\"alg\":\"none\",\"alg\":\"HS256\"}", BAD_HEADER },
    { "{\"alg\":\"HS256\",\"alg\":\"HS256\"}", BAD_HEADER },
    { "{\"alg\":\"HS256\",\"x\":{\"a\":1,\"a\":2}}", BAD_HEADER },
    { "{\"alg\":\"HS256\\u0000\"}", BAD_HEADER },
    { "{'alg':'HS256'}", BAD_HEADER },
    { "{\"alg\":\"HS256\"}x", BAD_HEADER },
    { "[\"HS256\"]", BAD_HEADER },
    { "\"HS256\"", BAD_HEADER },
    { "null", BAD_HEADER },
    { "{\"alg\":\"HS256\",\"x\":"
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
        BAD_HEADER },
    { "{\"alg\":\"HS256\",\"x\":\"\xff\"}", BAD_HEADER },
  };
  g_autoptr (SfuJwsKeys) keys = keys_of (SECRET, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *token = test_token_hs256 (SECRET, cases[i].header, "{}");

    g_test_message ("header %u", i);
    if (cases[i].why == NULL)
      assert_accepted (keys, token, "{}");
    else
      assert_refused (keys, token, cases[i].why);
  }
}

static void
test_payloads (void)
{
  static const gchar *const bad[] = { "", "x", "[]", "1", "\"a\"", "null",
    "{\"userId\":\"a\",\"userId\":\"b\"}", "{\"exp\":1,\"exp\":2}",
    "{\"userId\":\"a\\u0000b\"}", "{\"userId\":\"\xc3\"}", "{} {}" };
  g_autoptr (SfuJwsKeys) keys = keys_of (SECRET, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree gchar *token = test_token_hs256 (SECRET, NULL, bad[i]);

    g_test_message ("payload %u", i);
    assert_refused (keys, token, BAD_PAYLOAD);
  }
}

/* Each character of each part, and each length. */
static void
test_tampered (void)
{
  g_autoptr (SfuJwsKeys) keys = keys_of (SECRET, A3_KEY);
  g_autofree gchar *good = test_token_hs256 (SECRET, NULL, "{\"userId\":1}");
  const gchar *const tokens[] = { good, A3_TOKEN };
  static const gchar zero[] =
      "eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD
      ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAAA";

  for (guint t = 0; t < G_N_ELEMENTS (tokens); t++)
    for (gsize i = 0; i < strlen (tokens[t]); i++) {
      g_autofree gchar *token = g_strdup (tokens[t]);
      g_autofree gchar *cut = g_strndup (tokens[t], i);

      token[i] = token[i] == 'A' ? 'B' : 'A';
      g_assert_null (sfu_jws_verify (keys, token, NULL));
      g_assert_null (sfu_jws_verify (keys, cut, NULL));
    }
  /* r and s of 0: what a verifier once took for everything's signature. */
  assert_refused (keys, zero, BAD_SIGNATURE);
}

static void
test_key_faults (void)
{
  EVP_PKEY *short_rsa = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (gsize)1024);
  EVP_PKEY *other_curve = EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-384");
  EVP_PKEY *other_kind = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  g_autofree gchar *short_pem = test_token_public_pem (short_rsa);
  g_autofree gchar *curve_pem = test_token_public_pem (other_curve);
  g_autofree gchar *kind_pem = test_token_public_pem (other_kind);
  const struct {
    const gchar *secret, *pem, *why;
  } cases[] = {
    { NULL, NULL, "neither a secret nor a public key" },
    { "", NULL, "the secret is empty" },
    { NULL, "", "no public key in PEM form (-----BEGIN PUBLIC KEY-----)" },
    { SECRET, "x", "no public key in PEM form (-----BEGIN PUBLIC KEY-----)" },
    { NULL, short_pem, "the RSA key has 1024 bits; at least 2048 are needed" },
    { NULL, curve_pem, "the EC key is not on the curve P-256 (prime256v1)" },
    { NULL, kind_pem, "neither an RSA nor an EC key" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) secret = cases[i].secret != NULL
        ? g_bytes_new (cases[i].secret, strlen (cases[i].secret))
        : NULL;
    g_autoptr (GError) error = NULL;

    g_assert_null (sfu_jws_keys_new (secret, cases[i].pem, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr (error->message, ==, cases[i].why);
  }
  EVP_PKEY_free (short_rsa);
  EVP_PKEY_free (other_curve);
  EVP_PKEY_free (other_kind);
}

/* Of a key that is new each time, and not of its neighbour's. */
static void
test_own_keys (void)
{
  EVP_PKEY *keys[] = { EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (gsize)2048),
    EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256") };
  EVP_PKEY *others[] = { EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (gsize)2048),
    EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256") };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree gchar *pem = test_token_public_pem (keys[i]);
    g_autofree gchar *good = test_token_signed (keys[i], "{\"a\":1}");
    g_autofree gchar *foreign = test_token_signed (others[i], "{\"a\":1}");
    g_autoptr (SfuJwsKeys) verifier = keys_of (NULL, pem);

    assert_accepted (verifier, good, "{\"a\":1}");
    assert_refused (verifier, foreign, BAD_SIGNATURE);
    EVP_PKEY_free (keys[i]);
    EVP_PKEY_free (others[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jws/rfc-7515", test_rfc);
  g_test_add_func ("/jws/confusion", test_confusion);
  g_test_add_func ("/jws/forms", test_forms);
  g_test_add_func ("/jws/headers", test_headers);
  g_test_add_func ("/jws/payloads", test_payloads);
  g_test_add_func ("/jws/tampered", test_tampered);
  g_test_add_func ("/jws/key-faults", test_key_faults);
  g_test_add_func ("/jws/own-keys", test_own_keys);
  return g_test_run ();
}

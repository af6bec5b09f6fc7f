/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signed tokens.
 *
 * libjwt checks RS256 and ES256 (it knows how ECDSA signatures are written
 * here) and refuses JSON with duplicate names, which json-glib does not. Not
 * left to it: the choice of the algorithm (its header decides); base64url (it
 * skips what is none, so that a token has many spellings); and HS256, because
 * libjwt before Debian's 1.10.2-1+deb12u1 compares signatures with strcmp
 * (CVE-2024-25189) and nothing tells the two apart when building.
 *
 * Threads: immutable; any thread. */
#include "sfu-jws.h"

#include "sfu-error.h"
#include "sfu-json.h"

#include <jwt.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <string.h>

/* RFC 7518 section 3.3. */
#define MIN_RSA_BITS 2048
#define HS256_BYTES 32
/* Longest name of an algorithm. */
#define MAX_ALG 16
/* Longest name of a curve. */
#define MAX_GROUP 64

struct _SfuJwsKeys {
  guint8 *secret; /* NULL = no HS256 */
  gsize secret_len;
  gchar *pem;        /* NULL = neither RS256 nor ES256 */
  jwt_alg_t pem_alg; /* which of the two */
};

/* The three parts, borrowed from the token. */
typedef struct {
  gchar *header, *payload; /* decoded, owned, NUL-terminated */
  guint8 *signature;       /* decoded, owned */
  gsize signature_len;
  gsize signed_len; /* of what is signed: the token up to its second dot */
} Parts;

static void
parts_clear (Parts *parts)
{
  g_free (parts->header);
  g_free (parts->payload);
  g_free (parts->signature);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static gboolean
refuse (GError **error, const gchar *text)
{
  g_set_error_literal (error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED, text);
  return FALSE;
}

/* RFC 4648 section 5 without padding, and in its one canonical spelling. The
 * result has a NUL behind it. NULL for anything else. */
static guint8 *
decode_base64url (const gchar *text, gsize len, gsize *decoded_len)
{
  g_autofree gchar *standard = g_malloc (len + 4);
  g_autofree gchar *again = NULL;
  g_autofree guint8 *decoded = NULL;
  gsize n = len;

  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
      return NULL;
    standard[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
  }
  while (n % 4 != 0)
    standard[n++] = '=';
  standard[n] = '\0';
  decoded = g_base64_decode (standard, decoded_len);
  again = g_base64_encode (decoded, *decoded_len);
  if (strcmp (again, standard) != 0)
    return NULL;
  decoded = g_realloc (decoded, *decoded_len + 1);
  decoded[*decoded_len] = '\0';
  return g_steal_pointer (&decoded);
}

static gchar *
decode_text (const gchar *text, gsize len)
{
  gsize n;
  g_autofree gchar *decoded = (gchar *)decode_base64url (text, len, &n);

  return decoded != NULL && strlen (decoded) == n ? g_steal_pointer (&decoded)
                                                  : NULL;
}

static gboolean
split (const gchar *token, Parts *parts, GError **error)
{
  const gchar *first, *second;

  if (token == NULL || *token == '\0')
    return refuse (error, "no token");
  if (strnlen (token, SFU_JWS_MAX_BYTES + 1) > SFU_JWS_MAX_BYTES)
    return refuse (error, "token too long");
  first = strchr (token, '.');
  second = first != NULL ? strchr (first + 1, '.') : NULL;
  if (second == NULL || strchr (second + 1, '.') != NULL)
    return refuse (error, "token must have three parts");
  parts->signed_len = (gsize)(second - token);
  parts->header = decode_text (token, (gsize)(first - token));
  parts->payload = decode_text (first + 1, (gsize)(second - first - 1));
  parts->signature =
      decode_base64url (second + 1, strlen (second + 1), &parts->signature_len);
  if (parts->header == NULL || parts->payload == NULL ||
      parts->signature == NULL)
    return refuse (error, "token is not base64url");
  return TRUE;
}

/* With a reader of JSON that refuses duplicate names and \u0000: the last of
 * two names, or half of a text, is not what the signer's own reader may see. */
static gboolean
has_no_surprises (const gchar *json)
{
  jwt_t *scratch = NULL;
  gboolean ok;

  if (jwt_new (&scratch) != 0)
    return FALSE;
  ok = jwt_add_grants_json (scratch, json) == 0;
  jwt_free (scratch);
  return ok;
}

/* The algorithm of the header, when there is a key for it. */
static gboolean
choose_algorithm (const SfuJwsKeys *keys, const gchar *header,
    jwt_alg_t *algorithm, GError **error)
{
  g_autoptr (JsonNode) node = sfu_json_parse_object (header, -1, NULL);
  g_auto (SfuJsonReader) reader = { NULL };
  const gchar *alg, *typ;
  JsonObject *object;

  if (node == NULL || !has_no_surprises (header))
    return refuse (error, "token header is not valid JSON");
  object = json_node_get_object (node);
  sfu_json_reader_init (&reader, "");
  alg = sfu_json_string (&reader, object, "alg", MAX_ALG);
  typ = sfu_json_string_or (&reader, object, "typ", MAX_ALG, "JWT");
  if (reader.error != NULL || g_ascii_strcasecmp (typ, "JWT") != 0)
    return refuse (error, "token header has a bad alg or typ");
  /* RFC 7515 section 4.1.11: extensions that must be understood. */
  if (json_object_has_member (object, "crit"))
    return refuse (error, "token header has crit");
  if (g_ascii_strcasecmp (alg, "none") == 0)
    return refuse (error, "algorithm none is not accepted");
  if (keys->secret != NULL && g_str_equal (alg, "HS256"))
    *algorithm = JWT_ALG_HS256;
  else if (keys->pem != NULL && g_str_equal (alg, jwt_alg_str (keys->pem_alg)))
    *algorithm = keys->pem_alg;
  else
    return refuse (error, "token has another algorithm than configured");
  return TRUE;
}

static gboolean
check_hmac (const SfuJwsKeys *keys, const gchar *token, const Parts *parts)
{
  guint8 mac[EVP_MAX_MD_SIZE];
  guint len = 0;

  if (HMAC (EVP_sha256 (), keys->secret, (gint)keys->secret_len,
          (const guint8 *)token, parts->signed_len, mac, &len) == NULL)
    return FALSE;
  return len == HS256_BYTES && parts->signature_len == HS256_BYTES &&
      CRYPTO_memcmp (mac, parts->signature, HS256_BYTES) == 0;
}

static gboolean
check_public_key (
    const SfuJwsKeys *keys, const gchar *token, jwt_alg_t algorithm)
{
  jwt_t *jwt = NULL;
  gboolean ok;

  ok = jwt_decode (&jwt, token, (const guint8 *)keys->pem,
           (gint)strlen (keys->pem)) == 0 &&
      jwt_get_alg (jwt) == algorithm;
  jwt_free (jwt);
  /* A bad signature leaves entries that the next user of OpenSSL would read. */
  ERR_clear_error ();
  return ok;
}

gchar *
sfu_jws_verify (const SfuJwsKeys *keys, const gchar *token, GError **error)
{
  g_auto (Parts) parts = { NULL };
  jwt_alg_t algorithm = JWT_ALG_NONE;
  gboolean ok;

  if (!split (token, &parts, error) ||
      !choose_algorithm (keys, parts.header, &algorithm, error))
    return NULL;
  ok = algorithm == JWT_ALG_HS256 ? check_hmac (keys, token, &parts)
                                  : check_public_key (keys, token, algorithm);
  if (!ok) {
    refuse (error, "bad signature");
    return NULL;
  }
  if (!has_no_surprises (parts.payload)) {
    refuse (error, "token payload is not valid JSON");
    return NULL;
  }
  return g_steal_pointer (&parts.payload);
}

/* ---- keys ---- */

/* Instead of OpenSSL's own, which asks on the terminal. */
static int
no_password (char *buf, int size, int writing, void *data)
{
  return -1;
}

static gboolean
key_algorithm (EVP_PKEY *key, jwt_alg_t *algorithm, GError **error)
{
  gchar group[MAX_GROUP];
  gsize len;

  switch (EVP_PKEY_get_base_id (key)) {
    case EVP_PKEY_RSA:
      if (EVP_PKEY_get_bits (key) < MIN_RSA_BITS)
        return sfu_error_invalid (error,
            "the RSA key has %d bits; at least %d are needed",
            EVP_PKEY_get_bits (key), MIN_RSA_BITS);
      *algorithm = JWT_ALG_RS256;
      return TRUE;
    case EVP_PKEY_EC:
      if (EVP_PKEY_get_group_name (key, group, sizeof group, &len) != 1 ||
          OBJ_sn2nid (group) != NID_X9_62_prime256v1)
        return sfu_error_invalid (
            error, "the EC key is not on the curve P-256 (prime256v1)");
      *algorithm = JWT_ALG_ES256;
      return TRUE;
    default:
      return sfu_error_invalid (error, "neither an RSA nor an EC key");
  }
}

/* libjwt reads the PEM again with every token: it gets one with nothing but the
 * key in it. */
static gchar *
to_pem (EVP_PKEY *key)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  gchar *pem = NULL;
  gchar *data;
  glong len;

  if (bio != NULL && PEM_write_bio_PUBKEY (bio, key) == 1) {
    len = BIO_get_mem_data (bio, &data);
    pem = g_strndup (data, (gsize)len);
  }
  BIO_free (bio);
  return pem;
}

static gboolean
load_public_key (SfuJwsKeys *keys, const gchar *pem, GError **error)
{
  BIO *bio = BIO_new_mem_buf (pem, -1);
  EVP_PKEY *key = PEM_read_bio_PUBKEY (bio, NULL, no_password, NULL);
  gboolean ok;

  BIO_free (bio);
  ERR_clear_error ();
  if (key == NULL)
    return sfu_error_invalid (
        error, "no public key in PEM form (-----BEGIN PUBLIC KEY-----)");
  ok = key_algorithm (key, &keys->pem_alg, error);
  if (ok)
    keys->pem = to_pem (key);
  EVP_PKEY_free (key);
  return ok;
}

SfuJwsKeys *
sfu_jws_keys_new (GBytes *secret, const gchar *public_key, GError **error)
{
  g_autoptr (SfuJwsKeys) keys = g_new0 (SfuJwsKeys, 1);
  gsize len = 0;

  if (secret == NULL && public_key == NULL) {
    sfu_error_invalid (error, "neither a secret nor a public key");
    return NULL;
  }
  if (secret != NULL) {
    const guint8 *data = g_bytes_get_data (secret, &len);

    if (len == 0) {
      sfu_error_invalid (error, "the secret is empty");
      return NULL;
    }
    keys->secret = g_memdup2 (data, len);
    keys->secret_len = len;
  }
  if (public_key != NULL && !load_public_key (keys, public_key, error))
    return NULL;
  return g_steal_pointer (&keys);
}

void
sfu_jws_keys_free (SfuJwsKeys *keys)
{
  if (keys == NULL)
    return;
  if (keys->secret != NULL)
    OPENSSL_cleanse (keys->secret, keys->secret_len);
  g_free (keys->secret);
  g_free (keys->pem);
  g_free (keys);
}

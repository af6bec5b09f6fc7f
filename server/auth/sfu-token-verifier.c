/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens -> grants.
 *
 * Threads: immutable; any thread. */
#include "sfu-token-verifier.h"

#include "sfu-error.h"
#include "sfu-jws.h"

#include <math.h>

/* Times that every JSON reader holds exactly: 2^53. */
#define MAX_TIME ((gint64)1 << 53)

struct _SfuTokenVerifier {
  SfuJwsKeys *keys;
  gint64 leeway_s;
  gchar *issuer, *audience;
};

static gboolean
refuse (GError **error, const gchar *text)
{
  g_set_error_literal (error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED, text);
  return FALSE;
}

/* RFC 7519 section 2, NumericDate: seconds, which may have a fraction. Neither
 * a string nor null is one: a time that cannot be read must not mean "always".
 * Missing: *is_set FALSE. */
static gboolean
read_time (JsonObject *claims, const gchar *name, gint64 *time_s,
    gboolean *is_set, GError **error)
{
  JsonNode *node = json_object_get_member (claims, name);
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node)
      ? json_node_get_value_type (node)
      : G_TYPE_INVALID;
  gdouble value;

  *is_set = node != NULL;
  if (node == NULL)
    return TRUE;
  if (type == G_TYPE_INT64)
    value = (gdouble)json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE)
    value = json_node_get_double (node);
  else
    value = NAN;
  /* Written so that NaN fails. */
  if (!(value >= 0 && value <= (gdouble)MAX_TIME)) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED,
        "token: %s must be a time in seconds", name);
    return FALSE;
  }
  *time_s = (gint64)value;
  return TRUE;
}

static gboolean
check_times (const SfuTokenVerifier *verifier, JsonObject *claims, gint64 now_s,
    gint64 *expires_s, GError **error)
{
  gint64 exp = 0, nbf = 0, iat = 0;
  gboolean has_exp, has_nbf, has_iat;

  if (!read_time (claims, "exp", &exp, &has_exp, error) ||
      !read_time (claims, "nbf", &nbf, &has_nbf, error) ||
      !read_time (claims, "iat", &iat, &has_iat, error))
    return FALSE;
  /* RFC 7519 section 4.1.4: not on or after it. */
  if (has_exp && now_s - verifier->leeway_s >= exp)
    return refuse (error, "token expired");
  if (has_nbf && now_s + verifier->leeway_s < nbf)
    return refuse (error, "token not valid yet");
  if (has_iat && now_s + verifier->leeway_s < iat)
    return refuse (error, "token issued in the future");
  *expires_s = has_exp ? exp : 0;
  return TRUE;
}

static gboolean
is_text (JsonNode *node, const gchar *text)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_STRING &&
      g_str_equal (json_node_get_string (node), text);
}

/* aud: a text, or an array of them. */
static gboolean
names_audience (JsonNode *node, const gchar *audience)
{
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return is_text (node, audience);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (is_text (json_array_get_element (array, i), audience))
      return TRUE;
  return FALSE;
}

static gboolean
check_names (
    const SfuTokenVerifier *verifier, JsonObject *claims, GError **error)
{
  if (verifier->issuer != NULL &&
      !is_text (json_object_get_member (claims, "iss"), verifier->issuer))
    return refuse (error, "token of another issuer");
  if (verifier->audience != NULL &&
      !names_audience (
          json_object_get_member (claims, "aud"), verifier->audience))
    return refuse (error, "token for another audience");
  return TRUE;
}

SfuTokenVerifier *
sfu_token_verifier_new (const SfuTokenVerifierOptions *options, GError **error)
{
  SfuTokenVerifier *verifier;
  SfuJwsKeys *keys =
      sfu_jws_keys_new (options->secret, options->public_key, error);

  if (keys == NULL)
    return NULL;
  verifier = g_new0 (SfuTokenVerifier, 1);
  verifier->keys = keys;
  verifier->leeway_s = options->leeway_s;
  verifier->issuer = g_strdup (options->issuer);
  verifier->audience = g_strdup (options->audience);
  return verifier;
}

void
sfu_token_verifier_free (SfuTokenVerifier *verifier)
{
  if (verifier == NULL)
    return;
  sfu_jws_keys_free (verifier->keys);
  g_free (verifier->issuer);
  g_free (verifier->audience);
  g_free (verifier);
}

SfuGrant *
sfu_token_verifier_check (const SfuTokenVerifier *verifier, const gchar *token,
    gint64 now_s, GError **error)
{
  g_autofree gchar *payload = sfu_jws_verify (verifier->keys, token, error);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *claims;
  gint64 expires_s = 0;
  SfuGrant *grant;

  if (payload == NULL)
    return NULL;
  node = sfu_json_parse_object (payload, -1, NULL);
  if (node == NULL) {
    refuse (error, "token payload is not a JSON object");
    return NULL;
  }
  claims = json_node_get_object (node);
  if (!check_times (verifier, claims, now_s, &expires_s, error) ||
      !check_names (verifier, claims, error))
    return NULL;
  grant = sfu_grant_new_from_claims (claims, error);
  if (grant != NULL)
    grant->expires_s = expires_s;
  return grant;
}

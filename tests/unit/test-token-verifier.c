/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/auth: times and claims of tokens, and what they grant.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-token-verifier.h"
#include "token-maker.h"

#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW 1700000000
#define LEEWAY 10

static SfuTokenVerifier *
verifier_of (const gchar *issuer, const gchar *audience)
{
  g_autoptr (GBytes) secret = g_bytes_new_static (SECRET, strlen (SECRET));
  SfuTokenVerifierOptions options = {
    .secret = secret, .leeway_s = LEEWAY, .issuer = issuer, .audience = audience
  };
  g_autoptr (GError) error = NULL;
  SfuTokenVerifier *verifier = sfu_token_verifier_new (&options, &error);

  g_assert_no_error (error);
  return verifier;
}

static SfuGrant *
check (const SfuTokenVerifier *verifier, const gchar *claims, GError **error)
{
  g_autofree gchar *token = test_token_hs256 (SECRET, NULL, claims);

  g_test_message ("%s", claims);
  return sfu_token_verifier_check (verifier, token, NOW, error);
}

/* why NULL = accepted */
static void
expect (const SfuTokenVerifier *verifier, const gchar *claims, const gchar *why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuGrant) grant = check (verifier, claims, &error);

  if (why == NULL) {
    g_assert_no_error (error);
    g_assert_nonnull (grant);
    return;
  }
  g_assert_null (grant);
  g_assert_error (error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED);
  g_assert_cmpstr (error->message, ==, why);
}

static void
test_everything (void)
{
  g_autoptr (SfuTokenVerifier) verifier = verifier_of (NULL, NULL);
  g_autoptr (SfuGrant) grant = check (verifier,
      "{\"userId\":\"u:1\",\"sub\":\"s\",\"name\":\"Zo\xc3\xab\",\"email\":"
      "\"z@example.org\",\"picture\":\"https://example.org/z.png\",\"rooms\":["
      "\"a\",\"b\"],\"rights\":{\"publishVideo\":false},\"moderator\":true,"
      "\"exp\":1700000100,\"other\":{\"rights\":[]}}",
      NULL);
  g_autoptr (SfuGrant) same = sfu_grant_ref (grant);

  g_assert_cmpstr (same->user_id, ==, "u:1");
  g_assert_cmpstr (same->name, ==, "Zo\xc3\xab");
  g_assert_cmpstr (same->email, ==, "z@example.org");
  g_assert_cmpstr (same->picture, ==, "https://example.org/z.png");
  g_assert_cmpuint (
      same->rights, ==, SFU_RIGHTS_ALL & ~SFU_RIGHT_PUBLISH_VIDEO);
  g_assert_true (same->moderator);
  g_assert_cmpint (same->expires_s, ==, NOW + 100);
  g_assert_true (sfu_grant_allows_room (grant, "a"));
  g_assert_true (sfu_grant_allows_room (grant, "b"));
  g_assert_false (sfu_grant_allows_room (grant, "ab"));
  g_assert_false (sfu_grant_allows_room (grant, "A"));
  g_assert_false (sfu_grant_allows_room (grant, ""));
}

static void
test_least (void)
{
  g_autoptr (SfuTokenVerifier) verifier = verifier_of (NULL, NULL);
  g_autoptr (SfuGrant) grant = check (verifier, "{\"sub\":\"s\"}", NULL);

  g_assert_cmpstr (grant->user_id, ==, "s");
  g_assert_null (grant->name);
  g_assert_null (grant->email);
  g_assert_null (grant->picture);
  g_assert_null (grant->rooms);
  g_assert_cmpuint (grant->rights, ==, SFU_RIGHTS_ALL);
  g_assert_false (grant->moderator);
  g_assert_cmpint (grant->expires_s, ==, 0);
  g_assert_true (sfu_grant_allows_room (grant, "any"));
  g_assert_true (sfu_grant_allows_room (NULL, "any"));
}

static void
test_times (void)
{
  static const struct {
    const gchar *claims, *why;
  } cases[] = {
    /* exp: good before it, and leeway seconds more */
    { "{\"sub\":\"s\",\"exp\":1700000001}", NULL },
    { "{\"sub\":\"s\",\"exp\":1700000000}", NULL },
    { "{\"sub\":\"s\",\"exp\":1699999991}", NULL },
    { "{\"sub\":\"s\",\"exp\":1699999990}", "token expired" },
    { "{\"sub\":\"s\",\"exp\":0}", "token expired" },
    { "{\"sub\":\"s\",\"exp\":1700000001.5}", NULL },
    { "{\"sub\":\"s\",\"exp\":1.7000001e9}", NULL },
    { "{\"sub\":\"s\",\"exp\":9007199254740992}", NULL },
    { "{\"sub\":\"s\",\"exp\":9007199254740994}",
        "token: exp must be a time in seconds" },
    { "{\"sub\":\"s\",\"exp\":1e300}", "token: exp must be a time in seconds" },
    { "{\"sub\":\"s\",\"exp\":-1}", "token: exp must be a time in seconds" },
    { "{\"sub\":\"s\",\"exp\":\"1700000001\"}",
        "token: exp must be a time in seconds" },
    { "{\"sub\":\"s\",\"exp\":null}", "token: exp must be a time in seconds" },
    { "{\"sub\":\"s\",\"exp\":true}", "token: exp must be a time in seconds" },
    { "{\"sub\":\"s\",\"exp\":[1700000001]}",
        "token: exp must be a time in seconds" },
    { "{\"sub\":\"s\",\"exp\":{}}", "token: exp must be a time in seconds" },
    /* nbf */
    { "{\"sub\":\"s\",\"nbf\":1700000000}", NULL },
    { "{\"sub\":\"s\",\"nbf\":1700000010}", NULL },
    { "{\"sub\":\"s\",\"nbf\":1700000011}", "token not valid yet" },
    { "{\"sub\":\"s\",\"nbf\":\"0\"}", "token: nbf must be a time in seconds" },
    /* iat */
    { "{\"sub\":\"s\",\"iat\":1500000000}", NULL },
    { "{\"sub\":\"s\",\"iat\":1700000010}", NULL },
    { "{\"sub\":\"s\",\"iat\":1700000011}", "token issued in the future" },
    { "{\"sub\":\"s\",\"iat\":\"now\"}",
        "token: iat must be a time in seconds" },
    { "{\"sub\":\"s\",\"iat\":1699999000,\"nbf\":1699999000,\"exp\":1700001000"
      "}",
        NULL },
  };
  g_autoptr (SfuTokenVerifier) verifier = verifier_of (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    expect (verifier, cases[i].claims, cases[i].why);
}

static void
test_names (void)
{
  static const struct {
    const gchar *claims, *why;
  } cases[] = {
    { "{\"sub\":\"s\",\"iss\":\"me\",\"aud\":\"sfu\"}", NULL },
    { "{\"sub\":\"s\",\"iss\":\"me\",\"aud\":[\"x\",\"sfu\"]}", NULL },
    { "{\"sub\":\"s\",\"aud\":\"sfu\"}", "token of another issuer" },
    { "{\"sub\":\"s\",\"iss\":\"you\",\"aud\":\"sfu\"}",
        "token of another issuer" },
    { "{\"sub\":\"s\",\"iss\":[\"me\"],\"aud\":\"sfu\"}",
        "token of another issuer" },
    { "{\"sub\":\"s\",\"iss\":1,\"aud\":\"sfu\"}", "token of another issuer" },
    { "{\"sub\":\"s\",\"iss\":\"me\"}", "token for another audience" },
    { "{\"sub\":\"s\",\"iss\":\"me\",\"aud\":\"sf\"}",
        "token for another audience" },
    { "{\"sub\":\"s\",\"iss\":\"me\",\"aud\":[]}",
        "token for another audience" },
    { "{\"sub\":\"s\",\"iss\":\"me\",\"aud\":[1,null,{}]}",
        "token for another audience" },
    { "{\"sub\":\"s\",\"iss\":\"me\",\"aud\":{\"sfu\":1}}",
        "token for another audience" },
  };
  g_autoptr (SfuTokenVerifier) strict = verifier_of ("me", "sfu");
  g_autoptr (SfuTokenVerifier) open = verifier_of (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    expect (strict, cases[i].claims, cases[i].why);
    expect (open, cases[i].claims, NULL);
  }
}

static void
test_claims (void)
{
  static const struct {
    const gchar *claims, *why;
  } cases[] = {
    { "{}", "token without userId" },
    { "{\"userId\":\"\"}", "token without userId" },
    { "{\"userId\":\"\",\"sub\":\"s\"}", "token without userId" },
    { "{\"userId\":null,\"sub\":\"s\"}", NULL },
    { "{\"userId\":7}", NULL },
    { "{\"userId\":7.5}", "token: userId: must be a string" },
    { "{\"userId\":[7],\"sub\":\"s\"}", "token: userId: must be a string" },
    { "{\"sub\":[]}", "token: sub: must be a string" },
    { "{\"userId\":\"a\\nb\"}",
        "token: userId: must not have control characters" },
    { "{\"userId\":\"a\\u0085b\"}",
        "token: userId: must not have control characters" },
    { "{\"sub\":\"s\",\"name\":1}", "token: name: must be a string" },
    { "{\"sub\":\"s\",\"email\":{}}", "token: email: must be a string" },
    { "{\"sub\":\"s\",\"picture\":true}", "token: picture: must be a string" },
    { "{\"sub\":\"s\",\"name\":null}", NULL },
    { "{\"sub\":\"s\",\"rooms\":\"a\"}", "token: rooms: must be an array" },
    { "{\"sub\":\"s\",\"rooms\":{}}", "token: rooms: must be an array" },
    { "{\"sub\":\"s\",\"rooms\":[1]}",
        "token: rooms: must be an array of strings" },
    { "{\"sub\":\"s\",\"rooms\":[\"a\",null]}",
        "token: rooms: must be an array of strings" },
    { "{\"sub\":\"s\",\"room\":[\"a\"]}", "token: room: must be a string" },
    { "{\"sub\":\"s\",\"rights\":true}",
        "token: rights: must be an object or an array" },
    { "{\"sub\":\"s\",\"rights\":\"publishAudio\"}",
        "token: rights: must be an object or an array" },
    { "{\"sub\":\"s\",\"rights\":{\"publishvideo\":false}}",
        "token: rights: has a member that is no right" },
    { "{\"sub\":\"s\",\"rights\":{\"publishVideo\":0}}",
        "token: rights.publishVideo: must be true or false" },
    { "{\"sub\":\"s\",\"rights\":[\"publish\"]}",
        "token: rights: has an element that is no right" },
    { "{\"sub\":\"s\",\"rights\":[1]}",
        "token: rights: must be an array of strings" },
    { "{\"sub\":\"s\",\"x\":"
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
        "token payload is not a JSON object" },
  };
  g_autoptr (SfuTokenVerifier) verifier = verifier_of (NULL, NULL);
  g_autofree gchar *fill = g_strnfill (SFU_GRANT_MAX_ID, 'u');
  g_autofree gchar *longest = g_strdup_printf ("{\"userId\":\"%s\"}", fill);
  g_autofree gchar *longer = g_strdup_printf ("{\"userId\":\"%su\"}", fill);
  g_autofree gchar *room =
      g_strdup_printf ("{\"sub\":\"s\",\"rooms\":[\"%su\"]}", fill);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    expect (verifier, cases[i].claims, cases[i].why);
  expect (verifier, longest, NULL);
  expect (verifier, longer, "token: userId: longer than 128 bytes");
  expect (verifier, room, "token: rooms: a name is longer than 128 bytes");
}

static void
test_rights (void)
{
  static const struct {
    const gchar *claims;
    SfuRights rights;
    gboolean moderator;
  } cases[] = {
    { "{\"sub\":\"s\",\"rights\":null}", SFU_RIGHTS_ALL, FALSE },
    { "{\"sub\":\"s\",\"rights\":{}}", SFU_RIGHTS_ALL, FALSE },
    { "{\"sub\":\"s\",\"rights\":[]}", 0, FALSE },
    { "{\"sub\":\"s\",\"rights\":[\"subscribe\"]}", SFU_RIGHT_SUBSCRIBE,
        FALSE },
    { "{\"sub\":\"s\",\"rights\":[\"publishAudio\",\"publishVideo\","
      "\"publishData\",\"subscribe\",\"subscribe\"]}",
        SFU_RIGHTS_ALL, FALSE },
    { "{\"sub\":\"s\",\"rights\":{\"publishAudio\":false,\"publishVideo\":"
      "false,\"publishData\":false,\"subscribe\":true}}",
        SFU_RIGHT_SUBSCRIBE, FALSE },
    { "{\"sub\":\"s\",\"rights\":{\"publishData\":true,\"subscribe\":false}}",
        SFU_RIGHTS_ALL & ~SFU_RIGHT_SUBSCRIBE, FALSE },
    { "{\"sub\":\"s\",\"moderator\":true}", SFU_RIGHTS_ALL, TRUE },
    { "{\"sub\":\"s\",\"moderator\":false}", SFU_RIGHTS_ALL, FALSE },
    /* nothing else is true */
    { "{\"sub\":\"s\",\"moderator\":\"true\"}", SFU_RIGHTS_ALL, FALSE },
    { "{\"sub\":\"s\",\"moderator\":1}", SFU_RIGHTS_ALL, FALSE },
    { "{\"sub\":\"s\",\"moderator\":[true]}", SFU_RIGHTS_ALL, FALSE },
  };
  g_autoptr (SfuTokenVerifier) verifier = verifier_of (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuGrant) grant = check (verifier, cases[i].claims, NULL);

    g_assert_nonnull (grant);
    g_assert_cmpuint (grant->rights, ==, cases[i].rights);
    g_assert_cmpint (grant->moderator, ==, cases[i].moderator);
  }
}

static void
test_rooms (void)
{
  static const struct {
    const gchar *claims;
    gboolean a, b;
  } cases[] = {
    { "{\"sub\":\"s\",\"rooms\":null}", TRUE, TRUE },
    { "{\"sub\":\"s\",\"rooms\":[]}", FALSE, FALSE },
    { "{\"sub\":\"s\",\"room\":\"a\"}", TRUE, FALSE },
    { "{\"sub\":\"s\",\"rooms\":[\"b\"],\"room\":\"a\"}", FALSE, TRUE },
    { "{\"sub\":\"s\",\"rooms\":[\"*\"]}", FALSE, FALSE },
  };
  g_autoptr (SfuTokenVerifier) verifier = verifier_of (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuGrant) grant = check (verifier, cases[i].claims, NULL);

    g_assert_nonnull (grant);
    g_assert_cmpint (sfu_grant_allows_room (grant, "a"), ==, cases[i].a);
    g_assert_cmpint (sfu_grant_allows_room (grant, "b"), ==, cases[i].b);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-verifier/everything", test_everything);
  g_test_add_func ("/token-verifier/least", test_least);
  g_test_add_func ("/token-verifier/times", test_times);
  g_test_add_func ("/token-verifier/names", test_names);
  g_test_add_func ("/token-verifier/claims", test_claims);
  g_test_add_func ("/token-verifier/rights", test_rights);
  g_test_add_func ("/token-verifier/rooms", test_rooms);
  return g_test_run ();
}

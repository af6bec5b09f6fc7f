/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuRedisUrl: what is taken, and that no refusal repeats a password.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-redis-url.h"

#include <string.h>

static void
test_good (void)
{
  static const struct {
    const gchar *text, *host;
    guint port;
    const gchar *user, *password;
    guint database;
  } cases[] = {
    { "redis://a", "a", 6379, NULL, NULL, 0 },
    { "REDIS://192.0.2.1:1/", "192.0.2.1", 1, NULL, NULL, 0 },
    { "redis://[::1]:65535/15", "::1", 65535, NULL, NULL, 15 },
    { "redis://:pw@a/3", "a", 6379, NULL, "pw", 3 },
    { "redis://me:pw@a", "a", 6379, "me", "pw", 0 },
    { "redis://:p%40s%2Fs%3Aw%25@a", "a", 6379, NULL, "p@s/s:w%", 0 },
    { "redis://:@a", "a", 6379, NULL, NULL, 0 },
    { "redis://a/65535", "a", 6379, NULL, NULL, 65535 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuRedisUrl) url = sfu_redis_url_parse (cases[i].text, &error);

    g_test_message ("%s", cases[i].text);
    g_assert_no_error (error);
    g_assert_cmpstr (url->host, ==, cases[i].host);
    g_assert_cmpuint (url->port, ==, cases[i].port);
    g_assert_cmpstr (url->user, ==, cases[i].user);
    g_assert_cmpstr (url->password, ==, cases[i].password);
    g_assert_cmpuint (url->database, ==, cases[i].database);
  }
}

static void
test_refused (void)
{
  static const struct {
    const gchar *text, *message;
  } cases[] = {
    { "", "must start with redis://" },
    { "a:6379", "must start with redis://" },
    { "http://:hush@a", "must start with redis://" },
    { "rediss://:hush@a", "TLS" },
    { "redis://", "must be redis://" },
    { "redis:///1", "must be redis://" },
    { "redis://:hush@", "must be redis://" },
    { "redis://:hu#sh@a", "must be redis://" },
    { "redis://:hush@a:0", "must be redis://" },
    { "redis://:hush@a:65536", "must be redis://" },
    { "redis://:hush@a:x", "must be redis://" },
    { "redis://:hush%zz@a", "must be redis://" },
    { "redis://:hush@a/x", "number of a database" },
    { "redis://:hush@a/-1", "number of a database" },
    { "redis://:hush@a/65536", "number of a database" },
    { "redis://:hush@a/1/2", "number of a database" },
    { "redis://:hush@a/1?db=2", "nothing may follow" },
    { "redis://:hush@a/1#x", "nothing may follow" },
    { "redis://hush@a", "without a password" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuRedisUrl) url = sfu_redis_url_parse (cases[i].text, &error);

    g_test_message ("%s", cases[i].text);
    g_assert_null (url);
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull (strstr (error->message, cases[i].message));
    g_assert_null (strstr (error->message, "hush"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redis-url/good", test_good);
  g_test_add_func ("/redis-url/refused", test_refused);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server that runs takes over of a configuration read anew.
 *
 * Threads: one. */
#include "sfu-config-keys.h"

#include <glib/gstdio.h>
#include <string.h>

/* flags: with spaces between. */
static SfuConfig *
load (const gchar *flags)
{
  g_autofree gchar *line = g_strconcat ("sfu-server ", flags, NULL);
  g_auto (GStrv) argv = g_strsplit (g_strstrip (line), " ", -1);
  gchar *environment[] = { NULL };
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  SfuConfigAction action;
  SfuConfig *config = sfu_config_load (
      (gint)g_strv_length (argv), argv, environment, &action, &text, &error);

  g_assert_no_error (error);
  return config;
}

static gchar *
join (const GPtrArray *names)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (
        text, "%s%s", i > 0 ? " " : "", (const gchar *)names->pdata[i]);
  return g_string_free (text, FALSE);
}

static void
take_over (SfuConfig *config, const gchar *flags, const gchar *taken_wanted,
    const gchar *left_wanted)
{
  g_autoptr (SfuConfig) fresh = load (flags);
  g_autoptr (GPtrArray) taken = g_ptr_array_new ();
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  g_autofree gchar *taken_text = NULL;
  g_autofree gchar *left_text = NULL;

  sfu_config_take_over (config, fresh, taken, left);
  taken_text = join (taken);
  left_text = join (left);
  g_assert_cmpstr (taken_text, ==, taken_wanted);
  g_assert_cmpstr (left_text, ==, left_wanted);
}

static void
test_nothing_new (void)
{
  g_autoptr (SfuConfig) config = load ("--max-rooms=5");

  take_over (config, "--max-rooms=5", "", "");
  g_assert_cmpuint (config->max_rooms, ==, 5);
}

/* One of each type of field, there and back. */
static void
test_types (void)
{
  g_autoptr (SfuConfig) config = load ("");

  take_over (config,
      "--max-rooms=7 --require-token=no --default-rights=subscribe "
      "--duplicate-peers=refuse --log-level=debug --allowed-origins=https://a "
      "--trusted-proxies=10.0.0.0/8 --jwt-issuer=me --study-rooms-api=no",
      "allowed-origins trusted-proxies jwt-issuer default-rights "
      "study-rooms-api duplicate-peers max-rooms log-level",
      "");
  g_assert_cmpuint (config->max_rooms, ==, 7);
  g_assert_cmpint (config->default_rights, ==, SFU_RIGHT_SUBSCRIBE);
  g_assert_cmpint (config->duplicate_peers, ==, SFU_DUPLICATE_REFUSE);
  g_assert_cmpstr (config->log_level, ==, "debug");
  g_assert_cmpstr (config->allowed_origins[0], ==, "https://a");
  g_assert_cmpuint (config->trusted_proxies->len, ==, 1);
  g_assert_cmpstr (config->jwt_issuer, ==, "me");
  g_assert_false (config->study_api);
  take_over (config, "",
      "allowed-origins trusted-proxies jwt-issuer default-rights "
      "study-rooms-api duplicate-peers max-rooms log-level",
      "");
  g_assert_cmpuint (config->max_rooms, ==, 1000);
  g_assert_null (config->jwt_issuer);
  g_assert_true (config->study_api);
}

static void
test_left (void)
{
  g_autoptr (SfuConfig) config = load ("--http-port=1 --workers=1");

  take_over (config, "--http-port=2 --workers=3 --kick-ban=4", "kick-ban",
      "http-port workers");
  g_assert_cmpuint (g_array_index (config->http_ports, guint16, 0), ==, 1);
  g_assert_cmpuint (config->workers, ==, 1);
  g_assert_cmpuint (config->kick_ban_s, ==, 4);
  /* They are left again: nothing has been done about them. */
  take_over (config, "--http-port=2 --workers=3 --kick-ban=4", "",
      "http-port workers");
}

static void
write_file (const gchar *path, const gchar *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* The same file with another token in it; two ways to set one field. */
static void
test_secrets (void)
{
  g_autofree gchar *path = NULL;
  g_autofree gchar *admin = NULL;
  g_autofree gchar *jwt = NULL;
  g_autoptr (SfuConfig) config = NULL;
  gint fd = g_file_open_tmp ("sfu-test-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  write_file (path, "first-token\n");
  admin = g_strdup_printf ("--admin-token-file=%s", path);
  config = load (admin);
  take_over (config, admin, "", "");
  write_file (path, "second-token\n");
  take_over (config, admin, "admin-token-file", "");
  g_assert_cmpstr (config->admin_token, ==, "second-token");

  jwt = g_strdup_printf ("%s --jwt-secret-file=%s", admin, path);
  take_over (config, jwt, "jwt-secret-file", "");
  g_assert_cmpstr (config->jwt_secret, ==, "second-token");
  g_free (jwt);
  jwt = g_strdup_printf ("%s --jwt-secret=another-secret", admin);
  take_over (config, jwt, "jwt-secret-file jwt-secret", "");
  g_assert_cmpstr (config->jwt_secret, ==, "another-secret");
  take_over (config, admin, "jwt-secret", "");
  g_assert_null (config->jwt_secret);
  g_remove (path);
}

/* http does not become https. */
static void
test_tls (void)
{
  g_autoptr (SfuConfig) config = load ("");

  take_over (config, "--tls-cert=/dev/null --tls-key=/dev/null", "",
      "tls-cert tls-key");
  g_assert_null (config->tls_cert);
  sfu_config_free (g_steal_pointer (&config));
  config = load ("--tls-cert=/dev/null --tls-key=/dev/null");
  take_over (config, "--tls-cert=/dev/null --tls-key=/dev/zero", "tls-key", "");
  g_assert_cmpstr (config->tls_key, ==, "/dev/zero");
  take_over (config, "", "", "tls-cert tls-key");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config-reload/nothing-new", test_nothing_new);
  g_test_add_func ("/config-reload/types", test_types);
  g_test_add_func ("/config-reload/left", test_left);
  g_test_add_func ("/config-reload/secrets", test_secrets);
  g_test_add_func ("/config-reload/tls", test_tls);
  return g_test_run ();
}

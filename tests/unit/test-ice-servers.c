/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/auth: addresses of STUN and TURN servers, and credentials for them.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-ice-servers.h"

#include <string.h>

#define NOW 1700000000

static SfuIceServers *
servers_of (const SfuIceServersOptions *options)
{
  g_autoptr (GError) error = NULL;
  SfuIceServers *servers = sfu_ice_servers_new (options, &error);

  g_assert_no_error (error);
  return servers;
}

static const struct {
  const gchar *url, *why; /* NULL = good */
} urls_and_why[] = {
  { "stun:stun.example.org", NULL },
  { "stun:stun.example.org:3478", NULL },
  { "stuns:stun.example.org:5349", NULL },
  { "stun:192.0.2.1", NULL },
  { "stun:[2001:db8::1]", NULL },
  { "stun:[2001:db8::1]:3478", NULL },
  { "turn:turn.example.org", NULL },
  { "turn:turn_1.example.org:3478?transport=udp", NULL },
  { "turn:[::1]:3478?transport=tcp", NULL },
  { "turns:turn.example.org:443?transport=tcp", NULL },
  { "", "must start with stun:, stuns:, turn: or turns:" },
  { "stun", "must start with stun:, stuns:, turn: or turns:" },
  { "STUN:a", "must start with stun:, stuns:, turn: or turns:" },
  { "http://a", "must start with stun:, stuns:, turn: or turns:" },
  { " stun:a", "must start with stun:, stuns:, turn: or turns:" },
  { "stun:", "the host is missing or wrong" },
  { "turn:?transport=udp", "the host is missing or wrong" },
  { "turn::3478", "the host is missing or wrong" },
  { "turn:a b", "the host is missing or wrong" },
  { "turn:a/b", "the host is missing or wrong" },
  { "turn:a,turn:b", "the port must be a number from 1 to 65535" },
  { "turn://a", "write it without //, as turn:host:port" },
  { "turn:user@a", "no user name belongs into the address" },
  { "turn:a:", "the port must be a number from 1 to 65535" },
  { "turn:a:0", "the port must be a number from 1 to 65535" },
  { "turn:a:65536", "the port must be a number from 1 to 65535" },
  { "turn:a:-1", "the port must be a number from 1 to 65535" },
  { "turn:a:0x10", "the port must be a number from 1 to 65535" },
  { "turn:a:1 ", "the port must be a number from 1 to 65535" },
  { "turn:2001:db8::1", "the port must be a number from 1 to 65535" },
  { "turn:[192.0.2.1]", "no IPv6 address between [ and ]" },
  { "turn:[]", "no IPv6 address between [ and ]" },
  { "turn:[::1", "the port must be a number from 1 to 65535" },
  { "turn:[::1]x", "after ] comes :PORT or nothing" },
  { "turn:[::1]x:1", "after ] comes :PORT or nothing" },
  { "stun:a?transport=udp", "a STUN server has no ?transport=" },
  { "turn:a?", "after ? comes transport=udp or transport=tcp" },
  { "turn:a?transport=tls", "after ? comes transport=udp or transport=tcp" },
  { "turn:a?transport=udp&x", "after ? comes transport=udp or transport=tcp" },
};

static void
test_urls (void)
{

  for (guint i = 0; i < G_N_ELEMENTS (urls_and_why); i++) {
    const gchar *urls[] = { urls_and_why[i].url, NULL };
    SfuIceServersOptions options = {
      .urls = urls, .username = "u", .credential = "c"
    };
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuIceServers) servers = sfu_ice_servers_new (&options, &error);
    g_autofree gchar *text = g_strdup_printf (
        "\"%s\": %s", urls_and_why[i].url, urls_and_why[i].why);

    g_test_message ("%s", urls_and_why[i].url);
    if (urls_and_why[i].why == NULL) {
      g_assert_no_error (error);
      g_assert_nonnull (servers);
      continue;
    }
    g_assert_null (servers);
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr (error->message, ==, text);
  }
}

static void
test_options (void)
{
  static const gchar *const stun[] = { "stun:a", NULL };
  static const gchar *const turn[] = { "stun:a", "turn:a", NULL };
  const gchar *many[SFU_ICE_SERVERS_MAX_URLS + 2] = { NULL };
  g_autoptr (GBytes) secret = g_bytes_new_static ("s", 1);
  g_autofree gchar *long_name = g_strnfill (513, 'u');
  const struct {
    SfuIceServersOptions options;
    gboolean ok;
  } cases[] = {
    { { .urls = NULL }, TRUE },
    { { .urls = stun }, TRUE },
    { { .urls = stun, .secret = secret }, TRUE },
    { { .urls = turn }, FALSE },
    { { .urls = turn, .secret = secret }, TRUE },
    { { .urls = turn, .username = "u", .credential = "c" }, TRUE },
    { { .urls = turn, .username = "u" }, FALSE },
    { { .urls = turn, .credential = "c" }, FALSE },
    { { .urls = turn, .username = long_name, .credential = "c" }, FALSE },
    { { .urls = turn, .secret = secret, .username = "u", .credential = "c" },
        FALSE },
    { { .urls = many }, FALSE },
  };

  for (guint i = 0; i <= SFU_ICE_SERVERS_MAX_URLS; i++)
    many[i] = "stun:a";
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuIceServers) servers =
        sfu_ice_servers_new (&cases[i].options, &error);

    g_test_message ("case %u", i);
    g_assert_cmpint (servers != NULL, ==, cases[i].ok);
    if (!cases[i].ok)
      g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
}

static void
test_none (void)
{
  static const gchar *const empty[] = { NULL };
  SfuIceServersOptions options = { .urls = empty };
  g_autoptr (SfuIceServers) servers = servers_of (&options);

  g_assert_null (sfu_ice_servers_mint (servers, "u", NOW));
  g_assert_null (sfu_ice_servers_mint (NULL, "u", NOW));
}

/* The credential by another program:
 * printf 1700086400:alice | openssl sha1 -hmac north -binary | base64 */
static void
test_mint (void)
{
  static const gchar *const urls[] = { "turn:a:3478?transport=udp", "stun:a",
    "turns:a:5349", "stun:b", NULL };
  g_autoptr (GBytes) secret = g_bytes_new_static ("north", 5);
  SfuIceServersOptions options = {
    .urls = urls, .secret = secret, .ttl_s = 86400
  };
  g_autoptr (SfuIceServers) servers = servers_of (&options);
  g_autoptr (GPtrArray) list = sfu_ice_servers_mint (servers, "alice", NOW);
  const SfuIceServer *stun = list->pdata[0], *turn = list->pdata[1];

  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpuint (g_strv_length (stun->urls), ==, 2);
  g_assert_cmpstr (stun->urls[0], ==, "stun:a");
  g_assert_cmpstr (stun->urls[1], ==, "stun:b");
  g_assert_null (stun->username);
  g_assert_null (stun->credential);
  g_assert_cmpuint (g_strv_length (turn->urls), ==, 2);
  g_assert_cmpstr (turn->urls[0], ==, "turn:a:3478?transport=udp");
  g_assert_cmpstr (turn->urls[1], ==, "turns:a:5349");
  g_assert_cmpstr (turn->username, ==, "1700086400:alice");
  g_assert_cmpstr (turn->credential, ==, "SXua5ne/+mDhiHTp0pQJzRO4ESg=");
}

static void
test_user_names (void)
{
  static const struct {
    const gchar *user_id, *username;
  } cases[] = {
    { NULL, "1700000060" },
    { "", "1700000060" },
    { "a:b", "1700000060:a:b" },
    { "a b", "1700000060:a%20b" },
    { "100%", "1700000060:100%25" },
    { "Zo\xc3\xab", "1700000060:Zo%C3%AB" },
  };
  static const gchar *const urls[] = { "turn:a", NULL };
  g_autoptr (GBytes) secret = g_bytes_new_static ("s", 1);
  SfuIceServersOptions options = {
    .urls = urls, .secret = secret, .ttl_s = 60
  };
  g_autoptr (SfuIceServers) servers = servers_of (&options);
  g_autofree gchar *fill = g_strnfill (1000, 'u');
  g_autoptr (GPtrArray) cut = sfu_ice_servers_mint (servers, fill, NOW);
  const SfuIceServer *first = cut->pdata[0];

  g_assert_cmpuint (strlen (first->username), ==, 512);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GPtrArray) list =
        sfu_ice_servers_mint (servers, cases[i].user_id, NOW);
    const SfuIceServer *turn = list->pdata[0];

    g_assert_cmpuint (list->len, ==, 1);
    g_assert_cmpstr (turn->username, ==, cases[i].username);
  }
}

static void
test_static (void)
{
  static const gchar *const urls[] = { "turn:a", NULL };
  SfuIceServersOptions options = {
    .urls = urls, .username = "u", .credential = "p"
  };
  g_autoptr (SfuIceServers) servers = servers_of (&options);
  g_autoptr (GPtrArray) list = sfu_ice_servers_mint (servers, "alice", NOW);
  const SfuIceServer *turn = list->pdata[0];

  g_assert_cmpstr (turn->username, ==, "u");
  g_assert_cmpstr (turn->credential, ==, "p");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ice-servers/urls", test_urls);
  g_test_add_func ("/ice-servers/options", test_options);
  g_test_add_func ("/ice-servers/none", test_none);
  g_test_add_func ("/ice-servers/mint", test_mint);
  g_test_add_func ("/ice-servers/user-names", test_user_names);
  g_test_add_func ("/ice-servers/static", test_static);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* STUN and TURN servers for clients.
 *
 * Threads: immutable; any thread. */
#include "sfu-ice-servers.h"

#include "sfu-error.h"

#include <string.h>

#define MAX_HOST 253 /* RFC 1035 section 3.1, as text */
#define MAX_PORT 65535
/* TURN names are USERNAMEs of STUN: RFC 5389 section 15.3. */
#define MAX_USERNAME 512
#define SHA1_BYTES 20

struct _SfuIceServers {
  GStrv stun, turn; /* owned; NULL = none */
  GBytes *secret;   /* owned; NULL = username and credential are for all */
  gint64 ttl_s;
  gchar *username, *credential; /* owned */
};

static gboolean
wrong (GError **error, const gchar *url, const gchar *why)
{
  return sfu_error_invalid (error, "\"%s\": %s", url, why);
}

static gboolean
is_host (const gchar *host)
{
  gsize len = strlen (host);

  if (len == 0 || len > MAX_HOST)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (host[i]) && strchr ("-._", host[i]) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_ipv6 (const gchar *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return address != NULL &&
      g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
}

/* HOST[:PORT] or [IPV6][:PORT]. Changes text. */
static gboolean
check_host_port (gchar *text, const gchar *url, GError **error)
{
  gchar *end = *text == '[' ? strchr (text, ']') : NULL;
  gchar *colon = strchr (end != NULL ? end : text, ':');
  guint64 port;

  if (*text == '/')
    return wrong (error, url, "write it without //, as turn:host:port");
  if (strchr (text, '@') != NULL)
    return wrong (error, url, "no user name belongs into the address");
  if (colon != NULL &&
      !g_ascii_string_to_unsigned (colon + 1, 10, 1, MAX_PORT, &port, NULL))
    return wrong (error, url, "the port must be a number from 1 to 65535");
  if (colon != NULL)
    *colon = '\0';
  if (end == NULL)
    return is_host (text) || wrong (error, url, "the host is missing or wrong");
  if (end[1] != '\0')
    return wrong (error, url, "after ] comes :PORT or nothing");
  *end = '\0';
  return is_ipv6 (text + 1) ||
      wrong (error, url, "no IPv6 address between [ and ]");
}

/* RFC 7064 section 3.1, RFC 7065 section 3.1; the schemes in the small letters
 * that browsers compare with. */
static gboolean
check_url (const gchar *url, gboolean *is_turn, GError **error)
{
  static const struct {
    const gchar *scheme;
    gboolean is_turn;
  } schemes[] = { { "stun:", FALSE }, { "stuns:", FALSE }, { "turn:", TRUE },
    { "turns:", TRUE } };
  const gchar *rest = NULL;
  g_autofree gchar *host = NULL;
  gchar *query;

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (url, schemes[i].scheme)) {
      rest = url + strlen (schemes[i].scheme);
      *is_turn = schemes[i].is_turn;
    }
  if (rest == NULL)
    return wrong (error, url, "must start with stun:, stuns:, turn: or turns:");
  host = g_strdup (rest);
  query = strchr (host, '?');
  if (query != NULL) {
    *query++ = '\0';
    if (!*is_turn)
      return wrong (error, url, "a STUN server has no ?transport=");
    if (strcmp (query, "transport=udp") != 0 &&
        strcmp (query, "transport=tcp") != 0)
      return wrong (error, url, "after ? comes transport=udp or transport=tcp");
  }
  return check_host_port (host, url, error);
}

static gboolean
check_credentials (
    const SfuIceServersOptions *options, gboolean any_turn, GError **error)
{
  gboolean has_static =
      options->username != NULL || options->credential != NULL;

  if (options->secret != NULL && has_static)
    return sfu_error_invalid (error,
        "TURN credentials: either a shared secret, or a user name and "
        "password; not both");
  if (has_static && (options->username == NULL || options->credential == NULL))
    return sfu_error_invalid (
        error, "TURN credentials: user name and password belong together");
  if (has_static && strlen (options->username) > MAX_USERNAME)
    return sfu_error_invalid (error,
        "TURN credentials: the user name is longer than %d bytes",
        MAX_USERNAME);
  if (any_turn && options->secret == NULL && !has_static)
    return sfu_error_invalid (error,
        "a TURN server needs credentials: a shared secret, or a user name and "
        "password; browsers refuse the address without");
  return TRUE;
}

SfuIceServers *
sfu_ice_servers_new (const SfuIceServersOptions *options, GError **error)
{
  g_autoptr (SfuIceServers) servers = g_new0 (SfuIceServers, 1);
  g_autoptr (GStrvBuilder) stun = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) turn = g_strv_builder_new ();
  const gchar *const *urls = options->urls;
  gboolean is_turn = FALSE;

  for (guint i = 0; urls != NULL && urls[i] != NULL; i++) {
    if (i == SFU_ICE_SERVERS_MAX_URLS) {
      sfu_error_invalid (
          error, "more than %d addresses", SFU_ICE_SERVERS_MAX_URLS);
      return NULL;
    }
    if (!check_url (urls[i], &is_turn, error))
      return NULL;
    g_strv_builder_add (is_turn ? turn : stun, urls[i]);
  }
  servers->stun = g_strv_builder_end (stun);
  servers->turn = g_strv_builder_end (turn);
  if (!check_credentials (options, *servers->turn != NULL, error))
    return NULL;
  if (options->secret != NULL)
    servers->secret = g_bytes_ref (options->secret);
  servers->ttl_s = options->ttl_s;
  servers->username = g_strdup (options->username);
  servers->credential = g_strdup (options->credential);
  return g_steal_pointer (&servers);
}

void
sfu_ice_servers_free (SfuIceServers *servers)
{
  if (servers == NULL)
    return;
  g_strfreev (servers->stun);
  g_strfreev (servers->turn);
  g_clear_pointer (&servers->secret, g_bytes_unref);
  g_free (servers->username);
  g_free (servers->credential);
  g_free (servers);
}

static void
server_free (gpointer data)
{
  SfuIceServer *server = data;

  g_strfreev (server->urls);
  g_free (server->username);
  g_free (server->credential);
  g_free (server);
}

static SfuIceServer *
add (GPtrArray *list, GStrv urls)
{
  SfuIceServer *server = g_new0 (SfuIceServer, 1);

  server->urls = g_strdupv (urls);
  g_ptr_array_add (list, server);
  return server;
}

/* The time ends at the first colon, so a user id may have colons. What is not
 * printable ASCII is written as %XX: USERNAMEs go through SASLprep (RFC 5389
 * section 15.3), which maps other characters and refuses some. */
static gchar *
temporary_username (const gchar *user_id, gint64 expires_s)
{
  g_autofree gchar *id = NULL;
  gchar *name;

  if (user_id == NULL || *user_id == '\0')
    return g_strdup_printf ("%" G_GINT64_FORMAT, expires_s);
  id = g_uri_escape_string (
      user_id, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);
  name = g_strdup_printf ("%" G_GINT64_FORMAT ":%s", expires_s, id);
  if (strlen (name) > MAX_USERNAME)
    name[MAX_USERNAME] = '\0';
  return name;
}

static gchar *
temporary_credential (GBytes *secret, const gchar *username)
{
  gsize key_len;
  const guint8 *key = g_bytes_get_data (secret, &key_len);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, key, key_len);
  guint8 mac[SHA1_BYTES];
  gsize len = sizeof mac;

  g_hmac_update (hmac, (const guchar *)username, (gssize)strlen (username));
  g_hmac_get_digest (hmac, mac, &len);
  return g_base64_encode (mac, len);
}

GPtrArray *
sfu_ice_servers_mint (
    const SfuIceServers *servers, const gchar *user_id, gint64 now_s)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (server_free);
  SfuIceServer *turn;

  if (servers == NULL)
    return NULL;
  if (*servers->stun != NULL)
    add (list, servers->stun);
  if (*servers->turn != NULL) {
    turn = add (list, servers->turn);
    if (servers->secret != NULL) {
      turn->username = temporary_username (user_id, now_s + servers->ttl_s);
      turn->credential = temporary_credential (servers->secret, turn->username);
    } else {
      turn->username = g_strdup (servers->username);
      turn->credential = g_strdup (servers->credential);
    }
  }
  return list->len > 0 ? g_steal_pointer (&list) : NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine.IO over HTTP: handshakes, answers, CORS.
 *
 * Threads: the server's one thread. */
#include "sfu-engine-http.h"

#include <string.h>

/* How long a browser may keep the answer to a preflight. */
#define PREFLIGHT_SECONDS "600"
/* Longer lists of wished-for headers are not granted. */
#define MAX_HEADER_LIST 1024
/* The parameters of an address are kept as long as the session; a longer query
 * is none. Tokens have a few kilobytes at most. */
#define MAX_QUERY 8192

static const struct {
  guint status;
  gint code;
  const gchar *text;
} errors[] = {
  [SFU_ENGINE_UNKNOWN_TRANSPORT] = { 400, 0, "Transport unknown" },
  [SFU_ENGINE_UNKNOWN_SESSION] = { 400, 1, "Session ID unknown" },
  [SFU_ENGINE_BAD_HANDSHAKE_METHOD] = { 400, 2, "Bad handshake method" },
  [SFU_ENGINE_BAD_REQUEST] = { 400, 3, "Bad request" },
  [SFU_ENGINE_FORBIDDEN] = { 403, 4, "Forbidden" },
  [SFU_ENGINE_BAD_VERSION] = { 400, 5, "Unsupported protocol version" },
  [SFU_ENGINE_TOO_MANY] = { 503, 4, "Too many sessions" },
};

static const gchar *
request_header (SoupServerMessage *message, const gchar *name)
{
  return soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), name);
}

static void
set_header (SoupServerMessage *message, const gchar *name, const gchar *value)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), name, value);
}

/* ---- handshake ---- */

SfuEngineHandshake *
sfu_engine_handshake_new (SoupServerMessage *message)
{
  SfuEngineHandshake *handshake = g_rc_box_new0 (SfuEngineHandshake);
  const gchar *query = g_uri_get_query (soup_server_message_get_uri (message));
  const gchar *address = soup_server_message_get_remote_host (message);

  handshake->address = g_strdup (address != NULL ? address : "");
  handshake->origin = g_strdup (request_header (message, "Origin"));
  handshake->query = soup_form_decode (
      query != NULL && strlen (query) <= MAX_QUERY ? query : "");
  return handshake;
}

SfuEngineHandshake *
sfu_engine_handshake_ref (SfuEngineHandshake *handshake)
{
  return g_rc_box_acquire (handshake);
}

static void
handshake_clear (gpointer data)
{
  SfuEngineHandshake *handshake = data;

  g_free (handshake->address);
  g_free (handshake->origin);
  g_hash_table_unref (handshake->query);
}

void
sfu_engine_handshake_unref (SfuEngineHandshake *handshake)
{
  g_rc_box_release_full (handshake, handshake_clear);
}

/* ---- answers ---- */

/* libsoup closes the connection when the client wants that, but does not say
 * so: the client's pool would use it once more. */
static void
confirm_close (SoupServerMessage *message)
{
  if (soup_message_headers_header_contains (
          soup_server_message_get_request_headers (message), "Connection",
          "close"))
    set_header (message, "Connection", "close");
}

static void
reply (SoupServerMessage *message, guint status, const gchar *content_type,
    gchar *text)
{
  set_header (message, "Cache-Control", "no-store");
  set_header (message, "X-Content-Type-Options", "nosniff");
  confirm_close (message);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (
      message, content_type, SOUP_MEMORY_TAKE, text, strlen (text));
}

void
sfu_engine_reply_packets (SoupServerMessage *message, gchar *text)
{
  reply (message, SOUP_STATUS_OK, "text/plain; charset=UTF-8", text);
}

void
sfu_engine_reply_ok (SoupServerMessage *message)
{
  reply (message, SOUP_STATUS_OK, "text/plain; charset=UTF-8", g_strdup ("ok"));
}

void
sfu_engine_reply_error (SoupServerMessage *message, SfuEngineError error)
{
  reply (message, errors[error].status, "application/json",
      g_strdup_printf ("{\"code\":%d,\"message\":\"%s\"}", errors[error].code,
          errors[error].text));
}

void
sfu_engine_reply_too_long (SoupServerMessage *message)
{
  reply (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "application/json",
      g_strdup ("{\"code\":3,\"message\":\"The body is too long\"}"));
}

/* ---- CORS ---- */

void
sfu_engine_cors_init (SfuEngineCors *cors, const gchar *const *origins,
    gboolean allow_credentials)
{
  cors->allow_credentials = allow_credentials;
  cors->origins = NULL;
  if (origins == NULL || g_strv_contains (origins, "*"))
    return;
  cors->origins = g_strdupv ((gchar **)origins);
  /* People write addresses; an origin has no slash at its end. */
  for (gchar **origin = cors->origins; *origin != NULL; origin++)
    if (g_str_has_suffix (*origin, "/"))
      (*origin)[strlen (*origin) - 1] = '\0';
}

void
sfu_engine_cors_clear (SfuEngineCors *cors)
{
  g_clear_pointer (&cors->origins, g_strfreev);
}

static gboolean
is_listed (const SfuEngineCors *cors, const gchar *origin)
{
  if (cors->origins == NULL)
    return TRUE;
  for (gchar **listed = cors->origins; *listed != NULL; listed++)
    if (g_ascii_strcasecmp (*listed, origin) == 0)
      return TRUE;
  return FALSE;
}

/* It goes into a header of ours. */
static gboolean
is_printable (const gchar *text, gsize max_len)
{
  gsize len = 0;

  for (; text[len] != '\0'; len++)
    if (!g_ascii_isprint (text[len]) || len >= max_len)
      return FALSE;
  return len > 0;
}

SfuEngineError
sfu_engine_cors_apply (const SfuEngineCors *cors, SoupServerMessage *message)
{
  const gchar *origin = request_header (message, "Origin");
  gboolean reflect = cors->origins != NULL || cors->allow_credentials;

  /* Also of an answer to nobody in particular: caches must know. */
  if (reflect)
    set_header (message, "Vary", "Origin");
  if (origin == NULL)
    return SFU_ENGINE_OK;
  if (!is_printable (origin, MAX_HEADER_LIST))
    return SFU_ENGINE_BAD_REQUEST;
  if (!is_listed (cors, origin))
    return SFU_ENGINE_FORBIDDEN;
  set_header (message, "Access-Control-Allow-Origin", reflect ? origin : "*");
  if (cors->allow_credentials)
    set_header (message, "Access-Control-Allow-Credentials", "true");
  return SFU_ENGINE_OK;
}

void
sfu_engine_reply_preflight (SoupServerMessage *message)
{
  const gchar *wanted =
      request_header (message, "Access-Control-Request-Headers");

  set_header (message, "Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  set_header (message, "Access-Control-Max-Age", PREFLIGHT_SECONDS);
  if (wanted != NULL && is_printable (wanted, MAX_HEADER_LIST)) {
    set_header (message, "Access-Control-Allow-Headers", wanted);
    soup_message_headers_append (
        soup_server_message_get_response_headers (message), "Vary",
        "Access-Control-Request-Headers");
  }
  confirm_close (message);
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

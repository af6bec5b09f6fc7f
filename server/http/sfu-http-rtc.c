/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The REST beside the media-server RPC: rtc/capabilities and rtc/transports,
 * for the users themselves, who show the token of their account. Call C is
 * router "call-C" of the RPC.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-engine-http.h"
#include "sfu-error.h"
#include "sfu-json-rtp.h"

#define ROUTER_PREFIX "call-"

/* ---- who asks ---- */

/* FALSE = answered. */
static gboolean
is_open (SfuHttpServer *server, SoupServerMessage *message)
{
  const SfuDoorConfig *door = &server->config->rpc;

  if (door->enabled && sfu_http_is_port (door->port, message))
    return TRUE;
  sfu_http_reply_error (message, SOUP_STATUS_NOT_FOUND,
      "these routes belong to the media-server RPC, which is not here");
  return FALSE;
}

/* FALSE = answered. */
static gboolean
admit_page (SfuHttpServer *server, SoupServerMessage *message)
{
  SfuEngineCors cors;
  SfuEngineError error;

  sfu_engine_cors_init (
      &cors, (const gchar *const *)server->config->allowed_origins, FALSE);
  error = sfu_engine_cors_apply (&cors, message);
  sfu_engine_cors_clear (&cors);
  if (error == SFU_ENGINE_OK)
    return TRUE;
  sfu_http_reply_error (message, SOUP_STATUS_FORBIDDEN,
      "pages of this origin may not ask; see allowed-origins");
  return FALSE;
}

/* NULL = answered. */
static SfuGrant *
admit (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autofree gchar *token = NULL;
  g_autoptr (GError) error = NULL;
  SfuGrant *grant = NULL;

  if (!is_open (server, message) || !admit_page (server, message))
    return NULL;
  token = sfu_http_given_token (message);
  if (server->services.verifier == NULL)
    error = g_error_new_literal (SFU_ERROR, SFU_ERROR_UNAUTHORIZED,
        "there are no accounts: start sfu-server with --jwt-secret-file FILE");
  else
    grant = sfu_token_verifier_check (server->services.verifier, token,
        g_get_real_time () / G_USEC_PER_SEC, &error);
  if (grant != NULL)
    return grant;
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "WWW-Authenticate",
      "Bearer");
  sfu_http_reply_gerror (message, error);
  return NULL;
}

/* ---- routes ---- */

void
sfu_http_reply_rtc_preflight (SfuHttpServer *server, SoupServerMessage *message)
{
  if (is_open (server, message) && admit_page (server, message))
    sfu_engine_reply_preflight (message);
}

void
sfu_http_reply_rtc_capabilities (
    SfuHttpServer *server, SoupServerMessage *message)
{
  g_autoptr (SfuGrant) grant = admit (server, message);
  JsonObject *object;

  if (grant == NULL)
    return;
  object = json_object_new ();
  json_object_set_member (object, "rtpCapabilities",
      sfu_json_from_rtp_capabilities (
          sfu_rooms_get_capabilities (server->rooms)));
  sfu_http_reply_json (message, SOUP_STATUS_OK, sfu_shape_node (object));
}

/* result is that of createTransport; "reused" stands beside the transport. */
static JsonNode *
encode_transport (JsonObject *result)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "success", TRUE);
  json_object_set_boolean_member (
      object, "reused", json_object_get_boolean_member (result, "reused"));
  json_object_remove_member (result, "reused");
  json_object_set_object_member (object, "transport", json_object_ref (result));
  return sfu_shape_node (object);
}

/* Whatever makes it impossible now has this one name; the text is for people. */
static JsonNode *
encode_failure (const GError *error)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "success", FALSE);
  json_object_set_string_member (object, "reason", SFU_RPC_INVALID_STATE);
  json_object_set_string_member (object, "error", error->message);
  return sfu_shape_node (object);
}

static void
on_made (gpointer data, JsonNode *result, GError *error)
{
  SoupServerMessage *message = data;

  if (result != NULL) {
    sfu_http_reply_json (message, SOUP_STATUS_OK,
        encode_transport (json_node_get_object (result)));
    json_node_unref (result);
  } else {
    g_info ("rtc/transports: %s", error->message);
    if (g_error_matches (error, SFU_ERROR, SFU_ERROR_FORBIDDEN))
      sfu_http_reply_gerror (message, error);
    else
      sfu_http_reply_json (message, SOUP_STATUS_OK, encode_failure (error));
    g_error_free (error);
  }
  sfu_http_release (message);
}

/* NULL and an error that names the field. */
static SfuRequest *
decode (JsonNode *body, gchar **router_id, GError **error)
{
  g_autoptr (SfuRequest) request =
      sfu_request_new (SFU_METHOD_CREATE_TRANSPORT);
  g_auto (SfuJsonReader) reader = { NULL };
  g_autoptr (JsonObject) empty = json_object_new ();
  JsonObject *object = body != NULL ? json_node_get_object (body) : empty;
  g_autofree gchar *call_id = NULL;

  sfu_json_reader_init (&reader, "");
  call_id = sfu_shape_read_name (&reader, object, "callId");
  sfu_rpc_read_direction (&reader, object, FALSE, request);
  *router_id = g_strconcat (ROUTER_PREFIX, call_id, NULL);
  if (reader.error == NULL && !sfu_name_is_valid (*router_id))
    sfu_json_fail (&reader, "callId", "too long");
  if (sfu_json_reader_finish (&reader, error))
    return g_steal_pointer (&request);
  g_clear_pointer (router_id, g_free);
  return NULL;
}

void
sfu_http_reply_rtc_transport (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autoptr (SfuGrant) grant = admit (server, message);
  g_autoptr (JsonNode) body = NULL;
  g_autofree gchar *router_id = NULL;
  g_autoptr (GError) error = NULL;
  SfuRequest *request;

  if (grant == NULL || !sfu_http_read_json (message, &body))
    return;
  request = decode (body, &router_id, &error);
  if (request == NULL) {
    sfu_http_reply_gerror (message, error);
    return;
  }
  sfu_rpc_hub_call_for_user (
      server->rpc, router_id, grant, request, on_made, sfu_http_hold (message));
}

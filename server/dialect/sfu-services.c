/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Services, from the configuration.
 *
 * Threads: the server's one thread. */
#include "sfu-services.h"

#include "sfu-error.h"
#include "sfu-room.h"

#include <string.h>

static GBytes *
to_bytes (const gchar *text)
{
  return text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
}

static SfuTokenVerifier *
make_verifier (const SfuConfig *config, GError **error)
{
  g_autofree gchar *public_key = NULL;
  g_autoptr (GBytes) secret = to_bytes (config->jwt_secret);
  g_autoptr (GError) local = NULL;
  SfuTokenVerifierOptions options = { .secret = secret,
    .leeway_s = config->jwt_leeway_s,
    .issuer = config->jwt_issuer,
    .audience = config->jwt_audience };
  SfuTokenVerifier *verifier = NULL;

  if (config->jwt_public_key_file == NULL ||
      g_file_get_contents (
          config->jwt_public_key_file, &public_key, NULL, &local)) {
    options.public_key = public_key;
    verifier = sfu_token_verifier_new (&options, &local);
  }
  if (verifier == NULL)
    sfu_error_invalid (error, "%s: %s",
        config->jwt_public_key_file != NULL ? "jwt-public-key-file"
                                            : "jwt-secret-file",
        local->message);
  return verifier;
}

static SfuIceServers *
make_ice_servers (const SfuConfig *config, GError **error)
{
  g_autoptr (GBytes) secret = to_bytes (config->turn_secret);
  SfuIceServersOptions options = {
    .urls = (const gchar *const *)config->ice_servers,
    .secret = secret,
    .ttl_s = config->turn_ttl_s,
    .username = config->turn_username,
    .credential = config->turn_credential,
  };
  SfuIceServers *servers = sfu_ice_servers_new (&options, error);

  if (servers == NULL)
    g_prefix_error (error, "ice-servers: ");
  return servers;
}

static SfuSessionLimits
read_limits (const SfuConfig *config)
{
  return (SfuSessionLimits){
    .socket = { .max_message_bytes = config->max_message_bytes,
        .max_queue_bytes = config->max_queue_bytes,
        .ping_interval_s = config->ping_interval_s,
        .ping_timeout_s = config->ping_timeout_s },
    .requests_per_second = config->requests_per_second,
    .request_burst = config->request_burst,
    .max_pending = config->max_pending_requests,
    .request_timeout_s = config->request_timeout_s,
  };
}

gboolean
sfu_services_init (SfuServices *services, const SfuConfig *config,
    SfuRooms *rooms, GError **error)
{
  *services = (SfuServices){
    .config = config,
    .rooms = rooms,
    .limits = read_limits (config),
  };
  if (config->jwt_secret != NULL || config->jwt_public_key_file != NULL) {
    services->verifier = make_verifier (config, error);
    if (services->verifier == NULL)
      return FALSE;
  }
  if (config->calls_backend_url != NULL) {
    services->webhook =
        sfu_calls_webhook_new (config->calls_backend_url, error);
    if (services->webhook == NULL) {
      g_prefix_error (error, "calls-backend-url: ");
      return FALSE;
    }
  }
  services->ice_servers = make_ice_servers (config, error);
  if (services->ice_servers == NULL)
    return FALSE;
  if (rooms != NULL)
    sfu_rooms_set_ice_servers (rooms, services->ice_servers);
  return TRUE;
}

void
sfu_services_clear (SfuServices *services)
{
  g_clear_pointer (&services->verifier, sfu_token_verifier_free);
  g_clear_pointer (&services->ice_servers, sfu_ice_servers_free);
  g_clear_pointer (&services->webhook, sfu_calls_webhook_free);
}

void
sfu_services_take_over (SfuServices *services, SfuServices *fresh)
{
  SfuTokenVerifier *verifier = services->verifier;
  SfuIceServers *ice_servers = services->ice_servers;

  services->verifier = fresh->verifier;
  services->ice_servers = fresh->ice_servers;
  services->limits = read_limits (services->config);
  sfu_rooms_set_ice_servers (services->rooms, services->ice_servers);
  fresh->verifier = verifier;
  fresh->ice_servers = ice_servers;
  sfu_services_clear (fresh);
}

static gboolean
refuse_room (GError **error)
{
  g_set_error_literal (
      error, SFU_ERROR, SFU_ERROR_FORBIDDEN, "the token is not for this room");
  return FALSE;
}

gboolean
sfu_services_admit (const SfuServices *services, const gchar *token,
    const gchar *room_id, SfuGrant **grant, GError **error)
{
  *grant = NULL;
  if (token != NULL && *token == '\0')
    token = NULL;
  if (token == NULL && services->config->require_token) {
    g_set_error_literal (
        error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED, "a token is needed");
    return FALSE;
  }
  if (token == NULL || services->verifier == NULL)
    return TRUE;
  *grant = sfu_token_verifier_check (
      services->verifier, token, g_get_real_time () / G_USEC_PER_SEC, error);
  if (*grant == NULL)
    return FALSE;
  if (room_id == NULL || sfu_grant_allows_room (*grant, room_id))
    return TRUE;
  g_clear_pointer (grant, sfu_grant_unref);
  return refuse_room (error);
}

SfuPeer *
sfu_services_enter (const SfuServices *services, const SfuGrant *grant,
    const gchar *room_id, const gchar *peer_id, const SfuPeerSink *sink,
    gpointer sink_owner, GError **error)
{
  SfuPeerTerms terms = { .rights = services->config->default_rights };
  SfuRoom *room;
  SfuPeer *peer;

  if (!sfu_grant_allows_room (grant, room_id)) {
    refuse_room (error);
    return NULL;
  }
  room = sfu_rooms_get_or_create (services->rooms, room_id, error);
  if (room == NULL)
    return NULL;
  if (grant != NULL)
    terms = (SfuPeerTerms){ .rights = grant->rights,
      .moderator = grant->moderator,
      .account = grant->user_id };
  peer = sfu_room_add_peer_as (room, peer_id, &terms, sink, sink_owner, error);
  if (peer == NULL || grant == NULL)
    return peer;
  peer->display_name = g_strdup (grant->name);
  peer->email = g_strdup (grant->email);
  peer->picture = g_strdup (grant->picture);
  return peer;
}
